//! Mnemonic phrases of wallets (BIP-39): every word is one of 2048 and spells 11 bits, and the last
//! bits are the head of a SHA-256 over the others. The English list stands beside this file, as the
//! standard has it.

use super::{Evidence, Proof};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// Bits that one word spells.
const WORD_BITS: usize = 11;
/// Words a phrase may have; each three carry 32 bits of entropy and one of checksum.
const LENGTHS: [usize; 5] = [12, 15, 18, 21, 24];
/// Phrases of test networks and of the standard's own vectors repeat a word over and over.
const LEAST_DIFFERENT: usize = 4;

/// Proves a mnemonic phrase by its words and its checksum.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let words: Vec<&[u8]> = evidence
        .secret
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .collect();
    let Some(numbers) = words
        .iter()
        .map(|word| number(word))
        .collect::<Option<Vec<_>>>()
    else {
        return Proof::invalid("not all of its words are on the list of BIP-39");
    };
    if !LENGTHS.contains(&numbers.len()) {
        return Proof::invalid("no phrase of BIP-39 has so many words");
    }
    if different(&numbers) < LEAST_DIFFERENT {
        return Proof::public("a phrase that development tools and test vectors publish");
    }
    if checksum_holds(&numbers) {
        Proof::valid("its words are those of BIP-39 and its checksum is right")
    } else {
        Proof::neutral("its words are those of BIP-39, but its checksum is wrong")
    }
}

/// The number of a word in the list, which is in alphabetical order.
fn number(word: &[u8]) -> Option<u16> {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| include_str!("bip39.txt").split_whitespace().collect());
    let found = words.binary_search_by(|known| known.as_bytes().cmp(word));
    found.ok().and_then(|at| u16::try_from(at).ok())
}

fn different(numbers: &[u16]) -> usize {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

fn checksum_holds(numbers: &[u16]) -> bool {
    let bits: Vec<bool> = numbers
        .iter()
        .flat_map(|number| (0..WORD_BITS).rev().map(move |bit| number >> bit & 1 == 1))
        .collect();
    let (entropy, sum) = bits.split_at(bits.len() / 33 * 32);
    let bytes: Vec<u8> = entropy.chunks(8).map(byte).collect();
    let head = Sha256::digest(&bytes)[0];
    sum.iter()
        .enumerate()
        .all(|(at, &bit)| bit == (head >> (7 - at) & 1 == 1))
}

fn byte(bits: &[bool]) -> u8 {
    bits.iter().fold(0, |byte, &bit| byte << 1 | u8::from(bit))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{self, Invalid, Neutral, Public, Valid};
    use super::super::tests::evidence;
    use super::*;

    fn verdict(phrase: &str) -> Verdict {
        prove(&evidence(phrase.as_bytes())).verdict
    }

    /// The first eleven words with the last one that makes the checksum right.
    fn completed(head: &str) -> String {
        let list = include_str!("bip39.txt").split_whitespace();
        let mut phrases = list.map(|word| format!("{head} {word}"));
        phrases.find(|phrase| verdict(phrase) == Valid).unwrap()
    }

    #[test]
    fn the_list_is_whole_and_sorted() {
        let words: Vec<&str> = include_str!("bip39.txt").split_whitespace().collect();
        assert_eq!(words.len(), 1 << WORD_BITS);
        assert!(words.is_sorted());
    }

    #[test]
    fn the_last_word_holds_the_checksum() {
        let head = "zoo lamp river tuna orange paper cliff mango brisk noble vivid";
        let phrase = completed(head);
        assert_eq!(verdict(&phrase.replacen("lamp", "lab", 1)), Neutral);
        assert_eq!(verdict(&phrase.replace(' ', "\n")), Valid);
        let right = include_str!("bip39.txt")
            .split_whitespace()
            .filter(|word| verdict(&format!("{head} {word}")) == Valid);
        assert_eq!(right.count(), 1 << (WORD_BITS - 4));
    }

    #[test]
    fn other_words_and_other_numbers_of_words_are_none() {
        assert_eq!(verdict("zoo lamp river"), Invalid);
        let prose = "this phrase has twelve words yet the list knows only some really";
        assert_eq!(verdict(prose), Invalid);
    }

    #[test]
    fn phrases_of_test_networks_are_everybodys() {
        let test = format!("{}junk", "test ".repeat(11));
        assert_eq!(verdict(&test), Public);
        let zero = format!("{}about", "abandon ".repeat(11));
        assert_eq!(verdict(&zero), Public);
    }
}
