//! The nouns of the whole project: plain data, no I/O, no knowledge of any format.
//!
//! Every other module speaks in these types, so that a source need not know a detector and a
//! report need not know a source. Nothing here imports from the rest of the crate.

mod batch;
mod commit;
mod confidence;
mod coverage;
mod date;
mod finding;
mod fingerprint;
mod imprint;
mod kinship;
mod limits;
mod masks;
mod matched;
mod options;
mod origin;
mod outcome;
mod package;
mod place;
mod policy;
mod progress;
mod public_key;
mod rule;
mod secret;
mod setting;
mod severity;
pub(crate) mod shared;
mod span;
mod suppression;
mod trace;

pub use batch::{Batch, Encoding, Piece};
pub use commit::{Commit, Commits, ObjectId};
pub use confidence::Confidence;
pub use coverage::{Class, Counter, Coverage, Kind, Shortfall};
pub use date::{Date, DateError};
pub use finding::{Finding, Part};
pub use fingerprint::{Fingerprint, FingerprintError, Identity, KeyError};
pub use imprint::{Imprint, Imprints, Sighting, Unsearched};
pub use kinship::{Age, Change, Kinship};
pub use limits::{LIMITS, Limit, LimitChange, Limits, Unit};
pub use masks::Masks;
pub use matched::{Judged, Match};
pub use options::Options;
pub use origin::{DocumentId, EntryPart, LayerId, Origin, TargetId, Where};
pub use outcome::{Image, Outcome, Target};
pub use package::{Ecosystem, Package};
pub use place::{BuildLine, LayerPlace, Occurrence, Place, State};
pub use policy::{Policy, Standing, Verdict};
pub use progress::{Ahead, Meter, Progress};
pub use public_key::{Certificate, Holder, KeyPair, PublicKey};
pub use rule::{Allowlist, Condition, RegexTarget, Required, Rule};
pub use secret::Secret;
pub use setting::{ExistingSecret, FileUse, Role, Setting, Way};
pub use severity::Severity;
pub use span::{LineStart, Position};
pub use suppression::{Remark, Spelling, Suppression, SuppressionKind, Until};
pub use trace::{Copied, Derived, LedTo, Trace, Traced, Viewed};
