//! Certificates and SSH lines for an Ed25519 key, written byte by byte. Nobody signed them: their
//! signatures are zeros.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a certificate says beside its key.
pub struct Certificate<'a> {
    /// Common name of the subject, or behind `O=` its organisation.
    pub subject: &'a str,
    /// Common name of the issuer, or behind `O=` its organisation.
    pub issuer: &'a str,
    /// DNS names.
    pub names: &'a [&'a str],
    /// When it ends, `YYMMDDhhmmssZ`; it begins with the year 2020, or with 1990 if it ends before.
    pub end: &'a str,
}

const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
const ORGANISATION: &[u8] = b"\x06\x03\x55\x04\x0a";
const ALTERNATIVE_NAMES: &[u8] = b"\x06\x03\x55\x1d\x11";

/// Tag, length, and the values one after the other.
fn tlv(tag: u8, values: &[&[u8]]) -> Vec<u8> {
    let value = values.concat();
    let length = match value.len() {
        short @ 0..=127 => vec![short as u8],
        long @ 128..=255 => vec![0x81, long as u8],
        long => [&[0x82][..], &(long as u16).to_be_bytes()].concat(),
    };
    [&[tag][..], &length, &value].concat()
}

impl Certificate<'_> {
    /// PEM with a final newline.
    pub fn pem(&self, public: &[u8; 32]) -> String {
        let algorithm = tlv(0x30, &[ED25519]);
        let whole = tlv(
            0x30,
            &[&self.body(public), &algorithm, &tlv(0x03, &[&[0; 65]])],
        );
        let label = "CERTIFICATE";
        let text = STANDARD.encode(whole);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            lines.join("\n")
        )
    }

    fn body(&self, public: &[u8; 32]) -> Vec<u8> {
        let algorithm = tlv(0x30, &[ED25519]);
        let name = |text: &str| {
            let (kind, text) = match text.strip_prefix("O=") {
                Some(organisation) => (ORGANISATION, organisation),
                None => (COMMON_NAME, text),
            };
            let value = tlv(0x0c, &[text.as_bytes()]);
            tlv(0x30, &[&tlv(0x31, &[&tlv(0x30, &[kind, &value])])])
        };
        let start = match self.end < "200101000000Z" {
            true => b"900101000000Z",
            false => b"200101000000Z",
        };
        let validity = tlv(
            0x30,
            &[&tlv(0x17, &[start]), &tlv(0x17, &[self.end.as_bytes()])],
        );
        let key = tlv(0x30, &[&algorithm, &tlv(0x03, &[&[0], public])]);
        let names: Vec<u8> = self
            .names
            .iter()
            .flat_map(|name| tlv(0x82, &[name.as_bytes()]))
            .collect();
        let names = tlv(0x04, &[&tlv(0x30, &[&names])]);
        let extensions = tlv(
            0xa3,
            &[&tlv(0x30, &[&tlv(0x30, &[ALTERNATIVE_NAMES, &names])])],
        );
        let version = tlv(0xa0, &[&tlv(0x02, &[&[2]])]);
        let parts = [
            version,
            tlv(0x02, &[&[7]]),
            algorithm,
            name(self.issuer),
            validity,
            name(self.subject),
            key,
            extensions,
        ];
        tlv(0x30, &parts.each_ref().map(Vec::as_slice))
    }
}

/// A line of `authorized_keys`.
pub fn ssh_line(public: &[u8; 32], comment: &str) -> String {
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let wire = [string(b"ssh-ed25519"), string(public)].concat();
    format!("ssh-ed25519 {} {comment}\n", STANDARD.encode(wire))
}
