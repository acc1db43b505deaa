//! The keys that a table may have, taken from the type it is read into, so that no list of them is
//! kept beside it; and the known name nearest to a mistyped one.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Every key of a struct, aliases included, in the order of its fields.
pub fn of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut keys: &'static [&'static str] = &[];
    // It always fails: what was asked for stands in `keys`.
    let _ = T::deserialize(Asked(&mut keys));
    keys
}

/// A deserializer that notes which fields are asked for and yields nothing.
struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("nothing is read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// What to say about a key that nobody knows.
pub fn unknown(key: &str, known: &[&str]) -> String {
    match nearest(key, known) {
        Some(name) => format!("the key `{key}` is unknown; `{name}` is the nearest"),
        None => format!("the key {} is unknown here", quoted(key)),
    }
}

/// A word out of a file, as far as a message may quote it: what is as long as a token, or has digits as one
/// has, is told by its length.
pub fn quoted(word: &str) -> String {
    const LONGEST: usize = 24;
    match word.len() <= LONGEST && !word.contains(|sign: char| sign.is_ascii_digit()) {
        true => format!("`{word}`"),
        false => format!("of {} bytes", word.len()),
    }
}

/// The name that is most like a mistyped one, if any is like it at all: at most half of its
/// letters differ.
pub fn nearest<'k>(typed: &str, known: &[&'k str]) -> Option<&'k str> {
    let distances = known.iter().map(|name| (distance(typed, name), *name));
    let (distance, name) = distances.min()?;
    (distance * 2 <= name.len().max(typed.len())).then_some(name)
}

/// How many letters must be put in, left out or changed (Levenshtein), without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only the names matter")]
    struct Table {
        #[serde(rename = "fail-on", alias = "failOn")]
        fail_on: Option<String>,
        strict: bool,
    }

    #[test]
    fn the_keys_of_a_struct_are_known_without_a_list() {
        let mut keys = of::<Table>().to_vec();
        keys.sort_unstable();
        assert_eq!(keys, ["fail-on", "failOn", "strict"]);
    }

    #[test]
    fn a_mistyped_key_is_answered_with_the_nearest() {
        let known = ["exclude", "fail-on", "min-confidence"];
        let table = [
            ("fail_on", Some("fail-on")),
            ("failon", Some("fail-on")),
            ("Exclude", Some("exclude")),
            ("min-confidense", Some("min-confidence")),
            ("colour", None),
        ];
        for (typed, expected) in table {
            assert_eq!(nearest(typed, &known), expected, "{typed}");
        }
        assert_eq!(
            unknown("exlude", &known),
            "the key `exlude` is unknown; `exclude` is the nearest"
        );
        assert_eq!(unknown("x", &[]), "the key `x` is unknown here");
        let told = "the key of 10 bytes is unknown here";
        assert_eq!(unknown("x9y8z7w6v5", &[]), told);
    }
}
