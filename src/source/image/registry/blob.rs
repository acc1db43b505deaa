//! A blob as it comes in. A connection that breaks, or keeps silent, in the middle is taken up again
//! where it broke; whoever reads, and hashes, notices nothing.

use super::client::{Ask, Client, Part};
use super::error::{Cause, RegistryError};
use super::pace::Paced;
use super::retry;
use std::io::{self, Read};
use std::sync::Arc;
use std::thread;
use ureq::Body;
use ureq::http::{Response, StatusCode, header};

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
}

impl BlobReader {
    /// Begins to fetch `path`. `declared` is what the manifest says of its size in bytes; one byte
    /// more is read, so that a blob that is larger is noticed, and no more of it.
    pub(super) fn open(
        client: &Arc<Client>,
        path: String,
        declared: Option<u64>,
    ) -> Result<Self, RegistryError> {
        let response = client.get(&ask(&path, Part::Whole))?;
        let length = response.body().content_length();
        Ok(Self {
            body: body(response, client),
            client: Arc::clone(client),
            path,
            size: length.or(declared),
            most: declared.map_or(u64::MAX, |declared| declared.saturating_add(1)),
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
        let pause = retry::pause(&error, self.tries, self.client.access.wait());
        let Some(pause) = pause else {
            return Err(io::Error::other(error));
        };
        thread::sleep(pause);
        let part = match self.at {
            0 => Part::Whole,
            at => Part::From(at),
        };
        let response = self
            .client
            .get(&ask(&self.path, part))
            .map_err(io::Error::other)?;
        let begins_anew = response.status() != StatusCode::PARTIAL_CONTENT
            || starts_at(&response).is_some_and(|start| start != self.at);
        self.body = body(response, &self.client);
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
                    Cause::Connection("it ends too early".to_owned())
                }
                Ok(count) => {
                    self.at += count as u64;
                    return Ok(count);
                }
                Err(error) => error.into(),
            };
            self.resume(self.client.error(broke))?;
        }
    }
}

fn ask(path: &str, part: Part) -> Ask<'static> {
    Ask {
        path: path.to_owned(),
        accept: "*/*",
        part,
    }
}

fn body(response: Response<Body>, client: &Client) -> Box<dyn Read + Send> {
    let body = response.into_body().into_reader();
    Box::new(Paced::new(body, client.access.wait()))
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
