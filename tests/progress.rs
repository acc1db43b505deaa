//! Progress is for people: on standard error alone, and not if they say so.

#![allow(
    clippy::unwrap_used,
    reason = "an image that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{image, layout_of, oci, residue, written};
use kit::fake::Fake;
use kit::{Image, Layer};

/// An image without secrets.
fn plain() -> Image {
    let layer = Layer::new().file("etc/motd", "welcome");
    Image::new()
        .layer("COPY motd /etc/", &layer)
        .layer("RUN touch /x", &Layer::new().file("x", "y"))
}

#[test]
fn a_log_gets_one_plain_line_for_each_image() {
    let layout = layout_of(&plain());
    let dir = written(&layout);
    let registry = Fake::serving(&layout, |_| None);
    let (local, remote) = (oci(&dir), registry.target("app:1"));
    let gone = registry.target("app:none");
    let run = image([local.as_str(), &remote, &gone]).run().expect(3);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    assert!(lines[0].starts_with(&format!("reading: {local}: 1 image, 2 layers, ")));
    // The layers are those of the first image.
    let begin = format!("reading: {remote}: 1 image, 0 layers, 0 B");
    assert_eq!(lines[1], begin);
    run.report();

    let streamed = image(["-"]).stdin(layout.tar()).run().expect(0);
    assert_eq!(streamed.stderr, "reading: -\n");
}

#[test]
fn nothing_is_told_to_whoever_does_not_want_it() {
    let dir = written(&layout_of(&plain()));
    let target = oci(&dir);
    let told = residue(["image", &target]).run().expect(0);
    for flag in ["--quiet", "--no-progress"] {
        let run = residue(["image", flag, &target]).run().expect(0);
        assert_eq!(run.stderr, "");
        assert_eq!(run.stdout, told.stdout);
    }
    let run = residue(["image", "--no-progress", "--verbose", &target]).run();
    let stderr = run.expect(0).stderr;
    let words: Vec<_> = stderr.lines().map(|line| line.split(':').next()).collect();
    assert_eq!(words, [Some("sandbox"), Some("took")]);
}
