//! Telling how far the reading of a stream has come.

use crate::model::Meter;
use std::io::{self, Read};

/// A reader that reports what is read through it.
pub(super) struct Metered<R> {
    inner: R,
    meter: Box<dyn Meter>,
}

impl<R> Metered<R> {
    /// Reports to `meter` what is read of `inner`.
    pub(super) fn new(inner: R, meter: Box<dyn Meter>) -> Self {
        Self { inner, meter }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.meter.advance(count as u64);
        Ok(count)
    }
}
