//! Taking secrets out of a recipe: the text as it would be done right, with everything else in it as it
//! was, comments and blanks included.
//!
//! What always holds: the new text is a recipe of the same kind, and of the secrets that are said to be
//! out, none stands anywhere in it. What cannot be done safely is left and said.

mod compose;
mod dockerfile;
mod edits;

use super::Recipe;
use std::ops::Range;

/// A secret in the text of a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// Its bytes.
    pub at: Range<usize>,
    /// What a variable for it may be called, if the place has no name: capitals, digits and `_`.
    pub name: String,
}

/// A recipe without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The new text.
    pub text: String,
    /// The secrets that are still in it, by their numbers.
    pub left: Vec<usize>,
}

impl Recipe {
    /// The recipe's text without these secrets. `None` of a kind that is not fixed: only Dockerfiles and
    /// compose files are.
    pub fn fix(&self, text: &str, secrets: &[Spelled]) -> Option<Fixed> {
        let edits = match self {
            Self::Dockerfile(file) => dockerfile::edits(file, text, secrets),
            Self::Compose(yaml) => compose::edits(yaml, text, secrets),
            _ => return None,
        };
        let fixed = edits.applied(text);
        let is_same = Self::of(&fixed)
            .is_some_and(|new| std::mem::discriminant(&new) == std::mem::discriminant(self));
        let new = if is_same { fixed } else { text.to_owned() };
        let is_left = |secret: &Spelled| new.contains(&text[secret.at.clone()]);
        let numbered = secrets.iter().enumerate();
        let left = numbered.filter(|(_, secret)| is_left(secret));
        Some(Fixed {
            left: left.map(|(number, _)| number).collect(),
            text: new,
        })
    }
}

/// Whether a shell can have a variable of this name.
fn is_variable(name: &str) -> bool {
    let mut signs = name.chars();
    let is_first = |sign: char| sign.is_ascii_alphabetic() || sign == '_';
    signs.next().is_some_and(is_first) && signs.all(|sign| is_first(sign) || sign.is_ascii_digit())
}

/// The lines that some bytes stand on, line ends included.
fn lines(text: &str, at: &Range<usize>) -> Range<usize> {
    let start = text[..at.start].rfind('\n').map_or(0, |end| end + 1);
    start..line_end(text, at.end)
}

/// The end of the line that ends behind a byte, its line end included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// How lines end in a text.
fn newline(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or(0);
    if text[..first].ends_with('\r') {
        "\r\n"
    } else {
        "\n"
    }
}

/// The comment that a secret stands in, if its line is nothing else.
fn comment(text: &str, secret: &Spelled) -> Option<Range<usize>> {
    let lines = lines(text, &secret.at);
    text[lines.clone()]
        .trim_start()
        .starts_with('#')
        .then_some(lines)
}

#[cfg(test)]
mod tests;
