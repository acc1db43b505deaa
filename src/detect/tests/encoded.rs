//! What is encoded in a text: that it is found, where, and once.

use super::super::Detector;
use super::search;
use crate::detect::resolve;
use crate::model::Match;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::read::GzEncoder;
use std::io::Read;
use std::sync::LazyLock;

const RULES: &str = r#"
    [[rules]]
    id = "acme-key"
    regex = '\bacme_(?P<secret>[a-z]{4,12})\b'
    [[rules]]
    id = "assigned"
    regex = 'passwd[ =":]{1,4}(?P<secret>[^\s"&;]{6,60})'
    gate = "assignment"
"#;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| super::detector(RULES));

fn found(text: &str) -> Vec<Match> {
    let mut found = Vec::new();
    search(&DETECTOR, text.as_bytes(), 0..text.len(), &mut found);
    resolve(found, DETECTOR.rules())
}

/// Each secret with the encodings that hide it.
fn told(text: &str) -> Vec<(String, String)> {
    let tell = |found: Match| {
        let secret = String::from_utf8_lossy(found.judged.identity().expose()).into_owned();
        (secret, found.judged.encodings.join(" "))
    };
    found(text).into_iter().map(tell).collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(text.as_bytes(), Compression::best())
        .read_to_end(&mut packed)
        .unwrap();
    packed
}

fn wrapped(text: &str, width: usize, between: &str) -> String {
    let lines: Vec<&[u8]> = text.as_bytes().chunks(width).collect();
    let lines = lines.iter().map(|line| std::str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join(between)
}

#[test]
fn every_encoding_is_undone() {
    let text = "the key is acme_qwert, take care";
    let plain = || STANDARD.encode(text);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = |from: &str, to: &str| text.replace(from, to);
    for (written, encodings) in [
        (plain(), "base64"),
        (plain().replace('=', ""), "base64"),
        (URL_SAFE_NO_PAD.encode(format!("{text}???>>>~~~")), "base64"),
        (
            wrapped(
                &STANDARD.encode(text.to_owned() + &" and so on".repeat(9)),
                64,
                "\n    ",
            ),
            "base64",
        ),
        (
            wrapped(
                &STANDARD.encode(text.to_owned() + &" and so on".repeat(9)),
                76,
                "\\n",
            ),
            "base64",
        ),
        (format!("data:text/plain;base64,{}", plain()), "base64"),
        (STANDARD.encode(wide), "base64 utf-16"),
        (STANDARD.encode(gzip(text)), "base64 gzip"),
        (
            STANDARD.encode(STANDARD.encode(gzip(text))),
            "base64 base64 gzip",
        ),
        (STANDARD.encode(escaped("_", "%5F")), "base64 percent"),
        (plain().replace('=', "%3D"), "base64"),
        (hex(text), "hex"),
        (hex(text).to_uppercase(), "hex"),
        (escaped("_", "%5F"), "percent"),
        (escaped("_", "%255F"), "percent percent"),
        (escaped("_", "\\u005f"), "backslash"),
        (escaped("_", "\\x5F"), "backslash"),
        (escaped("_", "&#95;"), "entities"),
        (escaped("_", "&#x5f;"), "entities"),
        (
            format!("{}{}", " ".repeat(52), text.replace("wer", "w=\r\ner")),
            "quoted-printable",
        ),
        (
            text.replace(' ', "=3D").replace('_', "=5F"),
            "quoted-printable",
        ),
    ] {
        let expected = [("qwert".to_owned(), encodings.to_owned())];
        assert_eq!(told(&format!("x: {written}\n")), expected, "{written}");
    }
}

#[test]
fn what_was_read_stands_at_the_bytes_that_it_was_read_from() {
    let encoded = STANDARD.encode("the key is acme_qwert, take care");
    let text = format!("one\n  two: {encoded} # residue:allow ours\n");
    let found = found(&text);
    let (start, end) = (text.find(&encoded).unwrap(), encoded.len());
    let span = &found[0].span;
    assert!(span.start as usize > start && (span.end as usize) < start + end);
    assert_eq!(
        span.start as usize,
        start + "the key is acme_".len() * 4 / 3
    );
    assert_eq!(found[0].position.line, 2);
    assert_eq!(found[0].judged.remarks.len(), 1, "comments beside it count");
}

#[test]
fn two_secrets_in_one_compressed_text_stay_two() {
    let text = format!("acme_qwert{}acme_asdfg acme_yxcvb", " ".repeat(3000));
    let encoded = STANDARD.encode(STANDARD.encode(gzip(&text)));
    let secrets: Vec<String> = told(&encoded)
        .into_iter()
        .map(|(secret, _)| secret)
        .collect();
    assert_eq!(secrets, ["qwert", "asdfg", "yxcvb"]);
}

#[test]
fn what_is_readable_as_it_stands_is_told_once_and_as_it_stands() {
    let text = "a=%3D acme_qwert &quot; \\u003d acme_asdfg";
    let plain = |secret: &str| (secret.to_owned(), String::new());
    assert_eq!(told(text), [plain("qwert"), plain("asdfg")]);
}

#[test]
fn an_assigned_value_in_base64_is_what_it_says() {
    let assigned = |value: &str| told(&format!("db_passwd: {}\n", STANDARD.encode(value)));
    let tulips = [("Tulips-1999".to_owned(), "base64".to_owned())];
    assert_eq!(assigned("Tulips-1999"), tulips);
    assert_eq!(assigned("Tulips-1999\n"), tulips);
    assert_eq!(assigned("${DB_PASSWORD}"), [], "a reference is no secret");
}

#[test]
fn bombs_and_nests_come_to_an_end() {
    let bomb = STANDARD.encode(gzip(&"acme_qwert ".repeat(200_000)));
    let nest = (0..12).fold("acme_qwert acme_qwert".to_owned(), |text, _| {
        STANDARD.encode(text)
    });
    let marks = "\\u003d%3D&quot;=3D".repeat(50_000);
    let started = std::time::Instant::now();
    for text in [bomb, nest, marks] {
        found(&text);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
