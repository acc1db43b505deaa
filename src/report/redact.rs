//! Takes every known secret out of every text. A secret does not only stand where it was found:
//! the instruction that wrote it, a path made from it, a parser's complaint can all repeat it. So
//! whatever of a report comes from scanned text passes through a [`Redactor`] that knows the
//! findings, also hidden ones. Texts of the rules themselves do not: they were never scanned.

use crate::model::Masks;
use std::borrow::Cow;

/// Masks known secrets in texts.
pub(super) enum Redactor {
    /// The user wants to see the secrets.
    Open,
    /// Nobody is to see them.
    Masking(Box<Masks>),
}

impl Redactor {
    /// The text without any of the secrets.
    pub(super) fn redact<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self {
            Self::Open => Cow::Borrowed(text),
            Self::Masking(masks) => masks.cover(text),
        }
    }
}
