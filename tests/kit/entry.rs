//! One tar entry, header and all, written by hand: what a writer library refuses (`..`, control
//! characters, bodies on links, wrong checksums) is what the scanner has to be shown.

use tar::{EntryType, Header};

const BLOCK: usize = 512;
/// Longest name that a header's own field holds, in bytes; the byte after it is not used.
const NAME: usize = 100;

/// An entry to be put into a [`Layer`](super::Layer).
#[derive(Clone)]
pub struct Entry {
    kind: u8,
    path: Vec<u8>,
    link: Vec<u8>,
    body: Vec<u8>,
    declared: Option<u64>,
    pax: Vec<u8>,
    patches: Vec<(usize, Vec<u8>)>,
    broken: bool,
}

impl Entry {
    /// An entry of any type flag, empty.
    pub fn new(kind: u8, path: impl Into<Vec<u8>>) -> Self {
        Self {
            kind,
            path: path.into(),
            link: Vec::new(),
            body: Vec::new(),
            declared: None,
            pax: Vec::new(),
            patches: Vec::new(),
            broken: false,
        }
    }

    /// A regular file.
    pub fn file(path: impl Into<Vec<u8>>, body: impl Into<Vec<u8>>) -> Self {
        Self::new(b'0', path).body(body)
    }

    /// A directory; the trailing slash is added.
    pub fn dir(path: &str) -> Self {
        Self::new(b'5', format!("{path}/"))
    }

    /// A symbolic link.
    pub fn symlink(path: impl Into<Vec<u8>>, target: impl Into<Vec<u8>>) -> Self {
        Self::new(b'2', path).link(target)
    }

    /// A hard link.
    pub fn hardlink(path: impl Into<Vec<u8>>, target: impl Into<Vec<u8>>) -> Self {
        Self::new(b'1', path).link(target)
    }

    /// A character device.
    pub fn device(path: &str, major: u32, minor: u32) -> Self {
        let octal = |number: u32| format!("{number:07o}\0").into_bytes();
        Self::new(b'3', path)
            .patch(329, octal(major))
            .patch(337, octal(minor))
    }

    /// A file with holes as old GNU tar writes it: `(offset, data)` pairs, at most four.
    pub fn gnu_sparse(path: &str, real_size: u64, chunks: &[(u64, &[u8])]) -> Self {
        assert!(chunks.len() <= 4, "more chunks need an extension header");
        let body: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.1).copied().collect();
        let octal = |number: u64| format!("{number:011o}\0").into_bytes();
        let mut entry = Self::new(b'S', path)
            .body(body)
            .patch(483, octal(real_size));
        for (index, (offset, data)) in chunks.iter().enumerate() {
            let at = 386 + index * 24;
            entry = entry
                .patch(at, octal(*offset))
                .patch(at + 12, octal(data.len() as u64));
        }
        entry
    }

    /// A file with holes in pax format 1.0: the map stands at the start of the body, and the
    /// header carries a made-up name.
    pub fn pax_sparse(path: &str, real_size: u64, chunks: &[(u64, &[u8])]) -> Self {
        let mut body = format!("{}\n", chunks.len());
        for (offset, data) in chunks {
            body.push_str(&format!("{offset}\n{}\n", data.len()));
        }
        let mut body = padded(body.into_bytes());
        for (_, data) in chunks {
            body.extend_from_slice(data);
        }
        Self::file("GNUSparseFile.0/file", body)
            .pax("GNU.sparse.major", "1")
            .pax("GNU.sparse.minor", "0")
            .pax("GNU.sparse.name", path)
            .pax("GNU.sparse.realsize", real_size.to_string())
    }

    /// Gives it a link target.
    pub fn link(mut self, target: impl Into<Vec<u8>>) -> Self {
        self.link = target.into();
        self
    }

    /// Gives it a body, whatever its type.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// States a size that the body does not have.
    pub fn declared(mut self, size: u64) -> Self {
        self.declared = Some(size);
        self
    }

    /// Adds a pax record (POSIX.1-2001, `pax`, "Extended Header").
    pub fn pax(mut self, key: &str, value: impl Into<Vec<u8>>) -> Self {
        self.pax.extend(pax_record(key, &value.into()));
        self
    }

    /// Adds bytes to the pax header as they are.
    pub fn pax_raw(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.pax.extend(bytes.into());
        self
    }

    /// Adds an extended attribute.
    pub fn xattr(self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.pax(&format!("SCHILY.xattr.{name}"), value)
    }

    /// Overwrites bytes of the header before its checksum is made.
    pub fn patch(mut self, offset: usize, bytes: impl Into<Vec<u8>>) -> Self {
        self.patches.push((offset, bytes.into()));
        self
    }

    /// Spoils the checksum.
    pub fn broken(mut self) -> Self {
        self.broken = true;
        self
    }

    /// The entry as it stands in an archive, extension headers first.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.pax.is_empty() {
            out.extend(
                Self::new(b'x', "PaxHeaders/0")
                    .body(self.pax.clone())
                    .bytes(),
            );
        }
        for (kind, long) in [(b'L', &self.path), (b'K', &self.link)] {
            if long.len() > NAME {
                let body = [long.as_slice(), b"\0"].concat();
                out.extend(Self::new(kind, "././@LongLink").body(body).bytes());
            }
        }
        out.extend(self.header());
        out.extend(padded(self.body.clone()));
        out
    }

    fn header(&self) -> [u8; BLOCK] {
        // GNU tar honours pax records only behind a POSIX header.
        let mut header = match self.pax.is_empty() {
            true => Header::new_gnu(),
            false => Header::new_ustar(),
        };
        header.set_entry_type(EntryType::new(self.kind));
        header.set_mode(if self.kind == b'5' { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(self.declared.unwrap_or(self.body.len() as u64));
        let raw = header.as_mut_bytes();
        let mut put = |at: usize, bytes: &[u8]| raw[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &self.path[..self.path.len().min(NAME)]);
        put(157, &self.link[..self.link.len().min(NAME)]);
        for (at, bytes) in &self.patches {
            put(*at, bytes);
        }
        header.set_cksum();
        let mut raw = *header.as_bytes();
        if self.broken {
            raw[148..156].copy_from_slice(b"0000001\0");
        }
        raw
    }
}

/// A pax record with the right length in front.
pub fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (rest + 1..)
        .find(|length| length.to_string().len() + rest == *length)
        .unwrap();
    let head = format!("{length} {key}=").into_bytes();
    [head.as_slice(), value, b"\n"].concat()
}

fn padded(mut body: Vec<u8>) -> Vec<u8> {
    body.resize(body.len().next_multiple_of(BLOCK), 0);
    body
}
