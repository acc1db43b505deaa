//! Text in units of two and four bytes: as files, and between other bytes at every alignment.

use crate::{Carrier, noise};

pub(crate) const CARRIERS: &[Carrier] = &[
    ("utf-16le", |text| utf16_le(&line(text)), None),
    ("utf-16be", |text| utf16_be(&line(text)), None),
    ("utf-16le-marked", |text| utf16_le(&marked(text)), None),
    ("utf-16be-marked", |text| utf16_be(&marked(text)), None),
    (
        "utf-32le",
        |text| utf32(&line(text), u32::to_le_bytes),
        None,
    ),
    (
        "utf-32be",
        |text| utf32(&line(text), u32::to_be_bytes),
        None,
    ),
    (
        "utf-32le-marked",
        |text| utf32(&marked(text), u32::to_le_bytes),
        None,
    ),
    (
        "utf-32be-marked",
        |text| utf32(&marked(text), u32::to_be_bytes),
        None,
    ),
    ("utf-16le-inside", |text| inside(3000, utf16_le(text)), None),
    (
        "utf-16le-inside-odd",
        |text| inside(3001, utf16_le(text)),
        None,
    ),
    ("utf-16be-inside", |text| inside(3000, utf16_be(text)), None),
    (
        "utf-16be-inside-odd",
        |text| inside(3007, utf16_be(text)),
        None,
    ),
    (
        "utf-32le-inside",
        |text| inside(3003, utf32(text, u32::to_le_bytes)),
        None,
    ),
    (
        "utf-32be-inside",
        |text| inside(3002, utf32(text, u32::to_be_bytes)),
        None,
    ),
    (
        "utf-16-after-plain",
        |text| [b"a log begins\n".repeat(200), utf16_le(&line(text))].concat(),
        None,
    ),
    (
        "utf-16-across-batches",
        |text| inside((1 << 20) - 40, utf16_le(text)),
        None,
    ),
];

fn line(text: &str) -> String {
    format!("the key: {text}\r\n")
}

fn marked(text: &str) -> String {
    format!("\u{feff}{}", line(text))
}

pub(crate) fn utf16_le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn utf32(text: &str, order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().map(u32::from).flat_map(order).collect()
}

fn inside(before: usize, text: Vec<u8>) -> Vec<u8> {
    [noise("before", before), text, noise("after", 300)].concat()
}
