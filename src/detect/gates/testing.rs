//! Whether the text around a value is the code of a test, told by the words that tests are written
//! with. The file's name is not asked: tests stand anywhere, and so do secrets.

use super::Candidate;
use super::key;
use super::words::Words;

/// Most words that are counted.
const MOST: usize = 4;
/// Words that hardly anything but a test is written with. `expect` is none: it is the name of a
/// program that types passwords.
static TELLING: Words = Words::new(
    "assert asserts asserted assertion unittest pytest testcase fixture fixtures mock mocks mocked \
mocker testify rspec junit doctest",
);
/// Words that tests have and other texts may have too.
static COMMON: Words = Words::new("test tests testing tested expected");

/// What is said of a value that a test was written with.
pub(super) const TESTED: &str = "it is an example: it stands in the code of a test";

/// Whether the value stands in the code of a test: two words, one of them a telling one.
pub(super) fn surrounds(candidate: &Candidate<'_>) -> bool {
    let telling = |word: &&[u8]| TELLING.has(word);
    count(candidate) > 1 && words(candidate).any(|word| telling(&word))
}

/// Words of tests around the value, from none to all that are counted, as a share.
pub(super) fn share(candidate: &Candidate<'_>) -> f32 {
    count(candidate) as f32 / MOST as f32
}

fn count(candidate: &Candidate<'_>) -> usize {
    let is_test = |word: &&[u8]| TELLING.has(word) || COMMON.has(word);
    words(candidate).filter(is_test).take(MOST).count()
}

/// The words around the match, those of names apart.
fn words<'a>(candidate: &Candidate<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let text = candidate.text;
    let sides = [
        &text[..candidate.matched.start],
        &text[candidate.matched.end..],
    ];
    sides.into_iter().flat_map(key::words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The candidate that `<` and `>` set off.
    fn surrounded(text: &str) -> bool {
        let (head, rest) = text.split_once('<').unwrap();
        let (value, tail) = rest.split_once('>').unwrap();
        let whole = format!("{head}{value}{tail}");
        let range = head.len()..head.len() + value.len();
        surrounds(&Candidate {
            text: whole.as_bytes(),
            matched: range.clone(),
            secret: range,
        })
    }

    #[test]
    fn tests_of_many_languages_are_told() {
        for text in [
            "def test_login(self):\n    key = '<x>'\n    self.assertEqual(1, 1)\n",
            "#[test]\nfn it_works() { let key = \"<x>\"; assert!(ok); }",
            "@pytest.fixture\ndef key():\n    return '<x>'\n\ndef test_key(key):\n",
            "TEST(Keys, Parse) {\n  auto key = \"<x>\";\n  ASSERT_TRUE(key);\n}",
            "@Test public void parses() { String key = \"<x>\"; assertEquals(1, 1); }",
        ] {
            assert!(surrounded(text), "{text}");
        }
    }

    #[test]
    fn programs_and_settings_are_none() {
        for text in [
            "assert(ready); const char key[] = \"<x>\";",
            "environment: test\nkey: <x>\ntest: true\n",
            "spawn ssh host\nexpect \"password:\"\nsend \"<x>\\r\"\nexpect eof\n",
        ] {
            assert!(!surrounded(text), "{text}");
        }
    }
}
