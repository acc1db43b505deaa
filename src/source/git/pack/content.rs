//! The content of an object that is too large to hold.

use super::error::ObjectError;
use super::inflate::InflateError;
use flate2::bufread::ZlibDecoder;
use gix::{hash, objs, oid};
use std::io::{self, Read};

/// Decompresses an object as it is read, and watches that it has the size it should.
pub(super) struct Content<'p> {
    stream: ZlibDecoder<&'p [u8]>,
    size: u64,
    left: u64,
    failure: Option<InflateError>,
    is_over: bool,
    /// What finds out its name, where that is in doubt.
    hasher: Option<hash::Hasher>,
}

impl<'p> Content<'p> {
    pub(super) fn new(compressed: &'p [u8], size: u64) -> Self {
        Self {
            stream: ZlibDecoder::new(compressed),
            size,
            left: size,
            failure: None,
            is_over: false,
            hasher: None,
        }
    }

    /// Finds out the name of the content while it is read.
    pub(super) fn hashed(mut self, hash: hash::Kind, kind: objs::Kind) -> Self {
        let mut hasher = hash::hasher(hash);
        hasher.update(&objs::encode::loose_header(kind, self.size));
        self.hasher = Some(hasher);
        self
    }

    /// What went wrong while it was read; also that its name is not `id`, if that was found out.
    pub(super) fn failure(self, id: &oid) -> Option<ObjectError> {
        if let Some(failure) = self.failure {
            return Some(failure.into());
        }
        let hasher = self.hasher.filter(|_| self.left == 0)?;
        let is_named = hasher.try_finalize().is_ok_and(|name| name == id);
        (!is_named).then_some(ObjectError::OtherName)
    }

    /// Bytes that it takes as it is stored, once it was read to its end.
    pub(super) fn used(&self) -> Option<usize> {
        self.is_over.then(|| self.stream.total_in() as usize)
    }

    /// Reads on; behind the last byte, makes sure that the stream ends there and is sound.
    fn advance(&mut self, out: &mut [u8]) -> Result<usize, InflateError> {
        let mut more = [0];
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(out.len());
        let out = if self.left == 0 {
            &mut more
        } else {
            &mut out[..most]
        };
        let is_empty = out.is_empty();
        let count = self.stream.read(out).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => InflateError::Truncated,
            _ => InflateError::Damaged,
        })?;
        match (count, self.left) {
            (0, 0) => {
                self.is_over = true;
                Ok(0)
            }
            (0, _) if is_empty => Ok(0),
            (0, _) | (_, 0) => Err(InflateError::Size(self.size)),
            _ => {
                self.left -= count as u64;
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(&out[..count]);
                }
                Ok(count)
            }
        }
    }
}

impl Read for Content<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let result = match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => self.advance(out),
        };
        result.map_err(|failure| {
            self.failure = Some(failure.clone());
            io::Error::new(io::ErrorKind::InvalidData, failure)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::encode::deflate;
    use super::*;
    use gix::ObjectId;

    fn read(compressed: &[u8], size: u64) -> (Vec<u8>, Option<ObjectError>) {
        let mut content = Content::new(compressed, size);
        let mut out = Vec::new();
        let result = content.read_to_end(&mut out);
        assert_eq!(result.is_err(), content.failure.is_some());
        (out, content.failure(&ObjectId::null(hash::Kind::Sha1)))
    }

    #[test]
    fn the_content_is_what_was_stored() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(read(&deflate(&text), text.len() as u64), (text, None));
        assert_eq!(read(&deflate(b""), 0), (Vec::new(), None));
    }

    #[test]
    fn a_wrong_size_or_a_damaged_stream_is_told_after_the_bytes_before_it() {
        let stored = deflate(b"some text");
        let size = |size| Some(InflateError::Size(size).into());
        assert_eq!(read(&stored, 4), (b"some".to_vec(), size(4)));
        assert_eq!(read(&stored, 20), (b"some text".to_vec(), size(20)));
        let cut = read(&stored[..stored.len() - 2], 9);
        assert_eq!(
            cut,
            (b"some text".to_vec(), Some(InflateError::Truncated.into()))
        );
        let mut flipped = stored;
        *flipped.last_mut().unwrap() ^= 1;
        assert_eq!(read(&flipped, 9).1, Some(InflateError::Damaged.into()));
    }
}
