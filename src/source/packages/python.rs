//! The records of Python's packages, in a folder `name-version.dist-info` for each (PyPA, "Recording
//! installed projects"): `RECORD` has the hashes, `METADATA` the pages, and a `direct_url.json` says that
//! the package came from an address of its own and not from an index (PEP 610).

use super::draft::{Named, Pen};
use super::fields::stanzas;
use super::table::Origin;
use super::{Reader, lines, origin, split};
use crate::model::Ecosystem;
use data_encoding::BASE64URL_NOPAD;
use std::borrow::Cow;

/// How the name of the folder ends, with its slash.
const FOLDER: &[u8] = b".dist-info/";
/// The classifier that keeps a package from being uploaded to the public index.
const PRIVATE: &str = "Private ::";

pub(super) fn reader(path: &[u8]) -> Option<Reader> {
    let (folder, name) = split(path);
    if !folder.ends_with(FOLDER) {
        return None;
    }
    match name {
        b"RECORD" => Some(record),
        b"METADATA" => Some(metadata),
        b"direct_url.json" => Some(direct_url),
        _ => None,
    }
}

/// Lines of a path from the folder of packages, a hash and a size, separated by commas.
fn record(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let folder = split(path).0;
    let (site, name) = split(folder.strip_suffix(b"/").unwrap_or(folder));
    let name = String::from_utf8_lossy(name);
    let name = name.strip_suffix(".dist-info").unwrap_or(&name);
    let (name, version) = name.rsplit_once('-').unzip();
    let package = Named {
        ecosystem: Ecosystem::Python,
        name: name.unwrap_or("unknown"),
        version,
        origin: Origin::Unknown,
    };
    let Some(package) = pen.package(&[b"python", folder], &package) else {
        return;
    };
    for line in lines(text) {
        if let Some((path, digest)) = file(line) {
            let site = if path.starts_with(b"/") { b"" } else { site };
            pen.file(package, &[site, &path], &digest);
        }
    }
}

/// The path and the digest of a line.
fn file(line: &[u8]) -> Option<(Cow<'_, [u8]>, Vec<u8>)> {
    let mut fields = line.rsplitn(3, |&byte| byte == b',');
    let (_size, hash, path) = (fields.next()?, fields.next()?, fields.next()?);
    let digest = BASE64URL_NOPAD
        .decode(hash.strip_prefix(b"sha256=")?)
        .ok()?;
    Some((unquoted(path), digest))
}

/// A field of a CSV file (RFC 4180): one with a comma stands in quotes, and a quote in it is doubled.
fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let inner = field
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let Some(inner) = inner else {
        return field.into();
    };
    let mut quotes = 0;
    let single = inner.iter().filter(|&&byte| {
        quotes = if byte == b'"' { quotes + 1 } else { 0 };
        quotes % 2 != 0 || byte != b'"'
    });
    single.copied().collect::<Vec<u8>>().into()
}

fn metadata(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let Some(fields) = stanzas(text).next() else {
        return;
    };
    let is_private = fields.all("Classifier").any(|of| of.starts_with(PRIVATE));
    let named = fields
        .all("Project-URL")
        .filter_map(|url| Some(url.split_once(',')?.1.trim()));
    let pages = fields.all("Home-page").chain(named);
    let origin = match is_private {
        true => Origin::Private,
        false => pages.map(origin::of_page).max().unwrap_or(Origin::Unknown),
    };
    let (name, version) = (fields.get("Name"), fields.get("Version"));
    pen.about(&[b"python", split(path).0], name, version, origin);
}

/// Whatever it says: from an index nothing comes with such a file.
fn direct_url(path: &[u8], _: &[u8], pen: &mut Pen<'_>) {
    pen.about(&[b"python", split(path).0], None, None, Origin::Private);
}
