//! Images and repositories whose parts are any bytes.

use super::pack::{Pack, Stored};
use super::parts;
use super::scan::{OPTIONS, context, folder, scan};
use residue::source::git::{Asked, Environment, Files, GitSource, Scope};
use residue::source::image::{ImageSource, Target};
use std::fs;
use std::path::Path;

/// An archive of any kind.
pub fn archive(bytes: &[u8]) {
    let folder = folder();
    let file = folder.path().join("image.tar");
    write(&file, bytes);
    scan_image(file.to_str().expect("a plain path"));
}

/// A layout of an index, a manifest, a config and a layer. Their digests are not those of their
/// contents, which is told and stops nobody: `sha256:` and 64 times 1, 2 and 3.
pub fn layout(bytes: &[u8]) {
    let [index, manifest, config, layer] = parts(bytes);
    let folder = folder();
    let blobs = folder.path().join("blobs/sha256");
    fs::create_dir_all(&blobs).expect("a folder can be made");
    write(
        &folder.path().join("oci-layout"),
        br#"{"imageLayoutVersion":"1.0.0"}"#,
    );
    write(&folder.path().join("index.json"), index);
    for (digit, blob) in ["1", "2", "3"].into_iter().zip([manifest, config, layer]) {
        write(&blobs.join(digit.repeat(64)), blob);
    }
    scan_image(&format!("oci:{}", folder.path().display()));
}

/// A step of a build that says anything, in a history of two, one of which may have made a layer.
pub fn history(bytes: &[u8]) {
    let step = String::from_utf8_lossy(bytes);
    let descriptor = |kind: &str, digit: &str| {
        let media_type = format!("application/vnd.oci.image.{kind}");
        serde_json::json!({"mediaType": media_type, "digest": format!("sha256:{}", digit.repeat(64)), "size": 9})
    };
    let index =
        serde_json::json!({"schemaVersion": 2, "manifests": [descriptor("manifest.v1+json", "1")]});
    let manifest = serde_json::json!({"schemaVersion": 2,
        "config": descriptor("config.v1+json", "2"), "layers": [descriptor("layer.v1.tar", "3")]});
    let config = serde_json::json!({"os": "linux", "architecture": "amd64",
        "history": [{"created_by": step}, {"created_by": step, "empty_layer": true}]});
    layout(format!("{index}\n--\n{manifest}\n--\n{config}\n--\n").as_bytes());
}

/// Objects in any number: of each a byte that says how it is stored, two for its length, and itself.
pub fn pack(mut bytes: &[u8]) {
    let (mut pack, mut number) = (Pack::new(), 0);
    while let [how, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (content, rest) = rest.split_at(length);
        bytes = rest;
        pack.add(&match how {
            0..=3 => Stored::Full(how + 1, content),
            _ if number > 0 => Stored::Delta(usize::from(*how) % number, content),
            _ => Stored::Full(3, content),
        });
        number += 1;
    }
    let (pack, index) = pack.finish();
    scan_repository(&pack, &index);
}

/// A delta of any bytes against a text, and one against what comes of it.
pub fn delta(bytes: &[u8]) {
    let [base, first, second] = parts(bytes);
    let mut pack = Pack::new();
    pack.add(&Stored::Full(3, base));
    pack.add(&Stored::Delta(0, first));
    pack.add(&Stored::Delta(1, second));
    let (pack, index) = pack.finish();
    scan_repository(&pack, &index);
}

fn scan_image(target: &str) {
    let target = Target::parse(target).expect("the path is there");
    let source = ImageSource::new(vec![target], &OPTIONS, context(), &());
    scan(&source.expect("no platform is asked for"));
}

fn scan_repository(pack: &[u8], index: &[u8]) {
    let folder = folder();
    let packs = folder.path().join("objects/pack");
    fs::create_dir_all(&packs).expect("a folder can be made");
    fs::create_dir_all(folder.path().join("refs")).expect("a folder can be made");
    write(&folder.path().join("HEAD"), b"ref: refs/heads/main\n");
    write(
        &folder.path().join("config"),
        b"[core]\nbare = true\nrepositoryformatversion = 0\n",
    );
    write(&packs.join("pack-1.pack"), pack);
    write(&packs.join("pack-1.idx"), index);
    let asked = Asked {
        path: folder.path().to_owned(),
        name: "repository".to_owned(),
        scope: Scope::Everything { unreachable: true },
        files: Files::None,
        attribution: true,
        whole_objects: false,
        environment: Environment::default(),
    };
    if let Ok(source) = GitSource::new(asked, &OPTIONS, context(), &()) {
        scan(&source);
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("there is room for a small file");
}
