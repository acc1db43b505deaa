//! Archives other than tar, byte by byte, in the plain and in the odd shapes.

use std::io::Write;

/// A zip that is being written (APPNOTE.TXT 6.3.10).
#[derive(Default)]
pub struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

/// How a member of a zip is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// As it is.
    Plain,
    /// Deflated, with the sizes in front.
    Deflated,
    /// Deflated, with the sizes behind, as by tools that write into a pipe.
    Streamed,
    /// Deflated, and said to be encrypted.
    Encrypted,
    /// By a method of this number, as it is.
    Method(u16),
}

impl Zip {
    /// An empty zip.
    pub fn new() -> Self {
        Self::default()
    }

    /// A zip behind something else.
    pub fn behind(prefix: &[u8]) -> Self {
        Self::new().raw(prefix)
    }

    /// Adds bytes that belong to no member.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Adds a member.
    pub fn member(self, name: &str, store: Store, content: impl AsRef<[u8]>) -> Self {
        let listed = name.to_owned();
        self.listed_as(name, Some(&listed), store, content.as_ref())
    }

    /// Adds a deflated member.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.member(name, Store::Deflated, content)
    }

    /// Adds a deflated member that the central directory does not name.
    pub fn hidden(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.listed_as(name, None, Store::Deflated, content.as_ref())
    }

    /// Adds a deflated member that the central directory calls otherwise.
    pub fn renamed(self, name: &str, listed: &str, content: impl AsRef<[u8]>) -> Self {
        self.listed_as(name, Some(listed), Store::Deflated, content.as_ref())
    }

    fn listed_as(mut self, name: &str, listed: Option<&str>, store: Store, content: &[u8]) -> Self {
        let (method, flags) = match store {
            Store::Plain => (0, 0),
            Store::Deflated => (8, 0),
            Store::Streamed => (8, 8),
            Store::Encrypted => (8, 1),
            Store::Method(method) => (method, 0),
        };
        let packed = match method {
            8 => deflate(content),
            _ => content.to_vec(),
        };
        let offset = self.bytes.len() as u32;
        let crc = crc32fast::hash(content);
        let sizes = [crc, packed.len() as u32, content.len() as u32].map(u32::to_le_bytes);
        let fixed = [20, flags, method, 0, 0].map(u16::to_le_bytes).concat();
        let told = match store {
            Store::Streamed => [0; 12].to_vec(),
            _ => sizes.concat(),
        };
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&fixed);
        self.bytes.extend(&told);
        let name = name.as_bytes();
        self.bytes
            .extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
        self.bytes.extend(name);
        self.bytes.extend(&packed);
        if store == Store::Streamed {
            self.bytes.extend(b"PK\x07\x08");
            self.bytes.extend(sizes.concat());
        }
        if let Some(listed) = listed {
            self.entries += 1;
            self.directory.extend(b"PK\x01\x02\x14\0");
            self.directory.extend(&fixed);
            self.directory.extend(sizes.concat());
            let lengths = [listed.len() as u16, 0, 0, 0, 0].map(u16::to_le_bytes);
            self.directory.extend(lengths.concat());
            self.directory
                .extend([0, offset].map(u32::to_le_bytes).concat());
            self.directory.extend(listed.as_bytes());
        }
        self
    }

    /// The zip, with a comment behind it.
    pub fn commented(self, comment: &str) -> Vec<u8> {
        let (start, size) = (self.bytes.len() as u32, self.directory.len() as u32);
        let counts = [0, 0, self.entries, self.entries].map(u16::to_le_bytes);
        [
            &self.bytes[..],
            &self.directory,
            b"PK\x05\x06",
            &counts.concat(),
            &[size, start].map(u32::to_le_bytes).concat(),
            &(comment.len() as u16).to_le_bytes(),
            comment.as_bytes(),
        ]
        .concat()
    }

    /// The zip.
    pub fn zip(self) -> Vec<u8> {
        self.commented("")
    }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of `ar`, as for Debian packages (deb(5)).
pub fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let head = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            100_644,
            content.len()
        );
        bytes.extend(head.bytes());
        bytes.extend_from_slice(content);
        if content.len() % 2 == 1 {
            bytes.push(b'\n');
        }
    }
    bytes
}

/// A cpio archive in the "new" shape.
pub fn cpio(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members.iter().chain(&[("TRAILER!!!", &b""[..])]) {
        let size = content.len();
        let numbers = [
            1,
            0o100_644,
            0,
            0,
            1,
            0,
            size,
            0,
            0,
            0,
            0,
            name.len() + 1,
            0,
        ];
        bytes.extend(b"070701");
        bytes.extend(
            numbers
                .iter()
                .flat_map(|number| format!("{number:08X}").into_bytes()),
        );
        bytes.extend(name.bytes());
        bytes.push(0);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

/// A cpio archive in the portable shape of POSIX.
pub fn odc(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members.iter().chain(&[("TRAILER!!!", &b""[..])]) {
        let (path, size) = (name.len() + 1, content.len());
        let head = format!(
            "070707{0:06o}{0:06o}{1:06o}{0:06o}{0:06o}{0:06o}{0:06o}{0:011o}{path:06o}{size:011o}",
            0, 0o100_644
        );
        bytes.extend(head.bytes());
        bytes.extend(name.bytes());
        bytes.push(0);
        bytes.extend_from_slice(content);
    }
    bytes
}

/// A package of rpm: a lead, two headers of one value each, and the payload as it is given.
pub fn rpm(note: &str, payload: &[u8]) -> Vec<u8> {
    let header = |value: &str| {
        let value = [value.as_bytes(), b"\0"].concat();
        let intro = [1, value.len() as u32].map(u32::to_be_bytes).concat();
        // Tag 1000, a string, at the start of the values.
        let index = [1000, 6, 0, 1_u32].map(u32::to_be_bytes).concat();
        [&b"\x8e\xad\xe8\x01\0\0\0\0"[..], &intro, &index, &value].concat()
    };
    let mut bytes = b"\xed\xab\xee\xdb\x03\0".to_vec();
    bytes.resize(96, 0);
    bytes.extend(header("signature"));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend(header(note));
    bytes.extend_from_slice(payload);
    bytes
}

/// A 7z archive.
pub fn sevenz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    for (name, content) in members {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(*content)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
