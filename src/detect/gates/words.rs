//! Lists of words, looked up without regard to ASCII case. They are written as one text, which is
//! what people read best, and sorted by first letter when first used: gates ask for every candidate.

use std::sync::OnceLock;

/// A list of words, separated by blanks.
pub(super) struct Words {
    list: &'static str,
    by_initial: OnceLock<Vec<Vec<&'static [u8]>>>,
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
        let mut candidates = self.with_initial_of(word);
        candidates.any(|known| known.len() == word.len() && known.eq_ignore_ascii_case(word))
    }

    /// The words that `text` begins with.
    pub(super) fn beginning<'a>(
        &'a self,
        text: &'a [u8],
    ) -> impl Iterator<Item = &'static [u8]> + 'a {
        self.with_initial_of(text).filter(|word| {
            text.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
    }

    fn with_initial_of(&self, text: &[u8]) -> impl Iterator<Item = &'static [u8]> + '_ {
        let by_initial = self.by_initial.get_or_init(|| sorted(self.list));
        let initial = text.first().map(u8::to_ascii_lowercase);
        let candidates = initial.and_then(|initial| by_initial.get(usize::from(initial)));
        candidates.into_iter().flatten().copied()
    }
}

fn sorted(list: &'static str) -> Vec<Vec<&'static [u8]>> {
    let mut by_initial = vec![Vec::new(); 1 << u8::BITS];
    for word in list.split(' ').map(str::as_bytes) {
        if let Some(initial) = word.first() {
            by_initial[usize::from(initial.to_ascii_lowercase())].push(word);
        }
    }
    by_initial
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
