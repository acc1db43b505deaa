//! Rules written for another scanner, made searchable. Ours are found by a fixed text at a bounded
//! distance and confirmed in a bounded window; others run their patterns over whole files, so theirs
//! may promise neither. What is changed is told, because it may find less or take longer.

use crate::ruleset::anchors::{self, AnchorError, MIN_LITERAL};
use crate::ruleset::rewrite::with_repetitions;
use regex_syntax::hir::{Hir, Repetition};

/// Upper bounds that are tried, in turn, where a repetition has none.
const BOUNDS: [u32; 5] = [4096, 1024, 256, 64, 16];
/// How far behind a keyword a match may begin, in bytes, where the pattern itself has no fixed text.
const BEHIND_KEYWORD: usize = 256;

/// A pattern that has a window.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loosened {
    pub(super) pattern: String,
    /// Whether there is no fixed text in it, so that it has to be tried everywhere.
    pub(super) everywhere: bool,
    /// What was changed.
    pub(super) changes: Vec<String>,
}

/// Changes a pattern until it has a window; `keywords` are those of its rule.
///
/// # Errors
/// When nothing helps: why it cannot be searched for.
pub(super) fn loosened(pattern: &str, keywords: &[String]) -> Result<Loosened, AnchorError> {
    let (mut pattern, mut changes) = (pattern.to_owned(), Vec::new());
    if anchors::derive(&pattern) == Err(AnchorError::Unbounded) {
        let (bounded, bound) = bounded(&pattern)?;
        pattern = bounded;
        changes.push(format!("repetitions without an end stop after {bound}"));
    }
    let mut everywhere = false;
    if anchors::derive(&pattern) == Err(AnchorError::NoLiteral) {
        if let Some(behind) = behind_keywords(&pattern, keywords) {
            pattern = behind;
            changes.push(format!(
                "it has no fixed text, so it is looked for within {BEHIND_KEYWORD} bytes behind \
                 its keywords"
            ));
        } else {
            everywhere = true;
            changes.push(
                "it has no fixed text, so it is tried at every place, which is slow".to_owned(),
            );
        }
    }
    match everywhere {
        true => anchors::everywhere(&pattern)?,
        false => anchors::derive(&pattern)?,
    };
    Ok(Loosened {
        pattern,
        everywhere,
        changes,
    })
}

/// The pattern with the largest bound that leaves it a window.
fn bounded(pattern: &str) -> Result<(String, u32), AnchorError> {
    let hir = anchors::parse(pattern)?;
    let tried = BOUNDS.map(|bound| (with_bound(&hir, bound).to_string(), bound));
    let fits = |pattern: &str| anchors::derive(pattern) != Err(AnchorError::Unbounded);
    let mut fitting = tried.into_iter().filter(|(pattern, _)| fits(pattern));
    fitting.next().ok_or(AnchorError::Unbounded)
}

fn with_bound(hir: &Hir, bound: u32) -> Hir {
    with_repetitions(hir, &|repetition| Repetition {
        max: repetition
            .max
            .or(Some(repetition.min.saturating_add(bound))),
        ..repetition
    })
}

/// The pattern behind one of the rule's keywords; `None` if one is too short to be searched for.
/// Groups keep their numbers, and a pattern without groups is still the secret as a whole.
fn behind_keywords(pattern: &str, keywords: &[String]) -> Option<String> {
    let usable = |word: &String| word.len() >= MIN_LITERAL;
    if keywords.is_empty() || !keywords.iter().all(usable) {
        return None;
    }
    let words: Vec<String> = keywords
        .iter()
        .map(|word| regex_syntax::escape(word))
        .collect();
    let has_groups =
        anchors::parse(pattern).is_ok_and(|hir| hir.properties().explicit_captures_len() > 0);
    let group = if has_groups { "?:" } else { "?P<secret>" };
    Some(format!(
        "(?i:{})(?s:.){{0,{BEHIND_KEYWORD}}}?({group}{pattern})",
        words.join("|")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(pattern: &str, keywords: &[&str]) -> Result<Loosened, AnchorError> {
        let keywords: Vec<String> = keywords.iter().map(|&word| word.to_owned()).collect();
        loosened(pattern, &keywords)
    }

    /// What a pattern takes for the secret in a text.
    fn secret(pattern: &str, text: &str) -> Option<String> {
        let regex = regex::bytes::RegexBuilder::new(pattern);
        let regex = { regex }.unicode(false).build().unwrap();
        let captures = regex.captures(text.as_bytes())?;
        let secret = captures.name("secret").or_else(|| captures.get(1));
        let found = secret.or_else(|| captures.get(0))?;
        Some(String::from_utf8_lossy(found.as_bytes()).into_owned())
    }

    #[test]
    fn a_searchable_pattern_stays_as_it_is() {
        let same = Loosened {
            pattern: "acme_[0-9a-f]{8}".to_owned(),
            everywhere: false,
            changes: Vec::new(),
        };
        assert_eq!(changed(&same.pattern, &[]), Ok(same));
    }

    #[test]
    fn endless_repetitions_get_an_end_and_find_the_same() {
        for pattern in [
            r"acme_token\s*=\s*([0-9a-f]+)",
            r#"(?i)\bacme_token[\w.-]*\s*=\s*"?([0-9a-f]{4,})"#,
        ] {
            let Loosened {
                pattern, changes, ..
            } = changed(pattern, &[]).unwrap();
            assert_eq!(changes.len(), 1, "{pattern}");
            let found = secret(&pattern, "x acme_token = 0123abcd");
            assert_eq!(found.as_deref(), Some("0123abcd"), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_without_fixed_text_is_looked_for_behind_its_keywords() {
        for pattern in [r"\b[0-9a-f]{8}\b", r"\b([0-9a-f]{8})\b"] {
            let Loosened {
                pattern, changes, ..
            } = changed(pattern, &["acme", "umbrella"]).unwrap();
            assert_eq!(changes.len(), 1);
            let found = secret(&pattern, "the ACME id: 0123abcd.");
            assert_eq!(found.as_deref(), Some("0123abcd"));
            assert_eq!(secret(&pattern, "some id: 0123abcd."), None);
        }
    }

    #[test]
    fn without_usable_keywords_it_is_tried_everywhere() {
        for keywords in [&[][..], &["key"]] {
            let loosened = changed("[0-9a-f]{32}", keywords).unwrap();
            assert!(loosened.everywhere, "{keywords:?}");
            assert_eq!(loosened.pattern, "[0-9a-f]{32}");
            assert_eq!(changed("[0-9a-f]*", keywords), Err(AnchorError::Empty));
        }
    }
}
