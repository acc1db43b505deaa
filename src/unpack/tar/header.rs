//! One header block: what makes 512 bytes a header, and the few fields that every entry has.

use super::event::EntryKind;
use tar_core::{EntryType, Header, HeaderError};

/// Bytes of a block.
pub(in crate::unpack) const BLOCK: usize = tar_core::HEADER_SIZE;

/// A block read as a header, if its checksum is right and its size can be read.
pub(in crate::unpack) fn read(block: &[u8; BLOCK]) -> Option<(&Header, u64)> {
    let header = Header::from_bytes(block);
    let size = header.entry_size().ok()?;
    // No archive reaches 8 EiB; a larger size is a negative number in base 256.
    (has_checksum(header) && i64::try_from(size).is_ok()).then_some((header, size))
}

/// Whether the checksum is right, as a sum of unsigned bytes or, as old implementations had it,
/// of signed ones. An empty field is none, although a signed sum may be zero.
fn has_checksum(header: &Header) -> bool {
    match header.verify_checksum() {
        Ok(()) => true,
        Err(HeaderError::ChecksumMismatch { expected, computed }) if expected > 0 => {
            // A byte from 0x80 on counts 256 less when it is signed.
            let bytes = header.as_bytes();
            let outside_the_field = bytes[..148].iter().chain(&bytes[156..]);
            let high = outside_the_field.filter(|byte| !byte.is_ascii()).count() as u64;
            computed.checked_sub(256 * high) == Some(expected)
        }
        Err(_) => false,
    }
}

/// What a header's type flag announces.
pub(super) enum Role {
    /// An entry.
    Entry(EntryKind),
    /// The path of the next entry (GNU `L`).
    LongName,
    /// The link target of the next entry (GNU `K`).
    LongLink,
    /// Pax records of the next entry (`x`, and `X` as Solaris wrote it).
    Pax,
    /// Pax records of the whole archive (`g`).
    GlobalPax,
}

/// What `header` announces.
pub(super) fn role(header: &Header) -> Role {
    let kind = match header.entry_type() {
        EntryType::GnuLongName => return Role::LongName,
        EntryType::GnuLongLink => return Role::LongLink,
        EntryType::XHeader | EntryType::Other(b'X') => return Role::Pax,
        EntryType::XGlobalHeader => return Role::GlobalPax,
        EntryType::Regular | EntryType::Continuous | EntryType::GnuSparse => EntryKind::File,
        EntryType::Directory => EntryKind::Directory,
        EntryType::Symlink => EntryKind::Symlink,
        EntryType::Link => EntryKind::HardLink,
        EntryType::Char if is_null_device(header) => EntryKind::Whiteout,
        EntryType::Char | EntryType::Block => EntryKind::Device,
        EntryType::Fifo => EntryKind::Fifo,
        EntryType::Other(flag) => EntryKind::Other(flag),
    };
    Role::Entry(kind)
}

fn is_null_device(header: &Header) -> bool {
    [header.device_major(), header.device_minor()]
        .iter()
        .all(|number| matches!(number, Ok(Some(0))))
}

/// Bytes that fill up the last block of a body.
pub(super) const fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(flag: u8) -> [u8; BLOCK] {
        let mut header = Header::new_ustar();
        header.set_path("caf\u{e9}".as_bytes()).unwrap();
        header.set_entry_type(EntryType::new(flag));
        header.set_size(5).unwrap();
        header.set_checksum();
        *header.as_bytes()
    }

    #[test]
    fn a_right_checksum_makes_a_header() {
        assert_eq!(read(&block(b'0')).unwrap().1, 5);
        let mut damaged = block(b'0');
        damaged[0] ^= 1;
        assert!(read(&damaged).is_none());
        assert!(read(&[0; BLOCK]).is_none());
    }

    #[test]
    fn a_signed_checksum_is_right_as_well() {
        let mut signed = block(b'0');
        let sum = Header::from_bytes(&signed).compute_checksum() - 2 * 256;
        signed[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(read(&signed).is_some());
    }

    #[test]
    fn an_empty_checksum_is_none() {
        // Twice -128, and 256 for the spaces that stand in for the field.
        let mut block = [0; BLOCK];
        block[..2].fill(0x80);
        assert!(read(&block).is_none());
    }

    #[test]
    fn a_negative_size_makes_no_header() {
        let mut negative = block(b'0');
        negative[124..136].fill(0xff);
        let sum = Header::from_bytes(&negative).compute_checksum();
        negative[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(read(&negative).is_none());
    }

    #[test]
    fn only_the_null_device_is_a_whiteout() {
        let kind = |major| {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Char);
            header.set_device(major, 0).unwrap();
            match role(&header) {
                Role::Entry(kind) => kind,
                _ => unreachable!("a device is an entry"),
            }
        };
        assert_eq!(kind(0), EntryKind::Whiteout);
        assert_eq!(kind(1), EntryKind::Device);
    }

    #[test]
    fn padding_fills_the_block() {
        assert_eq!([0, 1, 512, 513].map(padding), [0, 511, 0, 511]);
    }
}
