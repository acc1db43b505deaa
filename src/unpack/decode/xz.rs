//! xz streams. A block names the size of its dictionary; the decoder stops there until that much
//! is reserved.

use super::DecodeError;
use super::member::{Input, Member, Output, Step, pump};
use crate::unpack::aside::Asides;
use crate::unpack::memory::{Memory, Reservation};
use crate::unpack::sniff::Codec;
use lzma_rust2::{Action, Status, XzStream, lzma2_get_memory_usage};
use std::io;
use std::sync::Arc;

pub(super) struct Xz {
    stream: XzStream,
    /// Most that a block may need, in KiB.
    cap: u32,
    memory: Arc<Memory>,
    dictionary: Option<Reservation>,
}

impl Xz {
    /// Reads streams whose dictionary has at most `window` bytes.
    pub(super) fn new(window: u64, memory: &Arc<Memory>) -> Self {
        Self {
            stream: XzStream::new_mem_limit(false, 0),
            cap: lzma2_get_memory_usage(u32::try_from(window).unwrap_or(u32::MAX)),
            memory: Arc::clone(memory),
            dictionary: None,
        }
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.stream.total_in(), self.stream.total_out());
        let ended = match self.stream.process(input, output, Action::Run) {
            Ok(result) => Ok(result.status == Status::StreamEnd),
            Err(err) if err.kind() == io::ErrorKind::OutOfMemory => self.reserve().map(|()| false),
            Err(err) => Err(DecodeError::corrupt(Codec::Xz, err)),
        };
        Step {
            consumed: (self.stream.total_in() - before.0) as usize,
            produced: (self.stream.total_out() - before.1) as usize,
            ended,
        }
    }

    /// Takes what the block at hand needs, giving back the smaller dictionary before.
    fn reserve(&mut self) -> Result<(), DecodeError> {
        let needed = self.stream.memory_usage().unwrap_or(self.cap);
        if needed > self.cap {
            return Err(DecodeError::Limit {
                what: format!(
                    "an xz block needs {needed} KiB of memory and may take {} KiB (--limit window-bytes)",
                    self.cap
                ),
            });
        }
        self.dictionary = None;
        self.dictionary = Some(self.memory.reserve(u64::from(needed) << 10)?);
        self.stream.set_mem_limit(needed);
        Ok(())
    }
}

impl Member for Xz {
    fn begin(&mut self, _: &mut Input<'_>, _: Option<&mut Asides<'_>>) -> Result<(), DecodeError> {
        let granted = self
            .dictionary
            .as_ref()
            .map_or(0, |held| u32::try_from(held.bytes() >> 10).unwrap_or(0));
        self.stream = XzStream::new_mem_limit(false, granted);
        Ok(())
    }

    fn decode(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<bool, DecodeError> {
        pump(Codec::Xz, input, out, |input, output| {
            self.step(input, output)
        })
    }
}
