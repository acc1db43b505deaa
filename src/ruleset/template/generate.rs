//! Writes out a parsed template.
//!
//! Checksums cover the *run*: what generators wrote since the last plain text. Text behind a run
//! (`glsa_{base62:32}_{crc32le:glsa_}`) does not end it before the next generator starts.

use super::dice::Dice;
use super::parse::{Node, Transform};
use super::{MAX_LEN, TemplateError, pem};
use crate::ruleset::checksum::{base58_check, base62_crc32, crc32};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use std::ops::Range;

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER_DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALPHABETS: &[(&str, &[u8])] = &[
    ("digits", b"0123456789"),
    ("hex", b"0123456789abcdef"),
    ("HEX", b"0123456789ABCDEF"),
    ("lower", LOWER),
    ("upper", UPPER),
    (
        "alpha",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    ("lan", LOWER_DIGITS),
    ("UAN", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (
        "base62",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    (
        "alnum",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    (
        "word",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    ),
    (
        "b64",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    ),
    (
        "b64u",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    ),
    ("base32", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("base32l", b"abcdefghijklmnopqrstuvwxyz234567"),
    (
        "base58",
        b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    ),
    ("bech32", b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
];

/// What has been written of a template, or of one nested in it.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    out: Vec<u8>,
    run: Range<usize>,
    run_ended: bool,
}

impl Expansion {
    /// Writes the nodes one after the other.
    pub(super) fn of(nodes: &[Node], dice: &mut Dice) -> Result<Vec<u8>, TemplateError> {
        let mut expansion = Self::default();
        for node in nodes {
            expansion.write(node, dice)?;
            if expansion.out.len() > MAX_LEN {
                return Err(TemplateError::TooLong);
            }
        }
        Ok(expansion.out)
    }

    fn write(&mut self, node: &Node, dice: &mut Dice) -> Result<(), TemplateError> {
        match node {
            Node::Text(text) => {
                self.out.extend_from_slice(text);
                self.run_ended = true;
            }
            Node::Generator { name, argument } if name.starts_with("crc") => {
                let sum = self.checksum(name, argument)?;
                self.out.extend(sum);
            }
            Node::Generator { name, argument } => self.generated(&value(name, argument, dice)?),
            Node::Transform { how, inner } => {
                let plain = Self::of(inner, dice)?;
                self.generated(&rewrite(*how, &plain, dice));
            }
        }
        Ok(())
    }

    fn generated(&mut self, bytes: &[u8]) {
        if self.run_ended {
            self.run.start = self.out.len();
            self.run_ended = false;
        }
        self.out.extend_from_slice(bytes);
        self.run.end = self.out.len();
    }

    /// The checksum over the run or, if `from` is given, over the last `from` in the output and
    /// everything between it and the end of the run.
    fn checksum(&self, name: &str, from: &str) -> Result<Vec<u8>, TemplateError> {
        let nothing = || TemplateError::NothingToSum(name.to_owned());
        let written = self.out.get(..self.run.end).unwrap_or_default();
        let start = match from {
            "" => self.run.start,
            _ => memchr::memmem::rfind(written, from.as_bytes()).ok_or_else(nothing)?,
        };
        let covered = written.get(start..).unwrap_or_default();
        if covered.is_empty() {
            return Err(nothing());
        }
        let crc = crc32(covered);
        Ok(match name {
            "crc32" => base62_crc32(covered).to_vec(),
            "crc32hex" => format!("{crc:08x}").into_bytes(),
            "crc32le" => format!("{:08x}", crc.swap_bytes()).into_bytes(),
            "crc32b36" => base36(crc).to_vec(),
            "crc32b64" => BASE64
                .encode(&crc.to_le_bytes())
                .trim_end_matches('=')
                .as_bytes()
                .to_vec(),
            _ => return Err(TemplateError::UnknownGenerator(name.to_owned())),
        })
    }
}

/// Seven base36 digits, which any 32 bits fit into.
fn base36(number: u32) -> [u8; 7] {
    let mut rest = number as usize;
    let mut digits = [b'0'; 7];
    for digit in digits.iter_mut().rev() {
        *digit = LOWER_DIGITS[rest % LOWER_DIGITS.len()];
        rest /= LOWER_DIGITS.len();
    }
    digits
}

fn value(name: &str, argument: &str, dice: &mut Dice) -> Result<Vec<u8>, TemplateError> {
    let bad = || TemplateError::BadArgument(argument.to_owned(), name.to_owned());
    if name == "bytes" {
        let count = argument.parse().ok().filter(|&count| count <= MAX_LEN);
        return count.map(|count| dice.bytes(count)).ok_or_else(bad);
    }
    if let Some((_, alphabet)) = ALPHABETS.iter().find(|entry| entry.0 == name) {
        let count = argument.parse::<usize>().map_err(|_| bad())?;
        if count > MAX_LEN {
            return Err(TemplateError::TooLong);
        }
        return Ok(dice.draw(alphabet, count));
    }
    match (name, argument) {
        ("pem", kind) => pem::key(kind, dice).map(String::into_bytes).ok_or_else(bad),
        ("unhex", digits) => HEXLOWER.decode(digits.as_bytes()).map_err(|_| bad()),
        ("uuid", "") => Ok(uuid(dice)),
        ("password", "") => Ok(password(dice)),
        ("jwt", "") => Ok(jwt(
            br#"{"sub":"build","iat":1767225600,"exp":4102444800}"#,
            dice,
        )),
        ("uuid" | "password" | "jwt", _) => Err(bad()),
        _ => Err(TemplateError::UnknownGenerator(name.to_owned())),
    }
}

fn rewrite(how: Transform, plain: &[u8], dice: &mut Dice) -> Vec<u8> {
    match how {
        Transform::Base64 => BASE64.encode(plain).into_bytes(),
        Transform::Base64Url => BASE64URL_NOPAD.encode(plain).into_bytes(),
        Transform::Base58Check => base58_check(plain),
        Transform::Jwt => jwt(plain, dice),
        Transform::Unhex => unhex(plain),
        Transform::Escape => plain
            .iter()
            .flat_map(|byte| match byte {
                b'\n' => b"\\n".to_vec(),
                other => vec![*other],
            })
            .collect(),
    }
}

/// The bytes of hex digits, of which an odd one at the end is left out.
fn unhex(text: &[u8]) -> Vec<u8> {
    let digits = text
        .iter()
        .filter_map(|&sign| char::from(sign).to_digit(16));
    let digits: Vec<u32> = digits.collect();
    let bytes = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]);
    bytes.filter_map(|byte| u8::try_from(byte).ok()).collect()
}

/// A token with these claims and a made-up HS256 signature.
fn jwt(claims: &[u8], dice: &mut Dice) -> Vec<u8> {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = BASE64URL_NOPAD.encode(claims);
    let signature = BASE64URL_NOPAD.encode(&dice.bytes(32));
    format!("{header}.{claims}.{signature}").into_bytes()
}

/// A random UUID (RFC 9562, version 4).
fn uuid(dice: &mut Dice) -> Vec<u8> {
    const HEX: &[u8] = b"0123456789abcdef";
    let groups = [
        dice.draw(HEX, 8),
        dice.draw(HEX, 4),
        [b"4".to_vec(), dice.draw(HEX, 3)].concat(),
        [dice.draw(b"89ab", 1), dice.draw(HEX, 3)].concat(),
        dice.draw(HEX, 12),
    ];
    groups.join(&b'-')
}

/// A password as a person might choose it: syllables, a capital, a sign, digits.
fn password(dice: &mut Dice) -> Vec<u8> {
    let mut word = Vec::new();
    for _ in 0..4 {
        word.push(dice.pick(b"bdfgklmnprstvz"));
        word.push(dice.pick(b"aeiou"));
    }
    word.make_ascii_lowercase();
    if let Some(first) = word.first_mut() {
        first.make_ascii_uppercase();
    }
    word.push(dice.pick(b"!-_+*"));
    word.extend(dice.draw(b"0123456789", 3));
    word.push(dice.pick(UPPER));
    word.push(dice.pick(LOWER));
    word
}
