//! What a scan reaches, as far as suppressions care. Comments and ignore files in the scanned tree
//! count only where the tree is the user's own: an image, an archive, a stream or a clone must not
//! acquit itself.

use super::ignore::Root;

/// What is scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The targets that lie on this machine and are the user's; none if the text is foreign.
    pub local: Vec<Root>,
    /// Whether all is scanned that entries may speak of, so that one that fits nothing is worth
    /// telling.
    pub whole: bool,
}

impl Reach {
    /// What comes from elsewhere, all of it.
    pub const fn foreign() -> Self {
        Self {
            local: Vec::new(),
            whole: true,
        }
    }

    /// Whether the scanned text may speak for itself.
    pub const fn is_local(&self) -> bool {
        !self.local.is_empty()
    }
}
