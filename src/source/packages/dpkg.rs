//! Debian's records: for each package a list of MD5 sums, and `status`, which tells versions and
//! maintainers (dpkg, `deb-md5sums(5)` and `deb-control(5)`). Distroless images keep both in `status.d`.

use super::draft::{Named, Pen};
use super::fields::{Fields, stanzas};
use super::table::Origin;
use super::{Reader, below, lines, origin, split};
use crate::model::Ecosystem;
use data_encoding::HEXLOWER;

/// The folder that all records lie in.
const HOME: &[u8] = b"var/lib/dpkg/";
/// How the name of a list ends.
const LIST: &[u8] = b".md5sums";
/// Hex digits of an MD5 sum.
const DIGITS: usize = 32;

pub(super) fn reader(path: &[u8]) -> Option<Reader> {
    let (folder, name) = split(below(path, HOME)?.1);
    match (folder, name.ends_with(LIST)) {
        (b"info/" | b"status.d/", true) => Some(list),
        (b"status.d/", false) => Some(described),
        (b"", _) if name == b"status" => Some(status),
        _ => None,
    }
}

/// Files as `<sum>  <path>`, from the root.
fn list(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let Some((root, rest)) = below(path, HOME) else {
        return;
    };
    let full = split(rest).1;
    let full = full.strip_suffix(LIST).unwrap_or(full);
    let shown = String::from_utf8_lossy(full);
    let package = Named {
        ecosystem: Ecosystem::Dpkg,
        name: shown.split(':').next().unwrap_or(&shown),
        version: None,
        origin: Origin::Unknown,
    };
    let Some(package) = pen.package(&subject(root, full), &package) else {
        return;
    };
    for line in lines(text) {
        let Some((sum, path)) = line.split_at_checked(DIGITS) else {
            continue;
        };
        if let (Ok(sum), Some(path)) = (HEXLOWER.decode(sum), path.strip_prefix(b"  ")) {
            pen.file(package, &[root, path], &sum);
        }
    }
}

/// All packages.
fn status(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let Some((root, _)) = below(path, HOME) else {
        return;
    };
    for fields in stanzas(text) {
        let Some(name) = fields.get("Package") else {
            continue;
        };
        // The lists of packages that can be installed for several architectures name theirs.
        let is_of_many = fields.get("Multi-Arch") == Some("same");
        let architecture = fields.get("Architecture").filter(|_| is_of_many);
        let name = match architecture {
            Some(architecture) => format!("{name}:{architecture}"),
            None => name.to_owned(),
        };
        about(&fields, &subject(root, name.as_bytes()), pen);
    }
}

/// One package, in a file of its own name.
fn described(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    if let (Some((root, rest)), Some(fields)) = (below(path, HOME), stanzas(text).next()) {
        about(&fields, &subject(root, split(rest).1), pen);
    }
}

fn about(fields: &Fields<'_>, subject: &[&[u8]], pen: &mut Pen<'_>) {
    let maintainer = fields.get("Maintainer").map(origin::of_maintainer);
    let page = fields.get("Homepage").map(origin::of_page);
    let origin = maintainer.max(page).unwrap_or(Origin::Unknown);
    pen.about(subject, None, fields.get("Version"), origin);
}

fn subject<'t>(root: &'t [u8], name: &'t [u8]) -> [&'t [u8]; 3] {
    [b"dpkg", root, name]
}
