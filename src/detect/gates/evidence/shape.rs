//! What a value looks like by itself: its randomness, its length, its alphabet, its words, and the
//! shapes of things that are public by design.

use super::super::stock;
use super::super::value::Looks;
use super::{Evidence, Feature};

/// Log-odds that count in full, in bits.
const SURE: f32 = 25.0;
/// Lengths of hexadecimal digests in bytes: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
const DIGESTS: [usize; 6] = [32, 40, 56, 64, 96, 128];

/// Looks at the value, where a password is expected or else a key.
pub(super) fn look(evidence: &mut Evidence, value: &[u8], is_password: bool) {
    let looks = Looks::of(value);
    randomness(evidence, looks.odds, is_password);
    length(evidence, value.len(), is_password);
    alphabet(evidence, value, &looks);
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    evidence.note(Feature::Digest, hex && DIGESTS.contains(&value.len()));
    evidence.note(
        Feature::Padded,
        value.len().is_multiple_of(4) && value.ends_with(b"="),
    );
    evidence.note(Feature::Identifier, is_identifier(value));
    evidence.set(Feature::StockShare, stock::share(value));
}

/// A drawn password is no likelier than one that was made up, so only for keys a draw counts.
fn randomness(evidence: &mut Evidence, odds: f32, is_password: bool) {
    let written = (-odds).clamp(0.0, SURE) / SURE;
    if is_password {
        evidence.set(Feature::PasswordWritten, written);
    } else {
        evidence.set(Feature::KeyWritten, written);
        evidence.set(Feature::KeyDrawn, odds.clamp(0.0, SURE) / SURE);
    }
}

fn length(evidence: &mut Evidence, length: usize, is_password: bool) {
    evidence.note(Feature::Under6, length < 6);
    evidence.note(Feature::Under8, length < 8);
    evidence.note(Feature::ShortKey, !is_password && length < 12);
    evidence.note(Feature::LongKey, !is_password && length >= 24);
}

fn alphabet(evidence: &mut Evidence, value: &[u8], looks: &Looks) {
    let count = |marks: &[u8]| value.iter().filter(|byte| marks.contains(byte)).count();
    let code = count(b"()[]{}<>$;\\|&") as f32 / value.len().max(1) as f32;
    evidence.set(Feature::CodeMarks, code);
    evidence.note(Feature::MadeUp, looks.is_made_up());
    evidence.note(Feature::Joined, count(b"-_.") > 0);
    evidence.note(Feature::Number, value.iter().all(u8::is_ascii_digit));
}

/// Words of letters, joined as names in programs are.
fn is_identifier(value: &[u8]) -> bool {
    let is_joint = |byte: &u8| b"_-.:".contains(byte);
    let is_hump = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    let joined = value.iter().any(is_joint) || value.windows(2).any(is_hump);
    joined && (value.iter()).all(|byte| byte.is_ascii_alphabetic() || is_joint(byte))
}
