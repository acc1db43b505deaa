//! The records of `cargo vendor`: in each crate's folder a `.cargo-checksum.json` with the hashes, and its
//! `Cargo.toml`. A crate that comes from no registry has no checksum of its own.

use super::draft::{Named, Pen};
use super::table::Origin;
use super::{Reader, origin, split};
use crate::model::Ecosystem;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) fn reader(path: &[u8]) -> Option<Reader> {
    match split(path).1 {
        b".cargo-checksum.json" => Some(checksums),
        b"Cargo.toml" => Some(manifest),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Checksums {
    files: BTreeMap<String, String>,
    package: Option<String>,
}

fn checksums(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let Ok(checksums) = serde_json::from_slice::<Checksums>(text) else {
        return;
    };
    let folder = split(path).0;
    let (_, name) = split(folder.strip_suffix(b"/").unwrap_or(folder));
    let package = Named {
        ecosystem: Ecosystem::Cargo,
        name: &String::from_utf8_lossy(name),
        version: None,
        origin: match checksums.package {
            Some(_) => Origin::Unknown,
            None => Origin::Private,
        },
    };
    let Some(package) = pen.package(&[b"cargo", folder], &package) else {
        return;
    };
    for (path, digest) in checksums.files {
        if let Ok(digest) = HEXLOWER.decode(digest.as_bytes()) {
            pen.file(package, &[folder, path.as_bytes()], &digest);
        }
    }
}

#[derive(Deserialize)]
struct Manifest {
    package: Crate,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    repository: Option<String>,
    homepage: Option<String>,
    publish: Option<toml::Value>,
}

fn manifest(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let manifest = std::str::from_utf8(text).map(toml::from_str::<Manifest>);
    let Ok(Ok(Manifest { package: of })) = manifest else {
        return;
    };
    let pages = [of.repository, of.homepage].into_iter().flatten();
    let origin = match of.publish {
        // `publish` names the registries that may have it; without it, that is the public one.
        Some(publish) if publish.as_bool() != Some(true) => Origin::Private,
        _ => pages
            .map(|page| origin::of_page(&page))
            .max()
            .unwrap_or(Origin::Unknown),
    };
    pen.about(
        &[b"cargo", split(path).0],
        Some(&of.name),
        Some(&of.version),
        origin,
    );
}
