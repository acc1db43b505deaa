//! zstd frames (RFC 8878), handed to libzstd block by block.
//!
//! libzstd forgets what a call has written when the same call meets a damage, so it is given no
//! block before the one in front of it has been delivered. That takes a look at three bytes per
//! block, and it also shows where a frame ends and the next one asks for its window.

use super::DecodeError;
use super::member::{Input, Member, Output};
use crate::unpack::aside::Asides;
use crate::unpack::memory::{Memory, Reservation};
use crate::unpack::sniff::Codec;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use zstd::stream::raw::{DParameter, Decoder, Operation};

mod frame;

use frame::{Block, Frame};

pub(super) struct Zstd {
    /// Largest window, in bytes.
    cap: u64,
    memory: Arc<Memory>,
    decoder: Option<(Decoder<'static>, Reservation)>,
    /// What comes after the bytes that are due now.
    next: Next,
    /// Bytes of the current header, block or checksum that libzstd has not seen yet.
    due: u64,
    /// Whether libzstd may hold output that did not fit.
    undelivered: bool,
}

enum Next {
    Block { checksum: bool },
    Checksum,
    End,
}

impl Zstd {
    /// Reads frames whose window has at most `window` bytes.
    pub(super) fn new(window: u64, memory: &Arc<Memory>) -> Self {
        Self {
            cap: window,
            memory: Arc::clone(memory),
            decoder: None,
            next: Next::End,
            due: 0,
            undelivered: false,
        }
    }

    /// Makes a decoder ready whose memory covers `frame`; a larger one only after the smaller one
    /// was given back.
    fn prepare(&mut self, frame: &Frame) -> Result<(), DecodeError> {
        let window = frame.window;
        if window > self.cap {
            return Err(DecodeError::Limit {
                what: format!(
                    "a zstd frame needs a window of {window} bytes and may have {} (--limit window-bytes)",
                    self.cap
                ),
            });
        }
        let needed = frame.memory();
        if let Some((decoder, held)) = &mut self.decoder
            && held.bytes() >= needed
        {
            return decoder.reinit().map_err(corrupt);
        }
        self.decoder = None;
        let held = self.memory.reserve(needed)?;
        let mut decoder = Decoder::new().map_err(corrupt)?;
        let log = self.cap.checked_next_power_of_two().map_or(31, u64::ilog2);
        decoder
            .set_parameter(DParameter::WindowLogMax(log.clamp(10, 31)))
            .map_err(corrupt)?;
        self.decoder = Some((decoder, held));
        Ok(())
    }

    /// Looks at what stands next in the frame; false at its end.
    fn look(&mut self, input: &mut Input<'_>) -> Result<bool, DecodeError> {
        match self.next {
            Next::End => return Ok(false),
            Next::Checksum => {
                self.due = frame::CHECKSUM;
                self.next = Next::End;
            }
            Next::Block { checksum } => {
                let block = Block::parse(input.peek(Block::HEADER)?).ok_or_else(truncated)?;
                self.due = block.size;
                if block.last {
                    self.next = if checksum { Next::Checksum } else { Next::End };
                }
            }
        }
        Ok(true)
    }

    /// Gives libzstd what is due, as far as it is buffered.
    fn feed(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<(), DecodeError> {
        let Some((decoder, _)) = &mut self.decoder else {
            return Ok(());
        };
        let mut chunk: &[u8] = &[];
        if !self.undelivered {
            chunk = input.fill_buf()?;
            if chunk.is_empty() {
                return Err(truncated());
            }
            let due = usize::try_from(self.due).unwrap_or(usize::MAX);
            chunk = &chunk[..chunk.len().min(due)];
        }
        let status = decoder
            .run_on_buffers(chunk, out.space())
            .map_err(corrupt)?;
        input.consume(status.bytes_read);
        self.due -= status.bytes_read as u64;
        out.advance(status.bytes_written);
        self.undelivered = out.is_full();
        Ok(())
    }
}

impl Member for Zstd {
    fn begin(
        &mut self,
        input: &mut Input<'_>,
        asides: Option<&mut Asides<'_>>,
    ) -> Result<(), DecodeError> {
        let head = input.peek(Frame::HEADER)?;
        if let Some(skippable) = frame::skippable(head) {
            self.next = Next::End;
            let skipped = pass_over(skippable, input, asides)?;
            return if skipped < skippable {
                Err(truncated())
            } else {
                Ok(())
            };
        }
        let frame = Frame::parse(head).ok_or_else(truncated)?;
        if frame.dictionary != 0 {
            return Err(DecodeError::Unsupported {
                what: format!("a zstd frame needs the dictionary {}", frame.dictionary),
            });
        }
        self.prepare(&frame)?;
        self.due = frame.header;
        self.next = Next::Block {
            checksum: frame.checksum,
        };
        Ok(())
    }

    fn decode(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<bool, DecodeError> {
        while !out.is_full() {
            if self.due == 0 && !self.undelivered && !self.look(input)? {
                return Ok(true);
            }
            self.feed(input, out)?;
        }
        Ok(false)
    }
}

/// Passes over a frame that decodes to nothing, and returns how many bytes of it there are.
fn pass_over(
    bytes: u64,
    input: &mut Input<'_>,
    asides: Option<&mut Asides<'_>>,
) -> io::Result<u64> {
    let start = input.consumed();
    if let Some(asides) = asides {
        let mut frame = (&mut *input).take(bytes);
        asides.take(start, &mut |buffer| frame.read(buffer))?;
    }
    // All of it, or what is left when the scan is stopped.
    let taken = input.consumed() - start;
    Ok(taken + input.skip(bytes - taken)?)
}

const fn truncated() -> DecodeError {
    DecodeError::Truncated { codec: Codec::Zstd }
}

fn corrupt(err: io::Error) -> DecodeError {
    DecodeError::corrupt(Codec::Zstd, err)
}
