//! Programs, compiled for machines of all kinds, real and virtual.

use crate::{Carrier, noise, wide};

pub(crate) const CARRIERS: &[Carrier] = &[
    ("elf", elf, None),
    ("elf-core", core, None),
    ("mach-o", mach_o, None),
    ("pe", pe, None),
    ("pe-resource", pe_resource, None),
    ("class", class, None),
    ("pyc", pyc, None),
    ("dotnet", dotnet, None),
    ("class-glued", class_glued, None),
];

/// Strings end with a zero, one behind the other.
fn elf(text: &str) -> Vec<u8> {
    let strings = format!("usage: %s\0{text}\0nothing\0");
    [
        b"\x7fELF\x02\x01\x01".to_vec(),
        noise("elf", 900),
        strings.into_bytes(),
        noise("code", 4000),
    ]
    .concat()
}

/// The environment of a process that has crashed.
fn core(text: &str) -> Vec<u8> {
    let environment = format!("PATH=/usr/bin\0TOKEN={text}\0HOME=/root\0");
    let head = [
        b"\x7fELF\x02\x01\x01".to_vec(),
        vec![0; 9],
        b"\x04\0".to_vec(),
        vec![0; 4000],
    ];
    [
        head.concat(),
        environment.into_bytes(),
        noise("stack", 5000),
    ]
    .concat()
}

fn mach_o(text: &str) -> Vec<u8> {
    let strings = format!("\0{text}\0next\0");
    [
        b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec(),
        noise("mach", 500),
        strings.into_bytes(),
        noise("o", 90),
    ]
    .concat()
}

fn pe(text: &str) -> Vec<u8> {
    let strings = format!("\0\0{text}\0");
    [
        b"MZ\x90\0".to_vec(),
        noise("pe", 2000),
        strings.into_bytes(),
        noise("text", 900),
    ]
    .concat()
}

/// A string table: each string behind its length, in UTF-16 (Microsoft, "Resource file formats").
fn pe_resource(text: &str) -> Vec<u8> {
    let counted = |text: &str| {
        [
            (text.len() as u16).to_le_bytes().to_vec(),
            wide::utf16_le(text),
        ]
        .concat()
    };
    let table = [counted("Setup"), counted(text), counted("Done")].concat();
    [
        b"MZ\x90\0".to_vec(),
        noise("pe", 2001),
        table,
        noise("text", 900),
    ]
    .concat()
}

/// The heap of user strings: a length in bytes, UTF-16, and a byte of flags (ECMA-335, section II.24.2.4).
fn dotnet(text: &str) -> Vec<u8> {
    let counted = |text: &str| {
        let length = [(2 * text.len() + 1) as u8];
        [&length[..], &wide::utf16_le(text), b"\0"].concat()
    };
    let heap = [counted("Connecting"), counted(text), counted("Done")].concat();
    [
        b"MZ\x90\0".to_vec(),
        noise("net", 3000),
        b"#US\0\0".to_vec(),
        heap,
        noise("il", 900),
    ]
    .concat()
}

/// A constant: a tag, a length in two bytes, modified UTF-8 (Java Virtual Machine Specification, 4.4.7).
fn class(text: &str) -> Vec<u8> {
    let constant = |text: &str| {
        [
            b"\x01",
            &(text.len() as u16).to_be_bytes()[..],
            text.as_bytes(),
        ]
        .concat()
    };
    let head = b"\xca\xfe\xba\xbe\0\0\0\x41\0\x10".to_vec();
    [
        head,
        constant("Code"),
        constant(text),
        constant("java/lang/Object"),
        noise("class", 90),
    ]
    .concat()
}

/// The same with a text that is so long that its length is a letter.
fn class_glued(text: &str) -> Vec<u8> {
    let long = format!("{text} {}", "x".repeat(b'k' as usize - text.len() - 1));
    class(&long)
}

/// A short string: a type with a flag, a length in one byte (CPython, "Python/marshal.c").
fn pyc(text: &str) -> Vec<u8> {
    let string = |text: &str| [b"\xda", &[text.len() as u8][..], text.as_bytes()].concat();
    let head = [
        b"\xa7\r\r\n".to_vec(),
        vec![0; 12],
        b"\xe3\0\0\0\0".to_vec(),
    ]
    .concat();
    [
        head,
        string("TOKEN"),
        b"\xfa".to_vec(),
        string(text)[1..].to_vec(),
        string("name"),
        vec![0; 40],
    ]
    .concat()
}
