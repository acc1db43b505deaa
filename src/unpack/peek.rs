//! Looking ahead without losing anything: every format here is recognised by its first bytes,
//! which then have to be decoded as well. What was looked at is still read next, and
//! [`Peek::consumed`] counts what was really taken.

use std::io::{self, BufRead, Read};

/// A reader whose next bytes can be looked at, also across the edge of its buffer.
#[derive(Debug)]
pub(super) struct Peek<R> {
    inner: R,
    /// Bytes taken from `inner` and not yet consumed from here.
    ahead: Vec<u8>,
    /// Consumed part of `ahead`.
    at: usize,
    consumed: u64,
}

impl<R: BufRead> Peek<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self::behind(0, inner)
    }

    /// One that begins to count at `offset`.
    pub(super) const fn behind(offset: u64, inner: R) -> Self {
        Self {
            inner,
            ahead: Vec::new(),
            at: 0,
            consumed: offset,
        }
    }

    /// Bytes consumed so far.
    pub(super) const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The next `want` bytes, fewer only at the end of the input.
    pub(super) fn peek(&mut self, want: usize) -> io::Result<&[u8]> {
        if self.at == self.ahead.len() && fill(&mut self.inner)?.len() >= want {
            return Ok(&self.inner.fill_buf()?[..want]);
        }
        self.ahead.drain(..self.at);
        self.at = 0;
        while self.ahead.len() < want {
            let chunk = fill(&mut self.inner)?;
            if chunk.is_empty() {
                break;
            }
            let taken = chunk.len().min(want - self.ahead.len());
            self.ahead.extend_from_slice(&chunk[..taken]);
            self.inner.consume(taken);
        }
        Ok(&self.ahead[..want.min(self.ahead.len())])
    }

    /// What was looked at and not consumed, for whoever reads on below.
    pub(super) fn into_ahead(mut self) -> Vec<u8> {
        self.ahead.split_off(self.at)
    }

    /// Gives back bytes that were the last to be consumed.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        self.consumed -= bytes.len() as u64;
        self.ahead.splice(..self.at, bytes.iter().copied());
        self.at = 0;
    }

    /// Passes over `bytes` bytes and tells how many there were.
    pub(super) fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let mut left = bytes;
        while left > 0 {
            let there = self.fill_buf()?.len();
            if there == 0 {
                break;
            }
            let step = usize::try_from(left).map_or(there, |left| left.min(there));
            self.consume(step);
            left -= step as u64;
        }
        Ok(bytes - left)
    }
}

impl<R: BufRead> Read for Peek<R> {
    /// Reads past any buffer when nothing was looked at, so that large bodies are not copied twice.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at < self.ahead.len() {
            let count = (&self.ahead[self.at..]).read(buf)?;
            self.consume(count);
            return Ok(count);
        }
        let count = self.inner.read(buf)?;
        self.consumed += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Peek<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.ahead.len() {
            return Ok(&self.ahead[self.at..]);
        }
        fill(&mut self.inner)
    }

    fn consume(&mut self, bytes: usize) {
        self.consumed += bytes as u64;
        if self.at < self.ahead.len() {
            self.at += bytes;
        } else {
            self.inner.consume(bytes);
        }
    }
}

/// `fill_buf` that is not disturbed by signals. The second call returns what the first one read.
fn fill<R: BufRead>(reader: &mut R) -> io::Result<&[u8]> {
    while let Err(err) = reader.fill_buf() {
        if err.kind() != io::ErrorKind::Interrupted {
            return Err(err);
        }
    }
    reader.fill_buf()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn what_was_looked_at_is_read_next() {
        let mut peek = Peek::new(BufReader::with_capacity(3, &b"0123456789"[..]));
        assert_eq!(peek.peek(2).unwrap(), b"01");
        assert_eq!(peek.peek(5).unwrap(), b"01234");
        peek.consume(1);
        assert_eq!(peek.peek(3).unwrap(), b"123");
        assert_eq!(peek.skip(4).unwrap(), 4);
        let mut rest = Vec::new();
        peek.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"56789");
        assert_eq!(peek.consumed(), 10);
        assert_eq!(peek.peek(4).unwrap(), b"");
        assert_eq!(peek.skip(4).unwrap(), 0);
    }
}
