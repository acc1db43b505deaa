//! Calibrated randomness. Shannon entropy cannot tell a word from a key in a short string: both use
//! nearly as many different characters as the length allows. Asked here instead is which of two
//! models explains the value better: a uniform draw from its own alphabet, or a person's hand,
//! which spells words, repeats itself and counts upwards. Length and alphabet are accounted for by
//! themselves, because every character adds its share of evidence.

/// The log-odds, in bits, that `value` was drawn uniformly and not written: 0 is undecided, +10
/// says that a draw explains it a thousand times better, -10 the opposite. One pass, no allocation.
pub(crate) fn log_odds(value: &[u8]) -> f32 {
    let drawn = alphabet_bits(value);
    (0..value.len()).fold(0.0, |odds, at| odds + written_bits(value, at) - drawn)
}

/// Bits per character of a uniform draw from the smallest usual alphabet that holds all of `value`.
fn alphabet_bits(value: &[u8]) -> f32 {
    let mut used = [false; CLASSES];
    let mut hex = true;
    for &byte in value {
        used[Class::of(byte) as usize] = true;
        hex &= byte.is_ascii_hexdigit();
    }
    let one_case = !(used[Class::Lower as usize] && used[Class::Upper as usize]);
    let letters = used[Class::Lower as usize] || used[Class::Upper as usize];
    if hex && one_case && letters {
        return 4.0;
    }
    let size: u8 = used
        .iter()
        .zip(SIZES)
        .map(|(&used, size)| if used { size } else { 0 })
        .sum();
    f32::from(size.max(2)).log2()
}

/// Bits that a person's hand spends on the character at `at`: the cheapest of going on with a word,
/// repeating what stood shortly before, and counting on.
fn written_bits(value: &[u8], at: usize) -> f32 {
    let byte = value[at];
    let before = |distance: usize| at.checked_sub(distance).map(|at| value[at]);
    let spelled = spelled_bits(before(1), byte);
    let repeated = (1..=LONGEST_PERIOD).any(|distance| before(distance) == Some(byte));
    let counted = before(1).is_some_and(|last| is_step(last, byte))
        && (before(2).zip(before(1))).is_none_or(|(older, last)| is_step(older, last));
    match (counted, repeated && before(1) == Some(byte), repeated) {
        (true, _, _) => spelled.min(COUNTED),
        (_, true, _) => spelled.min(DOUBLED),
        (_, _, true) => spelled.min(REPEATED),
        _ => spelled,
    }
}

/// Bits of a character by the class and the letter before it.
fn spelled_bits(last: Option<u8>, byte: u8) -> f32 {
    let class = Class::of(byte);
    let last_class = last.map_or(Class::Joiner, Class::of);
    let turn = f32::from(TURNS[last_class as usize][class as usize]) / 2.0;
    turn + match class {
        Class::Lower | Class::Upper => letter_bits(last, byte),
        Class::Digit => 3.3,
        Class::Joiner => 1.5,
        Class::Symbol => 4.0,
    }
}

fn letter_bits(last: Option<u8>, byte: u8) -> f32 {
    let index = |letter: u8| usize::from(letter.to_ascii_lowercase() - b'a');
    let starts_word = last.is_none_or(|last| !last.is_ascii_alphabetic())
        || (byte.is_ascii_uppercase() && last.is_some_and(|last| last.is_ascii_lowercase()));
    let row = if starts_word {
        START
    } else {
        last.map_or(START, index)
    };
    f32::from(LETTERS[row][index(byte)] - b'A') / 2.0
}

/// Whether `next` follows `last` in counting up or down.
fn is_step(last: u8, next: u8) -> bool {
    last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric() && last.abs_diff(next) == 1
}

/// Bits of the second and later characters of `1234` or `cba`.
const COUNTED: f32 = 1.5;
/// Bits of a character that is the one before it.
const DOUBLED: f32 = 2.5;
/// Bits of a character that stood up to [`LONGEST_PERIOD`] places before.
const REPEATED: f32 = 4.5;
/// Longest pattern whose repetition is seen, in characters.
const LONGEST_PERIOD: usize = 4;

/// Kinds of characters.
#[derive(Clone, Copy)]
enum Class {
    Lower,
    Upper,
    Digit,
    Joiner,
    Symbol,
}

const CLASSES: usize = 5;
/// How many characters each class adds to an alphabet: `-` and `_`, or `+` and `/`, make base64.
const SIZES: [u8; CLASSES] = [26, 26, 10, 2, 30];

impl Class {
    fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            b'-' | b'_' | b'+' | b'/' | b'=' | b'.' => Self::Joiner,
            _ => Self::Symbol,
        }
    }
}

/// Half bits that it costs a writer to go from one class (row) to another (column).
const TURNS: [[u8; CLASSES]; CLASSES] = [
    [0, 9, 9, 6, 11],
    [2, 2, 10, 7, 12],
    [7, 9, 1, 5, 8],
    [1, 4, 6, 8, 10],
    [3, 6, 6, 8, 6],
];

/// Row of [`LETTERS`] for the first letter of a word.
const START: usize = 26;
/// Half bits of each letter (column) behind each letter (row), `A` for none: counted on the words
/// of identifiers and comments of Rust crates, Python's library and Perl's, each word weighted with
/// the logarithm of its frequency.
const LETTERS: [&[u8; 26]; 27] = [
    b"OJIJPOKQKTMGIGSJUGIFLMOOMR", // a
    b"GLKLHMOQGLQFMOHMVIIMHQTSLP", // b
    b"GNKMHNNHJTIJMOFMSJKHKOQUNV", // c
    b"HMMJELNOFQPJMNINRJIMJOLQNV", // d
    b"JNIHLKMQNTPJKGOLNFGHPLOJNS", // e
    b"IMLKHHOQFXRINMGNSIJJJSRRMX", // f
    b"IOMNENMIHWRJLIJLSHHLJPQRPO", // g
    b"EOMLEPRPGUOLLMGNTJLJKSNSMT", // h
    b"KKIJKKJUSTPIJEHKSKIHRLVNUL", // i
    b"FNKLFMOPIPKPNMFKQOHNGQNTQS", // j
    b"HMLKEMMKGQOKLKJMRLHJKPMWNR", // k
    b"GONKFNORFVNHOOGLVOKKKORSJT", // l
    b"FKNNEOQSHWPMKOHGOOJLJRSTOV", // m
    b"HPIHHKGPIRMMOLINSOHFLMRTOS", // n
    b"MLIJOMLQMRNIIFKIWGIJILKPRT", // o
    b"GOLNGNOKIWOINOHISGJIKOOTMZ", // p
    b"MMLLLPNTMSUIKMMMNKJLCNPZRT", // q
    b"GOKKEOLRGVNLKLHMTKIILNQULU", // r
    b"JPJOFONJGVMLMNJJPNIFIOOSLN", // s
    b"HPLNFNQIFUQLMOIMUHIKKQPPJR", // t
    b"KIKLILLTJUQHIFNJXHHGRSTPTS", // u
    b"FOLODMPPFZSMLNJMULLMRTRQRT", // v
    b"FOLKGNQIFVPKMHHMQHILPRQPSW", // w
    b"IMIKGKPMHUUKKNLGPMKENNPLLU", // x
    b"IMKLIMLQJTPJIHKESKGINOMSOO", // y
    b"GOLLCLQMHZQMMNIMRNKNMRPSNK", // z
    b"IJHIJJKKJNNJJKLHPIHJKMLOQQ", // start
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed stream of numbers below `bound`, evenly spread.
    fn draws(bound: usize) -> impl Iterator<Item = usize> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as usize % bound
        })
    }

    /// Share of `count` uniform draws of `len` characters that score above `threshold`.
    fn share_above(threshold: f32, alphabet: &[u8], len: usize) -> f32 {
        let mut draws = draws(alphabet.len());
        let count = 2000;
        let above = (0..count)
            .filter(|_| {
                let value: Vec<u8> = draws.by_ref().take(len).map(|at| alphabet[at]).collect();
                log_odds(&value) > threshold
            })
            .count();
        above as f32 / count as f32
    }

    const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    #[test]
    fn nearly_every_uniform_draw_scores_high() {
        for (alphabet, len) in [
            (BASE62, 20),
            (BASE62, 40),
            (b"0123456789abcdef", 32),
            (b"0123456789ABCDEF", 40),
            (b"abcdefghijklmnopqrstuvwxyz234567", 24),
            (b"abcdefghijklmnopqrstuvwxyz", 32),
        ] {
            let share = share_above(5.0, alphabet, len);
            assert!(share > 0.97, "{share} of {len} from {}", alphabet.len());
        }
    }

    #[test]
    fn what_people_write_scores_low() {
        for text in [
            "authentication-token",
            "MyApplicationPassword",
            "application/json",
            "DATABASE_CONNECTION_STRING",
            "com.amazonaws.services.secretsmanager",
            "aaaaaaaaaaaaaaaaaaaa",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "cafecafecafecafecafe",
            "1111111122222222",
        ] {
            let odds = log_odds(text.as_bytes());
            assert!(odds < 0.0, "{odds} for {text}");
        }
    }

    #[test]
    fn evidence_grows_with_length() {
        let key = b"q8Zt3LxV0sNf7RkD2mYb";
        assert!(log_odds(key) > log_odds(&key[..8]));
        assert_eq!(log_odds(b""), 0.0);
    }
}
