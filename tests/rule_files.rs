//! Rules of a user that cannot work are refused before anything is scanned: with the file, the line,
//! what is wrong and how to mend it, whichever way they come.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use kit::cli::{dir, put, text};
use tempfile::TempDir;

/// A line before each rule, so that its own is the third.
const BEFORE: &str = "# Rules of Acme.\n\n";

/// A rule, the line that is told, and words of what is told.
const CASES: &[(&str, u64, &[&str])] = &[
    (
        "[[rules]]\nid = 'a'\nregexx = 'acme_[0-9a-f]{20}'\n",
        5,
        &["regexx", "`regex`", "lists every key"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9'\n",
        3,
        &["does not parse", "unclosed character class"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_(?=x)'\n",
        3,
        &["look-around"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme(?&gap)[0-9]{9}'\n",
        5,
        &["`(?&gap)` stands for nothing", "(?&assigned)"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = '[0-9a-f]{40}'\n",
        3,
        &["no anchor", "at least 4 characters"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9a-f]+'\n",
        3,
        &["no bounded window", "replace `*`, `+`"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_(?:(?:[a-f]{100}){100}){5}'\n",
        3,
        &["at most 24576 bytes"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9]{9}'\n[[rules]]\nid = 'a'\nregex = 'acme-[0-9]{9}'\n",
        6,
        &["the id is taken by", ":3; choose another"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9]{9}'\nhits = ['acme_{digits:8}']\n",
        3,
        &[
            "nothing is found in the example: `acme_{digits:8}`",
            "rules test",
        ],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9]{9}'\nmisses = ['acme_{digits:9}']\n",
        3,
        &["the rule must not match this, and does"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9]{9}'\nhits = ['acme_{digit:9}']\n",
        3,
        &["the example is no template"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9]{9}'\ngate = 'strict'\n",
        3,
        &["no gate `strict`", "the known ones are"],
    ),
    (
        "[[rules]]\nid = 'a'\nregex = 'acme_[0-9]{9}'\nsecretGroup = 2\n",
        3,
        &["`secret_group` is 2, the regex has 0 groups"],
    ),
    ("[[rules]]\nid = 'a'\n", 3, &["neither `regex` nor `path`"]),
    ("[[rules]\nid = 'a'\n", 3, &["expected `]`"]),
];

#[test]
fn rules_that_cannot_work_are_refused_whichever_way_they_come() {
    for (rules, line, words) in CASES {
        let folder = tempfile::tempdir().unwrap();
        put(&folder, "acme.toml", format!("{BEFORE}{rules}"));
        put(&folder, "tree/.residue.toml", format!("{BEFORE}{rules}"));
        put(&folder, "tree/file", "nothing\n");
        let (file, tree) = (path(&folder, "acme.toml"), path(&folder, "tree"));
        for (name, flags) in [
            (
                "acme.toml",
                vec!["--no-repo-config", "--rules", &file, &tree],
            ),
            ("acme.toml", vec!["--config", &file, &tree]),
            (".residue.toml", vec![&tree]),
        ] {
            let run = dir(flags).run().expect(2);
            let told = run.stderr;
            let place = format!("{name}:{line}: ");
            assert!(told.contains(&place), "{place} in {told}");
            assert!(run.stdout.is_empty(), "{rules}");
            for word in *words {
                assert!(told.contains(word), "{word} in {told}");
            }
        }
    }
}

#[test]
fn an_id_of_the_program_is_taken_in_a_rule_file() {
    let folder = tempfile::tempdir().unwrap();
    put(
        &folder,
        "acme.toml",
        "[[rules]]\nid = 'github-pat'\nregex = 'acme_[0-9]{9}'\n",
    );
    let file = path(&folder, "acme.toml");
    let run = dir(["--rules", &file, &file]).run().expect(2);
    assert!(
        run.stderr.contains("the id is taken by rules/github.toml:"),
        "{}",
        run.stderr
    );
}

fn path(folder: &TempDir, name: &str) -> String {
    text(&folder.path().join(name)).to_owned()
}
