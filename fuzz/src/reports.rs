//! Reports about an image in which everything that has a name is called anything: they can be read
//! back, tell no secret, and command no terminal.

use super::parts;
use super::scan::{OPTIONS, context, folder, scan};
use residue::model::{Kind, Outcome, Policy};
use residue::report::{FORMATS, View};
use residue::source::image::{ImageSource, Target};
use serde_json::Value;

/// The digits of a token.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A path, a text beside the secret, an instruction and a tag of any bytes.
pub fn round_trip(bytes: &[u8]) {
    let [path, text, instruction, tag] = parts(bytes);
    let token = token();
    let body = [text, b"\n", token.as_bytes(), b"\n", text].concat();
    let outcome = scanned(&layer(path, &body), instruction, tag);
    let is_cut = outcome.coverage.has(Kind::Limit);
    assert!(
        is_cut || !outcome.findings.is_empty(),
        "the token is overlooked"
    );
    for show_secrets in [false, true] {
        let view = View::new(&outcome, &Policy::default(), show_secrets);
        for format in FORMATS {
            let mut report = Vec::new();
            (format.render)(&view, &mut report).expect("memory can be written");
            let report = String::from_utf8(report).expect("reports are UTF-8");
            holds(format.name, &report);
            let is_told = report.contains(&token);
            assert!(
                is_cut || show_secrets || !is_told,
                "{}: a secret",
                format.name
            );
        }
    }
}

/// What holds for every report of that format.
fn holds(format: &str, report: &str) {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
    match format {
        "json" => assert_eq!(parsed(report)["schema_version"], 1),
        "sarif" => {
            let log = parsed(report);
            let runs = log["runs"].as_array().expect("a log has runs");
            for result in runs
                .iter()
                .filter_map(|run| run["results"].as_array())
                .flatten()
            {
                let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
                let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
                assert!(uri.as_str().is_none_or(is_plain), "{uri}");
            }
        }
        "jsonl" => assert!(report.lines().all(|line| parsed(line).is_object())),
        _ => {}
    }
    let plain = uncoloured(report);
    let command = plain
        .chars()
        .find(|sign| sign.is_control() && *sign != '\n');
    assert_eq!(command, None, "{format}: {plain:?}");
}

/// A text without the colours that the report for people has of itself.
fn uncoloured(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end = after.find(|sign: char| !(sign.is_ascii_digit() || sign == ';'));
        rest = match end {
            Some(end) if after[end..].starts_with('m') => &after[end + 1..],
            _ => {
                plain.push('\u{1b}');
                after
            }
        };
    }
    plain + rest
}

/// A token with the right checksum, the same in every run.
fn token() -> String {
    let body: String = (0..30)
        .map(|place| char::from(BASE62[place * 47 % 62]))
        .collect();
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut tail = [b'0'; 6];
    for digit in tail.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    format!("ghp_{body}{}", String::from_utf8_lossy(&tail))
}

/// A tar of one file (POSIX.1-1988), whose path is a pax record as long as it holds no end.
fn layer(path: &[u8], body: &[u8]) -> Vec<u8> {
    let record = [b" path=", path, b"\n"].concat();
    let length = (record.len()..).find(|length| length.to_string().len() + record.len() == *length);
    let record = [length.unwrap_or(0).to_string().as_bytes(), &record].concat();
    [entry(b'x', &record), entry(b'0', body), vec![0; 1024]].concat()
}

fn entry(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..4].copy_from_slice(b"file");
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend_from_slice(body);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

fn scanned(layer: &[u8], instruction: &[u8], tag: &[u8]) -> Outcome {
    let folder = folder();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let config = serde_json::json!({"os": "linux", "architecture": "amd64",
        "history": [{"created_by": text(instruction)}]});
    let manifest = serde_json::json!({"config": {"digest": digest("2")},
        "layers": [{"digest": digest("3")}], "annotations": {text(tag): text(instruction)}});
    let index = serde_json::json!({"manifests": [{"digest": digest("1"),
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "annotations": {"org.opencontainers.image.ref.name": text(tag)}}]});
    let blobs = folder.path().join("blobs/sha256");
    std::fs::create_dir_all(&blobs).expect("a folder can be made");
    let write = |path, bytes: &[u8]| std::fs::write(path, bytes).expect("there is room");
    write(
        folder.path().join("index.json"),
        index.to_string().as_bytes(),
    );
    write(blobs.join("1".repeat(64)), manifest.to_string().as_bytes());
    write(blobs.join("2".repeat(64)), config.to_string().as_bytes());
    write(blobs.join("3".repeat(64)), layer);
    let target = Target::parse(&format!("oci:{}", folder.path().display()));
    let target = target.expect("the path is there");
    let source = ImageSource::new(vec![target], &OPTIONS, context(), &());
    scan(&source.expect("no platform is asked for"))
}
