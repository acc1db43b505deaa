//! Offline proof: what a secret's own bytes tell about it, without asking anybody. A failed proof
//! never drops a finding; it makes it less sure and says so.

mod aws;
mod azure;
mod azure_sas;
mod base58;
mod basic_auth;
mod bech32;
mod bip39;
mod certificate;
mod cisco;
mod crc_tail;
mod data_center;
mod decoded;
mod documents;
mod encoded_key;
mod encoding;
mod ethereum;
mod github;
mod gnupg;
mod java_keystore;
mod jfrog;
mod jwt;
mod keytab;
mod marvin;
mod nkey;
mod password_hash;
mod pkcs12;
mod private_key;
mod public;
mod pypi;
mod rclone;
mod sentry;
mod signed_json;
mod url;

use crate::model::{Holder, Part, PublicKey, Secret};
use public::Public;

/// What a validator looks at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The secret as it stands in the text.
    pub secret: &'a [u8],
    /// The rule's whole match.
    pub matched: &'a [u8],
    /// The "now" that expiry is measured against, in seconds since the Unix epoch. A proof that looks at it
    /// says so by [`Proof::expires`].
    pub now: i64,
}

/// What came out of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The proof succeeded: the finding is confirmed.
    Valid,
    /// The proof failed: mistyped, redacted, made up, or a format we do not know yet.
    Invalid,
    /// It is known, and known to everybody: an example of the documentation, a published test key.
    Public,
    /// It is genuine and opens nothing any more: expired, or so weak that it keeps nobody out.
    Spent,
    /// It proves nothing either way; the reason is still worth reading.
    Neutral,
}

/// A verdict with what was learned on the way.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, as a sentence people read. Never quotes the secret.
    pub reason: String,
    /// The form that identity is computed from, where it is not the bytes as they stand: the DER
    /// of a key, the unescaped value.
    pub normalised: Option<Vec<u8>>,
    /// Values that belong to the secret: an account id, a user name.
    pub parts: Vec<Part>,
    /// The public half of a key.
    pub public_key: Option<PublicKey>,
    /// The seconds, since the Unix epoch, after each of which what is told here would be another.
    pub expires: Vec<i64>,
}

impl Proof {
    fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            normalised: None,
            parts: Vec::new(),
            public_key: None,
            expires: Vec::new(),
        }
    }

    fn valid(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Valid, reason)
    }

    fn invalid(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Invalid, reason)
    }

    fn public(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Public, reason)
    }

    fn spent(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Spent, reason)
    }

    fn neutral(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Neutral, reason)
    }

    fn normalised(mut self, bytes: Vec<u8>) -> Self {
        self.normalised = Some(bytes);
        self
    }

    /// What is held here is the public half alone.
    fn public_key(mut self, key: &Public, holder: Holder) -> Self {
        self.public_key = key.named(Some(holder));
        self
    }

    /// What is told here holds until this second, or since.
    fn expiring(mut self, at: i64) -> Self {
        self.expires.push(at);
        self
    }

    fn part(mut self, name: &str, value: &[u8]) -> Self {
        self.parts.push(Part {
            name: name.to_owned(),
            value: Secret::new(value),
        });
        self
    }
}

/// An offline proof.
pub type Validator = fn(&Evidence<'_>) -> Proof;

/// Every validator by the name that rules use.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("atlassian", crc_tail::atlassian),
    ("aws-bedrock", decoded::bedrock),
    ("aws-key-id", aws::key_id),
    ("azure-client-secret", azure::client_secret),
    ("azure-key", azure::key),
    ("azure-sas", azure_sas::prove),
    ("base58check", base58::prove),
    ("basic-auth", basic_auth::prove),
    ("bech32", bech32::prove),
    ("bip39", bip39::prove),
    ("certificate", certificate::prove),
    ("cisco-type-7", cisco::type_7),
    ("cloudflare", crc_tail::cloudflare),
    ("cloudflare-tunnel", documents::cloudflare_tunnel),
    ("confluent", crc_tail::confluent),
    ("data-center-token", data_center::prove),
    ("discord", decoded::discord),
    ("elastic", decoded::elastic),
    ("elastic-cloud", decoded::elastic_cloud),
    ("encoded-key", encoded_key::prove),
    ("ethereum", ethereum::prove),
    ("fly", decoded::fly),
    ("github", github::prove),
    ("gitlab-routable", crc_tail::gitlab_routable),
    ("gnupg-key", gnupg::prove),
    ("grafana", documents::grafana),
    ("intercom", decoded::intercom),
    ("java-keystore", java_keystore::prove),
    ("jfrog", jfrog::prove),
    ("jwt", jwt::prove),
    ("keytab", keytab::prove),
    ("laravel", decoded::laravel),
    ("mapbox", signed_json::prove),
    ("netbird", crc_tail::prefixed),
    ("nkey", nkey::prove),
    ("npm", crc_tail::npm),
    ("onepassword", documents::onepassword),
    ("openvpn", decoded::openvpn),
    ("pkcs12", pkcs12::prove),
    ("polar", crc_tail::prefixed),
    ("private-key", private_key::prove),
    ("public-key", certificate::prove_public_key),
    ("pypi", pypi::prove),
    ("rclone", rclone::prove),
    ("sentry", sentry::prove),
    ("shadow-hash", password_hash::prove),
    ("tinybird", signed_json::prove),
    ("url-credentials", url::prove),
    ("wireguard", decoded::wireguard),
    ("workos", decoded::workos),
    ("zuplo", crc_tail::zuplo),
];

/// Passwords of stores that stand in every tutorial.
const DEFAULT_PASSWORDS: [&str; 4] = ["", "changeit", "changeme", "password"];

/// The first default password that opens a store.
fn default_password(opens: impl Fn(&str) -> bool) -> Option<&'static str> {
    DEFAULT_PASSWORDS
        .into_iter()
        .find(|password| opens(password))
}

/// The validator of that name.
pub fn validator(name: &str) -> Option<Validator> {
    VALIDATORS
        .iter()
        .find(|entry| entry.0 == name)
        .map(|entry| entry.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The given secret, matched as a whole, at the start of 2026.
    pub(super) fn evidence(secret: &[u8]) -> Evidence<'_> {
        Evidence {
            secret,
            matched: secret,
            now: 1_767_225_600,
        }
    }

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(VALIDATORS.is_sorted_by(|left, right| left.0 < right.0));
        assert!(validator("npm").is_some() && validator("nonesuch").is_none());
    }

    proptest! {
        /// Whatever a rule hands over, a validator answers: with bytes that could be anything, and
        /// with bytes behind the heads that lead deep into each of them.
        #[test]
        fn no_validator_panics(
            head in prop::sample::select(vec![
                "", "ghp_", "ghs_1_eyJ", "github_pat_", "AKIA", "eyJ", "glsa_", "pypi-AgEI",
                "sntrys_", "SUA", "sk.eyJ", "$6$", "$2b$10$", "-----BEGIN RSA PRIVATE KEY-----\n",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA",
                "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ",
                "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n",
                "-----BEGIN PRIVATE KEY-----\nMI", "-----BEGIN CERTIFICATE-----\nMII",
                "0\u{2}\u{1}\u{3}0", "\u{5}\u{2}\0\0\0\u{40}\0\u{1}\0\u{4}", "BQIAAA", "AAAAB3NzaC1yc2EA", "-----BEGIN PUBLIC KEY-----\nMII",
            ]),
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                "[A-Za-z0-9+/=_.\\\\\"$%: \n-]{0,300}".prop_map(String::into_bytes),
            ],
        ) {
            let secret = [head.as_bytes(), &body].concat();
            for (_, prove) in VALIDATORS {
                prove(&evidence(&secret));
            }
        }
    }
}
