//! The name that a value is assigned to. What it means is decided as people read it: by its last
//! telling word. `password_reset_url` is a URL, `url_password` a password.

use super::Candidate;
use super::words::Words;

/// Longest name that is read, in bytes to the left of the match.
const LONGEST: usize = 64;

/// What a name promises about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Chosen by a person: any word may be one.
    Password,
    /// Drawn by a machine, or ought to be.
    Key,
}

/// A name in front of an operator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'a> {
    /// The whole name, from where its first word begins.
    pub name: &'a [u8],
    /// Where it stands in the candidate's text.
    pub start: usize,
}

impl<'a> Key<'a> {
    /// The name around the start of the match: a rule's pattern begins at a word inside it.
    pub(super) fn of(candidate: &Candidate<'a>) -> Self {
        let text = candidate.text;
        let lead = text[candidate.matched.start..candidate.secret.start]
            .iter()
            .take_while(|&&byte| !is_name(byte))
            .count();
        let inside = candidate.matched.start + lead;
        let left = text[..inside]
            .iter()
            .rev()
            .take(LONGEST)
            .take_while(|&&byte| is_name(byte));
        let start = inside - left.count();
        let right = text[inside..candidate.secret.start]
            .iter()
            .take_while(|&&byte| is_name(byte));
        let end = inside + right.count();
        Self {
            name: &text[start..end],
            start,
        }
    }

    /// What the name promises; `None` if it names something else.
    pub(super) fn kind(&self) -> Option<Kind> {
        if words(self.name).any(|word| DENIALS.has(word)) || self.is_directory() {
            return None;
        }
        let (mut head, mut qualified) = (None, false);
        for word in words(self.name) {
            qualified |= head.is_some_and(|head| QUALIFIERS.has(head));
            if word.eq_ignore_ascii_case(b"token") && head.is_some_and(|head| PASSING.has(head)) {
                return None;
            }
            if !NEUTRAL.has(word) && !word.iter().all(u8::is_ascii_digit) {
                head = Some(word);
            }
        }
        kind_of(head?, qualified)
    }

    /// Whether it is `PWD`, the shell's working directory, maybe glued to what stands before it in
    /// a program's string table. `DB_PWD` is a password.
    fn is_directory(&self) -> bool {
        let before = self.name.strip_suffix(b"PWD");
        before.is_some_and(|before| before.last().is_none_or(u8::is_ascii_alphanumeric))
    }

    /// Whether it is the last word of a quoted text: of a sentence, as the keys of translations
    /// are, or of the name of a type (`"AWS::IAM::AccessKey"`).
    pub(super) fn ends_quoted_text(&self, text: &[u8]) -> bool {
        let after = text.get(self.start + self.name.len());
        let before = &text[..self.start];
        matches!(after, Some(b'"' | b'\'')) && (before.ends_with(b" ") || before.ends_with(b"::"))
    }

    /// What is said of a value that it names.
    pub(super) fn told(&self) -> String {
        format!("assigned to {}", String::from_utf8_lossy(self.name))
    }

    /// Its words.
    pub(super) fn words(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        words(self.name)
    }

    /// Whether it is the quoted name of a field, where a sentence may follow in any spelling.
    pub(super) fn is_quoted(&self, text: &[u8]) -> bool {
        let before = text[..self.start].last();
        matches!(before, Some(b'"' | b'\'')) && before == text.get(self.start + self.name.len())
    }

    /// Whether it is an option of a command.
    pub(super) fn is_option(&self) -> bool {
        self.name.starts_with(b"-")
    }

    /// Whether it is spelled as an environment variable.
    pub(super) fn is_shouted(&self) -> bool {
        self.name.iter().any(u8::is_ascii_uppercase)
            && !self.name.iter().any(u8::is_ascii_lowercase)
    }

    /// Whether `value` says no more than the name itself does, punctuation and case aside.
    pub(super) fn echoes(&self, value: &[u8]) -> bool {
        let plain = |text: &[u8]| -> Vec<u8> {
            text.iter()
                .filter(|byte| byte.is_ascii_alphanumeric())
                .map(u8::to_ascii_lowercase)
                .collect()
        };
        let (name, value) = (plain(self.name), plain(value));
        let contains = |long: &[u8], short: &[u8]| memchr::memmem::find(long, short).is_some();
        !value.is_empty()
            && (contains(&name, &value)
                || (contains(&value, &name) && value.len() < name.len() + 6))
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte)
}

/// The kind of a name with this last telling word; `qualified` if a word before it says what the
/// key is for.
fn kind_of(head: &[u8], qualified: bool) -> Option<Kind> {
    let ends = |tail: &[u8]| {
        head.len() >= tail.len() && head[head.len() - tail.len()..].eq_ignore_ascii_case(tail)
    };
    if NO_PASSWORDS.has(head) {
        None
    } else if SHORT_PASSWORDS.has(head) || PASSWORDS.iter().any(|tail| ends(tail)) {
        Some(Kind::Password)
    } else if KEYS.has(head) || KEY_ENDS.iter().any(|tail| ends(tail)) {
        Some(Kind::Key)
    } else {
        (qualified && head.eq_ignore_ascii_case(b"key")).then_some(Kind::Key)
    }
}

/// Endings of a word that means a password: `dbpassword`, `keypass`.
pub(in crate::detect) const PASSWORDS: [&[u8]; 8] = [
    b"password",
    b"passwd",
    b"passwort",
    b"passphrase",
    b"passcode",
    b"pwd",
    b"pswd",
    b"pass",
];
/// Short words that mean one.
static SHORT_PASSWORDS: Words = Words::new("pw psw bindpw");
/// Words that end so and mean something else.
static NO_PASSWORDS: Words =
    Words::new("bypass compass encompass trespass multipass subpass lowpass highpass");
/// Words that mean a key by themselves.
static KEYS: Words =
    Words::new("credential credentials creds bearer authkey signingkey masterkey encryptionkey");
/// Endings of a word that means a key.
const KEY_ENDS: [&[u8]; 7] = [
    b"secret",
    b"token",
    b"apikey",
    b"secretkey",
    b"accesskey",
    b"privatekey",
    b"authkey",
];
/// Words before `key` that make it one to keep.
static QUALIFIERS: Words = Words::new(
    "api access private secret auth encryption encrypt decryption signing sign \
signature master admin account storage shared session cookie subscription consumer jwt aes hmac \
crypto cipher service license deploy webhook client app rest",
);
/// Words before `token` that make it a mark of one request, which opens nothing.
static PASSING: Words = Words::new("request change lock idempotency starting sequence");
/// Words at the end that say nothing about the kind: which one, where, how written.
static NEUTRAL: Words = Words::new(
    "value string str env var default plain raw b encoded hex new old prod \
production dev development staging test live local confirmation confirm again repeat repeated base \
main primary secondary current temp tmp global root",
);
/// Words that turn a name into something else, wherever they stand.
static DENIALS: Words = Words::new(
    "public pub csrf xsrf next page continuation cursor pad eos bos unk cls sep mask \
stop max min num is has no use uses forgot forgotten reset show hide require requires required check \
validate verify allow enable enabled disable disabled invalid wrong incorrect missing empty debug",
);

/// The words of a name in snake, kebab, dotted or camel case; a run of capitals is one word, whose
/// last letter begins the next if a small one follows (`APIKey`).
pub(super) fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| !byte.is_ascii_alphanumeric())
        .flat_map(|part| {
            let mut rest = part;
            std::iter::from_fn(move || {
                let (word, tail) = rest.split_at(word_len(rest));
                rest = tail;
                (!word.is_empty()).then_some(word)
            })
        })
}

fn word_len(text: &[u8]) -> usize {
    let run =
        |text: &[u8], class: fn(&u8) -> bool| text.iter().take_while(|byte| class(byte)).count();
    if text.first().is_some_and(u8::is_ascii_digit) {
        return run(text, u8::is_ascii_digit);
    }
    let capitals = run(text, u8::is_ascii_uppercase);
    let next_is_small = text.get(capitals).is_some_and(u8::is_ascii_lowercase);
    if capitals > 1 {
        return capitals - usize::from(next_is_small);
    }
    capitals + run(&text[capitals..], u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<Kind> {
        Key {
            name: name.as_bytes(),
            start: 0,
        }
        .kind()
    }

    #[test]
    fn the_last_telling_word_decides() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "mysql-root-password",
            "spring.datasource.password",
            "smtpPass",
            "MYSQL_PWD",
            "password2",
            "password_confirmation",
            "DB_PASSWORD_PROD",
            "ssh_passphrase",
        ] {
            assert_eq!(kind(name), Some(Kind::Password), "{name}");
        }
        for name in [
            "apiKey",
            "API_KEY",
            "APIKey",
            "x-api-key",
            "client_secret",
            "SECRET_KEY_BASE",
            "accessToken",
            "aws_secret_access_key",
            "apikey",
            "githubToken",
            "signing_key",
            "DATADOG_APP_KEY",
        ] {
            assert_eq!(kind(name), Some(Kind::Key), "{name}");
        }
    }

    #[test]
    fn other_things_named_after_passwords_are_none() {
        for name in [
            "password_field",
            "passwordPolicy",
            "token_type",
            "secretName",
            "access_key_id",
            "public_key",
            "key",
            "primary_key",
            "bypass",
            "max_tokens",
            "eos_token",
            "next_page_token",
            "password_hash",
            "token_url",
            "secretary",
            "passwords",
            "api_key_header",
            "isPassword",
            "reset_password",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn the_name_reaches_to_both_sides_of_the_match() {
        let text = b"export MY_DB_PASSWORD_PROD = \"x\"";
        let candidate = Candidate {
            text,
            matched: 13..32,
            secret: 30..31,
        };
        let key = Key::of(&candidate);
        assert_eq!(
            (key.name, key.start),
            (b"MY_DB_PASSWORD_PROD".as_slice(), 7)
        );
        assert!(key.is_shouted());
    }

    #[test]
    fn an_echo_of_the_name_says_nothing() {
        let key = Key {
            name: b"WORDPRESS_DB_PASSWORD",
            start: 0,
        };
        assert!(key.echoes(b"wordpress") && key.echoes(b"db-password"));
        assert!(!key.echoes(b"tulips") && !key.echoes(b""));
    }
}
