//! A blob as it comes in. A connection that breaks in the middle is taken up again where it broke;
//! whoever reads, and hashes, notices nothing.

use super::client::{Ask, Client};
use super::error::{Cause, RegistryError};
use super::retry;
use std::io::{self, Read};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use ureq::Body;
use ureq::http::{Response, StatusCode, header};

/// Bytes that must come within the user's patience: what drips more slowly would never end.
const LEAST: u64 = 1 << 10;
/// Progress after which a broken connection is a new misfortune, and not the same one again.
const PROGRESS: u64 = 1 << 20;

/// The bytes of a blob.
pub(super) struct BlobReader {
    client: Arc<Client>,
    /// Below the repository, as in `blobs/sha256:...`.
    path: String,
    body: Box<dyn Read + Send>,
    at: u64,
    /// All bytes that the registry has, if it or the manifest says how many.
    size: Option<u64>,
    /// Most bytes that are read.
    most: u64,
    /// Tries of the same misfortune, and where it began.
    tries: u32,
    troubled_at: u64,
    pace: Pace,
}

impl BlobReader {
    /// Begins to fetch `path`. `declared` is what the manifest says of its size in bytes; one byte
    /// more is read, so that a blob that is larger is noticed, and no more of it.
    pub(super) fn open(
        client: &Arc<Client>,
        path: String,
        declared: Option<u64>,
    ) -> Result<Self, RegistryError> {
        let response = client.get(&ask(&path, 0))?;
        let length = response.body().content_length();
        Ok(Self {
            pace: Pace::new(client.access.patience),
            client: Arc::clone(client),
            path,
            size: length.or(declared),
            most: declared.map_or(u64::MAX, |declared| declared.saturating_add(1)),
            body: body(response),
            at: 0,
            tries: 0,
            troubled_at: 0,
        })
    }

    /// All bytes there are, as far as anybody said.
    pub(super) fn size(&self) -> u64 {
        self.size.unwrap_or(0)
    }

    /// Takes up a broken connection, or gives up.
    fn resume(&mut self, error: RegistryError) -> io::Result<()> {
        if self.at >= self.troubled_at + PROGRESS {
            self.tries = 0;
            self.troubled_at = self.at;
        }
        self.tries += 1;
        let pause = retry::pause(&error, self.tries, self.client.access.patience);
        let Some(pause) = pause else {
            return Err(io::Error::other(error));
        };
        thread::sleep(pause);
        let response = self
            .client
            .get(&ask(&self.path, self.at))
            .map_err(io::Error::other)?;
        let begins_anew = response.status() != StatusCode::PARTIAL_CONTENT
            || starts_at(&response).is_some_and(|start| start != self.at);
        self.body = body(response);
        if begins_anew {
            let skipped = io::copy(&mut self.body.by_ref().take(self.at), &mut io::sink())?;
            if skipped < self.at {
                return Err(io::Error::other(self.client.error(Cause::Connection(
                    "it cannot go on where the connection broke".to_owned(),
                ))));
            }
        }
        Ok(())
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.most.saturating_sub(self.at);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        loop {
            let broke = match self.body.read(&mut buffer[..most]) {
                Ok(0) if most > 0 && self.size.is_some_and(|size| self.at < size) => {
                    "it ends too early".to_owned()
                }
                Ok(count) => {
                    self.at += count as u64;
                    let keeps_up = count == 0 || self.pace.keeps_up(count as u64);
                    return match keeps_up {
                        true => Ok(count),
                        false => Err(io::Error::other(self.client.error(Cause::TooSlow))),
                    };
                }
                Err(error) if is_timeout(&error) => {
                    return Err(io::Error::other(self.client.error(Cause::TooSlow)));
                }
                Err(error) => error.to_string(),
            };
            self.resume(self.client.error(Cause::Connection(broke)))?;
        }
    }
}

fn ask(path: &str, from: u64) -> Ask<'static> {
    Ask {
        path: path.to_owned(),
        accept: "*/*",
        from,
    }
}

fn body(response: Response<Body>) -> Box<dyn Read + Send> {
    Box::new(response.into_body().into_reader())
}

/// The first byte of a part (RFC 9110, 14.4).
fn starts_at(response: &Response<Body>) -> Option<u64> {
    let range = response
        .headers()
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?;
    range
        .strip_prefix("bytes ")?
        .split('-')
        .next()?
        .parse()
        .ok()
}

fn is_timeout(error: &io::Error) -> bool {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ureq::Error>());
    error.kind() == io::ErrorKind::TimedOut || matches!(inner, Some(ureq::Error::Timeout(_)))
}

/// Whether enough comes in.
struct Pace {
    patience: Duration,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn new(patience: Duration) -> Self {
        Self {
            patience,
            since: Instant::now(),
            bytes: 0,
        }
    }

    fn keeps_up(&mut self, count: u64) -> bool {
        self.bytes += count;
        if self.bytes >= LEAST {
            self.bytes = 0;
            self.since = Instant::now();
        }
        self.since.elapsed() <= self.patience
    }
}
