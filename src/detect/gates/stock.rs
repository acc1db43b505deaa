//! How much of a value is made of words that stand in for a secret: of placeholders, of samples, and
//! of the defaults that products ship with. It is a share of the letters, because one such word inside
//! a longer value decides nothing.

use super::words::Words;

/// Longest value that is taken apart, in bytes.
const LONGEST: usize = 127;
/// Shortest word that counts in a longer value, in bytes: shorter ones are in everything.
const TELLING: usize = 3;
/// Most digits that may stand between and behind the words.
const DIGITS: usize = 5;

/// Whether stock words, a few digits and punctuation are all there is.
///
/// A value with upper, lower, digit and symbol is none: somebody bent it until a policy took it,
/// which nobody does for a placeholder.
pub(super) fn is_stock(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = letters(value);
    letters > 0 && digits <= DIGITS && covered(value, 1) == letters && !is_complex(value)
}

/// Share of the letters that stock words cover, from 0 to 1, with digits and signs read as the
/// letters that they are drawn for: `s00pers3cret` hides nothing.
pub(super) fn share(value: &[u8]) -> f32 {
    let read = |value: &[u8]| covered(value, TELLING) as f32 / letters(value).max(1) as f32;
    let plain: Vec<u8> = value.iter().map(|&byte| letter_of(byte)).collect();
    read(value).max(read(&plain))
}

fn letter_of(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        _ => byte,
    }
}

fn letters(text: &[u8]) -> usize {
    text.iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count()
}

/// Most letters that stock words of `least` bytes or more can cover without overlap; none of a value
/// that is too long.
fn covered(value: &[u8], least: usize) -> usize {
    if value.len() > LONGEST {
        return 0;
    }
    let mut most = [0; LONGEST + 1];
    for at in 0..value.len() {
        most[at + 1] = most[at + 1].max(most[at]);
        let words = STOCK.beginning(&value[at..]);
        for word in words.filter(|word| word.len() >= least) {
            let end = at + word.len();
            most[end] = most[end].max(most[at] + letters(word));
        }
    }
    most[value.len()]
}

fn is_complex(value: &[u8]) -> bool {
    let any = |class: fn(&u8) -> bool| value.iter().any(class);
    any(u8::is_ascii_uppercase)
        && any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_digit)
        && any(|byte| byte.is_ascii_punctuation() && !b"-_. ".contains(byte))
}

/// Words of placeholders, of samples, and of the defaults that products ship with.
static STOCK: Words = Words::new(
    "a an the my your our this that is not to be some any with for from of in on it \
at and or very super really so one two change changed changeit changeme me replace insert enter put \
fill add set use here todo fixme tbd example sample dummy fake mock unit test tests testing tester demo \
default placeholder foo bar baz qux temp tmp invalid wrong bad good valid correct incorrect new old \
current existing another other random string value values text word long short strong weak secure \
insecure safe important hidden redacted masked removed filtered censored omitted password passwd \
passwort pass passphrase passcode pwd pw secret secrets token tokens key keys api auth access \
refresh private public client server service account user username users name login admin \
administrator root guest owner db database app application id credentials credential cred creds \
bearer basic jwt session cookie csrf hash salt signing encryption encrypted encode encoded shared \
master site web email mail consumer oauth aws github gitlab slack google stripe azure docker vault \
postgres postgresql mysql mariadb mongo mongodb redis rabbitmq rabbit elastic kafka oracle sa \
wordpress keycloak grafana minio welcome hello world letmein qwerty asdf abc abcd hunter monkey \
dragon lorem ipsum xyz production prod dev development staging local localhost host project company \
organization org vendor provider goes must should you generate generated own need needs type file \
path url base64 hex s3cr3t passw0rd p@ssw0rd p@ssword pa$$word something anything whatever blah bla \
field input form label data code number no yes none null nothing bot webhook license proxy registry \
repo repository deploy cluster node agent machine system internal external remote backup primary \
secondary first second third more less ca cert certificate authority issuer intermediate leaf \
smtp imap ftp ssh ldap jdbc http https relay top scott tiger foobared",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_a_row_are_stock_and_one_in_a_longer_value_is_a_share() {
        assert!(is_stock(b"my-secret-token") && is_stock(b"Password123"));
        assert!(!is_stock(b"Password123!") && !is_stock(b"12345") && !is_stock(b"mytulips"));
        assert_eq!(share(b"password"), 1.0);
        assert_eq!(share(b"pass-zzzz"), 0.5);
        assert_eq!(share(b"1234"), 0.0);
        assert_eq!(share(b"S3cr3t-P4ss"), 1.0);
    }

    #[test]
    fn the_best_way_to_cover_counts() {
        // `the` and `re` first would leave `fresh` uncovered.
        assert_eq!(share(b"refresh"), 1.0);
        assert_eq!(share(&[b'a'; 4000]), 0.0);
    }
}
