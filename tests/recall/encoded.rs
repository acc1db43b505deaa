//! Every kind of secret in every encoding: the whole text of its example, so that names and what
//! stands around the secret are hidden too.

use crate::Group;
use crate::kinds::{self, Kind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use std::fmt::Write as _;
use std::io::Write as _;

/// A way to write a text.
type Encoding = (&'static str, fn(&[u8]) -> Vec<u8>);

/// A line that stands before and behind what is encoded, as in the files that such texts are cut from;
/// also what makes the shortest examples long enough to be told from a name.
const LINE: &[u8] = b"# settings of the service\n";

const ENCODINGS: &[Encoding] = &[
    ("base64", |text| STANDARD.encode(text).into()),
    ("base64 without padding", |text| {
        STANDARD_NO_PAD.encode(text).into()
    }),
    ("base64url", |text| URL_SAFE.encode(text).into()),
    ("base64url without padding", |text| {
        URL_SAFE_NO_PAD.encode(text).into()
    }),
    ("base64 in lines of 64", |text| {
        lines(&STANDARD.encode(text), 64, "\n")
    }),
    ("base64 in lines of 76", |text| {
        lines(&STANDARD.encode(text), 76, "\r\n")
    }),
    ("base64 in an indented block", |text| {
        lines(&STANDARD.encode(text), 76, "\n    ")
    }),
    ("base64 in a string of lines", |text| {
        lines(&STANDARD.encode(text), 64, "\\n")
    }),
    ("base64 in strings that are joined", |text| {
        lines(&STANDARD.encode(text), 60, "\"\n  \"")
    }),
    ("hex", |text| each(text, |byte| format!("{byte:02x}"))),
    ("HEX", |text| each(text, |byte| format!("{byte:02X}"))),
    ("percent", |text| {
        escaped(text, |byte| format!("%{byte:02X}"))
    }),
    ("percent in small letters", |text| {
        escaped(text, |byte| format!("%{byte:02x}"))
    }),
    ("percent everywhere", |text| {
        each(text, |byte| format!("%{byte:02X}"))
    }),
    ("percent twice", |text| {
        escaped(text, |byte| format!("%25{byte:02X}"))
    }),
    ("JSON", |text| json(text)),
    ("JSON in JSON", |text| json(&json(text))),
    ("JSON in numbers", |text| {
        escaped(text, |byte| format!("\\u{byte:04x}"))
    }),
    ("C in hex", |text| {
        escaped(text, |byte| format!("\\x{byte:02x}"))
    }),
    ("C in hex everywhere", |text| {
        each(text, |byte| format!("\\x{byte:02x}"))
    }),
    ("C in octal", |text| {
        escaped(text, |byte| format!("\\{byte:03o}"))
    }),
    ("HTML by name", |text| named_entities(text)),
    ("HTML in decimal", |text| {
        escaped(text, |byte| format!("&#{byte};"))
    }),
    ("HTML in hex", |text| {
        escaped(text, |byte| format!("&#x{byte:x};"))
    }),
    ("gzip in base64", |text| STANDARD.encode(gzip(text)).into()),
    ("gzip in base64 in lines", |text| {
        lines(&STANDARD.encode(gzip(text)), 76, "\n")
    }),
    ("zlib in base64", |text| STANDARD.encode(zlib(text)).into()),
    ("data URL", |text| data_url(&STANDARD.encode(text))),
    ("data URL in percent", |text| {
        [
            b"data:text/plain,".to_vec(),
            escaped(text, |byte| format!("%{byte:02X}")),
        ]
        .concat()
    }),
    ("quoted-printable", quoted_printable),
    ("UTF-16LE in base64", |text| {
        STANDARD.encode(wide(text, u16::to_le_bytes)).into()
    }),
    ("UTF-16BE in base64", |text| {
        STANDARD.encode(wide(text, u16::to_be_bytes)).into()
    }),
    ("base64 twice", |text| {
        STANDARD.encode(STANDARD.encode(text)).into()
    }),
    ("base64 in percent", |text| {
        STANDARD
            .encode(text)
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D")
            .into()
    }),
    ("base64 of JSON", |text| STANDARD.encode(json(text)).into()),
    ("base64 in gzip in base64", |text| {
        STANDARD
            .encode(gzip(STANDARD.encode(text).as_bytes()))
            .into()
    }),
];

/// A group for every encoding.
pub(crate) fn groups() -> Vec<Group> {
    let group = |(name, encode): &Encoding| {
        let found = |kind: &Kind| {
            let text = written(kind, *encode);
            (kind.rule.to_owned(), kind.is_shown_in(&text))
        };
        Group::new(
            *name,
            kinds::ALL
                .iter()
                .filter(|kind| kind.as_str().is_some())
                .map(found),
        )
    };
    ENCODINGS.iter().map(group).collect()
}

/// The kind's text, between two others, encoded.
fn written(kind: &Kind, encode: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let text = [LINE, &kind.text, b"\n", LINE].concat();
    [b"x: ".to_vec(), encode(&text), b"\n".to_vec()].concat()
}

fn lines(text: &str, width: usize, between: &str) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.as_bytes().chunks(width).collect();
    lines.join(between.as_bytes())
}

fn each(text: &[u8], write: fn(u8) -> String) -> Vec<u8> {
    text.iter()
        .flat_map(|&byte| write(byte).into_bytes())
        .collect()
}

/// What is neither a letter nor a digit is written otherwise.
fn escaped(text: &[u8], write: fn(u8) -> String) -> Vec<u8> {
    let written = text.iter().map(|&byte| match byte {
        byte if byte.is_ascii_alphanumeric() => vec![byte],
        byte => write(byte).into_bytes(),
    });
    written.collect::<Vec<_>>().concat()
}

/// A JSON string, or bytes that are none as they are.
fn json(text: &[u8]) -> Vec<u8> {
    std::str::from_utf8(text).map_or(text.to_vec(), |text| {
        serde_json::to_vec(text).expect("a string")
    })
}

fn named_entities(text: &[u8]) -> Vec<u8> {
    let named = text.iter().map(|&byte| match byte {
        b'"' => b"&quot;".to_vec(),
        b'\'' => b"&apos;".to_vec(),
        b'&' => b"&amp;".to_vec(),
        b'<' => b"&lt;".to_vec(),
        b'>' => b"&gt;".to_vec(),
        byte => vec![byte],
    });
    named.collect::<Vec<_>>().concat()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut stream = GzEncoder::new(Vec::new(), Compression::default());
    stream.write_all(text).expect("memory");
    stream.finish().expect("memory")
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::default());
    stream.write_all(text).expect("memory");
    stream.finish().expect("memory")
}

fn data_url(encoded: &str) -> Vec<u8> {
    format!("url(\"data:text/plain;charset=utf-8;base64,{encoded}\")").into()
}

/// Lines of at most 76 characters (RFC 2045, section 6.7).
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let (mut out, mut column) = (String::new(), 0);
    for &byte in text {
        let written = match byte {
            b'\n' => "\n".to_owned(),
            b' '..=b'<' | b'>'..=b'~' => char::from(byte).to_string(),
            byte => format!("={byte:02X}"),
        };
        if column + written.len() > 75 && byte != b'\n' {
            out.push_str("=\n");
            column = 0;
        }
        let _ = write!(out, "{written}");
        column = if byte == b'\n' {
            0
        } else {
            column + written.len()
        };
    }
    out.into()
}

/// A byte of the text for each unit, as if it were Latin-1.
pub(crate) fn wide(text: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.iter()
        .flat_map(|&byte| bytes(u16::from(byte)))
        .collect()
}
