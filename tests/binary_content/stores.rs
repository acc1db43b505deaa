//! Keys and stores of keys, by their structure: what is found says what it is and whether it is protected.

use crate::kit::Secrets;
use crate::report_on;
use residue::ruleset::template;

/// A store: the rule that knows it, how its bytes are made, and words of what is told of it.
type Stored = (&'static str, &'static str, &'static [&'static str]);

const STORES: &[Stored] = &[
    (
        "private-key-der",
        "{unhex:302E020100300506032B657004220420 {hex:64}}",
        &["Ed25519", "not encrypted"],
    ),
    (
        "private-key-der",
        "{unhex:30770201010420 {hex:64} A00A06082A8648CE3D030107 A144034200 04{hex:128}}",
        &["256 bits"],
    ),
    (
        "java-keystore",
        "{unhex:FEEDFEED0000000200000001 00000001 0003 776562 000001A208575B4F 00000040 {hex:128}}",
        &["JKS", "web"],
    ),
    (
        "pgp-private-key-packet",
        "{unhex:9458 04 6B0EC9C7 16 092B06010401DA470F01 010740 {hex:64} 00 0100 {hex:64} 1234 00000000 {hex:40} B40441646120}",
        &["PGP, Ed25519", "not encrypted"],
    ),
    (
        "pgp-private-key-packet",
        "{unhex:9488 04 6B0EC9C7 16 092B06010401DA470F01 010740 {hex:64} FE 0703 02 {hex:160} B40441646120 {hex:40}}",
        &["PGP, Ed25519", "protected by a passphrase"],
    ),
    (
        "gnupg-private-key",
        "Created: 20260101T000000\nKey: (private-key (ecc (curve Ed25519)(flags eddsa)(q\n  #40{HEX:64}#)\n (d #{HEX:64}#)\n ))\n",
        &["elliptic curve", "not encrypted"],
    ),
    (
        "gnupg-private-key",
        "Key: (protected-private-key (rsa (n #00{HEX:62}\n {HEX:70}\n {HEX:70}#)(e #010001#)\n (protected openpgp-s2k3-ocb-aes (",
        &["RSA", "protected by a passphrase"],
    ),
    (
        "kerberos-keytab",
        "{unhex:0502 00000038 0002 0008}ACME.DEV{unhex:0004}http{unhex:0003}web{unhex:00000001 6B0EC9C6 03 0012 0014 {hex:40}}",
        &["http/web@ACME.DEV", "aes256"],
    ),
    (
        "keepass-database",
        "{unhex:03D9A29A 67FB4BB5 01000400 02 10000000 31C1F2E6BF714350BE5805216AFC5AFF {hex:200}}",
        &[],
    ),
    (
        "bitcoin-core-key",
        "{unhex:D63081D30201010420 {hex:64} A08185308182020101302C06072A8648CE3D0101022100FFFFFFFF}",
        &[],
    ),
    (
        "bitcoin-core-master-key",
        "{unhex:04}mkey{unhex:01000000 30 {hex:96} 08 {hex:16} 00000000 50C30000 00}",
        &[],
    ),
    ("electrum-wallet", "QklFMQJ{b64:400}", &[]),
    (
        "ethereum-keystore",
        "{{\"crypto\":{{\"cipher\":\"aes-128-ctr\",\"ciphertext\":\"{hex:64}\",\"kdf\":\"scrypt\"}}}}",
        &[],
    ),
    (
        "firefox-login",
        "{{\"encryptedPassword\":\"MDoEEPgAAAAAAAAAAAAAAAAAAAEwFAYIKoZIhvcNAwcE{b64:36}\"}}",
        &[],
    ),
    (
        "firefox-key-store",
        "SQLite format 3{unhex:00}{bytes:60}password{bytes:20}{unhex:308183306D06092A864886F70D01050D {hex:160}}",
        &[],
    ),
    (
        "chromium-login-store",
        "SQLite format 3{unhex:00}CREATE TABLE logins (origin_url VARCHAR NOT NULL){bytes:90}{unhex:06020319016C6F67696E7305000000}",
        &[],
    ),
];

#[test]
fn keys_and_stores_are_known_and_described() {
    for (number, (rule, template, words)) in STORES.iter().enumerate() {
        let content = template::expand(template, template::seed(rule, number)).unwrap();
        let report = report_on(&content);
        let findings = report.findings();
        let found = findings.iter().find(|finding| finding.rule() == *rule);
        let found =
            found.unwrap_or_else(|| panic!("{rule} ({number}) is not found: {:#}", report.0));
        let told = found.0.to_string();
        for word in *words {
            assert!(told.contains(word), "{rule} does not tell `{word}`: {told}");
        }
        assert_ne!(found.confidence(), "low", "{rule}: {told}");
    }
}

/// What begins like a store and goes on otherwise is none.
#[test]
fn noise_behind_a_magic_number_is_no_store() {
    let heads: [&[u8]; 7] = [
        b"\x05\x02\0\0\0\x40",
        b"\x95\x03\x98\x04",
        b"\x94\x58\x04",
        b"\x03\xd9\xa2\x9a",
        b"\x04mkey",
        b"\x03\x19\x01logins\x05",
        b"(private-key (rsa (n #",
    ];
    for (number, head) in heads.iter().enumerate() {
        let noise = Secrets::new(&format!("noise {number}")).bytes(20_000);
        let report = report_on(&[head, &noise[..]].concat());
        let rules: Vec<&str> = report
            .findings()
            .iter()
            .map(|finding| finding.rule())
            .collect();
        assert!(rules.is_empty(), "{number}: {rules:?}");
    }
}
