//! Where text came from, in two steps. An [`Origin`] is what a source stamps on the text while it
//! reads: small, unique, understood by that source alone. A [`Place`](super::Place) is what people are told, and
//! it is worked out after detection and for hits only, because one layer can stand in many images
//! and one git blob at many paths.

use super::ObjectId;
use serde::{Deserialize, Serialize};
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
    /// Something of a member of an archive. Sources neither make nor see it: `unpack` wraps the
    /// origin that a source stamped, and `scan` takes it off again before it asks for places.
    Member {
        /// The archive, which can be a member itself.
        outer: Arc<Self>,
        /// The member's path as the archive spells it; any bytes. Empty for what a compressed
        /// stream decodes to, which has no name of its own.
        path: Arc<[u8]>,
        /// Counted through the archive from 0, because paths may repeat.
        number: u32,
        /// What of the member the text is.
        part: EntryPart,
    },
}

impl Origin {
    /// The path that the text belongs to, or the pointer of a value; a whole document has neither.
    pub fn path(&self) -> Option<&[u8]> {
        match self {
            Self::Entry { path, .. } | Self::File { path, .. } | Self::Record { path, .. } => {
                Some(path)
            }
            Self::Value { pointer, .. } => Some(pointer.as_bytes()),
            Self::Member { outer, path, .. } if path.is_empty() => outer.path(),
            Self::Member { path, .. } => Some(path),
            Self::Document(_) | Self::Object(_) => None,
        }
    }

    /// The origin that a source stamped: all archives around the text are left.
    pub fn outermost(&self) -> &Self {
        match self {
            Self::Member { outer, .. } => outer.outermost(),
            own => own,
        }
    }

    /// The way through the archives around the text, from the outside in, as in
    /// `WEB-INF/lib/x.jar!/application.yml`: empty if they are but compressed files, whose content has
    /// no name of its own, and `None` if there are none.
    pub fn member(&self) -> Option<Vec<u8>> {
        let Self::Member { outer, path, .. } = self else {
            return None;
        };
        let mut chain = outer.member().unwrap_or_default();
        if !chain.is_empty() && !path.is_empty() {
            chain.extend_from_slice(Self::INSIDE.as_bytes());
        }
        chain.extend_from_slice(path);
        Some(chain)
    }

    /// Stands between an archive and the path of a member in it.
    pub const INSIDE: &str = "!/";

    /// What of its file or member the text is; documents and git objects have no parts.
    const fn part(&self) -> Option<EntryPart> {
        match self {
            Self::Entry { part, .. }
            | Self::File { part, .. }
            | Self::Record { part, .. }
            | Self::Member { part, .. } => Some(*part),
            Self::Document(_) | Self::Value { .. } | Self::Object(_) => None,
        }
    }

    /// Whether the text is the content of a file, and of none in an archive.
    pub const fn is_content(&self) -> bool {
        match self {
            Self::Entry { part, .. } | Self::File { part, .. } => part.copy().is_some(),
            _ => false,
        }
    }

    /// Whether the text is a path: the name of a file, of an archive's entry or of a record.
    pub const fn is_name(&self) -> bool {
        matches!(self.part(), Some(EntryPart::Name))
    }

    /// The kind of place that a text of an archive's member is; `None` where the source decides.
    pub const fn kind_in_archive(&self) -> Option<Where> {
        match self {
            Self::Member { part, .. } => Some(part.place()),
            _ => None,
        }
    }
}

/// What of a tar entry, of a file on disk or of an archive's member a text is.
///
/// Positions are counted in a text of its own, so no two texts may have the same origin. Of some
/// parts an entry or a layer has several; these carry a number, counted through the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// The content of a file that stands behind `copy` others of the same path.
    pub const fn of_copy(copy: u32) -> Self {
        match copy {
            0 => Self::Content,
            copy => Self::Again(copy),
        }
    }

    /// Of a file's content, how many files of the same path stand before it.
    pub const fn copy(self) -> Option<u32> {
        match self {
            Self::Content => Some(0),
            Self::Again(copy) => Some(copy),
            Self::Slack(_) | Self::Name | Self::LinkTarget(_) | Self::Metadata(_) => None,
        }
    }

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
