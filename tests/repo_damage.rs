//! Bytes that change on disk. Whatever file of a repository they hit, the scan ends, and it either finds
//! all that it found before, or says that it is incomplete.
//!
//! `RESIDUE_TEST_DAMAGES` asks for more damages of each file than an ordinary run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "an input that cannot be made is a failed test; a skipped one says so"
)]

mod kit;

use kit::cli::repo;
use kit::git::line;
use kit::{Repo, Secrets};
use sha1::{Digest as _, Sha1};
use std::fs;
use std::path::{Path, PathBuf};

/// Damages of each file in an ordinary run.
const FEW: u64 = 2;

/// A repository with a secret in every kind of place, and the secrets.
fn repository(secrets: &mut Secrets) -> (Repo, Vec<String>) {
    let git = Repo::new();
    let mut tokens = Vec::new();
    let mut next = || {
        tokens.push(secrets.github());
        format!("key: {}\n", tokens[tokens.len() - 1])
    };
    let text: String = (0..40).map(|n| format!("line {n} of a file\n")).collect();
    git.put("dir/b", format!("{text}{}", next()));
    git.commit_file("a", format!("{text}{}", next()));
    git.commit_file("a", format!("{text}one line more\n{}", next()));
    git.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    git.commit_file("side", next());
    git.git(&["checkout", "-q", "main"]);
    git.git(&["merge", "-q", "-m", "merge", "side"]);
    git.git(&["branch", "-q", "-D", "side"]);
    git.git(&["rm", "-q", "-r", "."]);
    git.commit(&format!("none\n\n{}", next()));
    git.git(&["tag", "-a", "-m", &next(), "v1"]);
    git.put("stashed", next()).git(&["add", "stashed"]);
    git.git(&["stash", "push", "-q"]);
    git.put("staged", next()).git(&["add", "staged"]);
    fs::remove_file(git.join("staged")).unwrap();
    fs::remove_dir_all(git.join(".git/hooks")).unwrap();
    (git, tokens)
}

fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// A different damage for every number: bytes that change, are lost, or end too early.
fn damaged(bytes: &[u8], dice: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let number = |at: usize| u32::from_le_bytes(dice[at..at + 4].try_into().unwrap()) as usize;
    let at = number(0) % bytes.len();
    match dice[4] % 4 {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..bytes.len().min(at + 1 + number(5) % 32))),
        _ => bytes[at] ^= 1 << (dice[5] % 8),
    }
    bytes
}

fn try_all(git: &Repo, tokens: &[String], dice: &mut Secrets) {
    let more = std::env::var("RESIDUE_TEST_DAMAGES").ok();
    let times = more.map_or(FEW, |number| number.parse().unwrap());
    let report = repo([git.text()]).run().expect(1).report();
    report.expect_gaps(&[]);
    assert!(tokens.iter().all(|token| report.has(token)));
    for path in files(&git.join(".git")) {
        let whole = fs::read(&path).unwrap();
        for _ in (0..times).filter(|_| !whole.is_empty()) {
            fs::remove_file(&path).unwrap();
            let bytes = damaged(&whole, &dice.bytes(9));
            fs::write(&path, &bytes).unwrap();
            let run = repo([git.text()]).run();
            let context = format!("{} with {bytes:?}: {}", path.display(), run.stderr);
            assert!((0..=3).contains(&run.code), "{context}");
            assert!(!run.stderr.contains("panicked"), "{context}");
            // Exit code 2: it is no repository any more, and that is said.
            if run.code != 2 {
                let report = run.report();
                let has_all = tokens.iter().all(|token| report.has(token));
                assert!(has_all || !report.complete(), "{context}");
            }
        }
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn damage_to_loose_files_is_told() {
    let mut secrets = Secrets::new("damage to loose files");
    let (git, tokens) = repository(&mut secrets);
    try_all(&git, &tokens, &mut secrets);
}

#[test]
fn damage_to_packed_files_is_told() {
    let mut secrets = Secrets::new("damage to packed files");
    let (git, tokens) = repository(&mut secrets);
    git.git(&["repack", "-q", "-a", "-d", "--write-bitmap-index"]);
    git.git(&["pack-refs", "--all"]);
    git.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    git.git(&["multi-pack-index", "write"]);
    try_all(&git, &tokens, &mut secrets);
}

#[test]
fn a_changed_loose_object_is_compared_with_its_name() {
    let git = Repo::new();
    git.commit_file("a", "one\n");
    let [one, two] = ["one\n", "two\n"].map(|text| {
        git.put("x", text);
        let id = git.git(&["hash-object", "-w", "x"]);
        git.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
    });
    fs::remove_file(&one).unwrap();
    fs::copy(two, one).unwrap();
    let report = repo([git.text()]).run().expect(3).report();
    report.expect_gaps(&["mismatch"]);
}

/// Takes an object out of the only pack's index (gitformat-pack(5), version 2) and out of the number in the
/// pack's header, and has all checksums fit again.
fn hide(git: &Repo, id: &str) {
    let packs = files(&git.join(".git/objects/pack"));
    let file = |kind: &str| {
        let is_kind = |path: &&PathBuf| path.extension().is_some_and(|end| end == kind);
        let path = packs.iter().find(is_kind).unwrap();
        let bytes = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        (path, bytes)
    };
    let ((index, old), (pack, mut stored)) = (file("idx"), file("pack"));
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let count = number(&old[1028..1032]) as usize;
    let column = |start: usize, width: usize| old[start..start + count * width].chunks(width);
    let rows = column(1032, 20).zip(column(1032 + 20 * count, 4));
    let rows = rows.zip(column(1032 + 24 * count, 4));
    let is_hidden = |name: &[u8]| {
        name.iter().map(|byte| format!("{byte:02x}")).eq(id
            .as_bytes()
            .chunks(2)
            .map(|digits| String::from_utf8_lossy(digits).into_owned()))
    };
    let mut rows: Vec<_> = rows
        .map(|((name, _), offset)| (name, number(offset) as usize))
        .collect();
    let before = rows.len();
    rows.retain(|(name, _)| !is_hidden(name));
    assert_eq!(rows.len() + 1, before, "there is no {id}");

    stored.truncate(stored.len() - 20);
    stored[8..12].copy_from_slice(&(rows.len() as u32).to_be_bytes());
    let end = stored.len();
    let checksum = Sha1::digest(&stored);
    stored.extend(checksum);
    fs::write(pack, &stored).unwrap();
    let next = |at: usize| rows.iter().map(|row| row.1).filter(|&next| next > at).min();
    let mut new = old[..8].to_vec();
    for first in 0..=u8::MAX {
        let up_to = rows.iter().filter(|(name, _)| name[0] <= first).count() as u32;
        new.extend(up_to.to_be_bytes());
    }
    new.extend(rows.iter().flat_map(|(name, _)| *name));
    for &(_, at) in &rows {
        let entry = &stored[at..next(at).unwrap_or(end)];
        new.extend(crc32fast::hash(entry).to_be_bytes());
    }
    for (_, at) in &rows {
        new.extend((*at as u32).to_be_bytes());
    }
    new.extend(checksum);
    let own = Sha1::digest(&new);
    new.extend(own);
    fs::write(index, new).unwrap();
}

#[test]
fn what_the_index_of_a_pack_hides_is_found_and_told() {
    let token = Secrets::new("hidden by the index").github();
    let git = Repo::new();
    git.commit_file("a", "one\n");
    git.put("x", line(&token));
    let id = git.git(&["hash-object", "-w", "x"]);
    fs::remove_file(git.join("x")).unwrap();
    git.git(&["tag", "x", &id]);
    git.git(&["repack", "-q", "-a", "-d"]);
    git.git(&["tag", "-d", "x"]);
    let scan = || git.scan(&["--unreachable"]).expect(1).report();
    scan().expect_gaps(&[]);
    hide(&git, &id);
    let report = scan();
    report.expect_gaps(&["mismatch"]);
    assert!(report.has(&token));
}
