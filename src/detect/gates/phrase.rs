//! Passphrases of several words, told from the sentences that programs show about passwords.
//! Sentences are held together by small words and begin with a capital; people who choose words
//! for a passphrase leave the small ones out.

use super::placeholder;
use super::stock;

/// Fewest words that make a passphrase by themselves.
const FEWEST: usize = 3;

/// Whether the words look chosen. A variable of the environment (`is_variable`) is no place for
/// sentences, so more of them are believed there.
pub(super) fn is_chosen(value: &[u8], is_variable: bool) -> bool {
    let words = || {
        value
            .split(|&byte| byte == b' ')
            .filter(|word| !word.is_empty())
    };
    let stock = words().filter(|word| stock::is_stock(word)).count();
    let lower = value.first().is_some_and(u8::is_ascii_lowercase);
    let digits = value.iter().any(u8::is_ascii_digit);
    if !value.is_ascii() || placeholder::shape(value).is_some() || has_gap(value) {
        return false;
    }
    match is_variable {
        true => stock * 2 < words().count(),
        false => words().count() >= FEWEST && stock < 2 && (lower || digits),
    }
}

/// Whether a program puts something in before it shows the words: `%s`, `{}`, `{name}`.
fn has_gap(value: &[u8]) -> bool {
    let verb = |pair: &[u8]| pair[0] == b'%' && pair[1].is_ascii_alphabetic();
    value.windows(2).any(verb) || value.contains(&b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_words_are_told_from_sentences() {
        for phrase in [
            "four blue tulips in may",
            "Koffie om half 9!",
            "kat eet vis",
        ] {
            assert!(is_chosen(phrase.as_bytes(), false), "{phrase}");
        }
        for sentence in [
            "Enter the new password",
            "is not a valid password",
            "Mot de passe",
            "two words",
            "must be at least 8 characters",
            "331 password required for %s.",
            "no password for user {name} given",
        ] {
            assert!(!is_chosen(sentence.as_bytes(), false), "{sentence}");
        }
    }

    #[test]
    fn a_variable_holds_no_sentence() {
        assert!(is_chosen(b"Four blue tulips", true) && is_chosen(b"blue tulips", true));
        assert!(!is_chosen(b"your secret password", true));
    }
}
