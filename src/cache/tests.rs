use super::*;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

fn opened(folder: &TempDir, capacity: u64, key: &[u8], purpose: &str) -> Cache {
    let identity = Identity::with_key(key);
    Cache::open(
        &folder.path().join("results"),
        capacity,
        &identity,
        purpose.as_bytes(),
    )
    .unwrap()
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    let results = folder.path().join("results");
    let files = walkdir::WalkDir::new(results)
        .into_iter()
        .map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file() && file.file_name().len() == 62);
    files.map(|file| file.path().to_owned()).collect()
}

#[test]
fn what_is_kept_is_found_again_for_the_same_purpose_alone() {
    let folder = tempfile::tempdir().unwrap();
    opened(&folder, CAPACITY, b"key", "rules").put("a", b"content");
    let get = |key: &[u8], purpose, name| {
        let cache = opened(&folder, CAPACITY, key, purpose);
        (cache.get(name), cache.troubles().len())
    };
    assert_eq!(get(b"key", "rules", "a"), (Some(b"content".to_vec()), 0));
    assert_eq!(get(b"key", "rules", "b"), (None, 0));
    assert_eq!(get(b"key", "other rules", "a"), (None, 0));
    assert_eq!(
        get(b"another key", "rules", "a"),
        (None, 1),
        "the seal is another"
    );
}

#[test]
fn no_changed_byte_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = opened(&folder, CAPACITY, b"key", "rules");
    cache.put("a", b"content");
    cache.put("b", b"other");
    let path = cache.folder.path(&cache.file("a"));
    let sound = fs::read(&path).unwrap();
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(cache.get("a"), None, "byte {at}");
        fs::write(&path, &sound[..at]).unwrap();
        assert_eq!(cache.get("a"), None, "cut at {at}");
    }
    fs::copy(cache.folder.path(&cache.file("b")), &path).unwrap();
    assert_eq!(cache.get("a"), None, "a record of another name");
    assert_eq!(cache.troubles().len(), TOLD);
    cache.put("a", b"anew");
    assert_eq!(cache.get("a").as_deref(), Some(&b"anew"[..]));
}

#[test]
fn what_was_used_longest_ago_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = opened(&folder, 10_000, b"key", "rules");
    let long_ago = SystemTime::now() - Duration::from_secs(86_400);
    for name in ["a", "b", "c"] {
        cache.put(name, &[0; 3_000]);
        let file = fs::File::open(cache.folder.path(&cache.file(name))).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    assert!(cache.get("a").is_some(), "that is a use");
    cache.put("d", &[0; 3_000]);
    let left = ["a", "b", "c", "d"].map(|name| cache.get(name).is_some());
    assert!(
        left[0] && left[3] && left.iter().filter(|left| **left).count() == 2,
        "{left:?}"
    );
    assert!(Contents::of(&folder.path().join("results")).unwrap().bytes <= 10_000);
}

#[test]
fn what_a_dead_process_left_half_written_is_swept_up() {
    let folder = tempfile::tempdir().unwrap();
    let cache = opened(&folder, CAPACITY, b"key", "rules");
    let half = folder.path().join("results/.new-0");
    let fresh = folder.path().join("results/.new-1");
    fs::write(&fresh, "").unwrap();
    fs::write(&half, "").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::open(&half)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    cache.put("a", b"content");
    assert!(!half.exists() && fresh.exists());
}

#[test]
fn clearing_deletes_records_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let cache = opened(&folder, CAPACITY, b"key", "rules");
    cache.put("a", b"content");
    let results = folder.path().join("results");
    for other in ["ab/short", "notes.txt"] {
        let path = results.join(other);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    assert_eq!(Contents::clear(&results).unwrap().records, 1);
    assert!(files(&folder).is_empty());
    assert!(results.join("ab/short").exists() && results.join("notes.txt").exists());
    assert_eq!(Contents::clear(&results).unwrap(), Contents::default());
}

#[cfg(unix)]
#[test]
fn the_folder_is_closed_to_others_and_one_that_is_open_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    opened(&folder, CAPACITY, b"key", "rules").put("a", b"content");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let results = folder.path().join("results");
    assert_eq!(mode(&results), 0o700);
    assert_eq!(mode(&files(&folder)[0]), 0o600);
    fs::set_permissions(&results, fs::Permissions::from_mode(0o777)).unwrap();
    let refused = Cache::open(&results, CAPACITY, &Identity::default(), b"");
    assert!(matches!(refused, Err(CacheError::NotOurs { .. })));
}

#[test]
fn a_folder_is_looked_for_as_the_specification_says() {
    let found = |cache: Option<&str>, home: Option<&str>| {
        users_folder(|name| match name {
            "XDG_CACHE_HOME" => cache.map(Into::into),
            _ => home.map(Into::into),
        })
    };
    assert_eq!(found(Some("/c"), Some("/h")), Some("/c/residue".into()));
    for cache in [None, Some(""), Some("relative")] {
        assert_eq!(found(cache, Some("/h")), Some("/h/.cache/residue".into()));
    }
    assert_eq!(found(None, None), None);
}
