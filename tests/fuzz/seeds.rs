//! Sound inputs of every target, small and the same in every run.

use crate::kit::archive::{ar, cpio, odc, rpm, sevenz};
use crate::kit::codec::skippable;
use crate::kit::{Codec, Entry, Image, Index, Layer, Secrets, Store, Zip, docker};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// Those of a target.
pub(super) fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "archive" => archives(),
        "baseline" => vec![
            b"# residue baseline 1, key 46474cdb\n0123456789abcdef0123456789abcdef github-pat\n".to_vec(),
        ],
        "codec" => codecs(),
        "config" => vec![config().into_bytes()],
        "delta" => vec![delta()],
        "encodings" => encodings(),
        "file" => files(),
        "history" => histories(),
        "ignores" => vec![
            b"# why\n0123456789abcdef0123456789abcdef owner=me until=2027-06-30 # key of the sandbox\n\
              path:docs/** rule:jwt\n"
                .to_vec(),
        ],
        "layout" => vec![layout()],
        "pack" => vec![pack()],
        "recipe" => recipes().map(|text| text.as_bytes().to_vec()).to_vec(),
        "reports" => vec![joined(&["app/.env", "token = ", "COPY . /app", "1.2"])],
        "rules" => vec![rules().into_bytes()],
        "tar" => tars(),
        _ => Vec::new(),
    }
}

fn joined(parts: &[&str]) -> Vec<u8> {
    parts.join("\n--\n").into_bytes()
}

fn recipes() -> [&'static str; 4] {
    [
        "# escape=\\\nARG T=one\nFROM a AS b\nARG T\nENV A=1 \\\n  U=$T\nRUN x \"$U\" 'two'\nFROM b\nCOPY <<EOF /x\nthree\nEOF\n",
        "services:\n  a:\n    build: {args: [A=1]}\n    environment:\n      T: one # x\n      U: |\n        two\n    secrets: [s]\nsecrets:\n  s:\n    file: x\n",
        "apiVersion: v1\nkind: Secret\ndata:\n  a: b\n---\napiVersion: v1\nkind: Pod\nenv:\n- name: a\n  value: b\n",
        "[Service]\nEnvironment=A=b \"C=d\"\n",
    ]
}

fn token() -> String {
    Secrets::new("seeds").github()
}

fn image() -> Image {
    Image::new()
        .layer("COPY . /", &Layer::new().file("key", token()))
        .layer("RUN rm key", &Layer::new().whiteout("key"))
}

fn archives() -> Vec<Vec<u8>> {
    let image = image();
    let layout = Index::new().tagged("1", &image).layout().tar();
    vec![
        docker::legacy(&[("shop:1", &image)]).tar(),
        docker::hybrid(&[("shop:1", &image)]).tar(),
        docker::kaniko("shop:1", &image).tar(),
        Codec::Gzip.pack(&layout),
        layout,
    ]
}

fn codecs() -> Vec<Vec<u8>> {
    let text = b"some text, some more text, and some more".repeat(9);
    Codec::ALL.map(|codec| codec.pack(&text)).to_vec()
}

fn files() -> Vec<Vec<u8>> {
    let text = b"some text, some more text, and some more";
    let members = [("a", &text[..]), ("b", b"more")];
    let tar = Layer::new().file("a", text).tar();
    let zip = |front: &[u8]| {
        let zip = Zip::behind(front).file("a", text);
        let zip = zip.member("b", Store::Streamed, text);
        zip.member("c", Store::Method(95), Codec::Xz.pack(text))
            .zip()
    };
    let zlib = {
        let level = flate2::Compression::fast();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
        std::io::Write::write_all(&mut zlib, text).unwrap();
        zlib.finish().unwrap()
    };
    let document: [&[u8]; 4] = [b"%PDF-1.7\nstream\n", &zlib, b"\nendstream\n", &zip(b"")];
    let picture: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n\0\0\0\x30zTXta\0\0", &zlib, b"IEND"];
    vec![
        zip(b""),
        zip(b"a text"),
        zip(b"#!/bin/sh\n"),
        document.concat(),
        picture.concat(),
        [b"#!/bin/sh\n", &Codec::Gzip.pack(&tar)[..]].concat(),
        [b"MZ", &sevenz(&members)[..]].concat(),
        [skippable(text), Codec::Zstd.pack(text), skippable(b"a")].concat(),
        Codec::Gzip.pack(&ar(&members)),
        cpio(&members),
        odc(&members),
        rpm("note", &Codec::Bzip2.pack(&cpio(&members))),
        Zip::new().member("x.tar", Store::Plain, tar).zip(),
        zlib,
    ]
}

fn tars() -> Vec<Vec<u8>> {
    let plain = Layer::new()
        .dir("a")
        .file("a/b", "text")
        .symlink("c", "a/b")
        .hardlink("d", "a/b");
    let odd = Layer::new()
        .entry(
            Entry::file("x", "text")
                .pax("path", "long/".repeat(30))
                .xattr("user.a", "b"),
        )
        .entry(Entry::gnu_sparse(
            "sparse",
            4096,
            &[(512, b"data"), (2048, b"more")],
        ))
        .entry(Entry::pax_sparse("other", 4096, &[(512, b"data")]))
        .entry(Entry::file("long/".repeat(40).as_str(), "text"))
        .entry(Entry::hardlink("hollow", "x").body("body"));
    vec![plain.tar(), odd.tar()]
}

fn layout() -> Vec<u8> {
    let descriptor = |media_type: &str, digit: &str| json!({"mediaType": media_type, "digest": format!("sha256:{}", digit.repeat(64)), "size": 9});
    let mut image = descriptor("application/vnd.oci.image.manifest.v1+json", "1");
    image["platform"] = json!({"os": "linux", "architecture": "arm64", "variant": "v8"});
    image["annotations"] = json!({"org.opencontainers.image.ref.name": "1"});
    let index = json!({"schemaVersion": 2, "manifests": [image]});
    let manifest = json!({
        "schemaVersion": 2,
        "config": descriptor("application/vnd.oci.image.config.v1+json", "2"),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", "3")],
        "annotations": {"a": "b"},
    });
    let config = json!({
        "os": "linux", "architecture": "arm64",
        "config": {"Env": ["A=b"], "Cmd": ["sh"], "Labels": {"a": "b"}},
        "history": [{"created_by": "COPY . /"}, {"created_by": "ENV A=b", "empty_layer": true}],
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{}", "4".repeat(64))]},
    });
    let head = joined(&[
        &index.to_string(),
        &manifest.to_string(),
        &config.to_string(),
        "",
    ]);
    [head, Layer::new().file("a", "text").tar()].concat()
}

fn histories() -> Vec<Vec<u8>> {
    [
        "|2 A=x B=y z /bin/sh -c make # buildkit",
        "/bin/sh -c #(nop) COPY file:1 in /",
        "RUN |1 TOKEN=a b /bin/sh -c export A='b c' && make",
        "ENV A=b C=\"d e\"",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// A delta (gitformat-pack(5)): the sizes of base and result, a copy, and bytes of its own.
fn delta() -> Vec<u8> {
    let base = format!("key = {}\nand some more text\n", token());
    let size = u8::try_from(base.len()).unwrap();
    let first = [size, size + 4, 0x90, size, 4, b'm', b'o', b'r', b'e'];
    let second = [size + 4, size, 0x90, size];
    [base.as_bytes(), b"\n--\n", &first, b"\n--\n", &second].concat()
}

fn pack() -> Vec<u8> {
    let blob = format!("key = {}\n", token());
    let commit = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\n\ntext\n";
    let size = u8::try_from(blob.len()).unwrap();
    let delta = [size, size + 2, 0x90, size, 2, b'o', b'k'];
    let record = |how: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[how], &length[..], content].concat()
    };
    [
        record(2, blob.as_bytes()),
        record(0, commit.as_bytes()),
        record(4, &delta),
        record(
            3,
            b"object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype tree\ntag a\n\ntext\n",
        ),
        record(1, b"100644 a\0aaaaaaaaaaaaaaaaaaaa"),
    ]
    .concat()
}

fn encodings() -> Vec<Vec<u8>> {
    let text = format!("{{\"password\": \"{}\"}}", token());
    let escaped = |escape: &dyn Fn(u8) -> String| text.bytes().map(escape).collect::<String>();
    let gzip = STANDARD.encode(Codec::Gzip.pack(text.repeat(3).as_bytes()));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        STANDARD.encode(&text).into_bytes(),
        STANDARD.encode(STANDARD.encode(&text)).into_bytes(),
        gzip.into_bytes(),
        escaped(&|byte| format!("%{byte:02x}")).into_bytes(),
        escaped(&|byte| format!("\\u{byte:04x}")).into_bytes(),
        escaped(&|byte| format!("&#{byte};")).into_bytes(),
        escaped(&|byte| format!("{byte:02x}")).into_bytes(),
        format!("pass=3D{}=\n{}", &text[..9], &text[9..]).into_bytes(),
        wide,
        Secrets::new("seeds").private_key().into_bytes(),
    ]
}

fn rules() -> String {
    r#"
[[rules]]
id = "acme-key"
title = "Acme key"
regex = '''\bacme_(?P<secret>[a-z0-9]{20})\b'''
severity = "high"
confidence = "high"
rotate = "Make a new one."
hits = ["acme_{lower:20}"]
misses = ["acme_short"]
"#
    .to_owned()
}

fn config() -> String {
    let head = "ignores = [\"rule:jwt # tutorial\"]\n[scan]\nexclude = ['a/**']\ntimeout = '5m'\n\
        [gate]\nfail-on = 'high'\n[overrides.github-pat]\nseverity = 'low'\n\
        [[allowlists]]\ndescription = 'x'\npaths = ['''\\.md$''']\nstopwords = ['abc']\n";
    head.to_owned() + &rules()
}
