//! The archives of `ar`: Debian packages and static libraries (deb(5); SysV and BSD variants of ar(5)).

use super::members::{Members, softened};
use crate::model::Kind;
use crate::unpack::decode::Input;
use std::io::{self, BufRead, Read};

/// What an archive begins with.
pub(super) const MAGIC: &[u8] = b"!<arch>\n";
/// Bytes of a member's header.
const HEADER: usize = 60;
/// What a header ends with.
const END: &[u8] = b"`\n";
/// Bytes of the longest path that is taken for one.
const LONGEST_PATH: usize = 4096;

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    input.consume(MAGIC.len());
    // The table of names that do not fit into a header, SysV.
    let mut names = Vec::new();
    while !members.stopped() {
        let head = input.peek(HEADER)?;
        if head.is_empty() {
            break;
        }
        let Some(header) = Header::parse(head) else {
            let offset = input.consumed();
            members.tell(
                softened(Kind::Corrupt),
                format!("no valid ar header at byte {offset}; searched as it stands from there"),
            );
            break;
        };
        input.consume(HEADER);
        self::member(&header, &mut names, input, members)?;
        // Members begin at even offsets.
        if header.size % 2 == 1 && input.peek(1)? == b"\n" {
            input.consume(1);
        }
    }
    Ok(())
}

fn member(
    header: &Header,
    names: &mut Vec<u8>,
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> io::Result<()> {
    let mut size = header.size;
    let offset = input.consumed();
    let path = match &*header.name {
        // The table of names, and those of symbols.
        b"//" if size <= members.bounds().limits.entry_metadata => {
            input.by_ref().take(size).read_to_end(names)?;
            let mut text = &names[..];
            return members.raw(offset, &mut |buffer| text.read(buffer));
        }
        b"//" | b"/" | b"/SYM64/" => {
            let mut table = input.by_ref().take(size);
            return members.raw(offset, &mut |buffer| table.read(buffer));
        }
        [b'#', b'1', b'/', digits @ ..] => {
            let length = number(digits).filter(|&length| length <= size.min(LONGEST_PATH as u64));
            let path = input.peek(length.unwrap_or(0) as usize)?.to_vec();
            input.consume(path.len());
            size -= path.len() as u64;
            path
        }
        [b'/', digits @ ..] => {
            let start = number(digits).and_then(|at| names.get(usize::try_from(at).ok()?..));
            let path = start.unwrap_or_default().split(|&byte| byte == b'\n');
            path.take(1).flatten().copied().take(LONGEST_PATH).collect()
        }
        name => name.to_vec(),
    };
    let path = path.strip_suffix(b"/").unwrap_or(&path);
    let path = path.strip_suffix(b"\0").unwrap_or(path);
    let member = members.enter(path)?;
    let mut body = input.by_ref().take(size);
    let result = members.content(&member, Some(size), &mut |buffer| body.read(buffer));
    let left = body.limit();
    if result.is_ok() && left > 0 && !members.stopped() {
        let detail = format!("the ar archive ends {left} bytes inside this member");
        members.tell_of(&member, softened(Kind::Truncated), detail);
    }
    result
}

struct Header {
    /// Without the blanks behind it.
    name: Vec<u8>,
    size: u64,
}

impl Header {
    fn parse(head: &[u8]) -> Option<Self> {
        let head = head.get(..HEADER)?.strip_suffix(END)?;
        let name = &head[..16];
        let blanks = name.iter().rev().take_while(|&&byte| byte == b' ').count();
        Some(Self {
            name: name[..16 - blanks].to_vec(),
            size: number(&head[48..58])?,
        })
    }
}

/// A decimal number with blanks around it.
fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}
