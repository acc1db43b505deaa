//! Reads a tar archive to its very end, whatever is in it.
//!
//! Runtimes stop at the first thing they don't like; a scanner must not, because what they refuse
//! or skip is still in the image. Damage is passed over to the next valid header, bytes that
//! belong to no entry are handed out as slack, and where readers of the format disagree both
//! readings are given. Each of these is also told as a [`TarFlaw`].
//!
//! Header fields come from `tar-core`; its parser is not used, because it ends at the first error
//! and takes the body of a link for granted.

mod entry;
mod event;
mod extension;
pub(super) mod header;
mod sparse;

pub use event::{EntryKind, OVERLAY_OPAQUE, Record, Region, TarEntry, TarEvent, TarFlaw};

use self::extension::Extension;
use self::header::BLOCK;
use super::peek::Peek;
use crate::model::Limits;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

/// Bytes buffered for headers and small files; larger reads go past the buffer.
const BUFFER: usize = 256 << 10;

/// A tar archive, event by event.
pub struct TarReader<R> {
    input: Peek<BufReader<R>>,
    metadata_limit: u32,
    entry_limit: u64,
    entries: u64,
    /// Found but not told yet. The body belongs to the last of them.
    found: VecDeque<TarEvent>,
    body: Body,
    extension: Extension,
    /// Whether a zero block was the last thing read.
    ended: bool,
    over: bool,
}

/// What the input stands in.
#[derive(Debug, Clone, Copy)]
enum Body {
    /// In front of a header.
    None,
    /// In a body with `left` bytes to go.
    Data { left: u64, padding: u64 },
    /// Behind a body, in front of its padding.
    Padding(u64),
    /// In slack that ends at the next header; `left` bytes are known to be slack.
    Slack { left: usize },
    /// In slack that ends with the input.
    Rest,
}

impl<R: Read> TarReader<R> {
    /// Reads the archive that `reader` yields; no further buffer is needed.
    pub fn new(reader: R, limits: &Limits) -> Self {
        Self {
            input: Peek::new(BufReader::with_capacity(BUFFER, reader)),
            metadata_limit: u32::try_from(limits.entry_metadata).unwrap_or(u32::MAX),
            entry_limit: limits.entries,
            entries: 0,
            found: VecDeque::new(),
            body: Body::None,
            extension: Extension::default(),
            ended: false,
            over: false,
        }
    }

    /// The next event; what was not read of a body before is passed over. `None` at the end of the
    /// input and after an error.
    ///
    /// # Errors
    /// Only those of the reader below: what is wrong with the archive itself is an event.
    pub fn next_event(&mut self) -> io::Result<Option<TarEvent>> {
        while self.found.is_empty() && !self.over {
            self.advance().inspect_err(|_| self.over = true)?;
        }
        Ok(self.found.pop_front())
    }

    /// Reads from the body of the last entry or slack; 0 at its end.
    ///
    /// # Errors
    /// Those of the reader below, and [`TarFlaw::Truncated`] in an error of kind `UnexpectedEof`
    /// when the archive ends before the body does.
    pub fn read_body(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.over || buf.is_empty() {
            return Ok(0);
        }
        self.read_some(buf).inspect_err(|err| {
            self.over = err.kind() != io::ErrorKind::Interrupted;
        })
    }

    fn read_some(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.body {
            Body::None | Body::Padding(_) | Body::Data { left: 0, .. } => Ok(0),
            Body::Rest => self.input.read(buf),
            Body::Data { left, .. } => {
                let want = usize::try_from(*left).map_or(buf.len(), |left| left.min(buf.len()));
                let count = self.input.read(&mut buf[..want])?;
                if count == 0 {
                    let offset = self.input.consumed();
                    let flaw = TarFlaw::Truncated { offset };
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, flaw));
                }
                *left -= count as u64;
                Ok(count)
            }
            Body::Slack { .. } => self.read_slack(buf),
        }
    }

    /// Goes on to where there is something to tell, one step.
    fn advance(&mut self) -> io::Result<()> {
        match self.body {
            Body::None => self.next_header(),
            Body::Data { left, padding } => {
                let skipped = self.input.skip(left)?;
                self.body = Body::Padding(padding);
                if skipped < left {
                    self.truncated();
                }
                Ok(())
            }
            Body::Padding(bytes) => self.padding(bytes),
            Body::Slack { .. } => {
                while let bytes @ 1.. = self.slack_ahead()? {
                    self.input.skip(bytes as u64)?;
                    self.body = Body::Slack { left: 0 };
                }
                self.body = Body::None;
                Ok(())
            }
            Body::Rest => {
                self.over = true;
                Ok(())
            }
        }
    }

    /// Padding is zeros; anything else in it is handed out.
    fn padding(&mut self, bytes: u64) -> io::Result<()> {
        self.body = Body::None;
        let padding = self.input.peek(bytes as usize)?;
        let there = padding.len();
        if padding.iter().all(|&byte| byte == 0) {
            self.input.consume(there);
        } else {
            self.slack(Body::Data {
                left: there as u64,
                padding: 0,
            });
        }
        Ok(())
    }

    /// Looks at the block that should be a header.
    fn next_header(&mut self) -> io::Result<()> {
        let block = self.input.peek(BLOCK)?;
        let there = block.len();
        if block.iter().all(|&byte| byte == 0) {
            self.input.consume(there);
            self.orphans();
            self.over = there == 0;
            self.ended = true;
            return Ok(());
        }
        // A copy, because what follows reads on.
        let block = block.first_chunk::<BLOCK>().copied();
        match block.as_ref().and_then(header::read) {
            Some((header, size)) => {
                self.note_if_ended();
                self.header(header, size)
            }
            None => {
                self.no_header(there);
                Ok(())
            }
        }
    }

    /// Damage, or something behind the end marker: slack up to the next header.
    fn no_header(&mut self, there: usize) {
        let offset = self.input.consumed();
        self.orphans();
        if self.ended {
            self.note_if_ended();
        } else if there < BLOCK {
            self.flaw(TarFlaw::Truncated {
                offset: offset + there as u64,
            });
        } else {
            self.flaw(TarFlaw::BadHeader { offset });
        }
        self.slack(Body::Slack { left: there });
    }

    fn read_slack(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            let ahead = self.slack_ahead()?;
            if ahead == 0 {
                break;
            }
            let count = ahead.min(buf.len() - filled);
            self.input.read_exact(&mut buf[filled..filled + count])?;
            filled += count;
            self.body = Body::Slack {
                left: ahead - count,
            };
        }
        Ok(filled)
    }

    /// Bytes up to the end of this block of slack; 0 in front of a header and at the end.
    fn slack_ahead(&mut self) -> io::Result<usize> {
        if let Body::Slack { left: left @ 1.. } = self.body {
            return Ok(left);
        }
        let block = self.input.peek(BLOCK)?;
        let there = block.len();
        let is_header = block
            .first_chunk()
            .is_some_and(|block| header::read(block).is_some());
        if is_header {
            return Ok(0);
        }
        self.body = Body::Slack { left: there };
        Ok(there)
    }

    fn slack(&mut self, body: Body) {
        self.body = body;
        let offset = self.input.consumed();
        self.found.push_back(TarEvent::Slack { offset });
    }

    fn flaw(&mut self, flaw: TarFlaw) {
        self.found.push_back(TarEvent::Flaw(flaw));
    }

    fn truncated(&mut self) {
        let offset = self.input.consumed();
        self.flaw(TarFlaw::Truncated { offset });
        self.over = true;
    }

    /// Something stands behind a zero block.
    fn note_if_ended(&mut self) {
        if std::mem::take(&mut self.ended) {
            let offset = self.input.consumed();
            self.flaw(TarFlaw::AfterEnd { offset });
        }
    }

    /// Tells what was collected for an entry that does not come.
    fn orphans(&mut self) {
        let records = std::mem::take(&mut self.extension).into_records();
        if !records.is_empty() {
            self.found.push_back(TarEvent::Records(records));
        }
    }
}

#[cfg(test)]
mod tests;
