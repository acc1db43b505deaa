//! Compressed streams, in the plain and in the odd shapes that registries hold.

use std::io::Write;

/// How a layer or an archive is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    Plain,
    /// One member (RFC 1952).
    Gzip,
    /// Several members, as estargz and parallel compressors write them.
    GzipMembers,
    /// One frame (RFC 8878).
    Zstd,
    /// Several frames with skippable ones before, between and after, as zstd:chunked has them.
    ZstdFrames,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Self; 7] = [
        Self::Plain,
        Self::Gzip,
        Self::GzipMembers,
        Self::Zstd,
        Self::ZstdFrames,
        Self::Xz,
        Self::Bzip2,
    ];

    /// Compresses; the same bytes on every run.
    pub fn pack(self, bytes: &[u8]) -> Vec<u8> {
        let (front, back) = bytes.split_at(bytes.len() / 2);
        match self {
            Self::Plain => bytes.to_vec(),
            Self::Gzip => gzip(bytes),
            Self::GzipMembers => [gzip(front), gzip(back)].concat(),
            Self::Zstd => zstd(bytes),
            Self::ZstdFrames => [
                skippable(b"before"),
                zstd(front),
                skippable(b"between"),
                zstd(back),
                skippable(b"after"),
            ]
            .concat(),
            Self::Xz => xz(bytes),
            Self::Bzip2 => bzip2(bytes),
        }
    }

    /// The media type of a layer compressed so; those that have none of their own are labelled
    /// as plain tar, as other tools do.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Gzip | Self::GzipMembers => "application/vnd.oci.image.layer.v1.tar+gzip",
            Self::Zstd | Self::ZstdFrames => "application/vnd.oci.image.layer.v1.tar+zstd",
            Self::Plain | Self::Xz | Self::Bzip2 => "application/vnd.oci.image.layer.v1.tar",
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A skippable frame (RFC 8878, section 3.1.2).
pub fn skippable(content: &[u8]) -> Vec<u8> {
    let mut frame = 0x184D_2A50_u32.to_le_bytes().to_vec();
    frame.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    frame.extend_from_slice(content);
    frame
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
