//! Java's keystores, JKS and JCEKS: a count, entries with their aliases in the clear, and a digest over
//! everything and the password. So the names are readable, and a default password is told by one hash.

use super::{Evidence, Proof, default_password};
use sha1::{Digest, Sha1};

/// The first four bytes of each kind.
const KINDS: [(&[u8; 4], &str); 2] = [(b"\xfe\xed\xfe\xed", "JKS"), (b"\xce\xce\xce\xce", "JCEKS")];
/// Most aliases that are told.
const NAMED: usize = 5;
/// What stands between password and content under the digest.
const SALT: &[u8] = b"Mighty Aphrodite";

/// A store as far as it can be read without its password.
#[derive(Debug)]
struct Store {
    kind: &'static str,
    aliases: Vec<String>,
    keys: usize,
    entries: u32,
    /// The first protected key, which no other store has.
    identity: Vec<u8>,
    /// Where the digest begins, if everything before it was read.
    end: Option<usize>,
}

/// Proves a keystore from its first bytes; a larger one is cut, and described as far as it goes.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let Some(store) = read(evidence.matched) else {
        return Proof::invalid("it does not parse as a keystore");
    };
    let kind = store.kind;
    if store.keys == 0 {
        return without_keys(&store);
    }
    let named = store.aliases.iter().take(NAMED).map(String::as_str);
    let names = named.collect::<Vec<_>>().join(", ");
    let entries = format!(
        "{} of {} entries read: {names}",
        store.aliases.len(),
        store.entries
    );
    let proof = match default_password(|password| opens(&store, evidence.matched, password)) {
        Some("") => Proof::valid(format!("a {kind} keystore without a password ({entries})")),
        Some(password) => Proof::valid(format!(
            "a {kind} keystore that opens with the default password `{password}` ({entries})"
        )),
        None => Proof::neutral(format!("a {kind} keystore with a password ({entries})")),
    };
    match store.identity.is_empty() {
        true => proof,
        false => proof.normalised(store.identity),
    }
}

/// A store in which only certificates were met. One that was cut may still hold a key.
fn without_keys(store: &Store) -> Proof {
    let kind = store.kind;
    match store.end {
        Some(_) => Proof::public(format!(
            "a {kind} trust store, which holds certificates only"
        )),
        None => Proof::invalid(format!(
            "a {kind} store of {} entries, of which the first {} are certificates",
            store.entries,
            store.aliases.len()
        )),
    }
}

fn opens(store: &Store, text: &[u8], password: &str) -> bool {
    let Some((content, digest)) = store.end.and_then(|end| text.split_at_checked(end)) else {
        return false;
    };
    let mut hash = Sha1::new();
    for unit in password.encode_utf16() {
        hash.update(unit.to_be_bytes());
    }
    hash.update(SALT);
    hash.update(content);
    digest.starts_with(&hash.finalize())
}

fn read(text: &[u8]) -> Option<Store> {
    let mut rest = Rest { text, at: 0 };
    let magic = rest.take(4)?;
    let kind = KINDS.iter().find(|kind| kind.0 == magic)?.1;
    let version = rest.number().filter(|version| (1..=2).contains(version))?;
    let entries = rest.number().filter(|&count| count > 0)?;
    let mut store = Store {
        kind,
        aliases: Vec::new(),
        keys: 0,
        entries,
        identity: Vec::new(),
        end: None,
    };
    let whole = (0..entries).try_for_each(|_| entry(&mut rest, version, &mut store));
    store.end = whole.map(|()| rest.at);
    (!store.aliases.is_empty()).then_some(store)
}

/// Reads one entry; `None` where the text ends or a secret key follows, whose length only Java knows.
fn entry(rest: &mut Rest<'_>, version: u32, store: &mut Store) -> Option<()> {
    let tag = rest.number().filter(|tag| (1..=3).contains(tag))?;
    let alias = rest.string()?;
    store.aliases.push(shown(alias));
    store.keys += usize::from(tag != 2);
    rest.take(8)?;
    match tag {
        1 => {
            let key = rest.block()?;
            if store.identity.is_empty() {
                store.identity = key.to_vec();
            }
            let certificates = rest.number()?;
            (0..certificates).try_for_each(|_| certificate(rest, version))
        }
        2 => certificate(rest, version),
        _ => None,
    }
}

fn certificate(rest: &mut Rest<'_>, version: u32) -> Option<()> {
    if version == 2 {
        rest.string()?;
    }
    rest.block().map(drop)
}

/// An alias as far as it can be shown.
fn shown(alias: &[u8]) -> String {
    const LONGEST: usize = 40;
    let graphic = alias.iter().filter(|byte| byte.is_ascii_graphic());
    graphic
        .take(LONGEST)
        .map(|&byte| char::from(byte))
        .collect()
}

/// What is still to be read, in Java's big-endian spelling.
struct Rest<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.text.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// Bytes behind their length in 32 bits.
    fn block(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }

    /// Text behind its length in 16 bits.
    fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.take(2)?.try_into().ok().map(u16::from_be_bytes)?;
        self.take(length.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Public, Valid};
    use super::super::tests::evidence;
    use super::*;

    fn block(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
    }

    /// A store with one entry and the digest of this password.
    fn store(tag: u32, password: &str) -> Vec<u8> {
        let alias = [&tag.to_be_bytes()[..], b"\0\x03web", &[1; 8]].concat();
        let certificate = [b"\0\x05X.509".to_vec(), block(&[3; 50])].concat();
        let entry = match tag {
            1 => [block(&[5; 90]), 1_u32.to_be_bytes().to_vec(), certificate].concat(),
            _ => certificate,
        };
        let head = b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01";
        let content = [head.to_vec(), alias, entry].concat();
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let digest = Sha1::digest([&password, SALT, &content].concat());
        [content, digest.to_vec(), b"trailing".to_vec()].concat()
    }

    #[test]
    fn default_passwords_are_told_by_the_digest() {
        for (password, verdict) in [("changeit", Valid), ("", Valid), ("Tr0ub4dor", Neutral)] {
            let proof = prove(&evidence(&store(1, password)));
            assert_eq!(proof.verdict, verdict, "{password}: {}", proof.reason);
            assert!(proof.reason.contains("web"), "{}", proof.reason);
            assert_eq!(proof.normalised, Some(vec![5; 90]));
        }
    }

    #[test]
    fn a_trust_store_holds_nothing_secret() {
        let whole = store(2, "changeit");
        assert_eq!(prove(&evidence(&whole)).verdict, Public);
        assert_eq!(prove(&evidence(&whole[..60])).verdict, Invalid);
    }

    #[test]
    fn a_cut_store_is_described_and_noise_is_none() {
        let whole = store(1, "changeit");
        assert_eq!(prove(&evidence(&whole[..60])).verdict, Neutral);
        assert_eq!(
            prove(&evidence(b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01\0\0\0\x09")).verdict,
            Invalid
        );
        assert_eq!(prove(&evidence(b"")).verdict, Invalid);
    }
}
