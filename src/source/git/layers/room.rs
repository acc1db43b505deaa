//! The share of memory that parts of repositories are kept in until all layers have passed.

use super::signs::Signs;
use crate::model::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes up to which a file counts as small.
const SMALL: u64 = 64 << 10;

/// The memory that all parts of repositories share. Large files leave an eighth of it to the small ones,
/// without which their objects are worth little.
#[derive(Debug)]
pub(in crate::source) struct Room {
    left: AtomicU64,
    /// What is left to small files.
    reserve: u64,
}

impl Room {
    /// A share of what a scan may take.
    pub(in crate::source) fn of(limits: &Limits) -> Arc<Self> {
        let all = limits.memory / 4;
        Arc::new(Self {
            left: AtomicU64::new(all),
            reserve: all / 8,
        })
    }

    /// Takes what the signs of a layer need that an earlier scan has read, if that is left.
    pub(in crate::source) fn admits(&self, signs: &Signs) -> bool {
        self.take(signs.bytes(), 0)
    }

    /// Takes so many bytes for a file that has got as many already.
    pub(super) fn take(&self, bytes: u64, already: u64) -> bool {
        let reserve = match already + bytes > SMALL {
            true => self.reserve,
            false => 0,
        };
        let less = |left: u64| {
            let rest = left.checked_sub(bytes)?;
            (rest >= reserve).then_some(rest)
        };
        let order = Ordering::Relaxed;
        self.left.try_update(order, order, less).is_ok()
    }

    /// Gives bytes back.
    pub(super) fn give(&self, bytes: u64) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }
}
