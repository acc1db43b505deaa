use super::*;
use crate::ruleset::checksum::{base62_crc32, crc32};
use der::Decode;
use proptest::prelude::*;
use regex::Regex;
use wire::tlv;

fn text(template: &str) -> String {
    String::from_utf8(expand(template, 7).unwrap()).unwrap()
}

fn assert_shape(template: &str, shape: &str) {
    let text = text(template);
    assert!(
        Regex::new(&format!("^(?:{shape})$"))
            .unwrap()
            .is_match(&text),
        "{template}: {text}"
    );
}

#[test]
fn every_alphabet_draws_its_own_characters() {
    assert_shape("a{digits:9}", "a[0-9]{9}");
    assert_shape("{hex:30}{HEX:30}", "[0-9a-f]{30}[0-9A-F]{30}");
    assert_shape(
        "{lower:20}{upper:20}{alpha:20}",
        "[a-z]{20}[A-Z]{20}[A-Za-z]{20}",
    );
    assert_shape("{lan:30}{UAN:30}", "[0-9a-z]{30}[0-9A-Z]{30}");
    assert_shape("{base62:60}{alnum:60}{word:99}", r"[0-9A-Za-z]{120}\w{99}");
    assert_shape("{b64:99}.{b64u:99}", r"[A-Za-z0-9+/]{99}\.[\w-]{99}");
    assert_shape("{base32:40}{base32l:40}", "[A-Z2-7]{40}[a-z2-7]{40}");
    assert_shape(
        "{base58:80}{bech32:60}",
        "[1-9A-HJ-NP-Za-km-z]{80}[02-9AC-HJ-NP-Z]{60}",
    );
    assert_shape("{uuid}", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
}

#[test]
fn expansion_depends_on_template_and_seed_alone() {
    let template = "{base62:40} {pem:ec} {password}";
    assert_eq!(expand(template, 3), expand(template, 3));
    assert_ne!(expand(template, 3), expand(template, 4));
    assert_ne!(seed("github-pat", 0), seed("github-pat", 1));
    assert_ne!(seed("github-pat", 0), seed("npm-token", 0));
}

#[test]
fn checksums_cover_the_run_in_front_of_them() {
    let github = text("k={digits:3}: ghp_{base62:30}{crc32}");
    let (body, tail) = github.split_at(github.len() - 6);
    let body = body.split_once("ghp_").unwrap().1;
    assert_eq!(tail.as_bytes(), base62_crc32(body.as_bytes()));

    let zuplo = text("zpka_{base62:32}_{crc32hex}");
    assert_eq!(
        zuplo[38..],
        format!("{:08x}", crc32(&zuplo.as_bytes()[5..37]))
    );

    let grafana = text("x glsa_{base62:32}_{crc32le:glsa_}");
    let sum = u32::from_str_radix(&grafana[40..], 16).unwrap();
    assert_eq!(sum.swap_bytes(), crc32(&grafana.as_bytes()[2..39]));
}

#[test]
fn the_remaining_checksums_have_their_lengths() {
    assert_shape("cflt{b64:54}{crc32b64}", "cflt[A-Za-z0-9+/]{60}");
    assert_shape(
        "{b64u:30}.01.{lan:2}{crc32b36}",
        r"[\w-]{30}\.01\.[0-9a-z]{9}",
    );
}

#[test]
fn transforms_nest_and_doubled_braces_are_literal() {
    assert_eq!(text("{{{{a}}"), "{{a}");
    assert_eq!(text(r#"{b64enc:{{"k":1}}}"#), "eyJrIjoxfQ==");
    assert_eq!(text("{b64enc:{b64uenc:a?}}"), "WVQ4");
    assert_eq!(text("{escape:a\nb}"), r"a\nb");
    assert_shape("{jwt}", r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}");
    assert!(text(r#"{jwt:{{"iss":"me"}}}"#).contains(".eyJpc3MiOiJtZSJ9."));
}

#[test]
fn malformed_templates_say_what_is_wrong() {
    use TemplateError as E;
    let error = |template: &str| expand(template, 0).unwrap_err();
    assert_eq!(error("ab{hex:3"), E::Unclosed(2));
    assert_eq!(error("ab{b64enc:x"), E::Unclosed(2));
    assert_eq!(error("ab}"), E::Stray(2));
    assert_eq!(
        error("{nonsense:3}"),
        E::UnknownGenerator("nonsense".into())
    );
    assert_eq!(error("{hex}"), E::BadArgument(String::new(), "hex".into()));
    assert_eq!(
        error("{pem:dsa}"),
        E::BadArgument("dsa".into(), "pem".into())
    );
    assert_eq!(error("abc_{crc32}"), E::NothingToSum("crc32".into()));
    assert_eq!(error("{hex:99999}"), E::TooLong);
    assert_eq!(error("{hex:60000}{hex:60000}"), E::TooLong);
    assert_eq!(error(&"{b64enc:".repeat(9)), E::TooDeep);
}

#[test]
fn keys_parse_with_the_parsers_of_their_formats() {
    let body = |kind: &str| {
        let pem = text(&format!("{{pem:{kind}}}"));
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        data_encoding::BASE64.decode(lines.as_bytes()).unwrap()
    };
    let rsa = body("rsa");
    let rsa = pkcs1::RsaPrivateKeyRef::try_from(rsa.as_slice()).unwrap();
    assert_eq!(rsa.modulus.as_bytes().len(), 256);
    sec1::EcPrivateKey::try_from(body("ec").as_slice()).unwrap();
    pkcs8::PrivateKeyInfoRef::try_from(body("pkcs8").as_slice()).unwrap();
    let encrypted = Vec::<der::Any>::from_der(&body("encrypted")).unwrap();
    assert_eq!(encrypted.len(), 2, "a scheme and the ciphertext");
    let openssh = ssh_key::PrivateKey::from_openssh(text("{pem:openssh}")).unwrap();
    assert!(!openssh.is_encrypted());
}

#[test]
fn pgp_and_putty_keys_have_their_outlines() {
    let pgp = text("{pem:pgp}");
    assert!(pgp.starts_with("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"));
    let check = pgp.lines().rev().nth(1).unwrap();
    assert!(check.starts_with('=') && check.len() == 5, "{check}");
    let putty = text("{pem:putty}");
    assert!(putty.starts_with("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"));
    assert!(putty.lines().last().unwrap().len() == "Private-MAC: ".len() + 64);
}

#[test]
fn der_lengths_take_the_short_and_the_long_form() {
    assert_eq!(tlv(4, &[9; 3]), [4, 3, 9, 9, 9]);
    assert_eq!(tlv(4, &[0; 200])[..3], [4, 0x81, 200]);
    assert_eq!(tlv(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
}

proptest! {
    #[test]
    fn no_template_panics(template in r"([{}:]|crc32|hex|b64enc|pem|rsa|jwt|[0-9]{1,5}|\PC){0,40}") {
        let _ = expand(&template, 1);
    }

    #[test]
    fn text_without_braces_stands_for_itself(text in "[^{}]{0,80}") {
        prop_assert_eq!(expand(&text, 1), Ok(text.into_bytes()));
    }
}
