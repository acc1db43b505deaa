//! Standard input that does not outwait the scan. A pipe whose writer has stalled blocks a read for
//! ever, so a thread of its own does the reading, and whoever wants the bytes asks now and then
//! whether the scan is to stop.

use crate::unpack::Sink;
use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;
/// Chunks that wait to be taken.
const WAITING: usize = 2;
/// How often to ask whether to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// Standard input. The thread behind it ends with the input, or with the process.
pub(super) struct Stdin<'a> {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: Cursor<Vec<u8>>,
    sink: &'a dyn Sink,
}

impl<'a> Stdin<'a> {
    /// Starts to read.
    pub(super) fn new(sink: &'a dyn Sink) -> Self {
        let (sender, chunks) = sync_channel(WAITING);
        std::thread::spawn(move || pump(&sender));
        Self {
            chunks,
            current: Cursor::default(),
            sink,
        }
    }

    fn next_chunk(&self) -> io::Result<Vec<u8>> {
        loop {
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) if self.sink.stopped() => {
                    let reason = "standard input stalled until the scan was stopped";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Read for Stdin<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.current.position() == self.current.get_ref().len() as u64 {
            self.current = Cursor::new(self.next_chunk()?);
        }
        self.current.read(buffer)
    }
}

/// Reads until the input ends, fails, or nobody wants more.
fn pump(sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut stdin = io::stdin().lock();
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match stdin.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
            Ok(count) => {
                chunk.truncate(count);
                Ok(chunk)
            }
        };
        let ends = !matches!(&read, Ok(chunk) if !chunk.is_empty());
        if sender.send(read).is_err() || ends {
            return;
        }
    }
}
