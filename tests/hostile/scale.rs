//! Inputs whose only fault is their size: memory stays where it is, and what stands at the end is
//! found. They take minutes in a debug build; `just scale` runs them in a release build.

use crate::kit::cli::{image, layout_of, text};
use crate::kit::{Codec, Entry, Image, Layer, Run, Secrets};
use crate::{MEMORY, token};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

const MIB: usize = 1 << 20;
/// Seconds of processor time: enough for ten gigabytes.
const SECONDS: u64 = 300;

fn scan_file(path: &Path) -> Run {
    let args = ["--threads", "2", text(path)];
    image(args).bounded(MEMORY, SECONDS).run()
}

/// A root file system archive of gzip members.
struct Members {
    file: NamedTempFile,
    out: BufWriter<File>,
}

impl Members {
    fn new() -> Self {
        let file = NamedTempFile::new().unwrap();
        let out = BufWriter::new(file.reopen().unwrap());
        Self { file, out }
    }

    fn add(&mut self, bytes: &[u8], times: usize) {
        let member = Codec::Gzip.pack(bytes);
        for _ in 0..times {
            self.out.write_all(&member).unwrap();
        }
    }

    fn finish(mut self) -> NamedTempFile {
        self.out.flush().unwrap();
        self.file
    }
}

/// Words that compress like text does.
fn prose(length: usize) -> Vec<u8> {
    let noise = Secrets::new("prose").bytes(length / 4);
    noise
        .iter()
        .flat_map(|byte| format!("{byte:3} ").into_bytes())
        .collect()
}

#[test]
#[ignore = "takes minutes in a debug build; `just scale`"]
fn a_file_of_six_gigabytes_is_searched_to_its_end() {
    const PARTS: usize = 6 * 1024 / 8;
    let key = token("six gigabytes");
    let body = prose(8 * MIB);
    let size = (body.len() * PARTS) as u64 + 512;
    let mut members = Members::new();
    let entry = Entry::file("huge", "")
        .declared(0)
        .pax("size", size.to_string());
    members.add(&Layer::new().entry(entry).unterminated(), 1);
    members.add(&body, PARTS);
    let mut end = format!("\nkey = {key}\n").into_bytes();
    end.resize(512, b'\n');
    members.add(&end, 1);
    members.add(&Layer::new().tar(), 1);
    let report = scan_file(members.finish().path()).expect(1).report();
    report.expect_gaps(&[]);
    report.finding(&key).at(0, "huge");
    assert!(report.counted("bytes") > 6 << 30);
}

#[test]
#[ignore = "takes minutes in a debug build; `just scale`"]
fn a_line_of_a_gigabyte_is_searched_to_its_end() {
    const PARTS: usize = 1024 / 8;
    let key = token("long line");
    let body: Vec<u8> = prose(8 * MIB);
    let mut members = Members::new();
    let size = (body.len() * PARTS + 512) as u64;
    members.add(
        &Layer::new()
            .entry(Entry::file("line", "").declared(size))
            .unterminated(),
        1,
    );
    members.add(&body, PARTS);
    let mut end = format!("key = {key} ").into_bytes();
    end.resize(512, b' ');
    members.add(&end, 1);
    let report = scan_file(members.finish().path()).expect(1).report();
    report.expect_gaps(&[]);
    let (line, column) = report.finding(&key).at(0, "line").position();
    assert!(line == 1 && column > 1 << 29, "{line}:{column}");
}

#[test]
#[ignore = "takes minutes in a debug build; `just scale`"]
fn a_manifest_of_half_a_gigabyte_is_a_gap_and_costs_no_memory() {
    const PARTS: usize = 64;
    let part = vec![b' '; 8 * MIB];
    let key = token("huge manifest");
    let size = (PARTS * part.len()) as u64;
    let mut members = Members::new();
    let entry = Entry::file("manifest.json", "").declared(size);
    members.add(&Layer::new().entry(entry).unterminated(), 1);
    members.add(&part, PARTS);
    members.add(&Layer::new().file("after", key.as_str()).tar(), 1);
    let report = scan_file(members.finish().path()).incomplete();
    assert!(report.has(&key));
}

#[test]
#[ignore = "takes minutes in a debug build; `just scale`"]
fn a_million_entries_are_read() {
    let key = token("a million");
    let mut members = Members::new();
    for folder in 0..1_000 {
        let layer = (0..1_000).fold(Layer::new(), |layer, number| {
            layer.file(
                &format!("usr/share/folder-{folder:04}/file-{number:04}"),
                "",
            )
        });
        members.add(&layer.unterminated(), 1);
    }
    members.add(&Layer::new().file("last", key.as_str()).tar(), 1);
    let report = scan_file(members.finish().path()).expect(1).report();
    report.expect_gaps(&[]);
    report.finding(&key).at(0, "last");
}

#[test]
#[ignore = "takes minutes in a debug build; `just scale`"]
fn fifty_thousand_findings_in_a_file_are_told_or_counted() {
    let mut secrets = Secrets::new("crowd");
    let body: String = (0..51_000)
        .map(|_| format!("{}\n", secrets.github()))
        .collect();
    let crowd = Image::new().layer("COPY . /", &Layer::new().file("crowd", body));
    let dir = crate::written(&layout_of(&crowd));
    let sarif = dir.path().join("report.sarif");
    let to_file = format!("sarif={}", text(&sarif));
    let run = image(["--report", &to_file, &crate::oci(&dir)]);
    let report = run.bounded(2 * MEMORY, SECONDS).run().expect(1).report();
    report.expect_gaps(&["limit"]);
    assert_eq!(report.findings().len(), 50_000);
    assert!(std::fs::metadata(sarif).unwrap().len() > 0);
}
