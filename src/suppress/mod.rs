//! Decides which findings are known or allowed already, and says why.
//!
//! Nothing disappears: a suppressed place keeps its [`Suppression`], and every report counts it.
//! What may suppress is settled before a scan begins, in a [`Suppressor`] of plain values. What lies
//! in the scanned tree counts only for local trees: an image or an archive must not acquit itself.

pub mod baseline;
mod error;
mod file;
pub mod ignore;
mod judge;
mod reach;
mod used;

pub use baseline::Baseline;
pub use error::SuppressError;
pub use ignore::Ignores;
pub use reach::Reach;

#[cfg(doc)]
use crate::model::Suppression;

/// Everything that may suppress in one scan; by default nothing does.
#[derive(Debug, Default)]
pub struct Suppressor {
    /// Whether comments beside the secrets count.
    pub inline: bool,
    /// Ignore files, and what else speaks like them.
    pub ignores: Vec<Ignores>,
    /// What is known already.
    pub baseline: Option<Baseline>,
    /// Whether the baseline suppresses nothing, and only marks what it has as known.
    pub new_only: bool,
    /// Whether all is scanned that the entries may speak of, so that one that nothing needs is worth
    /// telling. A hook that looks at one commit cannot know.
    pub whole: bool,
    /// What expiry is measured against, in seconds since the Unix epoch.
    pub now: i64,
}

#[cfg(test)]
mod tests;
