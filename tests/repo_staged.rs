//! What is staged, told from notes in the index: whatever was staged before, removed, moved or forgotten,
//! the answer is that of a comparison of every file.

#![cfg(unix)]

mod kit;

use kit::cli::repo;
use kit::hook::run;
use kit::{Repo, Secrets};
use std::collections::BTreeSet;

/// Steps of staging and committing.
const STEPS: usize = 24;

fn every_secret(repo: &Repo, list: &[&str]) -> BTreeSet<String> {
    let ids = repo.git(list);
    let words = ids.split_whitespace().filter(|word| word.len() == 40);
    words
        .map(|id| repo.git(&["cat-file", "blob", id]))
        .collect()
}

#[test]
fn staged_secrets_are_those_of_the_index_that_head_lacks() {
    let repo = Repo::new();
    let mut secrets = Secrets::new("random staging");
    for number in 0..12 {
        repo.put(
            format!("d{}/e{}/f{number}", number % 3, number % 2),
            secrets.github(),
        );
    }
    repo.put("top", secrets.github()).commit("all");
    for step in 0..STEPS {
        let draw = secrets.bytes(4);
        let files = repo.git(&["ls-files"]);
        let files: Vec<&str> = files.lines().collect();
        let any = files[usize::from(draw[1]) % files.len()];
        let new = format!("d{}/n{}/f{step}", draw[2] % 4, draw[3] % 2);
        match draw[0] % 7 {
            0 | 1 => drop(repo.put(any, secrets.github()).git(&["add", any])),
            2 => drop(repo.put(&new, secrets.github()).git(&["add", &new])),
            3 if files.len() > 4 => drop(repo.git(&["rm", "--quiet", "-f", any])),
            4 => {
                std::fs::create_dir_all(repo.join(&new).parent().unwrap()).unwrap();
                repo.git(&["mv", any, &new]);
            }
            // An index without a note of any folder, with the same files.
            5 => {
                let tree = repo.git(&["ls-files", "--stage"]);
                repo.git(&["read-tree", "--empty"]);
                let mut load = repo.command("git");
                load.args(["update-index", "--index-info"]);
                run(load, format!("{tree}\n").as_bytes()).passed();
            }
            // Notes of folders that were written as trees.
            _ => drop(repo.git(&["write-tree"])),
        }
        let index = every_secret(&repo, &["ls-files", "--stage"]);
        let head = every_secret(&repo, &["ls-tree", "-r", "HEAD"]);
        let found = staged_secrets(&repo);
        let expected: BTreeSet<String> = index.difference(&head).cloned().collect();
        assert_eq!(found, expected, "step {step}");
        if draw[0] > 220 {
            repo.git(&["commit", "--quiet", "--allow-empty", "--message", "on"]);
        }
    }
}

fn staged_secrets(git: &Repo) -> BTreeSet<String> {
    let report = repo([git.text(), "--staged"]).run().report();
    report.expect_gaps(&[]);
    let findings = report.findings();
    findings
        .iter()
        .map(|found| found.plain().to_owned())
        .collect()
}
