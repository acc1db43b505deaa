//! Archives that can be read only once and in order: nothing in them may get lost on the way.

use super::*;

/// A compressed docker archive with one image of these layers, and the entries around it.
fn packed(layers: &[&str], entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        append(&mut builder, name, content);
    }
    append(&mut builder, "c.json", b"{}");
    let list = json!([{"Config": "c.json", "Layers": layers}]).to_string();
    append(&mut builder, "manifest.json", list.as_bytes());
    gzip(&builder.into_inner().unwrap())
}

fn scan(bytes: &[u8], options: &Options) -> Scanned {
    let (_directory, path) = file(bytes);
    Scanned::with(&[path], options)
}

#[test]
fn of_two_layers_of_one_name_both_are_told() {
    let layer = |needle: &str| tar_of(&[("key", needle)]);
    let entries = [
        ("a/layer.tar", layer("NEEDLE-old")),
        ("a/layer.tar", layer("NEEDLE-new")),
    ];
    let scanned = scan(&packed(&["a/layer.tar"], &entries), &Options::default());
    assert_eq!(scanned.told("NEEDLE-old"), ["file a/layer.tar/key"]);
    assert_eq!(scanned.told("NEEDLE-new"), ["file key in 0 present"]);
}

#[test]
fn a_layer_that_is_no_archive_is_said_to_be_none() {
    let entries = [("a/layer.tar", b"NEEDLE, no tar".to_vec())];
    let scanned = scan(&packed(&["a/layer.tar"], &entries), &Options::default());
    assert_eq!(scanned.kinds(), [Kind::Corrupt]);
    assert!(!scanned.places("NEEDLE").is_empty());
}

#[test]
fn layers_beyond_the_limit_are_a_gap() {
    let layer = gzip(&tar_of(&[("key", "NEEDLE")]));
    let names = ["a/layer.tar", "b/layer.tar", "c/layer.tar"];
    let bytes = packed(&names, &names.map(|name| (name, layer.clone())));
    let mut options = Options::default();
    options.limits.manifests = 2;
    let scanned = scan(&bytes, &options);
    assert!(scanned.kinds().contains(&Kind::Limit));
    // The third one is opened as a file of the archive.
    assert_eq!(scanned.times("NEEDLE"), 3);
}

#[test]
fn names_take_a_bounded_memory_and_cost_no_content() {
    let long: Vec<String> = (0..40).map(|n| format!("{n}-{}", "x".repeat(80))).collect();
    let mut entries: Vec<_> = long
        .iter()
        .map(|name| (name.as_str(), b"plain".to_vec()))
        .collect();
    entries.push(("late.json", b"{\"key\": \"NEEDLE-document\"}".to_vec()));
    entries.push(("late.tar", tar_of(&[("key", "NEEDLE-layer")])));
    let mut options = Options::default();
    options.limits.memory = 4000;
    let scanned = scan(&packed(&[], &entries), &options);
    assert!(
        scanned.kinds().contains(&Kind::Limit),
        "{:?}",
        scanned.kinds()
    );
    assert!(!scanned.places("NEEDLE-document").is_empty());
    assert_eq!(scanned.told("NEEDLE-layer"), ["file late.tar/key"]);
}
