//! Certificates (RFC 5280) and public keys by themselves. They are no secrets and leave no finding;
//! they say what a private key of the same scan opens.

use super::private_key::armor::Armor;
use super::public::Public;
use super::{Evidence, Proof, encoding};
use crate::model::{Certificate, Date, Holder};
use pkcs8::der::asn1::OctetString;
use pkcs8::der::{Decode, Encode, SliceReader};
use ssh_key::PublicKey as SshKey;
use std::net::IpAddr;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

/// Most characters of a name that is kept, and most names.
const NAME_LEN: usize = 120;
const NAMES: usize = 10;

/// Seconds after which nobody renews a certificate any more, and those that no authority gives it.
const LONG_AGO: i64 = 5 * 365 * 86_400;
const ENDLESS: i64 = 30 * 365 * 86_400;

/// Proves a certificate in PEM, OpenSSL's `TRUSTED CERTIFICATE` too.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let der = Armor::parse(evidence.secret).and_then(|armor| encoding::base64(&armor.base64));
    let read = der.and_then(|der| read(&der, evidence.now));
    let Some((public, certificate, end)) = read else {
        return Proof::invalid("it does not parse as a certificate");
    };
    Proof::neutral("a certificate")
        .public_key(&public, Holder::Certificate(certificate))
        .expiring(end)
        .expiring(end.saturating_add(LONG_AGO))
}

/// Proves a public key: PEM (SPKI or PKCS#1) or a line of OpenSSH.
pub(super) fn prove_public_key(evidence: &Evidence<'_>) -> Proof {
    let (public, comment) = match Armor::parse(evidence.secret) {
        Some(armor) => {
            let der = encoding::base64(&armor.base64).unwrap_or_default();
            let public = Public::of_spki(&der).or_else(|| Public::of_pkcs1(&der));
            (public, String::new())
        }
        None => ssh_line(evidence),
    };
    match public {
        Some(public) => Proof::neutral("a public key").public_key(&public, Holder::Bare(comment)),
        None => Proof::invalid("it does not parse as a public key"),
    }
}

/// The key of a line of `authorized_keys`, `known_hosts` or a `.pub` file, and its comment.
fn ssh_line(evidence: &Evidence<'_>) -> (Option<Public>, String) {
    let key = encoding::base64(evidence.secret).and_then(|bytes| SshKey::from_bytes(&bytes).ok());
    let public = key.and_then(|key| Public::of_ssh(key.key_data()));
    let line = String::from_utf8_lossy(evidence.matched);
    let comment = line.split_ascii_whitespace().nth(2);
    (public, comment.map(short).unwrap_or_default())
}

/// The key of a certificate, what it says, and the second after which it is expired; bytes behind it are
/// left alone.
fn read(der: &[u8], now: i64) -> Option<(Public, Certificate, i64)> {
    let mut reader = SliceReader::new(der).ok()?;
    let certificate = CertificateInner::<Raw>::decode(&mut reader).ok()?;
    let body = certificate.tbs_certificate();
    let public = Public::of_spki(&body.subject_public_key_info().to_der().ok()?)?;
    let end = body.validity().not_after.to_unix_duration().as_secs();
    let end = i64::try_from(end).unwrap_or(i64::MAX);
    let start = body.validity().not_before.to_unix_duration().as_secs();
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    let names = body.get_extension::<SubjectAltName>().ok().flatten();
    Some((
        public,
        Certificate {
            subject: distinguished(body.subject()),
            names: names
                .map(|(_, names)| readable(&names.0))
                .unwrap_or_default(),
            issuer: distinguished(body.issuer()),
            expires: Date::of(end),
            is_expired: end < now,
            is_long_over: end.saturating_add(LONG_AGO) < now,
            is_endless: end.saturating_sub(start) > ENDLESS,
            is_self_signed: body.subject() == body.issuer(),
        },
        end,
    ))
}

fn distinguished(name: &Name) -> String {
    match name.is_empty() {
        true => "nobody in particular".to_owned(),
        false => short(&name.to_string()),
    }
}

/// Those alternative names that people read.
fn readable(names: &[GeneralName]) -> Vec<String> {
    let readable = names.iter().filter_map(|name| match name {
        GeneralName::DnsName(text) | GeneralName::Rfc822Name(text) => Some(short(text.as_str())),
        GeneralName::UniformResourceIdentifier(text) => Some(short(text.as_str())),
        GeneralName::IpAddress(bytes) => address(bytes),
        _ => None,
    });
    readable.take(NAMES).collect()
}

fn address(bytes: &OctetString) -> Option<String> {
    let bytes = bytes.as_bytes();
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from));
    address.ok().map(|address| address.to_string())
}

fn short(text: &str) -> String {
    text.chars().take(NAME_LEN).collect()
}
