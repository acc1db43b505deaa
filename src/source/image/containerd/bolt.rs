//! Reading a bbolt database, the file format of etcd's and containerd's key-value store
//! (go.etcd.io/bbolt, `page.go` and `bucket.go`): a tree of pages, little-endian, in which a value
//! may be a bucket, that is, another tree. Every offset is checked and every walk bounded, because the
//! file may be in the middle of being written, or made by somebody else.

use std::collections::HashSet;
use std::ops::Range;

/// First bytes of a meta page's content.
const MAGIC: u32 = 0xED0C_DAED;
/// The only version of the format.
const VERSION: u32 = 2;
/// Bytes of a page's header.
const HEADER: usize = 16;
/// Bytes of an element's header in a page, of either kind.
const ELEMENT: usize = 16;
/// Bytes of a bucket's header.
const BUCKET: usize = 16;
/// Pages with references to others.
const BRANCH: u16 = 0x01;
/// Pages with values.
const LEAF: u16 = 0x02;
/// A value that is a bucket.
const IS_BUCKET: u32 = 0x01;

/// A database that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the database is damaged, or was being written")]
pub(in crate::source::image) struct Damaged;

/// A database in memory.
pub(super) struct Bolt<'d> {
    bytes: &'d [u8],
    page_size: usize,
    root: u64,
}

/// A tree of keys.
pub(super) struct Bucket<'d> {
    bytes: &'d [u8],
    page_size: usize,
    tree: Tree<'d>,
}

/// Where a bucket's pages are.
enum Tree<'d> {
    /// In the file, from this page on.
    Pages(u64),
    /// Inside the value itself: one small page.
    Inline(&'d [u8]),
}

/// A value and whether it is a bucket.
type Value<'d> = (bool, &'d [u8]);

impl<'d> Bolt<'d> {
    /// Opens a database. Of the two meta pages the newer sound one counts.
    pub(super) fn open(bytes: &'d [u8]) -> Result<Self, Damaged> {
        let page_size = number(bytes, HEADER + 8..HEADER + 12)? as usize;
        let sound = page_size.is_power_of_two() && (512..=1 << 20).contains(&page_size);
        let metas = [0, page_size].into_iter().filter(|_| sound);
        let newest = metas.filter_map(|at| meta(bytes, at)).max();
        let (_, root) = newest.ok_or(Damaged)?;
        Ok(Self {
            bytes,
            page_size,
            root,
        })
    }

    /// The bucket of all buckets.
    pub(super) const fn root(&self) -> Bucket<'d> {
        Bucket {
            bytes: self.bytes,
            page_size: self.page_size,
            tree: Tree::Pages(self.root),
        }
    }
}

/// Transaction and root page of a meta page.
fn meta(bytes: &[u8], page: usize) -> Option<(u64, u64)> {
    let at = page + HEADER;
    let magic = number(bytes, at..at + 4).ok()?;
    let version = number(bytes, at + 4..at + 8).ok()?;
    let root = number(bytes, at + 16..at + 24).ok()?;
    let transaction = number(bytes, at + 48..at + 56).ok()?;
    let sum = number(bytes, at + 56..at + 64).ok()?;
    let is_sound = magic == u64::from(MAGIC)
        && version == u64::from(VERSION)
        && sum == fnv1a(bytes.get(at..at + 56)?);
    is_sound.then_some((transaction, root))
}

/// FNV-1a, 64 bits, which the format uses as its checksum.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

impl<'d> Bucket<'d> {
    /// The bucket of that name in this one.
    pub(super) fn bucket(&self, key: &[u8]) -> Result<Option<Self>, Damaged> {
        let Some((true, value)) = self.find(key)? else {
            return Ok(None);
        };
        let root = number(value, 0..8)?;
        let tree = match root {
            0 => Tree::Inline(value.get(BUCKET..).ok_or(Damaged)?),
            page => Tree::Pages(page),
        };
        Ok(Some(Self {
            bytes: self.bytes,
            page_size: self.page_size,
            tree,
        }))
    }

    /// The value of that name in this bucket.
    pub(super) fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Damaged> {
        let found = self.find(key)?;
        Ok(found
            .filter(|found| !found.0)
            .map(|(_, value)| value.to_vec()))
    }

    fn find(&self, key: &[u8]) -> Result<Option<Value<'d>>, Damaged> {
        let mut found = None;
        self.visit(&mut |name, value| {
            if name == key {
                found = Some(value);
            }
        })?;
        Ok(found)
    }

    /// Every key, in order, and whether it is a bucket.
    pub(super) fn entries(&self) -> Result<Vec<(Vec<u8>, bool)>, Damaged> {
        let mut all = Vec::new();
        self.visit(&mut |name, (is_bucket, _)| all.push((name.to_vec(), is_bucket)))?;
        Ok(all)
    }

    fn visit(&self, tell: &mut dyn FnMut(&'d [u8], Value<'d>)) -> Result<(), Damaged> {
        let root = match self.tree {
            Tree::Inline(page) => return leaf(page, tell),
            Tree::Pages(root) => root,
        };
        let mut seen = HashSet::new();
        let mut waiting = vec![root];
        while let Some(number) = waiting.pop() {
            // A page that is met twice would never end.
            if !seen.insert(number) {
                return Err(Damaged);
            }
            let page = self.page(number)?;
            match flags(page)? {
                BRANCH => waiting.extend(children(page)?.into_iter().rev()),
                LEAF => leaf(page, tell)?,
                _ => return Err(Damaged),
            }
        }
        Ok(())
    }

    /// A page with those that it flows over into.
    fn page(&self, page: u64) -> Result<&'d [u8], Damaged> {
        let at = usize::try_from(page)
            .ok()
            .and_then(|page| page.checked_mul(self.page_size));
        let at = at.ok_or(Damaged)?;
        let overflow = number(self.bytes, at + 12..at + 16)? as usize;
        let length = overflow
            .checked_add(1)
            .and_then(|pages| pages.checked_mul(self.page_size));
        let end = length
            .and_then(|length| at.checked_add(length))
            .ok_or(Damaged)?;
        self.bytes.get(at..end).ok_or(Damaged)
    }
}

fn flags(page: &[u8]) -> Result<u16, Damaged> {
    Ok(number(page, 8..10)? as u16)
}

fn count(page: &[u8]) -> Result<usize, Damaged> {
    Ok(number(page, 10..12)? as usize)
}

/// The pages that a branch refers to.
fn children(page: &[u8]) -> Result<Vec<u64>, Damaged> {
    (0..count(page)?)
        .map(|index| {
            let at = HEADER + index * ELEMENT;
            number(page, at + 8..at + 16)
        })
        .collect()
}

/// The keys and values of a leaf.
fn leaf<'d>(page: &'d [u8], tell: &mut dyn FnMut(&'d [u8], Value<'d>)) -> Result<(), Damaged> {
    for index in 0..count(page)? {
        let at = HEADER + index * ELEMENT;
        let flags = number(page, at..at + 4)? as u32;
        let from = at + number(page, at + 4..at + 8)? as usize;
        let key_end = from + number(page, at + 8..at + 12)? as usize;
        let end = key_end + number(page, at + 12..at + 16)? as usize;
        let key = page.get(from..key_end).ok_or(Damaged)?;
        let value = page.get(key_end..end).ok_or(Damaged)?;
        tell(key, (flags & IS_BUCKET != 0, value));
    }
    Ok(())
}

/// A little-endian number.
fn number(bytes: &[u8], range: Range<usize>) -> Result<u64, Damaged> {
    let bytes = bytes.get(range).ok_or(Damaged)?;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
            // A sound meta page in front, so that the tree is reached.
            let mut meta = vec![0; 80];
            meta[16..20].copy_from_slice(&MAGIC.to_le_bytes());
            meta[20..24].copy_from_slice(&VERSION.to_le_bytes());
            meta[24..28].copy_from_slice(&512u32.to_le_bytes());
            meta[32..40].copy_from_slice(&1u64.to_le_bytes());
            let sum = fnv1a(&meta[16..72]);
            meta[72..80].copy_from_slice(&sum.to_le_bytes());
            meta.resize(512, 0);
            meta.append(&mut bytes);
            let bolt = Bolt::open(&meta).unwrap();
            let _ = bolt.root().bucket(b"v1");
            let _ = bolt.root().entries();
        }
    }

    #[test]
    fn what_is_no_database_is_refused() {
        for bytes in [&b""[..], b"no database", &[0; 8192]] {
            assert!(Bolt::open(bytes).is_err());
        }
    }
}
