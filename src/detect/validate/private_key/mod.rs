//! Private keys of every kind, really parsed. Leaked ones are mangled more often than not, so the
//! text is put right first (`armor`) and only then decoded. Identity is the key itself, never its
//! spelling.

pub(super) mod armor;
mod asn1;
mod openssh;
mod pgp;
mod putty;

use super::public::Public;
use super::{Evidence, Proof, encoding};
use crate::detect::gates::host;
use armor::Armor;

/// Fewest bits of an RSA or DSA key that keep anybody out: 512 take an afternoon, and 795 were
/// factored in public in 2019.
const FEWEST_BITS: usize = 800;

/// What a parsed key is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Key {
    /// Kind and size, as a sentence names it: `RSA, 2048 bits`.
    kind: String,
    /// Bits of the number that is hard to take apart, in RSA and DSA.
    bits: Option<usize>,
    /// Whether a passphrase, or a device, keeps it from being used as it is.
    guard: Guard,
    /// Whether a sum over the whole file fits, where its form has one that everybody can make.
    seal: Option<bool>,
    /// The bytes that make it this key and no other.
    identity: Vec<u8>,
    /// What its maker wrote beside it: `user@host`, mostly.
    comment: String,
    /// The public half, where the key's form has it or it can be derived.
    public: Option<Public>,
}

/// What stands between a key's file and its use.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Guard {
    #[default]
    None,
    Passphrase,
    Hardware,
}

/// Proves a private key in PEM, OpenSSH, PGP or PuTTY form, or in DER or packets of PGP as they stand.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    let key = match secret.first() {
        // The secret is only the head of it.
        Some(&asn1::SEQUENCE) => asn1::parse(asn1::whole(evidence.matched)),
        Some(first) if !first.is_ascii() => pgp::parse_packets(evidence.matched),
        _ if secret.starts_with(putty::MARK) => putty::parse(secret),
        _ => Armor::parse(secret).and_then(|armor| parse(&armor)),
    };
    match key {
        Some(key) => report(key),
        None => Proof::invalid("it does not parse as a private key: cut, redacted or made up"),
    }
}

fn parse(armor: &Armor) -> Option<Key> {
    if armor.label.ends_with(b"PGP PRIVATE KEY BLOCK") {
        return pgp::parse(&armor.base64);
    }
    let bytes = encoding::base64(&armor.base64)?;
    if armor.encrypted {
        return Some(Key {
            kind: String::from_utf8_lossy(&armor.label).into_owned(),
            guard: Guard::Passphrase,
            identity: bytes,
            ..Key::default()
        });
    }
    openssh::parse(&bytes).or_else(|| asn1::parse(&bytes))
}

fn report(key: Key) -> Proof {
    let kind = key.kind;
    let proof = match key.guard {
        _ if key.bits.is_some_and(|bits| bits < FEWEST_BITS) => Proof::spent(format!(
            "a private key ({kind}), so short that anybody can compute it"
        )),
        _ if host::is_nobodys(&key.comment) => Proof::public(format!(
            "it is an example: a private key ({kind}) whose comment names nobody, `{}`",
            key.comment
        )),
        Guard::None if key.seal == Some(false) => Proof::invalid(format!(
            "a private key ({kind}) whose MAC is wrong: edited since it was written, or made up"
        )),
        Guard::None if key.seal == Some(true) => Proof::valid(format!(
            "a complete private key ({kind}), not encrypted, whose MAC is right"
        )),
        Guard::None => Proof::valid(format!("a complete private key ({kind}), not encrypted")),
        Guard::Passphrase => {
            Proof::neutral(format!("a private key ({kind}), protected by a passphrase"))
        }
        Guard::Hardware => Proof::neutral(format!(
            "a handle of a private key ({kind}) that stays in a hardware token"
        )),
    };
    let mut proof = proof.normalised(key.identity);
    proof.public_key = key.public.and_then(|public| public.named(None));
    proof
}

/// Bits of an unsigned big-endian number.
fn bits(number: &[u8]) -> usize {
    let start = number.iter().position(|&byte| byte != 0);
    start.map_or(0, |start| {
        (number.len() - start) * 8 - number[start].leading_zeros() as usize
    })
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Public, Spent, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;
    use pkcs1::{RsaPrivateKeyRef, UintRef};
    use pkcs8::der::Encode as _;

    /// DER of an RSA key with made-up numbers; parsing does not multiply them.
    pub(super) fn rsa_der() -> Vec<u8> {
        let numbers: Vec<Vec<u8>> = (1..=8)
            .map(|seed| vec![seed * 17; if seed == 1 { 256 } else { 128 }])
            .collect();
        let number = |at: usize| UintRef::new(&numbers[at]).unwrap();
        RsaPrivateKeyRef {
            modulus: number(0),
            public_exponent: UintRef::new(&[1, 0, 1]).unwrap(),
            private_exponent: number(2),
            prime1: number(3),
            prime2: number(4),
            exponent1: number(5),
            exponent2: number(6),
            coefficient: number(7),
            other_prime_infos: None,
        }
        .to_der()
        .unwrap()
    }

    fn pem(label: &str, der: &[u8]) -> String {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----",
            lines.join("\n")
        )
    }

    #[test]
    fn a_key_is_the_same_key_however_it_is_mangled() {
        let plain = pem("RSA PRIVATE KEY", &rsa_der());
        let spellings = [
            plain.clone(),
            plain.replace('\n', "\r\n"),
            plain.replace('\n', "\\n"),
            plain.replace('\n', "\\r\\n"),
            plain.replace('\n', "\\\\n"),
            plain.replace('\n', " "),
            plain.replace('\n', "\n    "),
            plain.replace('\n', "\\n\" +\n    \""),
            plain.replace('\n', "\\n'\n         '"),
            plain.replace('\n', "%0A").replace('+', "%2B"),
            plain
                .replace('\n', "\\n")
                .replace('/', "\\/")
                .replace('=', "\\u003d"),
            plain.replace('\n', "&#10;"),
            plain.replace('\n', "\\n\\\n"),
        ];
        for text in spellings {
            let proof = prove(&evidence(text.as_bytes()));
            assert_eq!(proof.verdict, Valid, "{text}");
            assert_eq!(proof.normalised, Some(rsa_der()), "{text}");
            assert!(proof.reason.contains("RSA, 2045 bits"), "{}", proof.reason);
        }
    }

    #[test]
    fn a_legacy_passphrase_is_seen() {
        let encrypted = pem("RSA PRIVATE KEY", &[9; 200]).replacen(
            '\n',
            "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
            1,
        );
        for text in [
            encrypted.clone(),
            encrypted.replace('\n', "\\n"),
            encrypted.replace('\n', " "),
        ] {
            let proof = prove(&evidence(text.as_bytes()));
            assert_eq!(proof.verdict, Neutral);
            assert!(proof.reason.contains("passphrase"));
            assert_eq!(proof.normalised, Some(vec![9; 200]));
        }
    }

    #[test]
    fn cut_and_redacted_keys_fail() {
        let plain = pem("RSA PRIVATE KEY", &rsa_der());
        let cut = format!("{}\n-----END RSA PRIVATE KEY-----", &plain[..400]);
        assert_eq!(prove(&evidence(cut.as_bytes())).verdict, Invalid);
        let redacted = plain.replace('E', "*");
        assert_eq!(prove(&evidence(redacted.as_bytes())).verdict, Invalid);
    }

    #[test]
    fn a_key_that_anybody_can_compute_is_spent() {
        let verdict = |bits| {
            let key = Key {
                bits,
                ..Key::default()
            };
            report(key).verdict
        };
        assert_eq!(verdict(Some(512)), Spent);
        assert_eq!(verdict(Some(1024)), Valid);
        assert_eq!(verdict(None), Valid);
    }

    #[test]
    fn a_key_of_nobody_is_an_example() {
        let verdict = |comment: &str| {
            let key = Key {
                comment: comment.to_owned(),
                ..Key::default()
            };
            report(key).verdict
        };
        assert_eq!(verdict("user@example.com"), Public);
        assert_eq!(verdict("ada@laptop"), Valid);
        assert_eq!(verdict(""), Valid);
    }

    #[test]
    fn bits_are_counted_from_the_first_set_one() {
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[1]), 1);
        assert_eq!(bits(&[0]), 0);
    }
}
