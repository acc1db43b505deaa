//! A pack and its index (gitformat-pack(5)) around entries that need not make sense: whoever fuzzes
//! what lies behind checksums has to get past them.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::{Digest as _, Sha1};
use std::io::Write as _;

/// A pack that is being written.
pub struct Pack {
    bytes: Vec<u8>,
    /// The name of each entry, where it begins, and its checksum.
    entries: Vec<([u8; 20], u32, u32)>,
}

/// What an entry is stored as.
pub enum Stored<'a> {
    /// An object in full, of this type: 1 to 4, a commit, tree, blob or tag.
    Full(u8, &'a [u8]),
    /// A delta against the entry of this number.
    Delta(usize, &'a [u8]),
}

impl Pack {
    pub fn new() -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            entries: Vec::new(),
        }
    }

    /// Adds an entry under a name that is made from its content, which for a delta is wrong; the
    /// index vouches for it.
    pub fn add(&mut self, stored: &Stored<'_>) {
        let begin = self.bytes.len();
        let (code, content) = match stored {
            Stored::Full(code, content) => (*code, *content),
            Stored::Delta(_, delta) => (6, *delta),
        };
        self.header(code, content.len());
        if let Stored::Delta(base, _) = stored {
            self.distance(begin - self.entries[*base].1 as usize);
        }
        let mut stream = ZlibEncoder::new(&mut self.bytes, Compression::fast());
        stream.write_all(content).expect("memory can be written");
        stream.finish().expect("memory can be written");
        let name = match stored {
            Stored::Full(code, content) => object_name(*code, content),
            Stored::Delta(..) => Sha1::digest(content).into(),
        };
        let crc = crc32fast::hash(&self.bytes[begin..]);
        self.entries.push((name, begin as u32, crc));
    }

    fn header(&mut self, code: u8, mut size: usize) {
        let mut byte = code << 4 | (size & 0xf) as u8;
        size >>= 4;
        while size > 0 {
            self.bytes.push(byte | 0x80);
            byte = (size & 0x7f) as u8;
            size >>= 7;
        }
        self.bytes.push(byte);
    }

    fn distance(&mut self, mut distance: usize) {
        let mut bytes = vec![(distance & 0x7f) as u8];
        while distance > 0x7f {
            distance = (distance >> 7) - 1;
            bytes.push((distance & 0x7f) as u8 | 0x80);
        }
        self.bytes.extend(bytes.iter().rev());
    }

    /// The pack, and its index.
    pub fn finish(mut self) -> (Vec<u8>, Vec<u8>) {
        let number = (self.entries.len() as u32).to_be_bytes();
        self.bytes[8..12].copy_from_slice(&number);
        let checksum: [u8; 20] = Sha1::digest(&self.bytes).into();
        self.bytes.extend(checksum);
        self.entries.sort_unstable();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=u8::MAX {
            let up_to = self.entries.iter().filter(|entry| entry.0[0] <= first);
            index.extend((up_to.count() as u32).to_be_bytes());
        }
        index.extend(self.entries.iter().flat_map(|entry| entry.0));
        index.extend(self.entries.iter().flat_map(|entry| entry.2.to_be_bytes()));
        index.extend(self.entries.iter().flat_map(|entry| entry.1.to_be_bytes()));
        index.extend(checksum);
        let own: [u8; 20] = Sha1::digest(&index).into();
        index.extend(own);
        (self.bytes, index)
    }
}

/// The name of an object.
fn object_name(code: u8, content: &[u8]) -> [u8; 20] {
    let kind = ["commit", "tree", "blob", "tag"][usize::from(code - 1)];
    let mut hash = Sha1::new();
    hash.update(format!("{kind} {}\0", content.len()));
    hash.update(content);
    hash.finalize().into()
}
