//! Headers of zstd frames and blocks, RFC 8878 section 3.1: only what must be known before
//! libzstd may start.

/// Bytes of a frame's content checksum.
pub(super) const CHECKSUM: u64 = 4;
/// Bytes that one block may decode to at most, section 3.1.1.2.4.
const BLOCK_MAX: u64 = 128 << 10;
/// Bytes of a skippable frame's magic number and size, section 3.1.2.
const SKIPPABLE_HEADER: u64 = 8;

/// What a frame's header says, section 3.1.1.1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Bytes of the header, magic number included.
    pub(super) header: u64,
    /// Bytes of the window that decoding needs.
    pub(super) window: u64,
    /// Bytes the frame decodes to, if it says so.
    content: Option<u64>,
    /// Id of the dictionary it needs, 0 for none.
    pub(super) dictionary: u32,
    /// Whether a checksum follows the last block.
    pub(super) checksum: bool,
}

impl Frame {
    /// Bytes of the longest frame header.
    pub(super) const HEADER: usize = 18;

    /// Reads a header; `None` when `head` ends inside it.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let mut fields = Fields(head.get(4..)?);
        let descriptor = fields.number(1)? as u8;
        let single_segment = descriptor & 0x20 != 0;
        let declared_window = match single_segment {
            true => None,
            false => Some(window_size(fields.number(1)? as u8)),
        };
        let dictionary = fields.number([0, 1, 2, 4][usize::from(descriptor & 3)])?;
        let content = match (descriptor >> 6, single_segment) {
            (0, false) => None,
            (0, true) => Some(fields.number(1)?),
            (1, _) => Some(fields.number(2)? + 256),
            (2, _) => Some(fields.number(4)?),
            _ => Some(fields.number(8)?),
        };
        Some(Self {
            header: (head.len() - fields.0.len()) as u64,
            window: declared_window.or(content)?,
            content,
            dictionary: dictionary as u32,
            checksum: descriptor & 4 != 0,
        })
    }

    /// Bytes that libzstd allocates for the window, which is not larger than the content.
    pub(super) fn memory(&self) -> u64 {
        self.window.min(self.content.unwrap_or(u64::MAX)) + BLOCK_MAX
    }
}

/// Section 3.1.1.1.2.
fn window_size(descriptor: u8) -> u64 {
    let base = 1 << (10 + (descriptor >> 3));
    base + base / 8 * u64::from(descriptor & 7)
}

/// Bytes of the skippable frame at `head`, header included; `None` if it is no such frame.
pub(super) fn skippable(head: &[u8]) -> Option<u64> {
    let [0x50..=0x5f, 0x2a, 0x4d, 0x18, rest @ ..] = head else {
        return None;
    };
    // A header that the end cuts off is as long as it should have been, so that skipping fails.
    let size = rest
        .first_chunk()
        .map_or(0, |size| u32::from_le_bytes(*size));
    Some(SKIPPABLE_HEADER + u64::from(size))
}

/// What a block's header says, section 3.1.1.2.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Bytes of the block as stored, header included.
    pub(super) size: u64,
    /// Whether it is the frame's last.
    pub(super) last: bool,
}

impl Block {
    /// Bytes of a block header.
    pub(super) const HEADER: usize = 3;
    /// The type of a block that is one byte, repeated.
    const RLE: u32 = 1;

    /// Reads a header; `None` when `head` ends inside it.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let &[a, b, c] = head.first_chunk()?;
        let header = u32::from_le_bytes([a, b, c, 0]);
        let stored = match (header >> 1) & 3 {
            Self::RLE => 1,
            _ => header >> 3,
        };
        Some(Self {
            size: Self::HEADER as u64 + u64::from(stored),
            last: header & 1 != 0,
        })
    }
}

/// Little-endian numbers, one after another.
struct Fields<'h>(&'h [u8]);

impl Fields<'_> {
    /// The next number of `width` bytes, at most eight.
    fn number(&mut self, width: usize) -> Option<u64> {
        let (field, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        Some(
            field
                .iter()
                .rev()
                .fold(0, |number, &byte| number << 8 | u64::from(byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

    fn parse(rest: &[u8]) -> Option<Frame> {
        Frame::parse(&[&MAGIC, rest].concat())
    }

    #[test]
    fn window_and_content_size_follow_the_descriptor() {
        let windowed = parse(&[0x04, 0x59]).unwrap();
        assert_eq!(windowed.window, (1 << 21) + (1 << 18));
        assert_eq!((windowed.header, windowed.checksum), (6, true));
        assert_eq!(windowed.memory(), windowed.window + BLOCK_MAX);
        let single = parse(&[0x20, 200, 0xff]).unwrap();
        assert_eq!((single.window, single.header), (200, 6));
        let two = parse(&[0x60, 0x10, 0x01]).unwrap();
        assert_eq!(two.window, 0x110 + 256);
        let eight = parse(&[0xe0, 0, 0, 0, 0, 1, 0, 0, 0]).unwrap();
        assert_eq!(eight.window, 1 << 32);
    }

    #[test]
    fn a_dictionary_id_is_read() {
        assert_eq!(parse(&[0x21, 7, 5]).unwrap().dictionary, 7);
        assert_eq!(parse(&[0x23, 1, 2, 0, 0, 5]).unwrap().dictionary, 0x201);
    }

    #[test]
    fn a_cut_header_is_none() {
        for rest in [&[][..], &[0x00], &[0xe0, 0, 0, 0], &[0x23, 1, 2]] {
            assert_eq!(parse(rest), None, "{rest:?}");
        }
        assert_eq!(Block::parse(&[1, 0]), None);
    }

    #[test]
    fn a_block_has_its_stored_size() {
        let raw = Block::parse(&[0x21, 0, 0]).unwrap();
        assert_eq!((raw.size, raw.last), (3 + 4, true));
        let repeated = Block::parse(&[0x22, 0x10, 0]).unwrap();
        assert_eq!((repeated.size, repeated.last), (3 + 1, false));
    }

    #[test]
    fn a_skippable_frame_has_its_size() {
        assert_eq!(
            skippable(&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9]),
            Some(11)
        );
        assert_eq!(skippable(&[0x5a, 0x2a, 0x4d, 0x18, 3]), Some(8));
        assert_eq!(skippable(&MAGIC), None);
    }
}
