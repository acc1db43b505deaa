//! The places of a repository: contents, names, messages, people, and what git keeps beside them.

use crate::Group;
use crate::kinds::{ASSIGNED, Kind};
use crate::kit::Repo;
use crate::kit::report::Place;
use crate::stored::{Spot, groups as judged, lines, texts};
use std::fmt::Write as _;

/// A group for every place.
pub(crate) fn groups() -> Vec<Group> {
    let git = Repo::new();
    git.feed(&["fast-import", "--quiet"], history().as_bytes());
    git.git(&["reset", "--quiet", "--hard", "main"]);
    git.put(".git/logs/HEAD", reflog(&git.head()));
    git.put(
        ".git/config",
        config(&std::fs::read_to_string(git.join(".git/config")).unwrap()),
    );
    let tags = git.git(&["for-each-ref", "--format=%(objectname)", "refs/tags"]);
    let tags = tags.lines().map(str::to_owned).collect();
    judged(&git.found(&[]), &spots(tags))
}

fn spots(tags: Vec<String>) -> Vec<Spot> {
    let all: Vec<_> = texts().map(|(_, kind, _)| kind).collect();
    let of_one_line: Vec<_> = lines().map(|(_, kind, _)| kind).collect();
    let is_tag = move |place: Place<'_>| tags.iter().any(|tag| tag == place.path());
    let is_of_commit = is_tag.clone();
    vec![
        Spot::new("file", &all, |place| place.path().starts_with("kept/")),
        Spot::new("removed file", &all, |place| {
            place.path().starts_with("removed/")
        }),
        Spot::new("message of a commit", &all, move |place| {
            place.kind() == "message" && !is_of_commit(place)
        }),
        Spot::new("message of a tag", &all, move |place| {
            place.kind() == "message" && is_tag(place)
        }),
        Spot::new("author", &names(), |place| place.kind() == "commit"),
        Spot::new("name of a file", &names(), |place| {
            place.kind() == "metadata"
        }),
        Spot::new("stash", &all, |place| place.path().starts_with("stashed/")),
        Spot::new("note", &all, |place| {
            place.kind() == "file" && is_note(place.path())
        }),
        Spot::new("reflog", &of_one_line, |place| {
            place.path().ends_with("logs/HEAD")
        }),
        Spot::new("addresses of submodules", &in_addresses(), |place| {
            place.path() == ".gitmodules"
        }),
        Spot::new("addresses of remotes", &in_addresses(), |place| {
            place.path() == ".git/config"
        }),
    ]
}

/// Whether a path is the name of a commit, as those of notes are.
fn is_note(path: &str) -> bool {
    path.bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'/')
}

/// Assigned secrets that can be a part of a file's name and of an author's.
fn names() -> Vec<&'static Kind> {
    let fits =
        |value: &str| value.len() < 180 && !value.contains(['/', '<', '>', '"', '\\', ';', '\'']);
    ASSIGNED
        .iter()
        .filter(|secret| fits(secret.value))
        .map(|secret| secret.kind)
        .collect()
}

/// Secrets that need no escape in a URL, as its password.
fn in_addresses() -> Vec<&'static Kind> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let fitting = ASSIGNED
        .iter()
        .filter(|secret| secret.value.bytes().all(fits));
    fitting.map(|secret| secret.kind).collect()
}

fn assignment(kind: &Kind) -> String {
    String::from_utf8_lossy(&kind.text).trim_end().to_owned()
}

/// A stream for `git fast-import`: a commit for every secret, with its message, author, tag and note,
/// and commits for all files.
fn history() -> String {
    let mut stream = String::new();
    let authors = names();
    for (number, (_, _, text)) in texts().enumerate() {
        let author = authors
            .get(number)
            .map_or("Ada".to_owned(), |kind| assignment(kind));
        let mark = number + 1;
        let _ = write!(
            stream,
            "commit refs/heads/main\nmark :{mark}\nauthor {author} <ada@acme.internal> 1700000000 +0000\n\
             committer Ada <ada@acme.internal> 1700000000 +0000\n{}",
            data(&format!("Change {number}\n\n{text}\n"))
        );
        if number == 0 {
            stream.push_str(&files("removed"));
        }
    }
    let _ = write!(
        stream,
        "{}D removed\n{}{}",
        commit("refs/heads/main"),
        files("kept"),
        modules()
    );
    for (number, kind) in names().iter().enumerate() {
        let _ = write!(
            stream,
            "M 100644 inline \"names/{number} {}\"\n{}",
            assignment(kind),
            data("x")
        );
    }
    let _ = write!(
        stream,
        "{}from refs/heads/main\n{}",
        commit("refs/stash"),
        files("stashed")
    );
    stream.push_str(&commit("refs/notes/commits"));
    for (number, (_, _, text)) in texts().enumerate() {
        let _ = write!(stream, "N inline :{}\n{}", number + 1, data(text));
    }
    for (number, (_, _, text)) in texts().enumerate() {
        let _ = write!(
            stream,
            "tag tag-{number}\nfrom :{}\ntagger Ada <ada@acme.internal> 1700000000 +0000\n{}",
            number + 1,
            data(text)
        );
    }
    stream
}

fn commit(branch: &str) -> String {
    format!(
        "commit {branch}\ncommitter Ada <ada@acme.internal> 1700000000 +0000\n{}",
        data("all")
    )
}

fn files(folder: &str) -> String {
    let file = |(number, _, text): (usize, _, &str)| {
        format!("M 100644 inline {folder}/{number}\n{}", data(text))
    };
    texts().map(file).collect()
}

fn data(content: &str) -> String {
    format!("data {}\n{content}\n", content.len())
}

fn modules() -> String {
    let modules = in_addresses()
        .into_iter()
        .enumerate()
        .map(|(number, kind)| {
            format!(
                "[submodule \"{number}\"]\n\tpath = {number}\n\turl = {}\n",
                address(number, kind)
            )
        });
    format!(
        "M 100644 inline .gitmodules\n{}",
        data(&modules.collect::<String>())
    )
}

fn address(number: usize, kind: &Kind) -> String {
    let secret = String::from_utf8_lossy(&kind.secret);
    format!("https://ci:{secret}@git.acme.internal/group/{number}.git")
}

fn config(before: &str) -> String {
    let remotes = in_addresses()
        .into_iter()
        .enumerate()
        .map(|(number, kind)| {
            format!("[remote \"{number}\"]\n\turl = {}\n", address(number, kind))
        });
    before.to_owned() + &remotes.collect::<String>()
}

fn reflog(head: &str) -> String {
    let entry = |(.., text): (_, _, &str)| {
        format!("{head} {head} Ada <ada@acme.internal> 1700000000 +0000\tcommit: {text}\n")
    };
    lines().map(entry).collect()
}
