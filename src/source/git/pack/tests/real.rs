//! Packs that git makes, and git's own account of what is in them.

use super::witness::Witness;
use crate::source::git::pack::Pack;
use gix::hash;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(["-c", "gc.auto=0", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    output.stdout
}

/// A repository of many versions of a few files, with merges, tags and a binary file.
fn repository(hash: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    git(
        path,
        &[
            "init",
            "-q",
            "-b",
            "main",
            &format!("--object-format={hash}"),
        ],
    );
    for number in 0..40 {
        let file = path.join(format!("folder/file {}", number % 3));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let line = |line: usize| format!("{}: {}\n", line, line * (1 + (number == line) as usize));
        let text: String = (0..400 + number).map(line).collect();
        std::fs::write(file, text).unwrap();
        std::fs::write(path.join("empty"), "").unwrap();
        let noise = (0..3_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 9) as u8);
        std::fs::write(path.join("binary"), noise.skip(number).collect::<Vec<_>>()).unwrap();
        git(path, &["add", "-A"]);
        git(path, &["commit", "-q", "-m", &format!("version {number}")]);
    }
    git(path, &["tag", "-a", "-m", "a tag", "v1"]);
    folder
}

/// Kind and size of every object as git tells them.
fn account(folder: &Path) -> BTreeMap<String, (String, usize)> {
    let text = git(
        folder,
        &["cat-file", "--batch-all-objects", "--batch-check"],
    );
    let text = String::from_utf8(text).unwrap();
    let line = |line: &str| {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        (
            words[0].clone(),
            (words[1].clone(), words[2].parse().unwrap()),
        )
    };
    text.lines().map(line).collect()
}

/// The one pack of a repository.
fn only_pack(folder: &Path, hash: hash::Kind) -> Pack {
    let packs = folder.join(".git/objects/pack");
    let files = std::fs::read_dir(packs)
        .unwrap()
        .map(|file| file.unwrap().path());
    let indexes: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "idx"))
        .collect();
    assert_eq!(indexes.len(), 1);
    Pack::open(&indexes[0], hash).unwrap()
}

fn compare(folder: &Path, hash: hash::Kind) {
    let pack = only_pack(folder, hash);
    let told = account(folder);
    for memory in [10_000, 1 << 30] {
        let witness = Witness::default();
        witness.walk(&pack, memory);
        assert!(witness.failed.lock().unwrap().is_empty());
        assert!(witness.doubts.lock().unwrap().is_empty());
        let objects = witness.objects.lock().unwrap();
        let shown = objects.iter().map(|(id, (kind, content))| {
            assert_eq!(gix::objs::compute_hash(hash, *kind, content).unwrap(), *id);
            (id.to_string(), (kind.to_string(), content.len()))
        });
        assert_eq!(shown.collect::<BTreeMap<_, _>>(), told);
    }
}

#[test]
fn a_pack_holds_what_git_says() {
    for (name, hash) in [("sha1", hash::Kind::Sha1), ("sha256", hash::Kind::Sha256)] {
        let folder = repository(name);
        git(
            folder.path(),
            &["repack", "-q", "-adf", "--depth=4095", "--window=20"],
        );
        compare(folder.path(), hash);
    }
}

#[test]
fn a_pack_with_named_bases_and_an_old_index_is_read() {
    let folder = repository("sha1");
    let config = [
        "-c",
        "repack.useDeltaBaseOffset=false",
        "-c",
        "pack.indexVersion=1",
    ];
    git(
        folder.path(),
        &[&config[..], &["repack", "-q", "-adf"]].concat(),
    );
    compare(folder.path(), hash::Kind::Sha1);
}
