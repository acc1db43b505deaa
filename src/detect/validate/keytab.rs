//! Kerberos keytabs (MIT krb5, "The keytab file format"): entries of a principal and a key that stands for its
//! password, in the clear.

use super::{Evidence, Proof, encoding};

/// What a keytab of the format's second version begins with.
const MAGIC: &[u8] = b"\x05\x02";
/// Kinds of keys by number (IANA, "Kerberos Encryption Type Numbers").
const KINDS: [(u16, &str); 7] = [
    (1, "des-cbc-crc"),
    (16, "des3-cbc-sha1"),
    (17, "aes128-cts-hmac-sha1-96"),
    (18, "aes256-cts-hmac-sha1-96"),
    (19, "aes128-cts-hmac-sha256-128"),
    (20, "aes256-cts-hmac-sha384-192"),
    (23, "rc4-hmac"),
];

/// The first entry.
struct Entry {
    principal: String,
    kind: u16,
    key: Vec<u8>,
}

/// Proves a keytab, as it stands or in base64, by its first entry.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let decoded;
    let bytes = match evidence.matched.starts_with(MAGIC) {
        true => evidence.matched,
        false => {
            let whole = evidence.secret.len() / 4 * 4;
            decoded = encoding::base64(&evidence.secret[..whole]).unwrap_or_default();
            &decoded
        }
    };
    match entry(bytes) {
        Some(entry) => {
            let kind = KINDS.iter().find(|kind| kind.0 == entry.kind);
            let kind = kind.map_or("a kind of key not known here", |kind| kind.1);
            let reason = format!(
                "a keytab, not encrypted, whose first key ({kind}) is that of {}",
                entry.principal
            );
            Proof::valid(reason).normalised(entry.key)
        }
        None => Proof::invalid("it does not parse as a keytab"),
    }
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let size: usize = i32::from_be_bytes(*rest.split_off(..4)?.first_chunk()?)
        .try_into()
        .ok()?;
    let mut rest = rest.get(..size)?;
    let components = number(&mut rest)?;
    let realm = text(&mut rest)?;
    let names: Option<Vec<String>> = (0..components).map(|_| text(&mut rest)).collect();
    // The kind of name, the time, and the key's version.
    rest.split_off(..4 + 4 + 1)?;
    let kind = number(&mut rest)?;
    let length = number(&mut rest)?;
    let key = rest.split_off(..usize::from(length))?;
    let is_key = !key.is_empty() && key.iter().any(|&byte| byte != 0);
    is_key.then(|| Entry {
        principal: format!("{}@{realm}", names.unwrap_or_default().join("/")),
        kind,
        key: key.to_vec(),
    })
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let bytes = rest.split_off(..2)?;
    bytes.try_into().ok().map(u16::from_be_bytes)
}

/// A name behind its length; one that cannot be shown is none.
fn text(rest: &mut &[u8]) -> Option<String> {
    let length = number(rest)?;
    let name = rest.split_off(..usize::from(length))?;
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    fn counted(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
    }

    fn keytab(key: &[u8]) -> Vec<u8> {
        let names = [counted(b"ACME.DEV"), counted(b"http"), counted(b"web")].concat();
        let entry = [b"\0\x02", &names[..], &[0, 0, 0, 1], &[9; 4], &[3, 0, 18]];
        let entry = [entry.concat(), counted(key)].concat();
        [MAGIC, &(entry.len() as u32).to_be_bytes(), &entry].concat()
    }

    #[test]
    fn a_keytab_names_its_principal() {
        let proof = prove(&evidence(&keytab(&[7; 32])));
        assert_eq!(proof.verdict, Valid);
        assert!(
            proof.reason.contains("http/web@ACME.DEV"),
            "{}",
            proof.reason
        );
        assert!(proof.reason.contains("aes256-cts-hmac-sha1-96"));
        assert_eq!(proof.normalised, Some(vec![7; 32]));
    }

    #[test]
    fn it_is_the_same_in_base64() {
        let encoded = base64::engine::general_purpose::STANDARD.encode(keytab(&[7; 32]));
        let proof = prove(&evidence(encoded.as_bytes()));
        assert_eq!(proof.normalised, Some(vec![7; 32]));
    }

    #[test]
    fn what_is_cut_or_empty_is_none() {
        let whole = keytab(&[7; 32]);
        for bytes in [
            &whole[..whole.len() - 1],
            &keytab(&[0; 32]),
            &keytab(b""),
            MAGIC,
        ] {
            assert_eq!(prove(&evidence(bytes)).verdict, Invalid);
        }
    }
}
