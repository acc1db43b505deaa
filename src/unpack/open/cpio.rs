//! cpio archives, in the two shapes that are in use: the "new" one of rpm and of initial ram disks
//! (Linux, `Documentation/driver-api/early-userspace/buffer-format.rst`), and the portable one of POSIX
//! (`odc`). Another archive may follow the end, as a ram disk follows the processor's microcode.

use super::kinds;
use super::members::{Members, softened};
use crate::model::Kind;
use crate::unpack::decode::Input;
use crate::unpack::sniff::HEAD;
use std::io::{self, BufRead, Read};

/// The name of what is no member but the end.
const TRAILER: &[u8] = b"TRAILER!!!";
/// Bytes of the longest path that is taken for one.
const LONGEST_PATH: u64 = 4096;

/// Whether a file that begins so is a cpio archive.
pub(super) fn is_cpio(head: &[u8]) -> bool {
    head.starts_with(b"0707") && Header::parse(head).is_some()
}

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    while !members.stopped() {
        let head = input.peek(Header::LONGEST)?;
        if head.is_empty() {
            break;
        }
        match Header::parse(head) {
            Some(header) => member(&header, input, members)?,
            None if head[0] == 0 => skip_zeros(input)?,
            None => return behind(input, members),
        }
    }
    Ok(())
}

fn member(header: &Header, input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    input.consume(header.length);
    let mut path = Vec::new();
    input.by_ref().take(header.path).read_to_end(&mut path)?;
    pad(header, header.length as u64 + header.path, input)?;
    let path = path.strip_suffix(b"\0").unwrap_or(&path);
    if path == TRAILER && header.size == 0 {
        return Ok(());
    }
    let member = members.enter(path)?;
    if header.size == 0 {
        return Ok(());
    }
    let mut body = input.by_ref().take(header.size);
    let result = members.content(&member, Some(header.size), &mut |buffer| body.read(buffer));
    let left = body.limit();
    if result.is_ok() && left > 0 && !members.stopped() {
        let detail = format!("the cpio archive ends {left} bytes inside this member");
        members.tell_of(&member, softened(Kind::Truncated), detail);
    }
    result?;
    pad(header, header.size, input)
}

/// Passes over the zeros behind `length` bytes; anything else is left to be looked at.
fn pad(header: &Header, length: u64, input: &mut Input<'_>) -> io::Result<()> {
    let padding = (length.next_multiple_of(header.align) - length) as usize;
    let zeros = input.peek(padding)?;
    if zeros.iter().all(|&byte| byte == 0) {
        let there = zeros.len();
        input.consume(there);
    }
    Ok(())
}

fn skip_zeros(input: &mut Input<'_>) -> io::Result<()> {
    let zeros = input.fill_buf()?.iter().take_while(|&&byte| byte == 0);
    let count = zeros.count();
    input.consume(count);
    Ok(())
}

/// What follows the end, or a damage: opened if it is an archive.
fn behind(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    if kinds::of(input.peek(HEAD)?, false).is_some() {
        return members.stream(&mut |buffer| input.read(buffer));
    }
    let offset = input.consumed();
    let detail = format!("no valid cpio header at byte {offset}; searched as it stands from there");
    members.tell(softened(Kind::Corrupt), detail);
    Ok(())
}

struct Header {
    /// Bytes of the header itself.
    length: usize,
    /// What header and path together, and the content, are padded to.
    align: u64,
    /// Bytes of the path, its zero included.
    path: u64,
    /// Bytes of the content.
    size: u64,
}

impl Header {
    /// Bytes of the longest one.
    const LONGEST: usize = 110;

    fn parse(head: &[u8]) -> Option<Self> {
        let field = |from: usize, digits: usize, radix: u32| {
            let text = std::str::from_utf8(head.get(from..from + digits)?).ok()?;
            let is_plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_plain.then(|| u64::from_str_radix(text, radix).ok())?
        };
        let header = match head.get(..6)? {
            b"070701" | b"070702" => {
                let all = (0..13).map(|number| field(6 + 8 * number, 8, 16));
                let all: Vec<u64> = all.collect::<Option<_>>()?;
                Self {
                    length: 110,
                    align: 4,
                    path: all[11],
                    size: all[6],
                }
            }
            b"070707" => {
                let other = (6..48).step_by(6).map(|from| field(from, 6, 8));
                other.collect::<Option<Vec<_>>>()?;
                Self {
                    length: 76,
                    align: 1,
                    path: field(59, 6, 8)?,
                    size: field(65, 11, 8)?,
                }
            }
            _ => return None,
        };
        (1..=LONGEST_PATH).contains(&header.path).then_some(header)
    }
}
