//! A list of targets, as `--from-file` takes it: one on each line, as it would be typed. What follows
//! a `#` at the beginning of a line or after a space is a comment. A wrong line is refused by its number
//! before anything is read, because a fleet with a hole in it must not pass for the fleet.

use super::target::{Target, TargetError};
use std::str::Utf8Error;

/// A list that is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// A line is no target.
    #[error("{name}:{line}: {cause}")]
    BadTarget {
        /// What the list is called.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        cause: TargetError,
    },
    /// A line is no text.
    #[error("{name}:{line}: is no UTF-8 text; a list has one image on each line")]
    NoText {
        /// What the list is called.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// A line asks for standard input, which only the command line can.
    #[error("{name}:{line}: `-` stands for an archive on standard input; give it as an argument")]
    Stdin {
        /// What the list is called.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// There is no target in it.
    #[error("{name} names no image; it takes one on each line, as on the command line")]
    Empty {
        /// What the list is called.
        name: String,
    },
}

impl Target {
    /// The targets that a list names, in its order; messages call the list `name`.
    ///
    /// # Errors
    /// The first line that is no target; and a list without any, which would pass for clean.
    pub fn listed(list: &[u8], name: &str) -> Result<Vec<Self>, ListError> {
        let lines = list.split(|byte| *byte == b'\n').zip(1..);
        let targets = lines.filter_map(|(text, line)| {
            let text = std::str::from_utf8(text).map(content);
            match text {
                Ok("") => None,
                text => Some(one(text, name, line)),
            }
        });
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        match targets.is_empty() {
            true => Err(ListError::Empty {
                name: name.to_owned(),
            }),
            false => Ok(targets),
        }
    }
}

/// The target on a line.
fn one(text: Result<&str, Utf8Error>, name: &str, line: usize) -> Result<Target, ListError> {
    let name = name.to_owned();
    match text {
        Err(_) => Err(ListError::NoText { name, line }),
        Ok("-") => Err(ListError::Stdin { name, line }),
        Ok(text) => Target::parse(text).map_err(|cause| ListError::BadTarget { name, line, cause }),
    }
}

/// A line without its comment and the space around it.
fn content(line: &str) -> &str {
    let mut marks = line.match_indices('#');
    let comment = marks.find(|&(at, _)| at == 0 || line[..at].ends_with(char::is_whitespace));
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &str) -> Vec<String> {
        let targets = Target::listed(list.as_bytes(), "list").unwrap();
        targets.iter().map(|one| one.text().to_owned()).collect()
    }

    fn refusal(list: &[u8]) -> String {
        Target::listed(list, "fleet.txt").unwrap_err().to_string()
    }

    #[test]
    fn comments_and_empty_lines_are_no_targets() {
        let list = "# all of them\nalpine  # the base\r\n\n  ghcr.io/me/app:1\t#x\n \n#end";
        assert_eq!(texts(list), ["alpine", "ghcr.io/me/app:1"]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        assert!(refusal(b"alpine\n\nNot A Name\n").starts_with("fleet.txt:3: `Not A Name`"));
        assert!(refusal(b"alpine\n\xff\xfe\n").starts_with("fleet.txt:2: is no UTF-8"));
        assert!(refusal(b"-\n").starts_with("fleet.txt:1: `-`"));
    }

    #[test]
    fn a_list_of_nothing_is_refused() {
        for list in [&b""[..], b"# nothing\n"] {
            assert!(refusal(list).contains("names no image"));
        }
    }
}
