//! Entries: how they are written, what they fit, where they lie.

use super::*;
use crate::model::{Identity, Where};
use std::fs;

const ID: &str = "0123456789abcdef0123456789abcdef";

fn read(text: &str) -> Result<Vec<Entry>, String> {
    parse::entries("f", text).map_err(|error| error.to_string())
}

#[test]
fn an_entry_has_many_words() {
    let text = format!(
        "# comment\n\n{ID}\nFINGERPRINT\npath:a#b/** rule:jwt  owner=ops until=2026-12-31 # why # so\n"
    )
    .replace("FINGERPRINT", &format!("fingerprint:{}", ID.to_uppercase()));
    let entries = read(&text).unwrap();
    let secret = Some(ID.parse().unwrap());
    let bare = Entry {
        fingerprint: secret,
        line: 3,
        ..Entry::default()
    };
    let full = Entry {
        fingerprint: None,
        path: Some("a#b/**".to_owned()),
        rule: Some("jwt".to_owned()),
        reason: "why # so".to_owned(),
        owner: Some("ops".to_owned()),
        until: Some("2026-12-31".parse().unwrap()),
        line: 5,
    };
    let prefixed = Entry {
        line: 4,
        ..bare.clone()
    };
    assert_eq!(entries, [bare, prefixed, full]);
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_line() {
    let table = [
        ("tests/**", "not understood"),
        ("path:", "names nothing"),
        ("rule:jwt rule:aws", "a second `rule:`"),
        ("owner=ops # why", "neither a fingerprint"),
        ("rule:jwt until=2026-02-30", "is no date"),
        ("rule=jwt", "not understood"),
        ("owner:ops rule:jwt", "not understood"),
        ("0123", "not understood"),
        ("c2VjcmV0LXdvcmQ= # a", "not understood"),
    ];
    for (line, problem) in table {
        let error = read(&format!("rule:x\n{line}\n")).unwrap_err();
        assert!(error.starts_with("f:2: "), "{error}");
        assert!(error.contains(problem), "{line}: {error}");
        assert!(!error.contains("c2Vj"), "{error}");
    }
    let glob = Entry {
        path: Some("[".to_owned()),
        ..Entry::default()
    };
    let refused = Ignores::new(SuppressionKind::Ignore, "f", vec![glob], Scope::Everywhere);
    assert!(refused.unwrap_err().to_string().contains("no glob"));
}

fn place(target: &str, path: &str) -> Place {
    Place::new(target.into(), Where::File, path.as_bytes().into())
}

/// The lines of the entries that fit a finding of rule `jwt`.
fn fitting(text: &str, scope: Scope, place: &Place) -> Vec<u64> {
    let entries = read(text).unwrap();
    let ignores = Ignores::new(SuppressionKind::Ignore, "f", entries, scope).unwrap();
    let secret = Identity::default().fingerprint(b"x");
    let named = ignores.for_finding(secret, "jwt");
    let numbers = ignores.at_place(&named, place);
    let lines = numbers.into_iter();
    lines.map(|number| ignores.entries[number].0.line).collect()
}

#[test]
fn all_that_an_entry_names_has_to_fit() {
    let secret = Identity::default().fingerprint(b"x");
    let text = format!(
        "{secret}\n{ID}\nrule:jwt\nrule:aws\npath:*.md\npath:*.md rule:aws\n{secret} path:src\npath:docs/\n\
         path:/a.md\npath:docs/*.md rule:jwt"
    );
    let everywhere = |path| fitting(&text, Scope::Everywhere, &place("t", path));
    assert_eq!(everywhere("docs/a.md"), [1, 3, 5, 8, 10]);
    assert_eq!(everywhere("x/src/deep/key"), [1, 3, 7]);
    assert_eq!(everywhere("a.md"), [1, 3, 5, 9]);
}

#[test]
fn paths_are_measured_from_the_folder_of_the_file() {
    let scope = || {
        let prefixes = [("a", &b""[..]), ("b", b"web/app/")];
        let prefixes = prefixes.map(|(name, prefix)| (name.to_owned(), prefix.to_vec()));
        Scope::Below(BTreeMap::from(prefixes))
    };
    let text = "path:web/app/keys\npath:/keys\nrule:jwt";
    assert_eq!(fitting(text, scope(), &place("b", "keys")), [1, 3]);
    assert_eq!(fitting(text, scope(), &place("a", "keys")), [2, 3]);
    assert_eq!(fitting(text, scope(), &place("elsewhere", "keys")), [0; 0]);
}

#[test]
fn the_closest_file_up_to_the_root_of_the_repository_counts() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path().canonicalize().unwrap();
    fs::create_dir_all(root.join("repo/web/app")).unwrap();
    fs::write(root.join(FILE), "rule:jwt").unwrap();
    let app = root.join("repo/web/app");
    assert_eq!(nearest(&app), None, "no repository, no way up");
    fs::create_dir(root.join("repo/.git")).unwrap();
    assert_eq!(nearest(&app), None, "not beyond the repository");
    assert_eq!(home(&app), root.join("repo").join(FILE));
    fs::write(root.join("repo").join(FILE), "rule:jwt").unwrap();
    let above = (root.join("repo").join(FILE), b"web/app/".to_vec());
    assert_eq!(nearest(&app), Some(above));
    fs::write(root.join("repo/web").join(FILE), "rule:jwt").unwrap();
    let closer = (root.join("repo/web").join(FILE), b"app/".to_vec());
    assert_eq!(nearest(&app), Some(closer));
    assert_eq!(home(&app), root.join("repo/web").join(FILE));
    let roots = [Root::of(&app), Root::of(&app.join("key"))];
    assert_eq!(of_tree(&roots).unwrap().len(), 1, "one file, read once");
}

#[test]
fn an_entry_is_added_at_the_end_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let entry = Entry {
        rule: Some("jwt".to_owned()),
        path: Some("docs".to_owned()),
        reason: "the tutorial".to_owned(),
        owner: Some("ops".to_owned()),
        until: Some("2026-12-31".parse().unwrap()),
        ..Entry::default()
    };
    let written = "rule:jwt path:docs owner=ops until=2026-12-31 # the tutorial\n";
    append(&path, &entry, 0).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
    let again = append(&path, &entry, 0).unwrap_err().to_string();
    assert!(again.ends_with(":1 says that already"), "{again}");
    fs::write(&path, "# keep\nrule:aws").unwrap();
    append(&path, &entry, 0).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("# keep\nrule:aws\n{written}"));
}

#[test]
fn an_entry_that_would_read_as_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let good = Entry {
        rule: Some("jwt".to_owned()),
        reason: "why".to_owned(),
        ..Entry::default()
    };
    let wrong: [fn(&mut Entry); 6] = [
        |entry| entry.rule = None,
        |entry| entry.path = Some("a b".to_owned()),
        |entry| entry.owner = Some("A B".to_owned()),
        |entry| entry.reason = "two\nlines".to_owned(),
        |entry| entry.reason = "\x1b[2J".to_owned(),
        |entry| entry.until = "1969-12-31".parse().ok(),
    ];
    for (number, change) in wrong.into_iter().enumerate() {
        let mut entry = good.clone();
        change(&mut entry);
        assert!(append(&path, &entry, 0).is_err(), "{number}");
        assert!(!path.exists(), "{number}");
    }
    fs::write(&path, "nonsense here").unwrap();
    assert!(append(&path, &good, 0).is_err(), "a broken file stays");
    assert_eq!(fs::read_to_string(&path).unwrap(), "nonsense here");
}
