//! Paths as a runtime resolves them below a root, and their hashes. A hash is keyed at random for every
//! process: nobody can build two paths that collide. Whoever keeps hashes keeps the key with them, because
//! they may be read again by another process.

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::OnceLock;

/// What hashes of paths are keyed with; by default the key of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key(u64, u64);

impl Default for Key {
    fn default() -> Self {
        static KEY: OnceLock<Key> = OnceLock::new();
        let random = || RandomState::new().build_hasher().finish();
        *KEY.get_or_init(|| Self(random(), random()))
    }
}

impl Key {
    /// For what must have one hash whoever computes it.
    pub(super) const PUBLIC: Self = Self(0, 0);

    /// The hash of a path with these parts.
    pub(super) fn hash(self, parts: &[&[u8]]) -> u64 {
        let mut hasher = self.hasher();
        parts.iter().for_each(|part| part.hash(&mut hasher));
        hasher.finish()
    }

    /// A hasher with this key.
    pub(super) fn hasher(self) -> SipHasher13 {
        SipHasher13::new_with_keys(self.0, self.1)
    }
}

/// The parts of a path as a runtime resolves it below the root.
pub(super) fn components(path: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts
}
