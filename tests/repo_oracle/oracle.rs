//! What is true of a history, by looking everywhere: into every file of every commit.

use crate::generate::Dice;
use crate::kit::Repo;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A commit, as git lists it.
struct Commit {
    id: String,
    parents: Vec<usize>,
    /// Blobs by path.
    files: BTreeMap<String, String>,
    /// Itself and all that it was made from.
    reaches: HashSet<usize>,
}

/// Everything about one repository.
pub(crate) struct Oracle {
    /// Children before their parents.
    commits: Vec<Commit>,
    numbers: HashMap<String, usize>,
    blobs: BTreeMap<String, String>,
    /// References in the order of their names, and the commits that they lead to.
    references: Vec<(String, usize)>,
    head: usize,
}

/// Some of the commits, and the flags that ask for them.
pub(crate) struct Scope {
    pub(crate) flags: Vec<String>,
    /// Names of the commits.
    pub(crate) commits: HashSet<String>,
    is_narrow: bool,
}

impl Scope {
    pub(crate) fn everything() -> Self {
        Self {
            flags: Vec::new(),
            commits: HashSet::new(),
            is_narrow: false,
        }
    }
}

impl Oracle {
    pub(crate) fn of(git: &Repo) -> Self {
        let listed = git.git(&["rev-list", "--topo-order", "--parents", "--all"]);
        let lines: Vec<Vec<&str>> = listed
            .lines()
            .map(|line| line.split(' ').collect())
            .collect();
        let ids = lines.iter().enumerate();
        let numbers: HashMap<String, usize> = ids.map(|(n, ids)| (ids[0].to_owned(), n)).collect();
        let mut commits: Vec<Commit> = lines
            .iter()
            .map(|ids| Commit {
                id: ids[0].to_owned(),
                parents: ids[1..].iter().map(|id| numbers[*id]).collect(),
                files: files(git, ids[0]),
                reaches: HashSet::new(),
            })
            .collect();
        for number in (0..commits.len()).rev() {
            let parents = commits[number].parents.iter();
            let mut reaches: HashSet<usize> = parents
                .flat_map(|&parent| commits[parent].reaches.clone())
                .collect();
            reaches.insert(number);
            commits[number].reaches = reaches;
        }
        let listed = git.git(&["for-each-ref", "--format=%(refname)"]);
        let commit = |name: &str| numbers[&git.git(&["rev-parse", &format!("{name}^{{commit}}")])];
        let references = listed.lines().map(|name| (name.to_owned(), commit(name)));
        Self {
            references: references.collect(),
            head: commit("HEAD"),
            blobs: blobs(git),
            commits,
            numbers,
        }
    }

    fn has(&self, commit: usize, path: &str, token: &str) -> bool {
        let blob = self.commits[commit].files.get(path);
        blob.is_some_and(|id| self.blobs[id].contains(token))
    }

    /// The file at a path, or the files of a folder.
    fn at(&self, commit: usize, path: &str) -> BTreeMap<&str, &String> {
        let files = self.commits[commit].files.iter();
        let here = files.filter_map(|(name, blob)| Some((name.strip_prefix(path)?, blob)));
        here.filter(|(rest, _)| rest.is_empty() || rest.starts_with('/'))
            .collect()
    }

    fn brings(&self, commit: usize, path: &str, token: &str) -> bool {
        let parents = &self.commits[commit].parents;
        self.has(commit, path, token)
            && !parents.iter().any(|&parent| self.has(parent, path, token))
    }

    fn removes(&self, commit: usize, path: &str, token: &str) -> bool {
        let parents = &self.commits[commit].parents;
        let had = parents.iter().all(|&parent| self.has(parent, path, token));
        !parents.is_empty() && had && !self.has(commit, path, token)
    }

    /// Whether a commit takes the secret from another path, where it leaves what no parent has.
    fn moves(&self, commit: usize, path: &str, token: &str) -> bool {
        let parents = &self.commits[commit].parents;
        let all = parents
            .iter()
            .flat_map(|&parent| self.commits[parent].files.keys());
        let mut others = all.filter(|other| *other != path);
        others.any(|other| {
            let is_of = |&parent: &usize| self.at(parent, other) == self.at(commit, other);
            let had = parents.iter().any(|&parent| self.has(parent, other, token));
            had && !self.has(commit, other, token) && !parents.iter().any(is_of)
        })
    }

    /// The commits of a scope that bring what is new in it.
    fn bringing(&self, token: &str, path: &str, scope: &Scope) -> HashSet<usize> {
        let all = 0..self.commits.len();
        all.filter(|&number| {
            self.brings(number, path, token)
                && (!scope.is_narrow
                    || self.is_in(number, scope) && !self.moves(number, path, token))
        })
        .collect()
    }

    /// The commits of a scope that take away what one of its commits brought.
    fn removing(&self, token: &str, path: &str, scope: &Scope) -> HashSet<usize> {
        let brought = self.brought(scope);
        let is_of_scope = |number: usize| {
            let mut parents = self.commits[number].parents.iter();
            let had = |&parent: &usize| self.commits[parent].files.get(path);
            self.is_in(number, scope)
                && parents.any(|parent| had(parent).is_some_and(|blob| brought.contains(blob)))
        };
        let all = 0..self.commits.len();
        all.filter(|&number| {
            self.removes(number, path, token) && (!scope.is_narrow || is_of_scope(number))
        })
        .collect()
    }

    /// The blobs that stand at a path in a commit of a scope, and in none of its parents.
    fn brought(&self, scope: &Scope) -> HashSet<&String> {
        let commits = self
            .commits
            .iter()
            .filter(|commit| scope.commits.contains(&commit.id));
        let brought = commits.flat_map(|commit| {
            let had = |path: &String, blob: &String| {
                let mut parents = commit.parents.iter();
                parents.any(|&parent| self.commits[parent].files.get(path) == Some(blob))
            };
            let new = commit
                .files
                .iter()
                .filter(move |(path, blob)| !had(path, blob));
            new.map(|(_, blob)| blob)
        });
        brought.collect()
    }

    fn is_in(&self, commit: usize, scope: &Scope) -> bool {
        scope.commits.contains(&self.commits[commit].id)
    }

    /// Every path that the secret ever stood at.
    pub(crate) fn paths(&self, token: &str) -> BTreeSet<&str> {
        let all = self.commits.iter().flat_map(|commit| &commit.files);
        let holds = all.filter(|(_, blob)| self.blobs[*blob].contains(token));
        holds.map(|(path, _)| path.as_str()).collect()
    }

    /// The paths at which it is new.
    pub(crate) fn new_paths(&self, token: &str, scope: &Scope) -> BTreeSet<&str> {
        let mut paths = self.paths(token);
        paths.retain(|path| !self.bringing(token, path, scope).is_empty());
        paths
    }

    /// Two commits by chance: their names.
    pub(crate) fn pair(&self, dice: &mut Dice) -> [&str; 2] {
        [(); 2].map(|()| &*dice.pick(&self.commits).id)
    }

    /// The paths at which the secret is new in the index, if that is as in one commit, and HEAD as in
    /// another.
    pub(crate) fn staged_paths(&self, token: &str, index: &str, head: &str) -> BTreeSet<&str> {
        let [index, head] = [index, head].map(|id| self.numbers[id]);
        let is_gone = |path: &String| self.has(head, path, token) && !self.has(index, path, token);
        if self.commits[head].files.keys().any(is_gone) {
            return BTreeSet::new();
        }
        let paths = self.commits[index].files.keys();
        let is_new = |path: &&String| self.has(index, path, token) && !self.has(head, path, token);
        paths.filter(is_new).map(String::as_str).collect()
    }

    /// Every blob that holds it, whether anything leads there or not.
    pub(crate) fn blobs(&self, token: &str) -> BTreeSet<&str> {
        let holding = self.blobs.iter().filter(|(_, text)| text.contains(token));
        holding.map(|(id, _)| id.as_str()).collect()
    }

    /// The references that lead to a commit.
    pub(crate) fn references(&self, commit: &str) -> Vec<&str> {
        let number = self.numbers[commit];
        let leads = |tip: usize| self.commits[tip].reaches.contains(&number);
        let leading = self.references.iter().filter(|(_, tip)| leads(*tip));
        leading.map(|(name, _)| name.as_str()).collect()
    }

    /// Insists on what a report says of a secret at a path.
    pub(crate) fn judge(&self, token: &str, path: &str, git: &Value, scope: &Scope, context: &str) {
        let number = |value: &Value| value["id"].as_str().map(|id| self.numbers[id]);
        let reaches = |from: usize, to: usize| self.commits[from].reaches.contains(&to);
        let bringing = self.bringing(token, path, scope);
        let first = number(&git["introduced"]).expect(context);
        assert!(bringing.contains(&first), "{context}");
        let mut earlier = bringing.iter().filter(|&&other| other != first);
        assert!(!earlier.any(|&other| reaches(first, other)), "{context}");
        let at_head = self.has(self.head, path, token);
        assert_eq!(git["at_head"], at_head, "{context}");
        let removing = self.removing(token, path, scope);
        match number(&git["removed"]) {
            None => assert!(at_head || removing.is_empty(), "{context}"),
            Some(last) => {
                assert!(!at_head && removing.contains(&last), "{context}");
                let mut later = removing.iter().filter(|&&other| other != last);
                assert!(!later.any(|&other| reaches(other, last)), "{context}");
            }
        }
        let object = git["object"].as_str().unwrap();
        assert!(self.blobs[object].contains(token), "{context}");
    }

    /// A scope by chance, with the commits that git says it means.
    pub(crate) fn scope(&self, git: &Repo, dice: &mut Dice) -> Scope {
        let [from, to] = [(); 2].map(|()| dice.pick(&self.commits).id.clone());
        let most = (1 + dice.below(9)).to_string();
        let (flags, listed) = match dice.below(5) {
            0 => (
                vec!["--since".to_owned(), from.clone()],
                vec![format!("{from}..HEAD")],
            ),
            1 => (vec!["--branch".to_owned(), to.clone()], vec![to]),
            2 => (
                vec!["--max-commits".to_owned(), most.clone()],
                vec!["-n".to_owned(), most, "HEAD".to_owned()],
            ),
            3 => {
                let range = format!("{from}...{to}");
                (vec!["--range".to_owned(), range.clone()], vec![range])
            }
            _ => {
                let range = format!("{from}..{to}");
                (vec!["--range".to_owned(), range.clone()], vec![range])
            }
        };
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let listed = git.git(&[&["rev-list"], &*listed].concat());
        Scope {
            flags,
            commits: listed.lines().map(str::to_owned).collect(),
            is_narrow: true,
        }
    }
}

/// What git lists in the tree of a commit.
fn files(git: &Repo, commit: &str) -> BTreeMap<String, String> {
    let listed = git.git(&["ls-tree", "-r", "--full-tree", commit]);
    let entries = listed.lines().map(|line| {
        let (about, path) = line.split_once('\t').unwrap();
        (path.to_owned(), about.split(' ').nth(2).unwrap().to_owned())
    });
    entries.collect()
}

/// Every blob, reached or not.
fn blobs(git: &Repo) -> BTreeMap<String, String> {
    let output = git.try_git(&["cat-file", "--batch-all-objects", "--batch"]);
    let mut rest = &*output.stdout;
    let mut found = BTreeMap::new();
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let header = std::str::from_utf8(&rest[..end]).unwrap();
        let [id, kind, size] = header.split(' ').collect::<Vec<_>>()[..] else {
            panic!("no header: {header}");
        };
        let size: usize = size.parse().unwrap();
        let content = &rest[end + 1..end + 1 + size];
        if kind == "blob" {
            found.insert(id.to_owned(), String::from_utf8(content.to_vec()).unwrap());
        }
        rest = &rest[end + 2 + size..];
    }
    found
}
