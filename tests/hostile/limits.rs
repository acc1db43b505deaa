//! Limits that people set: each bites where it says, is told as a gap that names it, and costs nothing
//! else.

use crate::kit::cli::{image, layout_of, oci, text, written};
use crate::kit::{Bundle, Codec, Image, Index, Layer, Running, Secrets};
use crate::token;
use residue::model::LIMITS;
use std::collections::BTreeSet;
use std::process::Command;

/// What is within the limits by default and beyond them with these flags.
struct Case {
    limit: &'static str,
    flags: &'static [&'static str],
    layout: Bundle,
}

impl Case {
    fn new(limit: &'static str, flags: &'static [&'static str], layout: Bundle) -> Self {
        Self {
            limit,
            flags,
            layout,
        }
    }

    fn of_layer(limit: &'static str, flags: &'static [&'static str], packed: Vec<u8>) -> Self {
        let image = Image::new().bytes("COPY . /", packed);
        Self::new(limit, flags, layout_of(&image))
    }
}

fn cases(token: &str) -> Vec<Case> {
    let found = || Layer::new().file("first", token);
    let zeros = || Codec::Gzip.pack(&found().file("zeros", vec![0; 4 << 20]).tar());
    let noise = Secrets::new("noise").bytes(1 << 20);
    let many = (0..5).fold(found(), |layer, number| {
        layer.file(&format!("f{number}"), "x")
    });
    let image = Image::new().layer("COPY . /", &found());
    let other = Image::new().layer("COPY . /", &Layer::new().file("other", "x"));
    let nested = (0..3).fold(Index::new().image(&other), |index, _| {
        Index::new().nested("1", &index)
    });
    let mut secrets = Secrets::new("matches");
    let crowd: String = (0..9).map(|_| secrets.github() + "\n").collect();
    vec![
        Case::of_layer(
            "stream-bytes",
            &["stream-bytes=512KiB"],
            Codec::Gzip.pack(&found().file("noise", noise).tar()),
        ),
        Case::of_layer("ratio", &["ratio=2", "ratio-floor=1MiB"], zeros()),
        Case::of_layer("ratio-floor", &["ratio-floor=1MiB"], zeros()),
        Case::of_layer("entries", &["entries=3"], Codec::Gzip.pack(&many.tar())),
        Case::of_layer(
            "entry-metadata",
            &["entry-metadata=1k"],
            Codec::Gzip.pack(&found().file(&"n".repeat(5_000), "x").tar()),
        ),
        Case::new(
            "document-bytes",
            &["document-bytes=600"],
            layout_of(&image).put("index.json", padded(layout_of(&image).get("index.json"))),
        ),
        Case::new("index-depth", &["index-depth=2"], {
            Index::new()
                .tagged("1", &image)
                .nested("2", &nested)
                .layout()
        }),
        Case::new("manifests", &["manifests=1"], {
            Index::new()
                .tagged("1", &image)
                .tagged("2", &other)
                .layout()
        }),
        Case::of_layer("window-bytes", &["window-bytes=4MiB"], {
            // One frame with the common small window, then one that wants 8 MiB.
            let front = found().unterminated();
            let end = Layer::new().file("end", "x").tar();
            [Codec::Zstd.pack(&front), windowed(&end, 23)].concat()
        }),
        Case::of_layer("matches", &["matches=1"], {
            Codec::Gzip.pack(&found().file("more", crowd).tar())
        }),
    ]
}

/// The same document with room in it.
fn padded(document: &[u8]) -> Vec<u8> {
    [document, " ".repeat(600).as_bytes()].concat()
}

/// A zstd frame that wants a window of 2^`log` bytes.
fn windowed(bytes: &[u8], log: u32) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(log).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_limit_can_be_set_and_is_told_when_it_bites() {
    let token = token("limits");
    let cases = cases(&token);
    let tried: BTreeSet<_> = cases.iter().map(|case| case.limit).collect();
    assert_eq!(tried, LIMITS.iter().map(|limit| limit.name).collect());
    for case in cases {
        let dir = written(&case.layout);
        let report = image([oci(&dir).as_str()]).run().report();
        report.expect_gaps(&[]);
        assert!(report.has(&token), "{}", case.limit);
        let flags = case.flags.iter().flat_map(|flag| ["--limit", flag]);
        let run = image(flags).arg(&oci(&dir)).run();
        let report = run.incomplete();
        report.expect_gaps(&["limit"]);
        let told = report.0["coverage"]["gaps"].to_string();
        let name = format!("--limit {}", case.limit);
        assert!(told.contains(&name), "{name} in {told}");
        // A list that is too large to be parsed leads nowhere.
        if case.limit != "document-bytes" && case.limit != "matches" {
            assert!(report.has(&token), "{}", case.limit);
        }
    }
}

#[test]
fn a_limit_that_makes_no_sense_is_refused() {
    for wrong in ["depth=1", "entries", "entries=many", "stream-bytes=1parsec"] {
        let run = image(["--limit", wrong, "x.tar"]).run().expect(2);
        assert!(run.stderr.contains("--limit"), "{}", run.stderr);
    }
}

/// Six layers at once, each of which wants a window of 32 MiB and fills it.
#[test]
fn memory_stays_within_what_was_allowed() {
    const ALLOWED: u64 = 80;
    /// The program, its rules and what text in flight is not counted.
    const BESIDE: u64 = 64;
    let mut secrets = Secrets::new("memory");
    let prose: Vec<u8> = secrets
        .bytes(36 << 18)
        .iter()
        .flat_map(|byte| format!("{byte:3} ").into_bytes())
        .collect();
    let body = windowed(&Layer::new().file("body", prose).unterminated(), 25);
    let tokens: Vec<_> = (0..6).map(|_| secrets.github()).collect();
    let image = tokens.iter().fold(Image::new(), |image, token| {
        let end = Layer::new().file("key", token.as_str()).tar();
        image.bytes("COPY . /", [body.clone(), Codec::Zstd.pack(&end)].concat())
    });
    let dir = written(&layout_of(&image));
    let mut command = Command::new(env!("CARGO_BIN_EXE_residue"));
    command.args([
        "image",
        "--format",
        "json",
        "--show-secrets",
        "--threads",
        "6",
    ]);
    command.args(["--max-memory", &format!("{ALLOWED}MiB"), text(dir.path())]);
    let (run, peak) = Running::start(command, Vec::new()).end_measured();
    let report = run.expect(1).report();
    report.expect_gaps(&[]);
    assert!(tokens.iter().all(|token| report.has(token)));
    let peak = peak >> 20;
    assert!(peak > 32, "a window is held: {peak} MiB");
    assert!(peak < ALLOWED + BESIDE, "{peak} MiB");
}
