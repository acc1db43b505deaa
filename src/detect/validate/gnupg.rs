//! Keys as GnuPG keeps them since version 2.1, one in a file below `private-keys-v1.d`: an S-expression,
//! canonical or in lines (GnuPG, "agent/keyformat.txt"). Its first word says whether a passphrase protects it.

use super::{Evidence, Proof};
use memchr::memmem;

/// Kinds of keys by the word for them.
const KINDS: [(&[u8], &str); 4] = [
    (b"rsa", "RSA"),
    (b"ecc", "elliptic curve"),
    (b"dsa", "DSA"),
    (b"elg", "ElGamal"),
];
/// How the number begins that nobody may know: `d`, or `x` of DSA and ElGamal; in lines, a `#` follows.
const NUMBERS: [(&[u8], bool); 4] = [
    (b"(d", true),
    (b"(x", true),
    (b"(1:d", false),
    (b"(1:x", false),
];

/// Proves a key from its head and what follows.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let text = evidence.matched;
    let has = |word: &[u8]| memmem::find(text, word).is_some();
    let first = KINDS
        .iter()
        .filter_map(|(word, name)| Some((memmem::find(text, word)?, *name)))
        .min();
    let Some((_, kind)) = first else {
        return Proof::invalid("it does not parse as a key of GnuPG");
    };
    if has(b"protected-private-key") {
        return Proof::neutral(format!(
            "a private key of GnuPG ({kind}), protected by a passphrase"
        ));
    }
    match NUMBERS.iter().any(|number| has_number(text, number)) {
        true => Proof::valid(format!("a private key of GnuPG ({kind}), not encrypted")),
        false => Proof::invalid(format!(
            "a key of GnuPG ({kind}) whose secret number is not there"
        )),
    }
}

fn has_number(text: &[u8], (name, in_lines): &(&[u8], bool)) -> bool {
    memmem::find_iter(text, name).any(|at| {
        let value = text[at + name.len()..].trim_ascii_start();
        !in_lines || value.starts_with(b"#")
    })
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;

    #[test]
    fn the_first_word_tells_whether_it_is_protected() {
        let verdict = |text: &str| prove(&evidence(text.as_bytes())).verdict;
        assert_eq!(
            verdict("Key: (private-key (ecc (curve Ed25519)(q #40#)\n (d #2D#)))"),
            Valid
        );
        assert_eq!(
            verdict("Key: (private-key (rsa (n #00#)(e #010001#)(d\n  #2D#)))"),
            Valid
        );
        assert_eq!(verdict("(11:private-key(3:dsa(1:p1:a)(1:x1:b)))"), Valid);
        assert_eq!(
            verdict("Key: (protected-private-key (rsa (n #00#)(protected x)))"),
            Neutral
        );
        assert_eq!(verdict("(11:private-key(3:rsa(1:n3:abc"), Invalid);
        assert_eq!(verdict("(11:private-key(3:xyz"), Invalid);
    }
}
