//! Histories made by chance, the same for the same seed: branches, merges of any number of sides, also
//! such as change what no side has, several roots, files that are moved, copied, removed and brought
//! back, files that turn into folders, and secrets that come and go among other lines.

use crate::kit::{Repo, Secrets};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

const COMMITS: u64 = 40;
const BRANCHES: u64 = 4;
const TOKENS: u64 = 6;
/// Some are folders of others, and some sort otherwise as folders than as files.
const PATHS: [&str; 12] = [
    "a", "a/b", "a/b/c", "a.b", "a-b", "dir/a", "dir/b", "dir.d/a", "x/y/z", "x/y", "x", "top",
];
/// When the first commit is made, in seconds since the Unix epoch.
const BEGIN: u64 = 1_600_000_000;

/// Numbers that look random.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }

    /// Whether a thing happens that does so once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// The files of a commit.
type Files = BTreeMap<String, Vec<String>>;

struct Commit {
    branch: u64,
    parents: Vec<usize>,
    files: Files,
    time: u64,
}

/// A history and the secrets that may stand in it.
pub(crate) struct History {
    pub(crate) tokens: Vec<String>,
    commits: Vec<Commit>,
    head: u64,
    /// A branch that is deleted in the end, so that its own commits are reached by nothing.
    lost: Option<u64>,
}

impl History {
    pub(crate) fn generate(seed: u64) -> Self {
        let mut secrets = Secrets::new(&format!("history {seed}"));
        let mut dice = Dice::new(seed + 1);
        let mut history = Self {
            tokens: (0..TOKENS).map(|_| secrets.github()).collect(),
            commits: Vec::new(),
            head: dice.below(BRANCHES - 1),
            lost: dice.once_in(2).then_some(BRANCHES - 1),
        };
        for number in 0..COMMITS {
            let branch = match number {
                0..BRANCHES => number,
                _ => dice.below(BRANCHES),
            };
            let commit = history.commit(branch, &mut dice);
            history.commits.push(commit);
        }
        history
    }

    fn commit(&self, branch: u64, dice: &mut Dice) -> Commit {
        let number = self.commits.len() as u64;
        let tip = |branch| {
            self.commits
                .iter()
                .rposition(|commit| commit.branch == branch)
        };
        let mut parents: Vec<usize> = tip(branch).into_iter().collect();
        if number > 0 && parents.is_empty() && !dice.once_in(3) {
            parents.push(dice.below(number) as usize);
        }
        if !parents.is_empty() && dice.once_in(4) {
            for _ in 0..=dice.below(3) {
                let other = tip(dice.below(BRANCHES)).unwrap_or(0);
                if !parents.contains(&other) {
                    parents.push(other);
                }
            }
        }
        let mut files = self.merged(&parents, dice);
        if parents.len() < 2 || dice.once_in(2) {
            for _ in 0..=dice.below(3) {
                self.change(&mut files, dice);
            }
        }
        // Clocks are not the same everywhere, and no two of these commits are of one moment.
        let late = dice.below(20_000);
        Commit {
            branch,
            parents,
            files,
            time: (BEGIN + number * 3_600 + late) / 100 * 100 + number,
        }
    }

    /// What a merge makes of its sides: one of them, or of each path what one of them has.
    fn merged(&self, parents: &[usize], dice: &mut Dice) -> Files {
        let Some(&first) = parents.first() else {
            return Files::new();
        };
        if parents.len() == 1 || dice.once_in(4) {
            return self.commits[first].files.clone();
        }
        let mut files = Files::new();
        for path in PATHS {
            let side = *dice.pick(parents);
            if let Some(content) = self.commits[side].files.get(path) {
                put(&mut files, path, content.clone());
            }
        }
        files
    }

    fn change(&self, files: &mut Files, dice: &mut Dice) {
        let path = *dice.pick(&PATHS);
        let some = (!files.is_empty()).then(|| {
            let paths: Vec<String> = files.keys().cloned().collect();
            dice.pick(&paths).clone()
        });
        let Some(other) = some.filter(|_| !dice.once_in(5)) else {
            let content = self.content(dice);
            return put(files, path, content);
        };
        let content = files.get_mut(&other).unwrap();
        let at = dice.below(content.len() as u64 + 1) as usize;
        match dice.below(if self.commits.is_empty() { 8 } else { 10 }) {
            0 | 1 => content.insert(at, format!("a line more: {}\n", dice.below(1_000))),
            2 | 3 => content.insert(at, self.secret(dice)),
            4 => {
                if let Some(at) = content.iter().position(|line| line.starts_with("key")) {
                    content.remove(at);
                }
            }
            5 => {
                let moved = files.remove(&other).unwrap();
                put(files, path, moved);
            }
            6 => {
                let copied = content.clone();
                put(files, path, copied);
            }
            7 => drop(files.remove(&other)),
            8 => {
                let earlier = dice.pick(&self.commits);
                match earlier.files.get(&other) {
                    Some(content) => put(files, &other, content.clone()),
                    None => drop(files.remove(&other)),
                }
            }
            _ => *files = dice.pick(&self.commits).files.clone(),
        }
    }

    /// A file of its own, long enough to be worth a delta.
    fn content(&self, dice: &mut Dice) -> Vec<String> {
        let kind = dice.below(4);
        let mut lines: Vec<String> = (0..30)
            .map(|n| format!("line {n} of a file of kind {kind}\n"))
            .collect();
        for _ in 0..dice.below(3) {
            let at = dice.below(lines.len() as u64) as usize;
            lines.insert(at, self.secret(dice));
        }
        lines
    }

    fn secret(&self, dice: &mut Dice) -> String {
        format!("key: {}\n", dice.pick(&self.tokens))
    }

    /// Writes it into a bare repository, as loose objects.
    pub(crate) fn write(&self) -> Repo {
        let git = Repo::with(&["--bare"]);
        let mut import = git.command("git");
        let import = import.args([
            "-c",
            "fastimport.unpackLimit=100000",
            "fast-import",
            "--quiet",
        ]);
        let mut child = import.stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(self.stream().as_bytes()).unwrap();
        drop(stdin);
        assert!(child.wait().unwrap().success());
        git.git(&[
            "symbolic-ref",
            "HEAD",
            &format!("refs/heads/b{}", self.head),
        ]);
        git.git(&["tag", "light", "HEAD~1"]);
        git.git(&["tag", "-a", "-m", "a tag", "heavy", "refs/heads/b1"]);
        if let Some(lost) = self.lost {
            git.git(&["update-ref", "-d", &format!("refs/heads/b{lost}")]);
        }
        git
    }

    /// As git-fast-import(1) reads it.
    fn stream(&self) -> String {
        let mut out = String::new();
        for (number, commit) in self.commits.iter().enumerate() {
            let name = format!("refs/heads/b{}", commit.branch);
            let (mark, time) = (number + 1, commit.time);
            let message = format!("commit {number}");
            write!(
                out,
                "reset {name}\n\ncommit {name}\nmark :{mark}\n\
                 committer Ada Example <ada@example.com> {time} +0000\n\
                 data {}\n{message}\n",
                message.len()
            )
            .unwrap();
            for (at, parent) in commit.parents.iter().enumerate() {
                let word = if at == 0 { "from" } else { "merge" };
                writeln!(out, "{word} :{}", parent + 1).unwrap();
            }
            out.push_str("deleteall\n");
            for (path, lines) in &commit.files {
                let content = lines.concat();
                let length = content.len();
                write!(out, "M 100644 inline {path}\ndata {length}\n{content}\n").unwrap();
            }
        }
        out
    }
}

/// Writes a file where a folder may be, or below what may be a file.
fn put(files: &mut Files, path: &str, content: Vec<String>) {
    let is_below = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    files.retain(|other, _| !is_below(other, path) && !is_below(path, other));
    files.insert(path.to_owned(), content);
}
