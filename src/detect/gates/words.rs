//! Lists of words, looked up without regard to ASCII case. They are written as one text, which is
//! what people read best, and sorted by first letter when first used: gates ask for every candidate.

use std::sync::OnceLock;

/// A list of words, separated by blanks.
pub(super) struct Words {
    list: &'static str,
    by_initial: OnceLock<Vec<Initial>>,
}

/// The words that begin with one letter.
#[derive(Clone, Default)]
struct Initial {
    words: Vec<&'static [u8]>,
    /// Their lengths, a bit for each; most words of a text are told from them by it.
    lengths: u64,
}

impl Words {
    /// The words of a text.
    pub(super) const fn new(list: &'static str) -> Self {
        Self {
            list,
            by_initial: OnceLock::new(),
        }
    }

    /// Whether this is one of the words.
    pub(super) fn has(&self, word: &[u8]) -> bool {
        self.with_initial_of(word).is_some_and(|initial| {
            let is_same = |known: &&[u8]| known.eq_ignore_ascii_case(word);
            initial.lengths & bit(word.len()) != 0 && initial.words.iter().any(is_same)
        })
    }

    /// The words that `text` begins with.
    pub(super) fn beginning<'a>(
        &'a self,
        text: &'a [u8],
    ) -> impl Iterator<Item = &'static [u8]> + 'a {
        let words = self.with_initial_of(text).map(|initial| &initial.words);
        let words = words.into_iter().flatten().copied();
        words.filter(|word| {
            text.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
    }

    fn with_initial_of(&self, text: &[u8]) -> Option<&Initial> {
        let by_initial = self.by_initial.get_or_init(|| sorted(self.list));
        by_initial.get(usize::from(text.first()?.to_ascii_lowercase()))
    }
}

fn sorted(list: &'static str) -> Vec<Initial> {
    let mut by_initial = vec![Initial::default(); 1 << u8::BITS];
    for word in list.split(' ').map(str::as_bytes) {
        if let Some(initial) = word.first() {
            let initial = &mut by_initial[usize::from(initial.to_ascii_lowercase())];
            initial.words.push(word);
            initial.lengths |= bit(word.len());
        }
    }
    by_initial
}

/// The bit of a length; those of 63 bytes and more share one.
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

#[cfg(test)]
mod tests {
    use super::*;

    static WORDS: Words = Words::new("pass passwd p@ss Key");

    #[test]
    fn case_does_not_matter_and_length_does() {
        assert!(WORDS.has(b"PASS") && WORDS.has(b"key") && WORDS.has(b"p@SS"));
        assert!(!WORDS.has(b"passw") && !WORDS.has(b"pas") && !WORDS.has(b""));
    }

    #[test]
    fn all_words_that_a_text_begins_with_are_told() {
        let told: Vec<_> = WORDS.beginning(b"Passwd1").collect();
        assert_eq!(told, [b"pass".as_slice(), b"passwd"]);
    }
}
