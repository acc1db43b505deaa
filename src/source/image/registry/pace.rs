//! What comes over a network must keep coming: what drips more slowly than this would never end.

use std::io::{self, Read};
use std::time::{Duration, Instant};

/// Bytes that must come within the user's patience.
const LEAST: u64 = 1 << 10;

/// A body that is given up when it keeps silent, or hardly moves, for longer than the user's patience:
/// with an error of the kind `TimedOut`. Only time spent waiting counts, not what the reader does
/// in between.
pub(super) struct Paced<R> {
    inner: R,
    patience: Duration,
    waited: Duration,
    bytes: u64,
}

impl<R> Paced<R> {
    /// What `inner` yields.
    pub(super) const fn new(inner: R, patience: Duration) -> Self {
        Self {
            inner,
            patience,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let begin = Instant::now();
        let count = self.inner.read(buffer).map_err(as_timeout)?;
        self.bytes += count as u64;
        self.waited += begin.elapsed();
        if self.bytes >= LEAST {
            self.bytes = 0;
            self.waited = Duration::ZERO;
        }
        match count > 0 && self.waited > self.patience {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(count),
        }
    }
}

/// The HTTP library wraps its own timeouts.
fn as_timeout(error: io::Error) -> io::Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ureq::Error>());
    match inner {
        Some(ureq::Error::Timeout(_)) => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Yields a byte at a time, each after a wait.
    struct Drip(Duration);

    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            thread::sleep(self.0);
            buffer[0] = b'x';
            Ok(1)
        }
    }

    #[test]
    fn what_hardly_moves_is_given_up() {
        let mut slow = Paced::new(Drip(Duration::from_millis(5)), Duration::from_millis(20));
        let error = io::copy(&mut slow, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn what_keeps_coming_may_take_as_long_as_it_needs() {
        let mut steady = Paced::new(Drip(Duration::ZERO), Duration::from_secs(60)).take(5_000);
        assert_eq!(io::copy(&mut steady, &mut io::sink()).unwrap(), 5_000);
    }
}
