//! Every cap in one place. A decoder's *output* is what is capped, because declared sizes are only
//! hints; a cap that bites is a gap in the coverage, never a crash and never silence. The defaults
//! are values that real images do not reach.

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
    pub entry_metadata: u32,
    /// Bytes of a JSON document that is parsed; a larger one is searched as raw text.
    pub document_bytes: u64,
    /// Indexes inside indexes.
    pub index_depth: usize,
    /// Manifests of one target.
    pub manifests: usize,
    /// Bytes of the largest decoder window (zstd, RFC 8878 section 3.1.1.1.2) or dictionary (xz).
    pub window_bytes: u64,
    /// Bytes that all decoder windows and all text in flight may take together, and as many for
    /// the names in an archive that can be read only once and in order.
    pub memory: u64,
    /// Matches kept of one scan; of those in further versions of a text, which cost little, more.
    pub matches: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 8,
            stream_bytes: 256 * GIB,
            ratio: 200,
            ratio_floor: GIB,
            entries: 4_000_000,
            entry_metadata: MIB as u32,
            document_bytes: 8 * MIB,
            index_depth: 8,
            manifests: 10_000,
            window_bytes: 128 * MIB,
            memory: 512 * MIB,
            matches: 50_000,
        }
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
}
