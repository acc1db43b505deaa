//! What is suppressed is counted and says why, and only who may say so does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use kit::cli::{dir, image, layout_of, put, residue, stdin, text, written};
use kit::{Image, Layer, Report, Secrets};
use serde_json::Value;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What is left out: findings, places, and the kinds of the reasons, sorted, each once.
fn left_out(report: &Report) -> (u64, u64, Vec<&str>) {
    let suppressed = &report.0["suppressed"];
    let number = |field: &str| suppressed[field].as_u64().unwrap();
    let listed = report.0["findings"].as_array().unwrap().iter();
    let listed = listed.chain(suppressed["list"].as_array().unwrap());
    let mut kinds: Vec<&str> = listed
        .flat_map(|finding| finding["suppressed"].as_array().unwrap())
        .map(|reason| reason["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    (number("findings"), number("occurrences"), kinds)
}

/// The fingerprint of a secret, as a report on it tells.
fn fingerprint(secret: &str) -> String {
    let report = stdin([], secret).report();
    let id = report.finding(secret).0["fingerprint"].as_str().unwrap();
    id.to_owned()
}

#[test]
fn comments_count_in_the_users_own_files() {
    let (folder, mut secrets) = (folder(), Secrets::new("comments"));
    let around = [
        ("", "# residue:allow"),
        (
            "",
            "// residue:allow=github-pat the sandbox until=2100-01-01",
        ),
        ("", "# gitleaks:allow"),
        ("", "<!-- betterleaks:allow -->"),
        ("", "-- pragma: allowlist secret"),
        ("# pragma: allowlist nextline secret\n", ""),
        ("", "/* ggignore */"),
    ];
    for (number, (before, behind)) in around.iter().enumerate() {
        let line = format!("{before}token = {} {behind}\n", secrets.github());
        put(&folder, &format!("{number}.txt"), line);
    }
    let report = dir([text(folder.path())]).run().expect(0).report();
    assert_eq!(left_out(&report), (7, 7, vec!["inline"]));
    let report = dir([text(folder.path()), "--no-inline"]).run().expect(1);
    assert_eq!(report.report().findings().len(), 7);
}

#[test]
fn a_comment_on_another_rule_or_out_of_time_does_not_count() {
    let (folder, mut secrets) = (folder(), Secrets::new("stale"));
    let (other, over) = (secrets.github(), secrets.github());
    put(
        &folder,
        "other",
        format!("{other} # residue:allow=npm-token"),
    );
    put(
        &folder,
        "over",
        format!("{over} # residue:allow until=2026-01-01"),
    );
    let at = |epoch: &str| {
        let run = dir([text(folder.path())]).env("SOURCE_DATE_EPOCH", epoch);
        run.run().expect(1).report()
    };
    let before = at("1767225600");
    assert!(before.has(&other) && !before.has(&over));
    assert_eq!(before.notes(), [""; 0]);
    let after = at("1767312000");
    assert!(after.has(&over));
    assert_eq!(after.notes(), ["expired-suppression"]);
}

#[test]
fn nothing_foreign_acquits_itself() {
    let (mut secrets, key) = (Secrets::new("foreign"), "token");
    let (one, two) = (secrets.github(), secrets.github());
    let line = format!("{key} = {one} # residue:allow gitleaks:allow\n");
    let layer = Layer::new()
        .file("app/a", line.as_str())
        .file("app/b", two.as_str())
        .file(".residueignore", "path:**\n")
        .file("app/.residueignore", "path:**\n");
    let layout = written(&layout_of(&Image::new().layer("COPY . /", &layer)));
    let target = kit::cli::oci(&layout);
    let run = image([target.as_str()]).within_dir(layout.path());
    let report = run.run().expect(1).report();
    assert!(report.has(&one) && report.has(&two));
    assert_eq!(left_out(&report).0, 0);
    let report = stdin([], line).expect(1).report();
    assert!(report.has(&one));
}

#[test]
fn entries_name_secrets_paths_and_rules() {
    let (folder, mut secrets) = (folder(), Secrets::new("entries"));
    let names = ["by-id", "docs/a", "docs/deep/b", "by-rule", "left"];
    let tokens: Vec<String> = names.iter().map(|_| secrets.github()).collect();
    for (name, token) in names.iter().zip(&tokens) {
        put(&folder, name, token);
    }
    let npm = secrets.npm();
    put(&folder, "npmrc", &npm);
    let rule = stdin([], npm.as_str()).report();
    let rule = rule.finding(&npm).rule().to_owned();
    let id = fingerprint(&tokens[0]);
    let entries =
        format!("# why\n{id} # known\npath:docs/\nrule:{rule}\npath:by-rule rule:github-pat\n");
    put(&folder, ".residueignore", entries);
    let report = dir([text(folder.path())]).run().expect(1).report();
    assert_eq!(left_out(&report), (5, 5, vec!["ignore"]));
    assert!(report.has(&tokens[4]));
    let reason = &report.0["suppressed"]["list"];
    assert!(reason.to_string().contains(".residueignore:2"), "{reason}");
    assert!(reason.to_string().contains("known"), "{reason}");
}

#[test]
fn the_file_of_the_repository_counts_for_what_lies_below() {
    let (folder, mut secrets) = (folder(), Secrets::new("below"));
    let token = secrets.github();
    put(&folder, "repo/web/app/key", &token);
    put(&folder, ".residueignore", "path:**\n");
    put(&folder, "repo/.git/HEAD", "ref: refs/heads/main\n");
    let app = folder.path().join("repo/web/app");
    let key = app.join("key");
    let scan = |target: &std::path::Path| dir([text(target)]).run();
    assert!(
        scan(&app).expect(1).report().has(&token),
        "not from outside"
    );
    put(
        &folder,
        "repo/.residueignore",
        "path:/web/app/key\nrule:nothing\n",
    );
    for target in [&app, &key] {
        let report = scan(target).expect(0).report();
        assert_eq!(left_out(&report), (1, 1, vec!["ignore"]));
        assert_eq!(report.notes(), [""; 0], "the rest may be of use elsewhere");
    }
    let report = scan(&folder.path().join("repo")).expect(0).report();
    assert_eq!(report.notes(), ["unused-suppression"]);
    put(
        &folder,
        "repo/web/app/.residueignore",
        "path:key\nrule:nothing\n",
    );
    assert_eq!(scan(&key).expect(0).report().notes(), [""; 0]);
    assert_eq!(
        scan(&app).expect(0).report().notes(),
        ["unused-suppression"]
    );
    std::fs::remove_file(app.join(".residueignore")).unwrap();
    let list = residue(["dir", "--files-from", "-", "-f", "json", "--show-secrets"])
        .within_dir(&folder.path().join("repo/web"))
        .stdin("app/key\n");
    assert_eq!(left_out(&list.run().expect(0).report()).0, 1);
}

#[test]
fn a_file_that_is_named_counts_for_images_too() {
    let (folder, mut secrets) = (folder(), Secrets::new("named"));
    let token = secrets.github();
    let layer = Layer::new()
        .file("app/key", &*token)
        .file("old/key", &*token);
    let layout = written(&layout_of(&Image::new().layer("COPY . /", &layer)));
    let target = kit::cli::oci(&layout);
    let file = folder.path().join("ignore");
    let scan = || image([&*target, "--ignore-file", text(&file)]).run();
    std::fs::write(&file, "path:app rule:github-pat\n").unwrap();
    let report = scan().expect(1).report();
    assert_eq!(report.finding(&token).paths(), ["old/key"]);
    assert_eq!(left_out(&report), (0, 1, vec!["ignore"]));
    std::fs::write(&file, format!("{}\n", fingerprint(&token))).unwrap();
    assert_eq!(left_out(&scan().expect(0).report()), (1, 2, vec!["ignore"]));
}

#[test]
fn ignore_writes_what_the_next_scan_reads() {
    let (folder, mut secrets) = (folder(), Secrets::new("ignore"));
    let token = secrets.github();
    put(&folder, "repo/src/key", &token);
    put(&folder, "repo/.git/HEAD", "");
    let src = folder.path().join("repo/src");
    let id = fingerprint(&token);
    let ignore = |args: &[&str]| {
        let words = ["ignore"].into_iter().chain(args.iter().copied());
        residue(words).within_dir(&src).run()
    };
    let reason = [
        "--reason",
        "of the sandbox",
        "--owner",
        "ops",
        "--until",
        "2100-01-01",
    ];
    ignore(&[&[&*id], &reason[..]].concat()).expect(0);
    let file = folder.path().join("repo/.residueignore");
    let line = format!("{id} owner=ops until=2100-01-01 # of the sandbox\n");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), line);
    let report = dir([text(&src)]).run().expect(0).report();
    let told = &report.0["suppressed"]["list"][0]["suppressed"][0];
    assert_eq!(
        (&told["owner"], &told["until"]),
        (&"ops".into(), &"2100-01-01".into())
    );
    let wrong: [&[&str]; 8] = [
        &[&id, "--reason", "again"],
        &[&id],
        &[&id, "--reason", ""],
        &[&token, "--reason", "the secret itself"],
        &["rule:jwt", "--reason", "x", "--until", "2001-01-01"],
        &["rule:jwt", "--reason", "x", "--until", "soon"],
        &["rule:jwt", "--reason", "x", "--owner", "A B"],
        &["path:[", "--reason", "x"],
    ];
    for args in wrong {
        let run = ignore(args).expect(2);
        assert!(!run.stderr.contains(&token), "{}", run.stderr);
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        line,
        "nothing was added"
    );
}

#[test]
fn a_file_that_makes_no_sense_is_refused_before_any_work() {
    let (folder, mut secrets) = (folder(), Secrets::new("refused"));
    let token = secrets.github();
    put(&folder, "key", &token);
    let lines = [
        "docs/**",
        &*token,
        "rule:",
        "path:[",
        "rule:jwt until=never",
    ];
    for line in lines {
        put(&folder, ".residueignore", format!("rule:jwt\n{line}\n"));
        let run = dir([text(folder.path())]).run().expect(2);
        assert!(run.stderr.contains(".residueignore:2: "), "{}", run.stderr);
        assert!(!run.stderr.contains(&token), "{}", run.stderr);
        assert!(run.stdout.is_empty());
    }
    std::fs::remove_file(folder.path().join(".residueignore")).unwrap();
    let missing = folder.path().join("missing");
    let run = dir([text(folder.path()), "--ignore-file", text(&missing)]).run();
    assert!(run.expect(2).stderr.contains("missing"));
    put(&folder, ".residueignore", b"rule:jwt # \xff");
    dir([text(folder.path())]).run().expect(2);
}

/// A tree with one secret of each kind: listed, in part suppressed, suppressed by comment and entry.
fn scene() -> TempDir {
    let (folder, mut secrets) = (folder(), Secrets::new("scene"));
    let (open, part) = (secrets.github(), secrets.github());
    put(&folder, "open", open);
    put(
        &folder,
        "part",
        format!("{part} # gitleaks:allow\n\n{part}\n"),
    );
    let listed = secrets.github();
    put(
        &folder,
        "inline",
        format!("{} # residue:allow see {listed}", secrets.github()),
    );
    put(&folder, "listed", listed);
    put(&folder, ".residueignore", "path:listed owner=ops\n");
    folder
}

#[test]
fn every_format_counts_what_is_left_out_and_shows_no_secret() {
    let folder = scene();
    let run = |format: &str| {
        let flags = ["dir", ".", "--format", format];
        let first = residue(flags)
            .within_dir(folder.path())
            .run()
            .expect(1)
            .text();
        let again = residue(flags).within_dir(folder.path()).run().text();
        assert_eq!(first, again, "{format}");
        for name in ["open", "listed"] {
            let secret = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(!first.contains(&secret), "{format}: {first}");
        }
        first
    };
    let json = Report::parse(run("json").as_bytes()).unwrap();
    assert_eq!(left_out(&json), (2, 4, vec!["ignore", "inline"]));
    let human = run("human");
    let line = "2 secrets suppressed at 4 places: 3 by comments, 1 by ignore entries";
    assert!(human.contains(line), "{human}");
    let lines = run("jsonl");
    let summary: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(summary["suppressed"], json.0["suppressed"]);

    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    // The published pattern of languages has a stray bracket and is no regular expression.
    let schema = include_str!("../testdata/sarif-schema-2.1.0.json").replace("2}]?$", "2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&sarif)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let mut kinds: Vec<Option<&str>> = results
        .iter()
        .map(|result| result["suppressions"].as_array().unwrap())
        .map(|list| list.first().map(|first| first["kind"].as_str().unwrap()))
        .collect();
    kinds.sort_unstable();
    let inline = Some("inSource");
    assert_eq!(
        kinds,
        [None, None, Some("external"), inline, inline, inline]
    );
}

/// Runs git in a folder, with no settings but its own.
fn git(folder: &std::path::Path, args: &[&str]) {
    let who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    let run = std::process::Command::new("git")
        .args(who.iter().chain(args))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .current_dir(folder)
        .output();
    let run = run.unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn a_repository_is_the_users_own_and_its_clone_is_not() {
    let (folder, mut secrets) = (folder(), Secrets::new("repository"));
    let (commented, listed) = (secrets.github(), secrets.github());
    let repo = folder.path().join("app");
    put(&folder, "app/src/a", &*commented);
    put(&folder, "app/src/b", &*listed);
    git(&repo, &["init", "--quiet"]);
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "--quiet", "-m", "one"]);
    let scan = |target: &str| {
        let flags = ["repo", target, "--format", "json", "--show-secrets"];
        residue(flags).within_dir(&repo).run()
    };
    assert_eq!(scan(".").expect(1).report().findings().len(), 2);
    put(&folder, "app/src/a", format!("{commented} # residue:allow"));
    put(&folder, "app/.residueignore", "path:/src/b\n");
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "--quiet", "-m", "two"]);
    for target in [".", "src", text(&repo)] {
        let report = scan(target).expect(0).report();
        assert_eq!(left_out(&report).0, 2, "{target}");
        assert_eq!(report.notes(), [""; 0], "{target}");
    }
    let clone = scan(&format!("file://{}", text(&repo))).expect(1).report();
    assert!(clone.has(&commented) && clone.has(&listed));
}
