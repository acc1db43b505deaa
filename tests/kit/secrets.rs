//! Fresh secrets with the right shapes and checksums, made from a seed: they look alive to every
//! scanner, belong to nobody, and stand in no file of this repository.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use curve25519_dalek::edwards::EdwardsPoint;
use sha2::{Digest, Sha256, Sha512};

const DIGITS: &[u8] = b"0123456789";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Letters that are hard to confuse, digits, and signs that need no quoting in a URL.
const TYPED: &[u8] = b"abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679_.-";

/// A source of secrets; the same seed gives the same ones in the same order.
pub struct Secrets {
    seed: String,
    drawn: u64,
}

impl Secrets {
    /// Begins a series, usually named after the test.
    pub fn new(seed: &str) -> Self {
        Self {
            seed: seed.to_owned(),
            drawn: 0,
        }
    }

    /// A classic GitHub token; its last six characters are the checksum of the thirty before.
    pub fn github(&mut self) -> String {
        self.with_crc("ghp_")
    }

    /// An npm token, checked like GitHub's.
    pub fn npm(&mut self) -> String {
        self.with_crc("npm_")
    }

    /// An AWS access key id and its secret.
    pub fn aws(&mut self) -> (String, String) {
        // The first letter of newer ids lies in the upper half of the alphabet: bit 47 is set.
        let id = format!(
            "AKIA{}{}",
            self.text(b"QRSTUVWXYZ", 1),
            self.text(BASE32, 15)
        );
        (id, self.text(BASE64, 40))
    }

    /// A live Stripe key.
    pub fn stripe(&mut self) -> String {
        format!("sk_live_{}", self.text(BASE62, 24))
    }

    /// A Slack bot token.
    pub fn slack(&mut self) -> String {
        let (team, bot) = (self.number(12), self.number(13));
        format!("xoxb-{team}-{bot}-{}", self.text(BASE62, 24))
    }

    /// An OpenAI project key.
    pub fn openai(&mut self) -> String {
        let (front, back) = (self.text(BASE64_URL, 74), self.text(BASE64_URL, 74));
        format!("sk-proj-{front}T3BlbkFJ{back}")
    }

    /// A JSON Web Token that expires in the year 2100.
    pub fn jwt(&mut self) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let header = encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let payload = format!(r#"{{"sub":"{}","exp":4102444800}}"#, self.number(10));
        let signature = encode(&self.bytes(32));
        format!("{header}.{}.{signature}", encode(payload.as_bytes()))
    }

    /// A password as a generator makes it; safe in a URL.
    pub fn password(&mut self) -> String {
        // A letter first, so that no reader takes it for an option or a number.
        format!("{}{}", self.text(b"kmqwzRTX", 1), self.text(TYPED, 19))
    }

    /// An Ed25519 private key in PKCS#8 (RFC 8410, section 7), PEM with a final newline.
    pub fn private_key(&mut self) -> String {
        self.key_pair().0
    }

    /// The same with its public half (RFC 8032, section 5.1.5).
    pub fn key_pair(&mut self) -> (String, [u8; 32]) {
        let seed = self.bytes(32);
        let hash = Sha512::digest(&seed);
        let public = EdwardsPoint::mul_base_clamped(*hash.first_chunk().unwrap());
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend(seed);
        let label = "PRIVATE KEY";
        let body = STANDARD.encode(der);
        let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        (pem, public.compress().to_bytes())
    }

    fn with_crc(&mut self, prefix: &str) -> String {
        let body = self.text(BASE62, 30);
        let mut rest = crc32fast::hash(body.as_bytes());
        let mut tail = [b'0'; 6];
        for digit in tail.iter_mut().rev() {
            *digit = BASE62[(rest % 62) as usize];
            rest /= 62;
        }
        format!("{prefix}{body}{}", String::from_utf8_lossy(&tail))
    }

    /// A decimal number of that many digits.
    fn number(&mut self, digits: usize) -> String {
        format!(
            "{}{}",
            self.text(&DIGITS[1..], 1),
            self.text(DIGITS, digits - 1)
        )
    }

    /// Characters drawn from an alphabet; the slight bias of the remainder does not matter here.
    pub fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        let draw = |byte: u8| char::from(alphabet[usize::from(byte) % alphabet.len()]);
        self.bytes(length).into_iter().map(draw).collect()
    }

    /// Bytes that look random.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while out.len() < length {
            out.extend(Sha256::digest(format!("{}/{}", self.seed, self.drawn)));
            self.drawn += 1;
        }
        out.truncate(length);
        out
    }
}
