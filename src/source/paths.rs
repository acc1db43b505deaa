//! Paths as a runtime resolves them below a root, and their hashes. A hash is keyed at random for every
//! process: nobody can build two paths that collide.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::sync::OnceLock;

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

/// The hash of a path with these parts.
pub(super) fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = hasher();
    parts.iter().for_each(|part| part.hash(&mut hasher));
    hasher.finish()
}

/// A hasher with the key of this process.
pub(super) fn hasher() -> DefaultHasher {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    KEY.get_or_init(RandomState::new).build_hasher()
}
