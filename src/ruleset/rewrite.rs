//! Expressions that are another but for some of their parts: bounds that are given or taken, assertions
//! that are left out. What a part is made into is said for one node at a time; the walk is here.

use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

/// Builds an expression anew from its leaves up. `change` is given each node when what is below it
/// has been changed.
pub(crate) fn rewritten(hir: &Hir, change: &dyn Fn(Hir) -> Hir) -> Hir {
    let inner = |hir: &Hir| rewritten(hir, change);
    change(match hir.kind() {
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(inner(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => Hir::capture(Capture {
            sub: Box::new(inner(&capture.sub)),
            ..capture.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(inner).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(inner).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    })
}

/// Changes the repetitions of an expression.
pub(crate) fn with_repetitions(hir: &Hir, change: &dyn Fn(Repetition) -> Repetition) -> Hir {
    rewritten(hir, &|hir| match hir.kind() {
        HirKind::Repetition(repetition) => Hir::repetition(change(repetition.clone())),
        _ => hir,
    })
}

/// The expression without its assertions (`\b`, `^`, `$`): it matches at least what the other does.
pub(crate) fn without_assertions(hir: &Hir) -> Hir {
    rewritten(hir, &|hir| match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        _ => hir,
    })
}
