//! PDF documents, with their strings and streams.

use crate::{Carrier, wide};
use flate2::Compression;
use flate2::read::ZlibEncoder;
use std::io::Read;

pub(crate) const CARRIERS: &[Carrier] = &[
    (
        "pdf-string",
        |text| pdf(format!("<< /Title ({text}) >>").as_bytes()),
        None,
    ),
    (
        "pdf-hex",
        |text| pdf(format!("<< /Title <{}> >>", hex(text.as_bytes())).as_bytes()),
        None,
    ),
    (
        "pdf-hex-wide",
        |text| {
            let wide = [b"\xfe\xff".to_vec(), wide::utf16_be(text)].concat();
            pdf(format!("<< /Title <{}> >>", hex(&wide)).as_bytes())
        },
        None,
    ),
    (
        "pdf-flate",
        |text| flate(&format!("BT /F1 12 Tf (key {text}) Tj ET")),
        Some("stream at byte "),
    ),
    (
        "pdf-second-stream",
        |text| {
            let first = flate(&"0 0 m 10 10 l S ".repeat(900));
            [first, flate(&format!("({text}) Tj"))[9..].to_vec()].concat()
        },
        Some("stream at byte "),
    ),
];

/// What a zlib encoder makes of these bytes.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    ZlibEncoder::new(bytes, Compression::best())
        .read_to_end(&mut packed)
        .unwrap();
    packed
}

/// A document with this text in a stream of its own.
pub(crate) fn flate(text: &str) -> Vec<u8> {
    let packed = zlib(text.as_bytes());
    let head = format!(
        "<< /Length {} /Filter /FlateDecode >>\nstream\n",
        packed.len()
    );
    pdf(&[head.as_bytes(), &packed, b"\nendstream"].concat())
}

fn pdf(object: &[u8]) -> Vec<u8> {
    [b"%PDF-1.7\n1 0 obj\n", object, b"\nendobj\n%%EOF\n"].concat()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXUPPER.encode(bytes)
}
