//! Files that git-lfs keeps beside the repository: a blob is then only a pointer, and the content lies
//! in a store of its own, or on a server (git-lfs specification, "the pointer").

use std::path::Path;

/// How a pointer begins.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
/// The longest pointer, by the specification.
const LONGEST: usize = 1024;

/// Whether a blob is a pointer to a content that is not in the store of this repository.
pub(super) fn is_elsewhere(blob: &[u8], common_dir: &Path) -> bool {
    if blob.len() >= LONGEST || !blob.starts_with(POINTER) {
        return false;
    }
    let text = String::from_utf8_lossy(blob);
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("oid sha256:"));
    let digits = |name: &&str| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let Some(name) = name.filter(digits) else {
        return false;
    };
    let store = common_dir.join("lfs/objects");
    !store.join(&name[..2]).join(&name[2..4]).join(name).exists()
}
