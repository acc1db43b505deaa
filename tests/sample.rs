//! The bundled sample is what its builder makes, byte for byte, and shows what it is meant to
//! show. `RESIDUE_WRITE_SAMPLE=1 cargo test --test sample` writes it anew.

mod kit;

use kit::{Bundle, Node, sample};
use std::path::Path;
use walkdir::WalkDir;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sample");

#[test]
fn the_sample_is_what_its_builder_makes() {
    let layout = sample::layout();
    if std::env::var_os("RESIDUE_WRITE_SAMPLE").is_some() {
        let _ = std::fs::remove_dir_all(SAMPLE);
        layout.write(Path::new(SAMPLE));
    }
    assert_eq!(names_on_disk(), names(&layout));
    for (name, _) in &layout.entries {
        let stored = std::fs::read(Path::new(SAMPLE).join(name)).unwrap();
        assert!(stored == layout.get(name), "{name} differs");
    }
}

#[test]
fn the_sample_is_small_and_shows_no_token_to_a_text_search() {
    let layout = sample::layout();
    let files = layout.entries.iter().map(|(name, _)| layout.get(name));
    assert!(files.clone().map(<[u8]>::len).sum::<usize>() < 50 * 1024);
    for bytes in files {
        let text = String::from_utf8_lossy(bytes);
        for prefix in ["ghp_", "npm_", "AKIA", "sk_live_", "PRIVATE KEY"] {
            assert!(
                !text.contains(prefix),
                "{prefix} stands readable in the sample"
            );
        }
    }
}

#[test]
fn the_sample_shows_what_it_is_meant_to_show() {
    let report = kit::cli::image([SAMPLE]).run().expect(1).report();
    report.expect_gaps(&[]);
    let findings = report.findings();
    let mut told: Vec<_> = findings
        .iter()
        .flat_map(kit::Finding::places)
        .map(|place| match place.kind() {
            "file" => format!("{} {:?} {}", place.path(), place.layer(), place.state()),
            other => other.to_owned(),
        })
        .collect();
    told.sort();
    told.dedup();
    let expected = [
        "app/.env Some(1) deleted",
        "app/settings.toml Some(1) overwritten",
        "app/settings.toml Some(4) present",
        "config",
        "history",
        "root/.npmrc Some(1) present",
        "root/.ssh/id_ed25519 Some(1) deleted",
    ];
    assert_eq!(told, expected);
}

fn names(bundle: &Bundle) -> Vec<String> {
    let files = bundle.entries.iter();
    let mut names: Vec<_> = files
        .filter(|(_, node)| matches!(node, Node::File(_)))
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    names
}

fn names_on_disk() -> Vec<String> {
    let files = WalkDir::new(SAMPLE).into_iter().flatten();
    let mut names: Vec<_> = files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().display().to_string())
        .map(|path| path.replace(&format!("{SAMPLE}/"), ""))
        .collect();
    names.sort();
    names
}
