//! What programs keep: databases, messages, swap files, notebooks.

use crate::documents::zlib;
use crate::{Carrier, noise};

pub(crate) const CARRIERS: &[Carrier] = &[
    ("sqlite", sqlite, None),
    ("sqlite-freed", sqlite_freed, None),
    ("sqlite-wal", sqlite_wal, None),
    ("protobuf", protobuf, None),
    ("protobuf-glued", protobuf_glued, None),
    ("vim-swap", vim_swap, None),
    ("notebook", notebook, None),
    ("plist", plist, None),
    ("latin-1", latin_1, None),
    (
        "zlib",
        |text| zlib(format!("a note: {text}\n").as_bytes()),
        None,
    ),
];

/// A leaf page with one cell: its size, its number, a header with the types, the values one behind the other
/// (SQLite, "Database File Format", 2.1).
fn page(text: &str) -> Vec<u8> {
    let kind = |text: &str| (13 + 2 * text.len()) as u8;
    let header = [4, 0, kind(text), 1];
    let cell = [
        &[(header.len() + text.len() + 1) as u8, 7][..],
        &header,
        text.as_bytes(),
        b"\x05",
    ]
    .concat();
    let mut page = vec![0; 4096];
    page[0] = 13;
    page[4] = 1;
    let at = page.len() - cell.len();
    page[8..10].copy_from_slice(&(at as u16).to_be_bytes());
    page[at..].copy_from_slice(&cell);
    page
}

fn sqlite(text: &str) -> Vec<u8> {
    let mut first = b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20".to_vec();
    first.resize(4096, 0);
    [first, page(text)].concat()
}

/// A page that is on the list of free ones keeps all but its first bytes.
fn sqlite_freed(text: &str) -> Vec<u8> {
    let mut database = sqlite(text);
    database[4096..4104].fill(0);
    database
}

/// A frame of the journal: a header of 24 bytes and a page.
fn sqlite_wal(text: &str) -> Vec<u8> {
    let head = b"\x37\x7f\x06\x82\0\x2d\xe2\x18\0\0\x10\0".to_vec();
    [head, noise("salt", 20), noise("frame", 24), page(text)].concat()
}

/// A field: its number and type, its length, its bytes (protobuf.dev, "Encoding").
fn field(number: u8, text: &str) -> Vec<u8> {
    [&[number << 3 | 2, text.len() as u8][..], text.as_bytes()].concat()
}

fn protobuf(text: &str) -> Vec<u8> {
    [
        field(2, "deploy"),
        field(3, text),
        field(4, "eu-west-1"),
        noise("message", 40),
    ]
    .concat()
}

/// A text behind a length that is a letter, or in front of a tag that is one.
fn protobuf_glued(text: &str) -> Vec<u8> {
    let note = format!("{text} {}", "x".repeat(b'k' as usize - text.len() - 1));
    [
        field(3, &note),
        field(2, text),
        field(9, "eu-west-1"),
        noise("message", 40),
    ]
    .concat()
}

/// A block of lines from its end backwards (Vim, "memline.c").
fn vim_swap(text: &str) -> Vec<u8> {
    let head = [
        b"b0VIM 9.0\0".to_vec(),
        vec![0; 4086],
        b"ad".to_vec(),
        vec![0; 2900],
    ]
    .concat();
    [
        head,
        format!("\0\0export TOKEN={text}\0export PORT=80\0").into_bytes(),
    ]
    .concat()
}

fn notebook(text: &str) -> Vec<u8> {
    let output = serde_json::json!({
        "output_type": "stream", "name": "stdout", "text": [format!("logged in with {text}\n")],
    });
    let cell =
        serde_json::json!({ "cell_type": "code", "source": ["login()"], "outputs": [output] });
    serde_json::json!({ "cells": [cell], "nbformat": 4 })
        .to_string()
        .into_bytes()
}

/// A string object of a binary property list: a marker, its length as a number.
fn plist(text: &str) -> Vec<u8> {
    let head = b"bplist00\xd1\x01\x02Stoken\x5f\x10".to_vec();
    [
        head,
        vec![text.len() as u8],
        text.as_bytes().to_vec(),
        b"\x08\x0b\x11".to_vec(),
    ]
    .concat()
}

fn latin_1(text: &str) -> Vec<u8> {
    [
        &b"Schl\xfcssel f\xfcr den Zugang: "[..],
        text.as_bytes(),
        b" \xe0 garder\n",
    ]
    .concat()
}
