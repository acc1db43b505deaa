//! bzip2 streams. Their memory is fixed at 4 MiB by the format, so no budget is asked.

use super::DecodeError;
use super::member::{Input, Member, Output, Step, pump};
use crate::unpack::aside::Asides;
use crate::unpack::sniff::Codec;
use bzip2::{Decompress, Status};

pub(super) struct Bzip2 {
    state: Decompress,
}

impl Bzip2 {
    pub(super) fn new() -> Self {
        Self {
            state: Decompress::new(false),
        }
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.state.total_in(), self.state.total_out());
        let status = self.state.decompress(input, output);
        Step {
            consumed: (self.state.total_in() - before.0) as usize,
            produced: (self.state.total_out() - before.1) as usize,
            ended: status
                .map(|status| status == Status::StreamEnd)
                .map_err(|err| DecodeError::corrupt(Codec::Bzip2, err)),
        }
    }
}

impl Member for Bzip2 {
    fn begin(&mut self, _: &mut Input<'_>, _: Option<&mut Asides<'_>>) -> Result<(), DecodeError> {
        self.state = Decompress::new(false);
        Ok(())
    }

    fn decode(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<bool, DecodeError> {
        pump(Codec::Bzip2, input, out, |input, output| {
            self.step(input, output)
        })
    }
}
