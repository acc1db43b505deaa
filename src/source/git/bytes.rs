//! A file in memory that several have a part in. It may be as large as a pack, so it is never copied.

use std::ops::Deref;
use std::sync::Arc;

/// The content of a file. Clones are the same bytes.
#[derive(Debug, Clone)]
pub struct Bytes(Arc<Vec<u8>>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}
