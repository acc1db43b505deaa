//! The little language of a rule's examples: `ghp_{base62:30}{crc32}` stands for a token that is
//! made up when a test runs.
//!
//! Examples that are stored whole would trip every push protection, ours included, and their
//! checksums would be wrong. Expansion depends on template and seed alone, so a failing example
//! fails again, and it is bounded: at most [`MAX_LEN`] bytes and [`MAX_DEPTH`] nested transforms.
//! The language is described in `docs/rules.md`.

mod dice;
mod generate;
mod parse;
mod pem;
mod wire;

use dice::Dice;
use generate::Expansion;

/// Most bytes that one template expands to.
pub const MAX_LEN: usize = 64 << 10;

/// Deepest nesting of transforms such as `{b64enc:...}`.
pub const MAX_DEPTH: usize = 8;

/// Why a template can't be expanded. Offsets are bytes from the template's start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `{` without its `}`.
    #[error("the brace at offset {0} is never closed")]
    Unclosed(usize),
    /// A `}` that closes nothing.
    #[error("the brace at offset {0} closes nothing; write `}}}}` for a literal one")]
    Stray(usize),
    /// No generator has this name.
    #[error("no generator is named `{0}`")]
    UnknownGenerator(String),
    /// The generator does not take this argument, or lacks one.
    #[error("`{0}` is no argument for `{1}`")]
    BadArgument(String, String),
    /// A checksum where nothing was generated before it.
    #[error("`{0}` has nothing to sum up")]
    NothingToSum(String),
    /// Transforms nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} transforms")]
    TooDeep,
    /// More output than [`MAX_LEN`].
    #[error("expands to more than {MAX_LEN} bytes")]
    TooLong,
}

/// Expands a template. Equal template and seed give equal bytes.
///
/// # Errors
///
/// If the template is malformed or expands to more than [`MAX_LEN`] bytes.
pub fn expand(template: &str, seed: u64) -> Result<Vec<u8>, TemplateError> {
    let nodes = parse::parse(template)?;
    let mut dice = Dice::new(seed);
    Expansion::of(&nodes, &mut dice)
}

/// The seed of a rule's example: every example of every rule gets a token of its own.
pub fn seed(rule: &str, index: usize) -> u64 {
    // FNV-1a, because it must never change between releases of a hasher.
    rule.bytes()
        .chain((index as u64).to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests;
