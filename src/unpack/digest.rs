//! Content digests, computed while the bytes pass by on their way to a decoder, so that verifying
//! a blob costs no second read.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256, Sha512};
use std::io::{self, Read};

/// Bytes that [`Hashing::drain`] reads at once.
const DRAIN: usize = 64 << 10;

/// The digest algorithms of the OCI image specification (descriptor.md, "Registered algorithms").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The word before the colon of a digest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Length of the hex digits after the colon.
    pub const fn hex_len(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// The algorithm of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// What passed through a [`Hashing`] reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested {
    /// `algorithm:hex`.
    pub digest: String,
    /// Number of bytes.
    pub size: u64,
}

enum Hasher {
    Sha256(Sha256),
    Sha512(Sha512),
}

/// A reader that hashes and counts what is read through it.
///
/// It hashes at every read, so put the buffer around it and not below it.
pub struct Hashing<R> {
    inner: R,
    hasher: Hasher,
    size: u64,
}

impl<R: Read> Hashing<R> {
    /// Hashes all that is read from `inner`.
    pub fn new(inner: R, algorithm: Algorithm) -> Self {
        let hasher = match algorithm {
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sha512 => Hasher::Sha512(Sha512::new()),
        };
        Self {
            inner,
            hasher,
            size: 0,
        }
    }

    /// Bytes that have passed so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Reads on to the end, because a digest is one of the whole blob even where a decoder had to
    /// stop.
    ///
    /// # Errors
    /// Those of the reader below.
    pub fn drain(&mut self) -> io::Result<()> {
        let mut scratch = vec![0; DRAIN];
        loop {
            match self.read(&mut scratch) {
                Ok(0) => return Ok(()),
                Err(err) if err.kind() != io::ErrorKind::Interrupted => return Err(err),
                _ => {}
            }
        }
    }

    /// The digest and size of what has passed.
    pub fn finish(self) -> Digested {
        let (algorithm, hex) = match self.hasher {
            Hasher::Sha256(hasher) => (Algorithm::Sha256, HEXLOWER.encode(&hasher.finalize())),
            Hasher::Sha512(hasher) => (Algorithm::Sha512, HEXLOWER.encode(&hasher.finalize())),
        };
        Digested {
            digest: format!("{}:{hex}", algorithm.name()),
            size: self.size,
        }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        match &mut self.hasher {
            Hasher::Sha256(hasher) => hasher.update(&buf[..count]),
            Hasher::Sha512(hasher) => hasher.update(&buf[..count]),
        }
        self.size += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector "abc" of FIPS 180-4.
    const ABC_256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const ABC_512: &str = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                           2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

    #[test]
    fn the_published_vectors_come_out() {
        for (algorithm, hex) in [(Algorithm::Sha256, ABC_256), (Algorithm::Sha512, ABC_512)] {
            let mut hashing = Hashing::new(&b"abc"[..], algorithm);
            hashing.drain().unwrap();
            assert_eq!(hex.len(), algorithm.hex_len());
            assert_eq!(
                hashing.finish(),
                Digested {
                    digest: format!("{}:{hex}", algorithm.name()),
                    size: 3
                }
            );
        }
    }

    #[test]
    fn draining_completes_a_partial_read() {
        let mut hashing = Hashing::new(&b"abc"[..], Algorithm::Sha256);
        hashing.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(hashing.size(), 2);
        hashing.drain().unwrap();
        assert_eq!(hashing.finish().digest, format!("sha256:{ABC_256}"));
    }

    #[test]
    fn only_registered_algorithms_have_a_name() {
        assert_eq!(Algorithm::from_name("sha512"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::from_name("md5"), None);
    }
}
