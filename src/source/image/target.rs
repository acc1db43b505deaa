//! What the user typed, turned into a place to read from: `oci:DIR[:TAG|@DIGEST]`,
//! `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:REF]`, `docker://REF`, `-`, a bare path whose kind
//! its content tells, or else a bare reference. Everything that can be refused without reading an
//! image is refused here.

mod error;
mod selection;

pub use error::TargetError;
pub(super) use selection::Selection;

use super::digest::Digest;
use super::engine::Kind;
use super::fleet::Many;
use super::reference::parse;
use super::store::{Holder, Operand, TRANSPORTS};
use oci_spec::distribution::Reference;
use std::path::{Path, PathBuf};

/// One thing to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As the user typed it.
    pub(super) text: String,
    /// Where it is read from.
    pub(super) location: Location,
    /// Which of its images are meant.
    pub(super) selection: Selection,
}

/// Where bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// Standard input, an archive.
    Stdin,
    /// A directory that is an OCI layout.
    Directory(PathBuf),
    /// An archive.
    File(PathBuf),
    /// An image in a registry.
    Registry(Reference),
    /// An image that something on this machine holds, by a name or an id.
    Local(Holder, String),
    /// A container of an engine, by its name or id.
    Container(Kind, String),
    /// An image of the first holder that has it under the name as it was typed, else in a registry.
    Anywhere(String, Reference),
    /// Many images of a registry, looked up when reading begins.
    Many(Many),
}

impl Target {
    /// Reads what the user typed. Looks at the file system, but opens nothing.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let target = |location, selection| Self {
            text: text.to_owned(),
            location,
            selection,
        };
        if text == "-" {
            return Ok(target(Location::Stdin, Selection::All));
        }
        let transport = TRANSPORTS.iter().find_map(|transport| {
            let rest = text.strip_prefix(transport.name)?.strip_prefix(':')?;
            Some((transport, rest))
        });
        let rest = transport.map_or(text, |(_, rest)| rest);
        match transport.map(|(transport, _)| transport.operand()) {
            Some(Operand::Reference) => {
                let name = rest.strip_prefix("//").unwrap_or(rest);
                let location = match Many::pattern(text, name) {
                    Some(many) => Location::Many(many?),
                    None => Location::Registry(reference(text, name)?),
                };
                return Ok(target(location, Selection::All));
            }
            Some(Operand::Local(holder)) => {
                let location = Location::Local(holder, held_name(text, rest)?);
                return Ok(target(location, Selection::All));
            }
            Some(Operand::Directory | Operand::File) | None => {}
        }
        let Some((path, wanted)) = split(rest) else {
            let location = by_name(text, rest, transport.is_some())?;
            return Ok(target(location, Selection::All));
        };
        let location = match transport {
            Some((transport, _)) => transport.locate(path)?,
            None => locate(path)?,
        };
        Ok(target(location, Selection::parse(wanted)?))
    }

    /// Whether it is the name of a place that can be looked at more than once, and not one for many.
    pub fn is_one(&self) -> bool {
        !matches!(self.location, Location::Stdin | Location::Many(_))
    }

    /// As the user typed it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is read from files or standard input, and nobody is asked for it.
    pub fn is_file(&self) -> bool {
        match &self.location {
            Location::Stdin | Location::Directory(_) | Location::File(_) => true,
            Location::Local(holder, _) => !matches!(holder, Holder::Engine(_)),
            Location::Registry(_)
            | Location::Container(..)
            | Location::Anywhere(..)
            | Location::Many(_) => false,
        }
    }
}

/// Cuts `PATH[:NAME|@DIGEST]` at the last place where what stands before it exists, because both
/// paths and names may hold colons.
fn split(text: &str) -> Option<(&Path, Option<&str>)> {
    let exists = |path: &str| Path::new(path).symlink_metadata().is_ok();
    if exists(text) {
        return Some((Path::new(text), None));
    }
    let mut cuts = text.rmatch_indices([':', '@']);
    cuts.find(|&(at, _)| at > 0 && exists(&text[..at]))
        .map(|(at, _)| (Path::new(&text[..at]), Some(&text[at..])))
}

/// What is no path may be the name of an image, unless it was meant for a path.
fn by_name(text: &str, rest: &str, has_transport: bool) -> Result<Location, TargetError> {
    let is_path = has_transport || rest.starts_with(['.', '/']) || rest.ends_with(".tar");
    if !is_path {
        if let Some(many) = Many::pattern(text, rest) {
            return many.map(Location::Many);
        }
        let reference = reference(text, rest)?;
        return Ok(Location::Anywhere(rest.to_owned(), reference));
    }
    let reason = match Path::new(rest).symlink_metadata() {
        Err(error) => error.to_string(),
        Ok(_) => "it is not there".to_owned(),
    };
    Err(TargetError::Missing {
        path: rest.to_owned(),
        reason,
    })
}

/// The reference `name`, completed as Docker does.
pub(super) fn reference(text: &str, name: &str) -> Result<Reference, TargetError> {
    let parsed = parse(name).map_err(|error| error.to_string());
    // Capitals are in the reference's grammar here, and in no registry's.
    let is_lower =
        |reference: &Reference| reference.repository().to_lowercase() == reference.repository();
    parsed
        .and_then(|reference| match is_lower(&reference) {
            true => Ok(reference),
            false => Err("repositories are written in lower case".to_owned()),
        })
        .map_err(|reason| {
            let forms: Vec<&str> = TRANSPORTS.iter().map(|transport| transport.form).collect();
            TargetError::BadReference {
                text: text.to_owned(),
                reason,
                forms: format!("{}, `-`, or a path", forms.join(", ")),
            }
        })
}

/// The name of an image on this machine: a reference, or an id, which is a reference as well, and
/// for stores the place in brackets before it.
fn held_name(text: &str, name: &str) -> Result<String, TargetError> {
    let inner = name.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let inner = inner.map_or(name, |(_, inner)| inner);
    if Digest::parse(inner).is_err() {
        reference(text, inner)?;
    }
    Ok(name.to_owned())
}

/// A bare path: a directory must be a layout, anything else is read as an archive.
fn locate(path: &Path) -> Result<Location, TargetError> {
    if !path.is_dir() {
        return Ok(Location::File(path.to_owned()));
    }
    let is_layout = ["index.json", "oci-layout"]
        .iter()
        .any(|name| path.join(name).symlink_metadata().is_ok());
    if is_layout {
        return Ok(Location::Directory(path.to_owned()));
    }
    Err(TargetError::NotALayout {
        path: path.display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn workshop() -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("layout")).unwrap();
        fs::write(dir.path().join("layout/index.json"), "{}").unwrap();
        fs::create_dir(dir.path().join("plain")).unwrap();
        fs::write(dir.path().join("x.tar"), "").unwrap();
        fs::write(dir.path().join("a:b.tar"), "").unwrap();
        let root = dir.path().display().to_string();
        (dir, root)
    }

    fn name(name: &str) -> Selection {
        Selection::Name(name.to_owned())
    }

    #[test]
    fn each_form_names_its_place_and_image() {
        let (_dir, root) = workshop();
        let digest = format!("sha256:{}", "ab".repeat(32));
        let layout = Location::Directory(format!("{root}/layout").into());
        let file = |name: &str| Location::File(format!("{root}/{name}").into());
        for (text, location, selection) in [
            ("-".to_owned(), Location::Stdin, Selection::All),
            (format!("{root}/layout"), layout.clone(), Selection::All),
            (
                format!("oci:{root}/layout:1.0"),
                layout.clone(),
                name("1.0"),
            ),
            (
                format!("oci:{root}/layout@{digest}"),
                layout,
                Selection::Digest(Digest::parse(&digest).unwrap()),
            ),
            (
                format!("oci-archive:{root}/x.tar:v1"),
                file("x.tar"),
                name("v1"),
            ),
            (
                format!("docker-archive:{root}/x.tar:localhost:5000/app:v1"),
                file("x.tar"),
                name("localhost:5000/app:v1"),
            ),
            (format!("{root}/a:b.tar"), file("a:b.tar"), Selection::All),
            (format!("{root}/a:b.tar:v1"), file("a:b.tar"), name("v1")),
        ] {
            let target = Target::parse(&text).unwrap();
            assert_eq!((target.location, target.selection), (location, selection));
        }
    }

    #[test]
    fn a_bare_name_is_that_of_an_image_in_a_registry() {
        for (text, whole) in [
            ("ubuntu", "docker.io/library/ubuntu:latest"),
            ("docker://ubuntu", "docker.io/library/ubuntu:latest"),
            (
                "registry.example.com/app:1.0",
                "registry.example.com/app:1.0",
            ),
        ] {
            let reference = whole.parse().unwrap();
            let expected = match text.strip_prefix("docker://") {
                Some(_) => Location::Registry(reference),
                None => Location::Anywhere(text.to_owned(), reference),
            };
            assert_eq!(Target::parse(text).unwrap().location, expected, "{text}");
        }
    }

    #[test]
    fn what_can_be_no_name_is_told_which_transports_exist() {
        for text in ["Not A Name", "docker://Not A Name", "UPPER/case"] {
            let error = Target::parse(text).unwrap_err().to_string();
            for transport in &TRANSPORTS {
                assert!(error.contains(transport.form), "{error}");
            }
        }
    }

    #[test]
    fn wrong_usage_is_refused_before_work() {
        let (_dir, root) = workshop();
        let refusal = |text: String| Target::parse(&text).unwrap_err();
        for text in [
            "./no-such",
            "/no-such",
            "no-such.tar",
            "oci:no-such",
            "oci:",
        ] {
            let error = refusal(text.to_owned());
            assert!(matches!(error, TargetError::Missing { .. }), "{error}");
        }
        let error = refusal(format!("{root}/plain"));
        assert!(matches!(error, TargetError::NotALayout { .. }), "{error}");
        for text in [
            "oci:{}/x.tar",
            "oci-archive:{}/layout",
            "docker-archive:{}/plain",
        ] {
            let error = refusal(text.replace("{}", &root));
            assert!(matches!(error, TargetError::WrongKind { .. }), "{error}");
        }
        let error = refusal(format!("oci:{root}/layout@md5:abc"));
        assert!(matches!(error, TargetError::BadDigest { .. }), "{error}");
    }
}
