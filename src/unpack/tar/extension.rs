//! What stands before an entry and applies to it: GNU long names and pax records. All of it is
//! kept until the entry comes, and all of it is delivered for searching, also what is overruled
//! or damaged.

use super::event::{OVERLAY_OPAQUE, Record};
use tar_core::Header;

/// Longest value that can't hold a secret, in bytes: `root`, `www-data`.
const SHORT: usize = 8;

/// What has been collected for the next entry.
#[derive(Debug, Default)]
pub(super) struct Extension {
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    records: Vec<Record>,
    /// Bytes of all extension headers so far.
    bytes: u64,
}

impl Extension {
    /// Bytes that were collected.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Counts a header of `bytes` bytes.
    pub(super) const fn count(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Takes a long name; a later one wins.
    pub(super) fn name(&mut self, data: Vec<u8>) {
        let name = self.text(data);
        let overruled = self.long_name.replace(name);
        self.records.extend(overruled.map(without_key));
    }

    /// Takes a long link target; a later one wins.
    pub(super) fn link(&mut self, data: Vec<u8>) {
        let link = self.text(data);
        let overruled = self.long_link.replace(link);
        self.records.extend(overruled.map(without_key));
    }

    /// The text of a NUL-terminated field; what hides behind the NUL becomes a record.
    fn text(&mut self, mut data: Vec<u8>) -> Vec<u8> {
        if let Some(end) = memchr::memchr(0, &data) {
            if data[end..].iter().any(|&byte| byte != 0) {
                self.records.push(without_key(data[end + 1..].to_vec()));
            }
            data.truncate(end);
        }
        data
    }

    /// Takes pax records; a later value of a key wins. False when they are damaged.
    pub(super) fn pax(&mut self, data: &[u8]) -> bool {
        let (records, whole) = records(data);
        self.records.extend(records);
        whole
    }

    /// The value that counts for a pax key: the last one.
    pub(super) fn value(&self, key: &str) -> Option<&[u8]> {
        let mut values = self.values(key);
        values.next_back()
    }

    /// All values of a pax key.
    pub(super) fn values(&self, key: &str) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.records
            .iter()
            .filter(move |record| record.0 == key.as_bytes())
            .map(|record| record.1.as_slice())
    }

    /// The number that a pax key has, if it is one.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        std::str::from_utf8(self.value(key)?).ok()?.parse().ok()
    }

    /// Takes the entry's path, without `./` and `/` at the start: of a sparse file the real one,
    /// else pax, else GNU, else the header's.
    pub(super) fn take_path(&mut self, header: &Header) -> Vec<u8> {
        let mut path = self
            .take(tar_core::PAX_GNU_SPARSE_NAME)
            .or_else(|| self.take(tar_core::PAX_PATH))
            .or_else(|| self.long_name.take())
            .unwrap_or_else(|| header_path(header));
        let spelled = path.len();
        let mut rest = path.as_slice();
        while let Some(less) = rest.strip_prefix(b"./").or(rest.strip_prefix(b"/")) {
            rest = less;
        }
        path.drain(..spelled - rest.len());
        path
    }

    /// Takes the target of a link: pax, else GNU, else the header's.
    pub(super) fn take_link_target(&mut self, header: &Header) -> Option<Vec<u8>> {
        let target = self
            .take(tar_core::PAX_LINKPATH)
            .or_else(|| self.long_link.take())
            .unwrap_or_else(|| header.link_name_bytes().to_vec());
        (!target.is_empty()).then_some(target)
    }

    /// Takes the value that counts for a pax key out of the records.
    fn take(&mut self, key: &str) -> Option<Vec<u8>> {
        let last = self
            .records
            .iter()
            .rposition(|record| record.0 == key.as_bytes())?;
        Some(self.records.remove(last).1)
    }

    /// What else is worth searching: the owners' names and what was not taken.
    pub(super) fn metadata(self, header: &Header) -> Vec<Record> {
        let owners = [
            (tar_core::PAX_UNAME, header.username()),
            (tar_core::PAX_GNAME, header.groupname()),
        ];
        owners
            .into_iter()
            .filter_map(|(key, name)| Some((key.as_bytes().to_vec(), name?.to_vec())))
            .chain(self.into_records())
            .filter(|(key, value)| key.ends_with(OVERLAY_OPAQUE) || is_worth_searching(value))
            .collect()
    }

    /// Everything, when no entry follows.
    pub(super) fn into_records(self) -> Vec<Record> {
        let names = [("path", self.long_name), ("linkpath", self.long_link)];
        names
            .into_iter()
            .filter_map(|(key, value)| Some((key.as_bytes().to_vec(), value?)))
            .chain(self.records)
            .collect()
    }
}

/// A record that is only searched, and that no lookup of a key finds.
const fn without_key(value: Vec<u8>) -> Record {
    (Vec::new(), value)
}

/// Names and times stand on every entry of every layer: short values and plain numbers are left
/// out.
fn is_worth_searching(value: &[u8]) -> bool {
    value.len() > SHORT
        && !value
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'-'))
}

/// The path that the header block itself spells.
fn header_path(header: &Header) -> Vec<u8> {
    match header.prefix() {
        Some(prefix) if !prefix.is_empty() => [prefix, b"/", header.path_bytes()].concat(),
        _ => header.path_bytes().to_vec(),
    }
}

/// Takes pax records (POSIX.1-2017, pax, "pax Extended Header": `LENGTH KEY=VALUE\n`) apart. Where
/// they are damaged the rest comes as one record without a key, and false is returned.
pub(super) fn records(mut data: &[u8]) -> (Vec<Record>, bool) {
    let mut records = Vec::new();
    while !data.is_empty() {
        let Some((key, value, rest)) = split_record(data) else {
            let padding = data.iter().all(|&byte| byte == 0);
            if !padding {
                records.push(without_key(data.to_vec()));
            }
            return (records, padding);
        };
        records.push((key.to_vec(), value.to_vec()));
        data = rest;
    }
    (records, true)
}

/// The first record's key and value, and what follows it.
fn split_record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = memchr::memchr(b' ', data)?;
    let length: usize = std::str::from_utf8(&data[..space]).ok()?.parse().ok()?;
    let (record, rest) = data.split_at_checked(length)?;
    let pair = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', pair)?;
    Some((&pair[..equals], &pair[equals + 1..], rest))
}

#[cfg(test)]
mod tests {
    use super::super::tests::pax;
    use super::*;

    fn pair(key: &str, value: &str) -> Record {
        (key.into(), value.into())
    }

    #[test]
    fn records_are_split_at_their_lengths() {
        let mut data = pax(&[("path", "a/b"), ("comment", "x=y\nz")]);
        let expected = [pair("path", "a/b"), pair("comment", "x=y\nz")];
        assert_eq!(records(&data), (expected.to_vec(), true));
        data.extend_from_slice(&[0; 3]);
        assert_eq!(records(&data), (expected.to_vec(), true));
    }

    #[test]
    fn damaged_records_come_raw() {
        for data in [
            "999 path=a\n",
            "5 a=b\n",
            "x path=a\n",
            "9 pathab\n",
            "0 a=b\n",
            "3 a=b\n",
        ] {
            assert_eq!(records(data.as_bytes()), (vec![pair("", data)], false));
        }
    }

    #[test]
    fn the_last_value_wins_and_the_others_are_kept() {
        let mut extension = Extension::default();
        extension.name(b"first\0".to_vec());
        extension.name(b"second\0hidden".to_vec());
        assert!(extension.pax(&pax(&[("linkpath", "a"), ("linkpath", "b")])));
        let header = Header::new_ustar();
        assert_eq!(extension.take_path(&header), b"second");
        assert_eq!(extension.take_link_target(&header).unwrap(), b"b");
        assert_eq!(
            extension.into_records(),
            [pair("", "hidden"), pair("", "first"), pair("linkpath", "a"),]
        );
    }

    #[test]
    fn paths_lose_only_what_leads_nowhere() {
        for (spelled, path) in [
            ("./a", "a"),
            ("././/a/./b", "a/./b"),
            ("/../a", "../a"),
            ("./", ""),
            (".", "."),
            (".a", ".a"),
        ] {
            let mut extension = Extension::default();
            extension.name(spelled.into());
            assert_eq!(extension.take_path(&Header::new_gnu()), path.as_bytes());
        }
    }

    #[test]
    fn short_and_numeric_metadata_is_left_out() {
        let mut header = Header::new_ustar();
        header.set_username(b"root").unwrap();
        header.set_groupname(b"a-rather-long-group").unwrap();
        let mut extension = Extension::default();
        extension.pax(&pax(&[("mtime", "1700000000.123456789")]));
        assert_eq!(
            extension.metadata(&header),
            [pair("gname", "a-rather-long-group")]
        );
    }
}
