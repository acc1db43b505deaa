//! The texts that an expression can match, spelled out where they are few.

use super::{ENOUGH, MAX_ALTERNATIVES};
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use std::collections::BTreeSet;

/// Largest class that counts as a choice between texts.
const FEW: usize = 4;

/// Every text that an expression can match, in lower case, if they are few.
pub(super) fn exact(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => class_bytes(class, FEW),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |texts, part| {
            let next = exact(part)?;
            (texts.len() * next.len() <= MAX_ALTERNATIVES).then(|| product(&texts, &next))
        }),
        HirKind::Alternation(branches) => {
            let mut all = BTreeSet::new();
            for branch in branches {
                all.extend(exact(branch)?);
            }
            (all.len() <= MAX_ALTERNATIVES).then(|| all.into_iter().collect())
        }
        HirKind::Repetition(repetition) => exact_repetition(repetition),
    }
}

/// The bytes of a class as texts, if at most so many are left after folding case.
pub(super) fn class_bytes(class: &Class, most: usize) -> Option<Vec<Vec<u8>>> {
    let Class::Bytes(class) = class else {
        return None;
    };
    let folded: BTreeSet<u8> = class
        .iter()
        .flat_map(|range| range.start()..=range.end())
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    (folded.len() <= most).then(|| folded.into_iter().map(|byte| vec![byte]).collect())
}

fn exact_repetition(repetition: &Repetition) -> Option<Vec<Vec<u8>>> {
    let max = repetition.max.filter(|&max| max <= 8)?;
    let once = exact(&repetition.sub)?;
    let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
    let mut all = BTreeSet::new();
    for count in 0..=max {
        if count >= repetition.min {
            all.extend(texts.iter().cloned());
        }
        if texts.len() * once.len() > ENOUGH || all.len() > ENOUGH {
            return None;
        }
        texts = product(&texts, &once);
    }
    Some(all.into_iter().collect())
}

pub(super) fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Vec<Vec<u8>> {
    left.iter()
        .flat_map(|a| right.iter().map(move |b| [a.as_slice(), b].concat()))
        .collect()
}
