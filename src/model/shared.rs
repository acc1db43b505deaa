//! Writes what is shared as what it is, and reads it as if nobody else had it (`serde`'s feature `rc` does
//! the same for all of a program's crates).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// Writes what an [`Arc`] holds.
pub(crate) fn serialize<T, S>(shared: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize + ?Sized,
    S: Serializer,
{
    T::serialize(shared, serializer)
}

/// Reads into an [`Arc`].
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<T>, D::Error>
where
    T: ?Sized,
    Box<T>: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Box::deserialize(deserializer).map(Arc::from)
}

/// The same of what may be missing.
pub(crate) mod optional {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer};

    /// Writes what an [`Arc`] holds, if there is one.
    pub(crate) fn serialize<T, S>(shared: &Option<Arc<T>>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize + ?Sized,
        S: Serializer,
    {
        shared.as_deref().serialize(serializer)
    }

    /// Reads into an [`Arc`], if there is something.
    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<Arc<T>>, D::Error>
    where
        T: ?Sized,
        Box<T>: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let read: Option<Box<T>> = Option::deserialize(deserializer)?;
        Ok(read.map(Arc::from))
    }
}
