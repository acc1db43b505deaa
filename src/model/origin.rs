//! Where text came from, in two steps. An [`Origin`] is what a source stamps on the text while it
//! reads: small, unique, understood by that source alone. A [`Place`] is what people are told, and
//! it is worked out after detection and for hits only, because one layer can stand in many images
//! and one git blob at many paths.

use super::{Position, Remark, Suppression};
use std::fmt;
use std::sync::Arc;

/// Number of a layer in its source's table of distinct layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub u32);

/// Number of a JSON document (manifest, config, attestation) in its source's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub u32);

/// Number of a target among those that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId(pub u32);

/// Which blob a piece of text belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Something of a tar entry in an image layer.
    Entry {
        /// The layer that holds the entry.
        layer: LayerId,
        /// The entry's path as the archive spells it, `./` removed; any bytes.
        path: Arc<[u8]>,
        /// What of the entry the text is.
        part: EntryPart,
    },
    /// The raw bytes of a document, JSON escapes and all.
    Document(DocumentId),
    /// One decoded value of a document.
    Value {
        /// The document that holds the value.
        document: DocumentId,
        /// Which value: `config.Env[3]`, `history[2].created_by`, ...
        pointer: Arc<str>,
        /// What kind of place that is.
        place: Where,
        /// Tells apart values of one pointer, as two build arguments of one name: counted through
        /// the document, from 0.
        number: u32,
    },
    /// Something of a file that lies on disk.
    File {
        /// The target that holds the file.
        target: TargetId,
        /// Its path in the target; any bytes.
        path: Arc<[u8]>,
        /// What of the file the text is.
        part: EntryPart,
    },
    /// A record of standard input.
    Record {
        /// The line that holds it, from 1; 0 for the whole input. It tells records of one path
        /// apart.
        line: u64,
        /// What its producer calls it; any bytes.
        path: Arc<[u8]>,
        /// What of the record the text is: its content, or its path as the name.
        part: EntryPart,
    },
    /// An object of a git repository: a blob's content, or a tree, commit or tag as it is stored.
    Object(ObjectId),
}

/// The name of a git object: the SHA-1 or SHA-256 of its kind, size and content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// The name with these bytes: 20 of SHA-1, 32 of SHA-256. `None` of any other length.
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        if !matches!(name.len(), 20 | 32) {
            return None;
        }
        bytes[..name.len()].copy_from_slice(name);
        Some(Self {
            bytes,
            length: name.len() as u8,
        })
    }

    /// The bytes of the hash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl Origin {
    /// The path that the text belongs to, or the pointer of a value; a whole document has neither.
    pub fn path(&self) -> Option<&[u8]> {
        match self {
            Self::Entry { path, .. } | Self::File { path, .. } | Self::Record { path, .. } => {
                Some(path)
            }
            Self::Value { pointer, .. } => Some(pointer.as_bytes()),
            Self::Document(_) | Self::Object(_) => None,
        }
    }

    /// Whether the text is a path: the name of a file, of an archive's entry or of a record.
    pub const fn is_name(&self) -> bool {
        match self {
            Self::Entry { part, .. } | Self::File { part, .. } | Self::Record { part, .. } => {
                matches!(part, EntryPart::Name)
            }
            Self::Document(_) | Self::Value { .. } | Self::Object(_) => false,
        }
    }
}

/// What of a tar entry, or of a file on disk, a text is.
///
/// Positions are counted in a text of its own, so no two texts may have the same origin. Of some
/// parts an entry or a layer has several; these carry a number, counted through the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryPart {
    /// The file's content.
    Content,
    /// The content of a later entry of the same path in the same layer, counted from 1.
    Again(u32),
    /// The entry's own name.
    Name,
    /// The target of a symbolic or hard link.
    LinkTarget(u32),
    /// A pax record, extended attributes included, or a user or group name.
    Metadata(u32),
    /// Bytes of the layer that belong to no entry: after the end marker, or around damage.
    Slack(u32),
}

impl EntryPart {
    /// The kind of place that the text of this part is.
    pub const fn place(self) -> Where {
        match self {
            Self::Content | Self::Again(_) | Self::Slack(_) => Where::File,
            Self::Name | Self::LinkTarget(_) | Self::Metadata(_) => Where::Metadata,
        }
    }
}

/// The kind of place an occurrence is. The words are those of the report formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Where {
    /// A file's content.
    File,
    /// A file's name, link target, extended attribute or other metadata.
    Metadata,
    /// The image config: Env, Cmd, Labels, ...
    Config,
    /// The build history in the image config, build arguments included.
    History,
    /// An annotation of a manifest or an index.
    Annotation,
    /// The raw text of a manifest or an index.
    Manifest,
    /// A build attestation: provenance, SBOM, or another in-toto statement.
    Attestation,
    /// The header of a git commit or tag: author, committer, signature and other fields.
    Commit,
    /// The message of a git commit or tag.
    Message,
}

impl Where {
    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Metadata => "metadata",
            Self::Config => "config",
            Self::History => "history",
            Self::Annotation => "annotation",
            Self::Manifest => "manifest",
            Self::Attestation => "attestation",
            Self::Commit => "commit",
            Self::Message => "message",
        }
    }

    /// Whether the place is a file or belongs to one, and is no part of a document.
    pub const fn is_of_a_file(self) -> bool {
        matches!(self, Self::File | Self::Metadata)
    }
}

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
    /// The layer that holds it.
    pub layer: Option<LayerPlace>,
    /// What became of the file in later layers; only for entries of a layer.
    pub state: Option<State>,
    /// Whether the same text is also seen decoded, value by value: such a place is dropped when
    /// the decoded value of the same document shows the same secret.
    pub raw: bool,
    /// Which commits brought it and took it away; only for what stands in a git history.
    pub commits: Option<Arc<Commits>>,
}

impl Place {
    /// A place that is told by its kind and its path alone.
    pub const fn new(target: Arc<str>, kind: Where, path: Arc<[u8]>) -> Self {
        Self {
            target,
            platform: None,
            kind,
            path,
            layer: None,
            state: None,
            raw: false,
            commits: None,
        }
    }
}

/// What a git history tells about a secret at one path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commits {
    /// The object that holds it: its first version, or the commit or tag itself.
    pub object: ObjectId,
    /// The commit that brought it; `None` when no commit was looked for, or none reaches it.
    pub introduced: Option<Commit>,
    /// The commit that took it away; `None` while it is there on some branch.
    pub removed: Option<Commit>,
    /// Whether the commit that is checked out shows it.
    pub at_head: bool,
    /// Full names of the references whose history holds it, sorted; the first few.
    pub refs: Vec<String>,
    /// How many more references hold it.
    pub more_refs: usize,
}

/// A commit, as people know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// Its name.
    pub id: ObjectId,
    /// Name of the author; any bytes.
    pub author: Arc<[u8]>,
    /// Mail address of the author; any bytes.
    pub email: Arc<[u8]>,
    /// When it was written, in seconds since the Unix epoch.
    pub time: i64,
    /// The first line of its message; any bytes.
    pub summary: Arc<[u8]>,
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
    /// The secret's position in the blob.
    pub position: Position,
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
            remarks: Vec::new(),
            suppression: None,
        }
    }
}
