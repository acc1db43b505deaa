//! `RESIDUE_SKIP`: lets a person through who says why.

use crate::cli::args::Hook;

/// The variable that holds the reason.
const VARIABLE: &str = "RESIDUE_SKIP";

/// The reason to skip this hook, if there is one. An empty reason is none.
pub(super) fn reason(hook: Hook) -> Option<String> {
    let reason = std::env::var_os(VARIABLE).filter(|_| hook.may_be_skipped())?;
    let reason = reason.to_string_lossy().trim().to_owned();
    (!reason.is_empty()).then_some(reason)
}
