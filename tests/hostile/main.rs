//! Inputs made to break a scanner, or that other scanners break on: each is read within half a
//! gigabyte of address space and half a minute of processor time, what stands before and after the
//! damage is found, and what was not read is told. `README.md` beside this file says which test
//! holds which case.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

#[path = "../kit/mod.rs"]
mod kit;

mod bodies;
mod entries;
mod limits;
mod manifests;
mod names;
mod scale;
mod streams;

use kit::cli::{image, layout_of, oci, text, written};
use kit::{Bundle, Image, Index, Layer, Report, Run, Secrets};

/// Address space of a run in MiB, which also bounds its memory.
const MEMORY: u64 = 512;
/// Seconds of processor time of a run: they end what would never end, and are no measure of speed.
const SECONDS: u64 = 30;

/// Scans a target within the bounds.
fn scan_target(target: &str) -> Run {
    image(["--threads", "2", target])
        .bounded(MEMORY, SECONDS)
        .run()
}

fn scan(layout: &Bundle) -> Run {
    scan_target(&oci(&written(layout)))
}

/// Scans an archive that lies in a file.
fn scan_archive(bytes: &[u8]) -> Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, bytes).unwrap();
    scan_target(text(file.path()))
}

/// Scans the layer between two others, whose tokens have to be found.
#[track_caller]
fn scan_between(layer: impl Into<Vec<u8>>) -> Report {
    let mut secrets = Secrets::new("below and above");
    let (below, above) = (secrets.github(), secrets.github());
    let image = Image::new()
        .layer("COPY below /", &Layer::new().file("below", below.as_str()))
        .bytes("COPY . /", layer)
        .layer("COPY above /", &Layer::new().file("above", above.as_str()));
    let report = scan(&layout_of(&image)).expect(1).report();
    assert!(report.has(&below) && report.has(&above));
    report
}

/// Scans one image of an index that needs no tag.
#[track_caller]
fn scan_index(index: &Index) -> Report {
    scan(&index.layout()).expect(1).report()
}

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}
