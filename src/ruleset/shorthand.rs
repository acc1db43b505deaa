//! What rules have in common is written once and called by name in their patterns, as `(?&name)`: a
//! spelling that is an error in the syntax of the `regex` crate, so no pattern means anything else by
//! it.

/// Names and what they stand for.
const SHORTHANDS: [(&str, &str); 7] = [
    ("(?&assigned)", ASSIGNED),
    ("(?&break)", BREAK),
    ("(?&end)", END),
    ("(?&line)", LINE),
    ("(?&mark)", MARK),
    ("(?&quote)", QUOTE),
    ("(?&start)", START),
];

/// From the end of a name to the value that is assigned to it, in the syntax of configuration,
/// shells, markup and source code: quotes, brackets and operators; line ends, also escaped ones; and
/// one of the words that stand between the two (`value:`, `default =`, `or`, the type of a variable).
const ASSIGNED: &str = r#"(?:[\s"'`\\:=,>()\]{|?&]|\\[nrt]){1,24}(?:(?i:value|default|string|str|or)["'`\\\s:=,&]{1,12})?"#;

/// From one line of a file to the next one: the line end, also an escaped one, and what indents,
/// quotes or marks the lines where the file stands inside another: patches, comments, notebooks.
const BREAK: &str = r#"[ \t"',]{0,8}(?:\r?\n|\\[rn])(?:\\[rn]|[\s"',+>#*/-]){0,40}"#;

/// The end of a word. In a binary file the byte behind a text may happen to be a letter or a digit: the tag of
/// the next field, the kind of the next object. Then a byte follows that stands in no text, a small number.
const END: &str = r"(?:\b|\w[\x00-\x08\x0B\x0C\x0E-\x1F])";

/// The begin of a word. In a binary file the byte before a text may happen to be a letter or a digit, because
/// it is the text's length. Then what is before that stands in no text, or is of no ASCII text: the high byte
/// of the length, a tag.
const START: &str = r"(?:\b|[\x00-\x08\x0B\x0C\x0E-\x1F\xC0-\xFF]\w)";

/// The begin of a line, whatever marks it; of a string or a value; or of an entry that a zero byte parts
/// from the one before.
const LINE: &str = r#"(?:(?m:^)|["'=\x00])[ \t"'>#*+/-]{0,16}"#;

/// What stands before a value that begins too shortly, or too much like a word, to be looked for
/// without it.
const MARK: &str = r#"["'`= >\n]"#;

/// A quote as it is, doubled as in CSV, or escaped once or twice.
const QUOTE: &str = r#"(?:\\{0,3}["'`]){1,2}"#;

/// A pattern with its shorthands spelled out.
///
/// # Errors
/// When it calls one that does not exist.
pub(super) fn spelled_out(pattern: &str) -> Result<String, String> {
    let spell = |pattern: String, (name, meaning): &(&str, &str)| {
        pattern.replace(name, &format!("(?:{meaning})"))
    };
    let spelled = SHORTHANDS.iter().fold(pattern.to_owned(), spell);
    match spelled.find("(?&") {
        None => Ok(spelled),
        Some(at) => {
            let name = spelled[at..]
                .split_inclusive(')')
                .next()
                .unwrap_or_default();
            let known = SHORTHANDS.map(|(name, _)| name).join(", ");
            Err(format!(
                "`{name}` stands for nothing; the known ones are {known}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    fn regex(pattern: &str) -> Regex {
        Regex::new(&spelled_out(pattern).unwrap()).unwrap()
    }

    #[test]
    fn words_end_where_the_file_is_binary() {
        let pattern = spelled_out("(?-u)(?&start)KEY_[0-9a-z]{4}(?&end)").unwrap();
        let pattern = regex::bytes::Regex::new(&pattern).unwrap();
        for text in [
            &b"KEY_12ab"[..],
            b"=KEY_12ab;",
            b"\x00AKEY_12ab\x01",
            b"\x129KEY_12abJ\x05hello",
            b"\xdazKEY_12abr\x00\x00",
        ] {
            assert!(pattern.is_match(text), "{text:?}");
        }
        for text in [
            &b"AKEY_12ab"[..],
            b"\n9KEY_12ab",
            b"KEY_12abc",
            b"KEY_12abcd\x01",
            b"x\x00ABKEY_12ab",
        ] {
            assert!(!pattern.is_match(text), "{text:?}");
        }
    }

    #[test]
    fn a_value_is_reached_from_its_name_in_every_syntax() {
        let pattern = regex("^NAME(?&assigned)42$");
        for text in [
            "NAME=42",
            "NAME: '42",
            "NAME\", \"42",
            "NAME>42",
            "NAME\\\":\\\"42",
            "NAME\n              value: \"42",
            "NAME\",\"value\":\"42",
            "NAME: string = `42",
            "NAME string = \"42",
            "NAME: &str = \"42",
            "NAME\"] = \"42",
            "NAME || '42",
            "NAME ?? '42",
            "NAME') or '42",
            "NAME\" {\n  default = \"42",
            "NAME\\\\n  value: 42",
        ] {
            assert!(pattern.is_match(text), "{text}");
        }
        for text in ["NAME42", "NAME of 42", "NAME = get(42", "NAME;42"] {
            assert!(!pattern.is_match(text), "{text}");
        }
    }

    #[test]
    fn lines_follow_each_other_and_begin_in_whatever_they_stand() {
        let pattern = regex("(?&line)one(?&break)two");
        for text in [
            "one\ntwo",
            "x\r\none\r\n  two",
            "+one\n+two",
            "# one\n# two",
            "{\"data\": \"one\\ntwo\"}",
            "  \"one\\n\",\n    \"two\"",
            "x\0one\ntwo",
        ] {
            assert!(pattern.is_match(text), "{text}");
        }
        for text in ["someone\ntwo", "one = two", "one, two"] {
            assert!(!pattern.is_match(text), "{text}");
        }
    }

    #[test]
    fn quotes_are_known_by_what_others_make_of_them() {
        let pattern = regex("^(?&quote)?a$");
        for text in ["a", "\"a", "'a", "\\\"a", "\\\\\\\"a", "\"\"a", "''a"] {
            assert!(pattern.is_match(text), "{text}");
        }
        assert!(!pattern.is_match("\\a"));
    }

    #[test]
    fn a_name_that_nobody_knows_is_refused() {
        let problem = spelled_out("(?&other)x").unwrap_err();
        assert!(
            problem.starts_with("`(?&other)` stands for nothing"),
            "{problem}"
        );
    }
}
