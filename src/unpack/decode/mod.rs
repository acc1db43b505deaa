//! Decompression of a whole stream, whatever its codec: all gzip members, all zstd frames, all xz
//! and bzip2 streams, one after another as the formats allow.
//!
//! What always holds: every good byte before a damage is delivered before the error is; output is
//! capped by [`Limits`]; and memory that the input asks for comes from the [`Memory`] budget.

mod bzip2;
mod error;
mod gzip;
mod member;
mod xz;
mod zstd;

pub use error::{DecodeError, shortfall_kind};

pub(super) use self::member::Input;
use self::member::{Member, Output};
use super::aside::Asides;
use super::memory::Memory;
use super::peek::Peek;
use super::sniff::{self, Codec};
use crate::model::Limits;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

/// Bytes that tell whether another member follows.
const MAGIC: usize = 10;
/// Members in a row that may decode to nothing. Each costs more time than its few bytes suggest.
const EMPTY_MEMBERS: u32 = 1 << 16;

/// Begins to decode `input`, whose codec is found from its first bytes; anything unknown passes
/// through as it is.
///
/// # Errors
/// Those of reading the first bytes.
pub fn decode<'r>(
    input: Box<dyn BufRead + 'r>,
    limits: &Limits,
    memory: &Arc<Memory>,
) -> io::Result<Decoded<'r>> {
    let mut input = Peek::new(input);
    let codec = sniff::codec(input.peek(MAGIC)?);
    let window = limits.window_bytes;
    let member: Option<Box<dyn Member>> = match codec {
        Codec::Plain => None,
        Codec::Gzip => Some(Box::new(gzip::Gzip::new())),
        Codec::Zstd => Some(Box::new(zstd::Zstd::new(window, memory))),
        Codec::Xz => Some(Box::new(xz::Xz::new(window, memory))),
        Codec::Bzip2 => Some(Box::new(bzip2::Bzip2::new())),
    };
    Ok(Decoded {
        codec,
        input,
        member,
        asides: None,
        inside: false,
        empty_members: 0,
        produced: 0,
        caps: Caps {
            bytes: limits.stream_bytes,
            ratio: limits.ratio,
            ratio_floor: limits.ratio_floor,
        },
        failure: None,
    })
}

/// The decoded bytes of one stream. An error repeats at every later read.
pub struct Decoded<'r> {
    codec: Codec,
    input: Input<'r>,
    /// `None` for a plain stream.
    member: Option<Box<dyn Member>>,
    /// What takes that which decodes to nothing.
    asides: Option<Asides<'r>>,
    /// Whether a member has begun and not ended.
    inside: bool,
    empty_members: u32,
    produced: u64,
    caps: Caps,
    failure: Option<DecodeError>,
}

/// What a compressed stream may decode to.
struct Caps {
    bytes: u64,
    ratio: u64,
    ratio_floor: u64,
}

impl<'r> Decoded<'r> {
    /// Has what decodes to nothing searched as well.
    #[must_use]
    pub fn with_asides(self, asides: Asides<'r>) -> Self {
        Self {
            asides: Some(asides),
            ..self
        }
    }

    /// How the stream is compressed.
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Bytes of the compressed stream that were used so far.
    pub const fn consumed(&self) -> u64 {
        self.input.consumed()
    }

    /// What was looked at behind the bytes that were used.
    pub(super) fn into_ahead(self) -> Vec<u8> {
        self.input.into_ahead()
    }

    /// Decodes until there is something in `out`, or until the end.
    fn advance(&mut self, out: &mut Output<'_>) -> Result<(), DecodeError> {
        while out.filled() == 0 {
            if !self.inside && !self.begin()? {
                return Ok(());
            }
            let Some(member) = &mut self.member else {
                return Ok(());
            };
            self.inside = !member.decode(&mut self.input, out)?;
        }
        self.empty_members = 0;
        Ok(())
    }

    /// Moves into the next member. Zeros between members and at the end are padding; at the end
    /// of the input there is no next member.
    fn begin(&mut self) -> Result<bool, DecodeError> {
        loop {
            let head = self.input.peek(MAGIC)?;
            if head.is_empty() {
                return Ok(false);
            }
            if sniff::codec(head) == self.codec {
                break;
            }
            let zeros = head.iter().take_while(|&&byte| byte == 0).count();
            if zeros == 0 {
                return Err(DecodeError::TrailingGarbage { codec: self.codec });
            }
            self.input.consume(zeros);
        }
        self.empty_members += 1;
        if self.empty_members > EMPTY_MEMBERS {
            return Err(DecodeError::Limit {
                what: format!(
                    "more than {EMPTY_MEMBERS} empty {} members in a row",
                    self.codec
                ),
            });
        }
        if let Some(member) = &mut self.member {
            member.begin(&mut self.input, self.asides.as_mut())?;
        }
        self.inside = true;
        Ok(true)
    }

    /// Counts `fresh` more bytes and returns how many of them may be delivered.
    fn account(&mut self, fresh: usize) -> usize {
        self.produced += fresh as u64;
        let over = self.produced.saturating_sub(self.caps.bytes);
        if over > 0 {
            self.fail_at_limit(format!(
                "a stream may decode to {} bytes (--limit stream-bytes)",
                self.caps.bytes
            ));
        } else if self.produced > self.caps.ratio_floor
            && self.produced / self.caps.ratio.max(1) > self.input.consumed()
        {
            self.fail_at_limit(format!(
                "a stream may decode to {} times its size beyond {} bytes (--limit ratio, --limit ratio-floor)",
                self.caps.ratio, self.caps.ratio_floor
            ));
        }
        fresh.saturating_sub(usize::try_from(over).unwrap_or(usize::MAX))
    }

    fn fail_at_limit(&mut self, rule: String) {
        self.failure = Some(DecodeError::Limit {
            what: format!("{rule}, and this {} stream has more", self.codec),
        });
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.member.is_none() {
            return self.input.read(buf);
        }
        if self.failure.is_none() && !buf.is_empty() {
            let mut out = Output::new(buf);
            let result = self.advance(&mut out);
            let filled = out.filled();
            self.failure = result.err();
            let delivered = self.account(filled);
            if delivered > 0 {
                return Ok(delivered);
            }
        }
        self.failure
            .clone()
            .map_or(Ok(0), |failure| Err(failure.into()))
    }
}

#[cfg(test)]
mod tests;
