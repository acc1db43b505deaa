//! Keys that everybody has, because their owners publish them: a library carries them for its
//! self-tests, and every image with that library would fail over keys that open nothing. They are
//! known by the hash of their identity, never by the path they stand at.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Who publishes keys, and the SHA-256 of each key's identity in hex.
type Publisher = (&'static str, &'static [&'static str]);

const PUBLISHERS: &[Publisher] = &[
    ("the self-tests of GnuTLS", GNUTLS),
    ("the benchmarks of OpenSSL", OPENSSL),
];

/// Those of `openssl speed`, from 2048 to 15360 bits, which the program carries in DER.
const OPENSSL: &[&str] = &[
    "25eec4ddd628fd5e72aa14ad2a894cb91272852bfcae48ac193656ba350f6e40",
    "32620d7d2ae52c11db7cc95e333e585c2552abe20da6bd5169c010fedfa4c73e",
    "54da0df6070851127a23e00c2836e3dd2c6b3b78f650ce690442a0243fde31bd",
    "bb6a6abd969e3ffb523c303fc951ee4ee56349d8f86f52d3386adae5cd4db004",
    "c069f7ebcd214901cd196cdfd4f785ffe3d646506217f790aee51576eef363de",
];

/// One for each algorithm, carried by every `libgnutls.so`.
const GNUTLS: &[&str] = &[
    "0294b4406902e33bb02f89eaf4c691328790d7a9cd01b873d68edac994f310a1",
    "09f1c1a4680df80b9e8e6e587d3a787de7402a919e366426ad807a1c0f8c98c1",
    "14f2a03a03c85eb724e3901122d16dd0679b35fbc2a5cf772b1ad60235d9ba4e",
    "1ed06c872111f94b3ed5ab8681e9adf8cb5c11e1704fd08c5adeb41bbabe95ae",
    "2538dca8f00faa5082d7c02df64a1e1fcbd4885d4f942794c5c6288a5847d738",
    "2859ff03b44c8f0e4f96604b8cced325ef4d01ca935422b2041d88d8809f8fa1",
    "87e288dc7dbc29a24241b596ec8c84f949d9f09f34fc0cf69242481fb2274770",
    "d245e52c341a76645e1b0e56c58dc964cd4f3ecaea64a9c6d6db9897d4948a8a",
    "d894e7d81fb68bb87fb5bac5680552fdc3e3a5492746c6f5a7bfce425f3b3f5d",
    "f2d493a92c78b689c1da5d1f40120f6f1c414601360dc8d678cfc946891dbcc4",
];

/// Who publishes the key with this identity, if it is known.
pub(super) fn publisher(identity: &[u8]) -> Option<&'static str> {
    among(PUBLISHERS, identity)
}

fn among(publishers: &[Publisher], identity: &[u8]) -> Option<&'static str> {
    let hash = HEXLOWER.encode(&Sha256::digest(identity));
    let found = publishers
        .iter()
        .find(|(_, keys)| keys.contains(&hash.as_str()));
    found.map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-256 of `abc`, from FIPS 180-2.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_key_is_known_by_its_hash() {
        let publishers: &[Publisher] = &[("nobody", &[]), ("the alphabet", &[ABC])];
        assert_eq!(among(publishers, b"abc"), Some("the alphabet"));
        assert_eq!(among(publishers, b"abd"), None);
    }

    #[test]
    fn every_hash_is_one_that_can_come_out() {
        for hash in PUBLISHERS.iter().flat_map(|(_, keys)| *keys) {
            let bytes = HEXLOWER.decode(hash.as_bytes()).unwrap();
            assert_eq!(bytes.len(), Sha256::output_size(), "{hash}");
        }
    }
}
