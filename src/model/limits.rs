//! Every cap in one place. A decoder's *output* is what is capped, because declared sizes are only
//! hints; a cap that bites is a gap in the coverage, never a crash and never silence. The defaults
//! are values that real images do not reach. Those that people may change stand in [`LIMITS`], from
//! which flags, help and docs derive.

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Caps on what one scan may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How deep archives and compressed files are opened inside each other; 0 leaves all closed.
    pub depth: usize,
    /// Bytes that one compressed stream may decode to, and one file with all that is nested in it.
    pub stream_bytes: u64,
    /// Output per input byte of one stream or nest, once it has passed [`Self::ratio_floor`].
    pub ratio: u64,
    /// Output bytes below which no ratio is held against a stream.
    pub ratio_floor: u64,
    /// Entries of one archive, and of one file with all that is nested in it.
    pub entries: u64,
    /// Bytes of one entry's name, link target and pax records together.
    pub entry_metadata: u64,
    /// Bytes of a JSON document that is parsed; a larger one is searched as raw text.
    pub document_bytes: u64,
    /// Indexes inside indexes.
    pub index_depth: u64,
    /// Manifests of one target.
    pub manifests: u64,
    /// Bytes of the largest decoder window (zstd, RFC 8878 section 3.1.1.1.2) or dictionary (xz).
    pub window_bytes: u64,
    /// Bytes that all decoder windows and all text in flight may take together, and as many for
    /// the names in an archive that can be read only once and in order.
    pub memory: u64,
    /// Matches kept of one scan; of those in further versions of a text, which cost little, more.
    pub matches: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 8,
            stream_bytes: 256 * GIB,
            ratio: 200,
            ratio_floor: GIB,
            entries: 4_000_000,
            entry_metadata: MIB,
            document_bytes: 8 * MIB,
            index_depth: 8,
            manifests: 10_000,
            window_bytes: 128 * MIB,
            memory: 512 * MIB,
            matches: 50_000,
        }
    }
}

/// A limit that can be changed by its name. `memory` and `depth` have flags of their own.
#[derive(Debug)]
pub struct Limit {
    /// The word used in `--limit`.
    pub name: &'static str,
    /// What it bounds, in one line.
    pub help: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    field: fn(&mut Limits) -> &mut u64,
}

/// What a limit is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes, written as in `256MiB`.
    Bytes,
    /// A plain number.
    Number,
}

/// Another value for a limit.
#[derive(Debug, Clone, Copy)]
pub struct LimitChange {
    /// The limit.
    pub limit: &'static Limit,
    /// In its unit.
    pub value: u64,
}

/// Every limit that can be changed.
pub const LIMITS: &[Limit] = &[
    Limit {
        name: "stream-bytes",
        help: "bytes that a stream or a file with all that is nested in it may decode to",
        unit: Unit::Bytes,
        field: |limits| &mut limits.stream_bytes,
    },
    Limit {
        name: "ratio",
        help: "times its own size that a stream may decode to, beyond ratio-floor",
        unit: Unit::Number,
        field: |limits| &mut limits.ratio,
    },
    Limit {
        name: "ratio-floor",
        help: "bytes that any stream may decode to, whatever its ratio",
        unit: Unit::Bytes,
        field: |limits| &mut limits.ratio_floor,
    },
    Limit {
        name: "entries",
        help: "entries of an archive",
        unit: Unit::Number,
        field: |limits| &mut limits.entries,
    },
    Limit {
        name: "entry-metadata",
        help: "bytes of an entry's name, link target and pax records",
        unit: Unit::Bytes,
        field: |limits| &mut limits.entry_metadata,
    },
    Limit {
        name: "document-bytes",
        help: "bytes of a manifest or config that is parsed; more is searched as text",
        unit: Unit::Bytes,
        field: |limits| &mut limits.document_bytes,
    },
    Limit {
        name: "index-depth",
        help: "indexes inside indexes",
        unit: Unit::Number,
        field: |limits| &mut limits.index_depth,
    },
    Limit {
        name: "manifests",
        help: "manifests of a target, and layers of an archive that streams by",
        unit: Unit::Number,
        field: |limits| &mut limits.manifests,
    },
    Limit {
        name: "window-bytes",
        help: "bytes of a decoder's window (zstd) or dictionary (xz)",
        unit: Unit::Bytes,
        field: |limits| &mut limits.window_bytes,
    },
    Limit {
        name: "matches",
        help: "matches that are kept of a scan",
        unit: Unit::Number,
        field: |limits| &mut limits.matches,
    },
];

impl Limit {
    /// The limit of that name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        LIMITS.iter().find(|limit| limit.name == name)
    }

    /// The value that holds when nobody says anything.
    pub fn default(&self) -> u64 {
        *(self.field)(&mut Limits::default())
    }
}

impl Limits {
    /// The least memory that a scan can be given: one buffer for each of two threads.
    pub const LEAST_MEMORY: u64 = 16 * MIB;

    /// Bytes of something encoded inside a text that are decoded from its start on: base64, hex, text
    /// with escapes.
    pub const ENCODED: usize = 64 * KIB as usize;
    /// How deep texts are encoded inside each other.
    pub const ENCODED_DEPTH: usize = 3;
    /// Bytes that one encoded place may decode to at all depths together, for each of its own: gzip
    /// makes thirty of one where a text repeats itself much.
    pub const ENCODED_RATIO: usize = 32;

    /// Bytes of text per batch; small enough to share out, large enough to be worth a hand-over.
    pub const BATCH: usize = 512 * KIB as usize;

    /// Lets another value hold.
    pub fn change(&mut self, to: LimitChange) {
        *(to.limit.field)(self) = to.value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_changes_a_field_of_its_own() {
        for (number, limit) in LIMITS.iter().enumerate() {
            let mut limits = Limits::default();
            let value = limit.default() + 1;
            limits.change(LimitChange { limit, value });
            let changed = LIMITS
                .iter()
                .map(|other| *(other.field)(&mut limits.clone()) == other.default() + 1);
            let changed: Vec<usize> = changed
                .enumerate()
                .filter(|it| it.1)
                .map(|it| it.0)
                .collect();
            assert_eq!(changed, [number], "{}", limit.name);
            let named = Limit::from_name(limit.name).map(|named| named.name);
            assert_eq!(named, Some(limit.name));
        }
    }
}
