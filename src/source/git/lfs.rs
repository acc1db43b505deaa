//! Files that git-lfs keeps beside the repository: a blob is then only a pointer, and the content lies
//! in a store of its own, or on a server (git-lfs specification, "the pointer").

use std::path::Path;

/// How a pointer begins.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
/// The longest pointer, by the specification.
const LONGEST: usize = 1024;

/// The name of the content that a blob points to, if it is a pointer: 64 digits.
pub(super) fn pointer(blob: &[u8]) -> Option<String> {
    if blob.len() >= LONGEST || !blob.starts_with(POINTER) {
        return None;
    }
    let text = String::from_utf8_lossy(blob);
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("oid sha256:"));
    let digits = |name: &&str| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    name.filter(digits).map(str::to_owned)
}

/// Whether the store below this directory has a content.
pub(super) fn is_stored(common_dir: &Path, name: &str) -> bool {
    let store = common_dir.join("lfs/objects");
    store.join(&name[..2]).join(&name[2..4]).join(name).exists()
}
