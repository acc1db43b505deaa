//! A package's header as rpm stores it: the numbers of entries and of bytes, an index of entries, and the
//! bytes that they point into (rpm, `docs/manual/format_header.md`). All numbers are big-endian.

/// Bytes of an entry of the index: tag, type, offset, count.
const ENTRY: usize = 16;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u32);

impl Tag {
    pub(super) const NAME: Self = Self(1000);
    pub(super) const VERSION: Self = Self(1001);
    pub(super) const RELEASE: Self = Self(1002);
    pub(super) const VENDOR: Self = Self(1011);
    pub(super) const PACKAGER: Self = Self(1015);
    pub(super) const URL: Self = Self(1020);
    /// In hex, in the order of the files; empty of what is no regular file.
    pub(super) const FILEDIGESTS: Self = Self(1035);
    /// For each file the number of its folder.
    pub(super) const DIRINDEXES: Self = Self(1116);
    pub(super) const BASENAMES: Self = Self(1117);
    /// With a slash at their end.
    pub(super) const DIRNAMES: Self = Self(1118);
}

/// A header.
pub(super) struct Header<'h> {
    index: &'h [u8],
    data: &'h [u8],
}

impl<'h> Header<'h> {
    /// The header in these bytes; `None` if they are too few for what it says.
    pub(super) fn parse(bytes: &'h [u8]) -> Option<Self> {
        let (entries, rest) = number(bytes)?;
        let (size, rest) = number(rest)?;
        let entries = usize::try_from(entries).ok()?.checked_mul(ENTRY)?;
        let (index, data) = rest.split_at_checked(entries)?;
        let data = data.get(..usize::try_from(size).ok()?)?;
        Some(Self { index, data })
    }

    /// A text that is UTF-8.
    pub(super) fn text(&self, tag: Tag) -> Option<&'h str> {
        std::str::from_utf8(self.strings(tag).next()?).ok()
    }

    /// A list of texts; as many as there are.
    pub(super) fn strings(&self, tag: Tag) -> impl Iterator<Item = &'h [u8]> + use<'h> {
        let (mut data, count) = self.find(tag).unwrap_or_default();
        let next = move || {
            let end = memchr::memchr(0, data)?;
            let text = &data[..end];
            data = &data[end + 1..];
            Some(text)
        };
        std::iter::from_fn(next).take(count)
    }

    /// A list of numbers; as many as there are.
    pub(super) fn numbers(&self, tag: Tag) -> impl Iterator<Item = u32> + use<'h> {
        let (mut data, count) = self.find(tag).unwrap_or_default();
        let next = move || {
            let (value, rest) = number(data)?;
            data = rest;
            Some(value)
        };
        std::iter::from_fn(next).take(count)
    }

    /// Where an entry's data begin, and how many values they are.
    fn find(&self, tag: Tag) -> Option<(&'h [u8], usize)> {
        let is_it = |entry: &&[u8]| number(entry).is_some_and(|(found, _)| found == tag.0);
        let entry = self.index.chunks_exact(ENTRY).find(is_it)?;
        let (offset, rest) = number(&entry[8..])?;
        let (count, _) = number(rest)?;
        let data = self.data.get(usize::try_from(offset).ok()?..)?;
        Some((data, usize::try_from(count).ok()?))
    }
}

/// A number and what follows it.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}
