//! The hashes by which package managers know a file. All three are computed at once, because which
//! of them is asked for is known only when the last layer has been read; and only of files in which
//! something was found.

use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io;

/// Bytes that are read and hashed at once.
const CHUNK: usize = 64 << 10;

/// The hashes of one file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSums {
    /// MD5 (RFC 1321), which dpkg keeps.
    pub md5: [u8; 16],
    /// SHA-1 (FIPS 180-4), which apk keeps.
    pub sha1: [u8; 20],
    /// SHA-256 (FIPS 180-4), which all others keep.
    pub sha256: [u8; 32],
}

impl FileSums {
    /// The hashes of content that is in memory.
    pub fn of(content: &[u8]) -> Self {
        let mut summing = Summing::default();
        summing.update(content);
        summing.finish()
    }

    /// The hashes of what `read` yields piece by piece, 0 at its end.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read(mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<Self> {
        let mut summing = Summing::default();
        let mut chunk = vec![0; CHUNK];
        loop {
            match read(&mut chunk) {
                Ok(0) => return Ok(summing.finish()),
                Ok(count) => summing.update(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Each of the hashes; their lengths tell them apart.
    pub fn each(&self) -> [&[u8]; 3] {
        [&self.md5, &self.sha1, &self.sha256]
    }
}

#[derive(Default)]
struct Summing {
    md5: Md5,
    sha1: Sha1,
    sha256: Sha256,
}

impl Summing {
    fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha1.update(bytes);
        self.sha256.update(bytes);
    }

    fn finish(self) -> FileSums {
        FileSums {
            md5: self.md5.finalize().into(),
            sha1: self.sha1.finalize().into(),
            sha256: self.sha256.finalize().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use std::io::Read;

    /// The vectors "abc" of RFC 1321 and FIPS 180.
    const ABC: [&str; 3] = [
        "900150983cd24fb0d6963f7d28e17f72",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ];

    #[test]
    fn the_published_vectors_come_out() {
        let sums = FileSums::of(b"abc");
        assert_eq!(sums.each().map(|sum| HEXLOWER.encode(sum)), ABC);
        let mut rest = &b"abc"[..];
        let read = |buffer: &mut [u8]| rest.read(&mut buffer[..1]);
        assert_eq!(FileSums::read(read).unwrap(), sums);
    }
}
