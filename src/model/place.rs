//! Where a blob stands, as people know it, and a secret in it.

use super::{
    Commits, FileUse, Kinship, Origin, Package, Position, Remark, Setting, Suppression, Where,
};
use std::borrow::Cow;
use std::sync::Arc;

/// One place where a blob stands, as people know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What the user asked for, with the tag or image name where a target holds several images.
    pub target: Arc<str>,
    /// `os/arch[/variant]`, where the image says.
    pub platform: Option<Arc<str>>,
    /// The kind of place.
    pub kind: Where,
    /// A path in the layer or in the target, or the pointer of a value in a document; any bytes.
    pub path: Arc<[u8]>,
    /// The way on through archives, if `path` is one: `WEB-INF/lib/x.jar!/application.yml`; empty if it
    /// is but a compressed file.
    /// All that is said of the file, its layer, state, commits and package, is said of `path`.
    pub member: Option<Arc<[u8]>>,
    /// The layer that holds it.
    pub layer: Option<LayerPlace>,
    /// What became of the file in later layers; only for entries of a layer.
    pub state: Option<State>,
    /// Whether the same text is also seen decoded, value by value: such a place is dropped when
    /// the decoded value of the same document shows the same secret.
    pub raw: bool,
    /// Which commits brought it and took it away; only for what stands in a git history.
    pub commits: Option<Arc<Commits>>,
    /// The package that put the file there, if its content is what the package's records say.
    pub package: Option<Arc<Package>>,
    /// The line of the Dockerfile that put it there; only in an image, and if the file is known.
    pub built_by: Option<BuildLine>,
    /// How it stands to other images; only in an image.
    pub kinship: Kinship,
}

impl Place {
    /// A place that is told by its kind and its path alone.
    pub const fn new(target: Arc<str>, kind: Where, path: Arc<[u8]>) -> Self {
        Self {
            target,
            platform: None,
            kind,
            path,
            member: None,
            layer: None,
            state: None,
            raw: false,
            commits: None,
            package: None,
            built_by: None,
            kinship: Kinship::NONE,
        }
    }

    /// The path, with the way on through archives: `app.war!/WEB-INF/lib/x.jar!/application.yml`.
    pub fn full_path(&self) -> Cow<'_, [u8]> {
        match self.member.as_deref() {
            None | Some(b"") => Cow::Borrowed(&self.path),
            Some(member) => {
                Cow::Owned([&self.path[..], Origin::INSIDE.as_bytes(), member].concat())
            }
        }
    }
}

/// A line of the file that an image was built by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuildLine {
    /// The file, as the user or the attestation names it.
    pub file: Arc<str>,
    /// The line of the instruction, or of the variable in it, from 1.
    pub line: u64,
}

/// A layer at its position in one image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerPlace {
    /// Position from the bottom, from 0.
    pub index: usize,
    /// Digest of the blob as stored, `sha256:...`.
    pub digest: Arc<str>,
    /// Digest of the uncompressed tar, as the config states it.
    pub diff_id: Option<Arc<str>>,
    /// The instruction that made the layer, from the image's history.
    pub instruction: Option<Arc<str>>,
}

/// What later layers did to a file. The bytes stay recoverable in every case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Visible in a container started from the image.
    Present,
    /// A later layer holds another file of that path.
    Overwritten(LayerPlace),
    /// A later layer has a whiteout for it.
    Deleted(LayerPlace),
}

impl State {
    /// The word that reports use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Overwritten(_) => "overwritten",
            Self::Deleted(_) => "deleted",
        }
    }

    /// The later layer that hid the file.
    pub const fn hidden_by(&self) -> Option<&LayerPlace> {
        match self {
            Self::Present => None,
            Self::Overwritten(layer) | Self::Deleted(layer) => Some(layer),
        }
    }
}

/// A secret at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The blob's place.
    pub place: Place,
    /// The secret's position in the blob, of something encoded that of its bytes there.
    pub position: Position,
    /// The names of what has to be undone to read the secret there, from the outside in.
    pub encodings: Vec<Cow<'static, str>>,
    /// What it is in the recipe that it stands in.
    pub setting: Option<Setting>,
    /// What recipes of the scan do with the file that it stands in.
    pub uses: Vec<FileUse>,
    /// What comments near it ask for, whether that counts or not.
    pub remarks: Vec<Remark>,
    /// Why it is held against nobody.
    pub suppression: Option<Arc<Suppression>>,
}

impl Occurrence {
    /// A place that nothing more is known of.
    pub const fn new(place: Place, position: Position) -> Self {
        Self {
            place,
            position,
            encodings: Vec::new(),
            setting: None,
            uses: Vec::new(),
            remarks: Vec::new(),
            suppression: None,
        }
    }
}
