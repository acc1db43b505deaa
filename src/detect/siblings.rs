//! What is assigned beside a secret under the same name: `DB_USER` and `DB_HOST` beside `DB_PASSWORD`,
//! `clientId` beside `clientSecret`. They are no secrets, and they say what the secret opens, so they
//! become parts of its finding. No provider is known here: a sibling has the secret's own name with
//! another last word, and stands in the same block of lines.

use super::gates::placeholder::{Shape, shape};
use super::gates::{Candidate, PASSWORDS, assigned_name, next_assignment};
use crate::model::{Part, Secret};

/// Longest value of a sibling, in bytes.
const LONGEST: usize = 128;

/// Last words of names that mean a password beside those that the gates know, and of those that mean a key
/// with an id.
const SHORT_PASSWORD: &[u8] = b"pw";
const SECRETS: [&[u8]; 4] = [b"secretkey", b"apisecret", b"secret", b"key"];

/// What a sibling is called as a part, and the last words of its name.
type Role = (&'static str, &'static [&'static [u8]]);
const OF_PASSWORD: &[Role] = &[
    ("username", &[b"user", b"username", b"login", b"uid"]),
    ("host", &[b"host", b"hostname", b"server"]),
];
const OF_SECRET: &[Role] = &[("id", &[b"id"])];

/// The siblings of a candidate's value, one for each role at most.
pub(super) fn of(candidate: &Candidate<'_>) -> Vec<Part> {
    let name = plain(assigned_name(candidate));
    let Some((stem, roles)) = taken_apart(&name) else {
        return Vec::new();
    };
    let block = Block::around(candidate, &name);
    let part = |&(role, endings): &Role| {
        let is_named = |name: &[u8]| {
            let ending = name.strip_prefix(stem);
            ending.is_some_and(|ending| endings.contains(&ending))
        };
        Some(Part {
            name: role.to_owned(),
            value: Secret::new(block.nearest(is_named)?),
        })
    };
    roles.iter().filter_map(part).collect()
}

/// What stands before the telling word of a name, and what to look for beside it. An id belongs to
/// something that the name says; `secret` alone names nothing.
fn taken_apart(name: &[u8]) -> Option<(&[u8], &'static [Role])> {
    let stem = |endings: &[&[u8]]| endings.iter().find_map(|ending| name.strip_suffix(*ending));
    let of_password = stem(&PASSWORDS).or_else(|| name.strip_suffix(SHORT_PASSWORD));
    match (of_password, stem(&SECRETS)) {
        (Some(stem), _) => Some((stem, OF_PASSWORD)),
        (None, Some(stem)) if !stem.is_empty() => Some((stem, OF_SECRET)),
        _ => None,
    }
}

/// A name without what spellings differ in: `db-password`, `DB_PASSWORD` and `dbPassword` are one.
fn plain(name: &[u8]) -> Vec<u8> {
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(u8::to_ascii_lowercase).collect()
}

/// An assignment near a secret, and how many lines away.
struct Assignment<'a> {
    name: Vec<u8>,
    value: &'a [u8],
    distance: usize,
}

/// The lines around a secret that speak of the same thing.
struct Block<'a> {
    assignments: Vec<Assignment<'a>>,
}

impl<'a> Block<'a> {
    /// Reads the secret's line and then those to both sides, as far as the candidate's text goes.
    fn around(candidate: &Candidate<'a>, name: &[u8]) -> Self {
        let (before, after) = whole_words(candidate);
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
        let (left, right) = (&before[start..], &after[..end]);
        let mut block = Self {
            assignments: Vec::new(),
        };
        block.read(left, 0);
        block.read(right, 0);
        if balance(right) >= 0 {
            let below = after[end..].split(|&byte| byte == b'\n').skip(1);
            block.walk(Way::Down, left, below, name);
        }
        if balance(left) <= 0 {
            let above = before[..start].rsplit(|&byte| byte == b'\n').skip(1);
            block.walk(Way::Up, left, above, name);
        }
        block
    }

    /// Reads on in one direction until the block ends, or the name of the secret comes again.
    fn walk(
        &mut self,
        way: Way,
        own: &'a [u8],
        lines: impl Iterator<Item = &'a [u8]>,
        name: &[u8],
    ) {
        let mut last = own;
        for (number, line) in lines.enumerate() {
            let known = self.assignments.len();
            if way.leaves(last, line) {
                return;
            }
            self.read(line, number + 1);
            if self.assignments[known..].iter().any(|one| one.name == name) {
                self.assignments.truncate(known);
                return;
            }
            if way.closes(line) {
                return;
            }
            last = line;
        }
    }

    /// Notes every `name = value` of a line.
    fn read(&mut self, line: &'a [u8], distance: usize) {
        let mut rest = line;
        while let Some((name, value, tail)) = next_assignment(rest) {
            let name = plain(name);
            self.assignments.push(Assignment {
                name,
                value,
                distance,
            });
            rest = tail;
        }
    }

    /// The nearest value of such a name that is no reference; of two as near the upper one, because the
    /// secret is mostly named last.
    fn nearest(&self, is_named: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
        let is_value = |value: &[u8]| {
            value.len() <= LONGEST && !matches!(shape(value), Some(Shape::Reference(_)))
        };
        let named = self.assignments.iter().rev();
        let named = named.filter(|one| is_named(&one.name) && is_value(one.value));
        named.min_by_key(|one| one.distance).map(|one| one.value)
    }
}

/// A direction in which lines are read.
#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

impl Way {
    /// Whether `line`, which follows `last` in this direction, is of another block: behind an empty line,
    /// the head of a section, the bracket of another object, or from one item of a list to the next.
    fn leaves(self, last: &[u8], line: &[u8]) -> bool {
        let is_item = |line: &[u8]| line.trim_ascii_start().starts_with(b"- ");
        let (is_other, first, second) = match self {
            Self::Up => (balance(line) < 0, last, line),
            Self::Down => (balance(line) > 0, line, last),
        };
        let line = line.trim_ascii_start();
        line.is_empty() || line.starts_with(b"[") || is_other || is_item(first) && !is_item(second)
    }

    /// Whether the object that the lines are in has its end here.
    fn closes(self, line: &[u8]) -> bool {
        match self {
            Self::Up => balance(line) > 0,
            Self::Down => balance(line) < 0,
        }
    }
}

/// Brackets that are opened and not closed, or less than none.
fn balance(line: &[u8]) -> isize {
    let step = |byte: &u8| match byte {
        b'{' => 1,
        b'}' => -1,
        _ => 0,
    };
    line.iter().map(step).sum()
}

/// The text before and behind the match without the words at its ends, which may be cut.
fn whole_words<'a>(candidate: &Candidate<'a>) -> (&'a [u8], &'a [u8]) {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;&".contains(byte);
    let name = candidate.matched.start;
    let (before, after) = (
        &candidate.text[..name],
        &candidate.text[candidate.secret.end..],
    );
    let start = match before.len() < super::NEIGHBOURHOOD {
        true => 0,
        false => before.iter().position(ends).unwrap_or(before.len()),
    };
    let end = match after.len() < super::NEIGHBOURHOOD {
        true => after.len(),
        false => after.iter().rposition(ends).unwrap_or(0),
    };
    (&before[start..], &after[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of the value set off by `[[` and `]]`, behind the name that its line begins with.
    fn parts(text: &str) -> Vec<String> {
        let (head, rest) = text.split_once("[[").unwrap();
        let (value, tail) = rest.split_once("]]").unwrap();
        let lower = head.to_lowercase();
        let name = ["pass", "secret"]
            .iter()
            .filter_map(|word| lower.rfind(word));
        let whole = format!("{head}{value}{tail}");
        let candidate = Candidate {
            text: whole.as_bytes(),
            matched: name.max().unwrap()..head.len() + value.len(),
            secret: head.len()..head.len() + value.len(),
        };
        let told = of(&candidate).into_iter().map(|part| {
            let value = String::from_utf8_lossy(part.value.expose()).into_owned();
            format!("{} {value}", part.name)
        });
        told.collect()
    }

    #[test]
    fn names_that_differ_in_their_last_word_belong_together() {
        for text in [
            "CLIENT_ID=4711abc\nCLIENT_SECRET=[[tulips]]\n",
            "{\n  \"clientId\": \"4711abc\",\n  \"clientSecret\": \"[[tulips]]\"\n}",
            "{\"client_id\":\"4711abc\",\"client_secret\":\"[[tulips]]\",\"x\":\"y\"}",
            "client-secret: [[tulips]]\nclient-id: 4711abc\n",
            "curl -d client_id=4711abc -d client_secret=[[tulips]] https://acme.dev/token",
            "<clientId>4711abc</clientId>\n<clientSecret>[[tulips]]</clientSecret>",
            "'client_id' => '4711abc',\n'client_secret' => '[[tulips]]',",
        ] {
            assert_eq!(parts(text), ["id 4711abc"], "{text}");
        }
        assert_eq!(
            parts("DB_HOST=db.acme.dev\nDB_NAME=shop\nDB_USER=ada\nDB_PASSWORD=[[tulips]]\n"),
            ["username ada", "host db.acme.dev"]
        );
        assert_eq!(
            parts("server: db\nusername: ada\npassword: [[tulips]]"),
            ["username ada", "host db"]
        );
    }

    #[test]
    fn what_has_another_name_or_says_nothing_belongs_to_another() {
        for text in [
            "SMTP_USER=ada\nDB_PASSWORD=[[tulips]]\n",
            "id: 4711\nsecret: [[tulips]]\n",
            "DB_USER=${DB_USER}\nDB_PASSWORD=[[tulips]]\n",
            "DB_USER=\nDB_PASSWORD=[[tulips]]\n",
            "DB_USER=ada\n\nDB_PASSWORD=[[tulips]]\n",
            "user = ada\n[mail]\npassword = [[tulips]]\n",
            "{\"user\": \"ada\"},\n{\"password\": \"[[tulips]]\"}",
            "DB_USER=ada\nDB_PASSWORD=x\nDB_PASSWORD=[[tulips]]\n",
        ] {
            assert_eq!(parts(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn of_several_alike_each_keeps_its_own() {
        let list = |marked: usize| {
            let item = |number: usize| {
                let secret = if number == marked {
                    "[[tulips]]"
                } else {
                    "roses"
                };
                format!("- client_id: app{number}\n  client_secret: {secret}\n")
            };
            (1..4).map(item).collect::<String>()
        };
        let reversed = |marked: usize| {
            let item = |number: usize| {
                let secret = if number == marked {
                    "[[tulips]]"
                } else {
                    "roses"
                };
                format!("- client_secret: {secret}\n  client_id: app{number}\n")
            };
            (1..4).map(item).collect::<String>()
        };
        for number in 1..4 {
            let own = [format!("id app{number}")];
            assert_eq!(parts(&list(number)), own);
            assert_eq!(parts(&reversed(number)), own);
        }
    }

    #[test]
    fn a_value_that_is_cut_is_none() {
        let far = "x".repeat(super::super::NEIGHBOURHOOD);
        let cut = format!("PASSWORD=[[tulips]]\nUSER={far}");
        assert_eq!(parts(&cut), [""; 0]);
        let cut = format!("{far}_CLIENT_ID=4711\nCLIENT_SECRET=[[tulips]]\n");
        assert_eq!(parts(&cut[400..]), [""; 0]);
    }
}
