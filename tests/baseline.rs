//! A baseline holds what is known, for images and directories alike, and nothing that is secret.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use kit::cli::{dir, image, layout_of, oci, put, residue, text, written};
use kit::{Image, Layer, Run, Secrets};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder to scan, and beside it a baseline of it.
struct Scene {
    root: TempDir,
    tree: PathBuf,
    baseline: PathBuf,
}

impl Scene {
    /// A tree with these files.
    fn of(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (tree, baseline) = (root.path().join("tree"), root.path().join("baseline"));
        std::fs::create_dir(&tree).unwrap();
        let scene = Self {
            root,
            tree,
            baseline,
        };
        for (name, content) in files {
            scene.put(name, content);
        }
        scene
    }

    fn put(&self, name: &str, content: &str) {
        put(&self.root, &format!("tree/{name}"), content);
    }

    fn scan(&self, flags: &[&str]) -> Run {
        dir([&[text(&self.tree)], flags].concat()).run()
    }

    fn with_baseline(&self, flags: &[&str]) -> Run {
        self.scan(&[&["--baseline", text(&self.baseline)], flags].concat())
    }

    /// `residue baseline` on the report of a scan.
    fn change(&self, words: &[&str], report: &Run) -> Run {
        let words = ["baseline"].into_iter().chain(words.iter().copied());
        residue(words).stdin(report.stdout.clone()).run()
    }

    fn create(&self) -> String {
        self.change(&["create", "-o", text(&self.baseline)], &self.scan(&[]))
            .expect(0);
        self.text()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.baseline).unwrap()
    }
}

#[test]
fn what_is_known_does_not_fail_and_what_is_new_does() {
    let mut secrets = Secrets::new("known");
    let (old, new) = (secrets.github(), secrets.npm());
    let scene = Scene::of(&[("a", &old)]);
    scene.create();
    let report = scene.with_baseline(&[]).expect(0).report();
    assert_eq!(report.0["suppressed"]["findings"], 1);
    let reason = &report.0["suppressed"]["list"][0]["suppressed"][0];
    assert_eq!(reason["kind"], "baseline");
    assert!(
        scene
            .with_baseline(&["--new-only"])
            .expect(0)
            .report()
            .has(&old)
    );

    scene.put("moved/far", &format!("\n\n  {old}\n"));
    std::fs::remove_file(scene.tree.join("a")).unwrap();
    scene.with_baseline(&[]).expect(0);
    scene.put("b", &new);
    let report = scene.with_baseline(&[]).expect(1).report();
    assert!(report.has(&new) && !report.has(&old));
    let report = scene.with_baseline(&["--new-only"]).expect(1).report();
    assert_eq!(report.finding(&new).0["known"], false);
    assert_eq!(report.finding(&old).0["known"], true);
}

#[test]
fn one_baseline_serves_images_and_directories() {
    let token = Secrets::new("both").github();
    let scene = Scene::of(&[("a", &token)]);
    scene.create();
    let layer = Layer::new().file("srv/other", &*token);
    let layout = written(&layout_of(&Image::new().layer("COPY . /", &layer)));
    let flags = ["--baseline", text(&scene.baseline)];
    let target = oci(&layout);
    image([&*target]).run().expect(1);
    image([&*target].into_iter().chain(flags)).run().expect(0);

    let report = image([&*target]).run();
    let from_image = scene.change(&["create"], &report).expect(0).text();
    assert_eq!(from_image, scene.text());
}

#[test]
fn it_holds_hashes_and_rules_in_order_and_nothing_else() {
    let mut secrets = Secrets::new("format");
    let tokens: Vec<String> = (0..20).map(|_| secrets.github()).collect();
    let files: Vec<(String, &String)> = tokens
        .iter()
        .enumerate()
        .map(|(number, token)| (format!("file-{number}"), token))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, token)| (&**name, &***token))
        .collect();
    let (scene, other) = (Scene::of(&files), Scene::of(&files));
    let text = scene.create();
    assert_eq!(text, other.create());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 21);
    assert!(lines.is_sorted());
    assert!(lines[0].starts_with("# residue baseline 1, key "));
    for line in &lines[1..] {
        let (id, rule) = line.split_once(' ').unwrap();
        assert!(id.len() == 32 && rule == "github-pat", "{line}");
    }
    let shown = residue(["baseline", "show", kit::cli::text(&scene.baseline)]);
    assert_eq!(shown.run().expect(0).text(), text);
}

#[test]
fn update_adds_and_prune_drops() {
    let mut secrets = Secrets::new("change");
    let (one, two, three) = (secrets.github(), secrets.github(), secrets.github());
    let allowed = format!("{two} # residue:allow\n");
    let scene = Scene::of(&[("a", &one), ("b", &two)]);
    scene.create();
    let path = text(&scene.baseline).to_owned();
    std::fs::remove_file(scene.tree.join("a")).unwrap();
    scene.put("b", &allowed);
    scene.put("c", &three);
    // The same, whether the report was made with the baseline or without.
    for flags in [&[][..], &["--baseline", &path]] {
        scene
            .change(&["update", &path], &scene.scan(flags))
            .expect(0);
        assert_eq!(scene.text().lines().count(), 4);
    }
    for flags in [&[][..], &["--baseline", &path]] {
        scene
            .change(&["prune", &path], &scene.scan(flags))
            .expect(0);
        assert_eq!(
            scene.text().lines().count(),
            3,
            "the allowed one is still there"
        );
    }
    let report = scene.with_baseline(&["--no-inline"]).expect(0).report();
    assert_eq!(report.0["suppressed"]["findings"], 2);
    assert_eq!(report.notes(), [""; 0]);
    std::fs::remove_file(scene.tree.join("c")).unwrap();
    let report = scene.with_baseline(&[]).expect(0).report();
    assert_eq!(report.notes(), ["unused-suppression"]);
}

#[test]
fn versions_merge_line_by_line() {
    let mut secrets = Secrets::new("merge");
    let (one, two) = (secrets.github(), secrets.github());
    let (ours, theirs) = (Scene::of(&[("a", &one)]), Scene::of(&[("b", &two)]));
    let merged = ours.create() + &theirs.create();
    ours.put("b", &two);
    std::fs::write(&ours.baseline, merged).unwrap();
    ours.with_baseline(&[]).expect(0);
    let shown = residue(["baseline", "show", text(&ours.baseline)]).run();
    assert_eq!(shown.expect(0).text().lines().count(), 3);
}

#[test]
fn another_key_is_refused() {
    let token = Secrets::new("key").github();
    let scene = Scene::of(&[("a", &token)]);
    scene.create();
    let key = scene.root.path().join("key");
    std::fs::write(&key, Secrets::new("own key").bytes(32)).unwrap();
    let own = ["--key-file", text(&key)];
    let run = scene.with_baseline(&own).expect(2);
    assert!(run.stderr.contains("RESIDUE_KEY_FILE"), "{}", run.stderr);
    let report = scene.scan(&own).expect(1);
    for verb in ["update", "prune"] {
        scene
            .change(&[verb, text(&scene.baseline)], &report)
            .expect(2);
    }
    let before = scene.text();
    std::fs::remove_file(&scene.baseline).unwrap();
    scene
        .change(&["create", "-o", text(&scene.baseline)], &report)
        .expect(0);
    assert_ne!(scene.text(), before);
    scene.with_baseline(&own).expect(0);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let token = Secrets::new("wrong").github();
    let scene = Scene::of(&[("a", &token)]);
    let before = scene.create();
    let path = text(&scene.baseline).to_owned();
    let report = scene.scan(&[]);
    scene.change(&["create", "-o", &path], &report).expect(2);
    scene.scan(&["--new-only"]).expect(2);
    scene.scan(&["--baseline", "none/such"]).expect(2);

    let gap = r#"{"schema_version":1,"key_id":"46474cdb","complete":false,"findings":[]}"#;
    let foreign = format!(r#"[{{"Secret":"{token}","RuleID":"x"}}]"#);
    let shape = format!(r#"{{"schema_version":"{token}"}}"#);
    let later = gap.replace(":1,", ":2,");
    for input in ["", "{", gap, &later, &foreign, &shape] {
        let run = Run {
            code: 0,
            stdout: input.as_bytes().to_vec(),
            stderr: String::new(),
        };
        let refused = scene.change(&["prune", &path], &run).expect(2);
        assert!(!refused.stderr.contains(&token), "{}", refused.stderr);
        assert_eq!(scene.text(), before, "{input}");
    }

    for line in [
        &*token,
        "0123 jwt",
        "x",
        &format!("{} jwt more", "0".repeat(32)),
    ] {
        std::fs::write(&scene.baseline, format!("{before}{line}\n")).unwrap();
        let run = scene.with_baseline(&[]).expect(2);
        assert!(run.stderr.contains(":3: "), "{}", run.stderr);
        assert!(!run.stderr.contains(&token), "{}", run.stderr);
    }
    std::fs::write(&scene.baseline, "no header\n").unwrap();
    let run = scene.with_baseline(&[]).expect(2);
    assert!(run.stderr.contains("is no baseline"), "{}", run.stderr);
    let missing = residue(["baseline", "show", text(Path::new("none/such"))]);
    missing.run().expect(2);
}
