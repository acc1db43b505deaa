//! The central directory (APPNOTE 4.3.12 and on): searched as it stands, for the comments and extra
//! fields that it holds, and compared with the members that were seen.

use crate::model::Kind;
use crate::unpack::decode::Input;
use crate::unpack::open::members::Members;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};

/// What the end of a directory begins with.
pub(super) const END: &[u8] = b"PK\x05\x06";
/// What a member's entry in a directory begins with.
const ENTRY: &[u8] = b"PK\x01\x02";
/// The end of a directory beyond 4 GiB, where it is to be found, and a signature.
const OTHERS: [&[u8]; 3] = [b"PK\x06\x06", b"PK\x06\x07", b"PK\x05\x05"];
/// Members that are compared at most.
const MOST: usize = 1 << 20;

/// Whether a part of a directory stands here.
pub(super) fn is_record(head: &[u8]) -> bool {
    let all = [ENTRY, END].into_iter().chain(OTHERS);
    all.into_iter().any(|magic| head.starts_with(magic))
}

/// The members that were seen, and those that the directory names.
#[derive(Default)]
pub(super) struct Directory {
    seen: BTreeSet<Named>,
    named: BTreeSet<Named>,
    /// Bytes of the record at hand that were not handed out.
    left: u64,
    /// Where the directory begins, in the file and by its own account.
    start: Option<u64>,
    stated: Option<u64>,
}

/// A member: where its header stands, and a hash of its path.
type Named = (u64, u64);

impl Directory {
    /// Whether no member was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Notes a member.
    pub(super) fn saw(&mut self, offset: u64, path: &[u8]) {
        if self.seen.len() < MOST {
            self.seen.insert((offset, hash(path)));
        }
    }

    /// Reads the directory at the front of the input, and tells where it differs from what was seen.
    pub(super) fn compare_with_directory(
        mut self,
        input: &mut Input<'_>,
        members: &mut Members<'_, '_>,
    ) -> io::Result<()> {
        let start = input.consumed();
        self.start = Some(start);
        members.raw(start, &mut |buffer| {
            if self.left == 0 {
                self.left = self.record(input)?;
            }
            let count = input.by_ref().take(self.left).read(buffer)?;
            self.left -= count as u64;
            Ok(count)
        })?;
        self.compare(members);
        Ok(())
    }

    /// Notes what the record at the front of the input says; returns its bytes, 0 if there is none.
    fn record(&mut self, input: &mut Input<'_>) -> io::Result<u64> {
        let head = input.peek(56)?;
        if !is_record(head) {
            return Ok(0);
        }
        let short = |from: usize| {
            let bytes = head.get(from..from + 2);
            bytes.map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
        };
        let long = |from: usize| u64::from(short(from)) | u64::from(short(from + 2)) << 16;
        let huge = |from: usize| long(from) | long(from + 4) << 32;
        Ok(match &head[..4] {
            b"PK\x01\x02" => {
                let (path, offset) = (usize::from(short(28)), long(42));
                let length = 46 + path + usize::from(short(30)) + usize::from(short(32));
                let head = input.peek(46 + path)?;
                let path = hash(head.get(46..).unwrap_or_default());
                if self.named.len() < MOST {
                    self.named.insert((offset, path));
                }
                length as u64
            }
            b"PK\x05\x06" => {
                self.stated = self.stated.or(Some(long(16)));
                22 + u64::from(short(20))
            }
            b"PK\x06\x06" => {
                self.stated = Some(huge(48));
                huge(4).saturating_add(12)
            }
            b"PK\x06\x07" => 20,
            _ => 6 + u64::from(short(4)),
        })
    }

    /// Tells which members only one side knows.
    fn compare(&mut self, members: &Members<'_, '_>) {
        if self.seen.len() >= MOST || self.named.len() >= MOST {
            members.tell(
                Kind::Ambiguous,
                format!("more than {MOST} members, not compared with the central directory"),
            );
            return;
        }
        // Offsets are counted from where the zip begins, which a program may stand in front of.
        let shift = self.start.zip(self.stated);
        let shift = shift.map_or(0, |(start, stated)| start.wrapping_sub(stated));
        // What lies beyond 4 GiB is told elsewhere, and compared by its path alone.
        let is_far = self.named.iter().any(|(offset, _)| *offset == 0xffff_ffff);
        let shifted = |&(offset, path): &Named| (offset.wrapping_add(shift), path);
        let plain = |&(_, path): &Named| (0, path);
        let (seen, named): (BTreeSet<Named>, BTreeSet<Named>) = match is_far {
            true => (
                self.seen.iter().map(plain).collect(),
                self.named.iter().map(plain).collect(),
            ),
            false => (
                std::mem::take(&mut self.seen),
                self.named.iter().map(shifted).collect(),
            ),
        };
        let tell = |count: usize, what: &str| {
            if count > 0 {
                members.tell(Kind::Ambiguous, format!("{count} {what}"));
            }
        };
        tell(
            seen.difference(&named).count(),
            "of its members are not in the zip's central directory, under that name and place",
        );
        tell(
            named.difference(&seen).count(),
            "entries of the zip's central directory lead to no member of that name",
        );
    }
}

fn hash(path: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
