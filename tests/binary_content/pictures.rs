//! Pictures, and what cameras and editors note in them.

use crate::documents::zlib;
use crate::{Carrier, noise};

pub(crate) const CARRIERS: &[Carrier] = &[
    (
        "png-text",
        |text| png(b"tEXt", &[b"Comment\0", text.as_bytes()].concat()),
        None,
    ),
    (
        "png-text-packed",
        |text| {
            png(
                b"zTXt",
                &[b"Comment\0\0".to_vec(), zlib(text.as_bytes())].concat(),
            )
        },
        Some("stream at byte 50"),
    ),
    (
        "png-xmp",
        |text| {
            png(
                b"iTXt",
                format!("XML:com.adobe.xmp\0\0\0\0\0<x>{text}</x>").as_bytes(),
            )
        },
        None,
    ),
    (
        "png-xmp-packed",
        |text| {
            let packed = zlib(format!("<x>{text}</x>").as_bytes());
            png(
                b"iTXt",
                &[b"XML:com.adobe.xmp\0\x01\0\0\0".to_vec(), packed].concat(),
            )
        },
        Some("stream at byte 63"),
    ),
    ("jpeg-comment", |text| jpeg(0xfe, text.as_bytes()), None),
    ("jpeg-exif", exif, None),
    (
        "jpeg-xmp",
        |text| {
            jpeg(
                0xe1,
                format!("http://ns.adobe.com/xap/1.0/\0<x>{text}</x>").as_bytes(),
            )
        },
        None,
    ),
];

/// A picture of one pixel with this chunk (PNG third edition, section 5.3).
fn png(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let checked = [kind, content].concat();
        let sum = crc32fast::hash(&checked).to_be_bytes();
        [&(content.len() as u32).to_be_bytes()[..], &checked, &sum].concat()
    };
    // Other bytes follow than those of a token, whatever the sum is.
    let text = [content, b" "].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"),
        chunk(kind, &text),
        chunk(b"IDAT", &zlib(b"\0\0")),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// A picture with this segment.
fn jpeg(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [
        &b"\xff\xd8\xff"[..],
        &[kind],
        &length,
        content,
        b"\xff\xda",
        &noise("scan", 900),
    ]
    .concat()
}

/// A directory with one field, the user's comment.
fn exif(text: &str) -> Vec<u8> {
    let count = (text.len() as u32 + 8).to_le_bytes();
    let field = [b"\x01\0\x86\x92\x07\0", &count[..], b"\x1a\0\0\0\0\0\0\0"].concat();
    jpeg(
        0xe1,
        &[
            b"Exif\0\0II*\0\x08\0\0\0",
            &field[..],
            b"ASCII\0\0\0",
            text.as_bytes(),
        ]
        .concat(),
    )
}
