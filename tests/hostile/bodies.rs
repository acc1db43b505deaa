//! Secrets where they are hard to see: at the ends of buffers and files, and in every common spelling.

use crate::kit::{Image, Index, Layer, Secrets};
use crate::scan_index;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

fn wide(text: &str, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(unit)
        .collect()
}

/// Text on lines of this many characters.
fn wrapped(text: &str, width: usize) -> String {
    let lines = text.as_bytes().chunks(width);
    lines
        .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
        .collect()
}

fn escaped(text: &str, escape: impl Fn(u8) -> String) -> String {
    text.bytes().map(escape).collect()
}

type Spelling = (&'static str, fn(&str) -> Vec<u8>);

const SPELLINGS: &[Spelling] = &[
    ("without a line end", |key| {
        format!("key = {key}").into_bytes()
    }),
    ("CRLF", |key| {
        format!("a\r\nkey = {key}\r\nb\r\n").into_bytes()
    }),
    ("CR", |key| format!("a\rkey = {key}\rb").into_bytes()),
    ("UTF-8 with a mark", |key| {
        format!("\u{feff}{key}").into_bytes()
    }),
    ("UTF-16LE", |key| {
        wide(&format!("the key is {key}\n"), u16::to_le_bytes, false)
    }),
    ("UTF-16BE", |key| {
        wide(&format!("the key is {key}\n"), u16::to_be_bytes, false)
    }),
    ("UTF-16LE with a mark", |key| {
        wide(key, u16::to_le_bytes, true)
    }),
    ("UTF-16BE with a mark", |key| {
        wide(key, u16::to_be_bytes, true)
    }),
    ("Latin-1", |key| {
        [b"cl\xE9 = ", key.as_bytes(), b" \xE0\n"].concat()
    }),
    ("between zeros", |key| {
        [b"\0\0", key.as_bytes(), b"\0"].concat()
    }),
    ("base64", |key| {
        STANDARD
            .encode(format!("{{\"token\": \"{key}\"}}"))
            .into_bytes()
    }),
    ("base64, wrapped", |key| {
        let text = format!("machine acme login ci password {key} and some more text");
        wrapped(&STANDARD.encode(text.repeat(4)), 76).into_bytes()
    }),
    ("JSON escapes", |key| {
        format!(
            "{{\"k\": \"{}\"}}",
            escaped(key, |byte| format!("\\u{byte:04x}"))
        )
        .into_bytes()
    }),
    ("HTML escapes", |key| {
        format!("<b>{}</b>", escaped(key, |byte| format!("&#{byte};"))).into_bytes()
    }),
    ("URL escapes", |key| {
        format!("?q={}", escaped(key, |byte| format!("%{byte:02X}"))).into_bytes()
    }),
    ("folded YAML", |key| {
        format!("key: >-\n  {key}\n  more\n").into_bytes()
    }),
];

#[test]
fn a_token_is_found_in_every_spelling() {
    let mut secrets = Secrets::new("spellings");
    let keys: Vec<String> = SPELLINGS.iter().map(|_| secrets.github()).collect();
    let layer = SPELLINGS.iter().zip(&keys).enumerate();
    let layer = layer.fold(Layer::new(), |layer, (number, ((_, spell), key))| {
        layer.file(&format!("{number}"), spell(key))
    });
    let report = scan_index(&Index::new().tagged("1", &Image::new().layer("COPY . /", &layer)));
    report.expect_gaps(&[]);
    let missed = SPELLINGS
        .iter()
        .zip(&keys)
        .filter(|(_, key)| !report.has(key));
    let missed: Vec<_> = missed.map(|((name, _), _)| name).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_token_is_found_across_every_seam() {
    // Buffers are multiples of 4 KiB; tokens stand across many such places of one large file.
    let mut secrets = Secrets::new("seams");
    let mut body = vec![b'.'; 5 << 20];
    let mut keys = Vec::new();
    for seam in (1..=40_usize).map(|number| number * (128 << 10)) {
        let key = secrets.github();
        let from = seam - keys.len() % key.len();
        body[from - 1] = b' ';
        body[from..from + key.len()].copy_from_slice(key.as_bytes());
        body[from + key.len()] = b' ';
        keys.push(key);
        if seam + 200 > (5 << 20) - (128 << 10) {
            break;
        }
    }
    let last = secrets.github();
    body.extend_from_slice(format!(" {last}").as_bytes());
    keys.push(last);
    let layer = Layer::new().file("large", body);
    let report = scan_index(&Index::new().tagged("1", &Image::new().layer("COPY . /", &layer)));
    assert!(keys.iter().all(|key| report.has(key)));
}

#[test]
fn a_variable_may_hold_lines() {
    let mut secrets = Secrets::new("variables");
    let (key, pem) = (secrets.github(), secrets.private_key());
    let env = vec![format!("CONFIG=a=1\nkey={key}\n"), format!("PEM={pem}")];
    let report = scan_index(&Index::new().tagged("1", &Image::new().runtime("Env", env)));
    assert!(report.has(&key) && report.has(&pem));
}
