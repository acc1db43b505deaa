//! The decoded values of a JSON document, each as a text of its own: JSON escapes undone, command
//! lines joined, variables one by one, base64 opened. A document is *also* searched raw, so what
//! this walk leaves out (numbers, punctuation) is not lost.

use super::{history, json};
use crate::model::Where;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// One value, ready to be searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    /// Which value: `config.Env[3] TOKEN`, `history[2].created_by`, ...
    pub(super) pointer: String,
    /// What kind of place that is.
    pub(super) place: Where,
    /// The text, with its key in front where the key gives it meaning.
    pub(super) text: String,
}

/// Arrays that are one command line.
const COMMANDS: [&str; 4] = ["Cmd", "Entrypoint", "Shell", "Test"];
/// Shortest text that is tried as base64, in bytes; shorter ones are words more often than not.
const LEAST_BASE64: usize = 16;
/// Base64 inside base64 that is still opened.
const BASE64_DEPTH: usize = 3;
/// Longest key that is told in full, in characters.
const LONGEST_KEY: usize = 120;
/// Longest pointer that still grows, in bytes.
const LONGEST_POINTER: usize = 400;
/// What buildkit puts in front of a build argument's name in a provenance.
const BUILD_ARG: &str = "build-arg:";

/// Hands out every text in `document`, in its own order. One by one, because a hostile document
/// can be two million of them.
pub(super) fn visit(document: &Value, place: Where, found: &mut dyn FnMut(Passage)) {
    let mut walk = Walk {
        place,
        depth: 0,
        found,
    };
    walk.value("", "", document);
}

struct Walk<'f> {
    place: Where,
    depth: usize,
    found: &'f mut dyn FnMut(Passage),
}

impl Walk<'_> {
    fn value(&mut self, pointer: &str, key: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    self.member(&join(pointer, name), name, member);
                }
            }
            Value::Array(items) => {
                // A long key is a text of its own already; it is not said again for every item.
                let key = if key.len() > LONGEST_KEY { "" } else { key };
                for (index, item) in items.iter().enumerate() {
                    self.value(&format!("{pointer}[{index}]"), key, item);
                }
            }
            Value::String(text) => self.leaf(pointer, key, text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A member of an object: some keys of an image config have a meaning of their own.
    fn member(&mut self, pointer: &str, key: &str, value: &Value) {
        let place = self.place;
        match (key, value) {
            ("Env", Value::Array(items)) => self.variables(pointer, items),
            ("annotations", Value::Object(_)) if place == Where::Manifest => {
                self.within(Where::Annotation, pointer, key, value);
            }
            ("history", Value::Array(_)) if place == Where::Config => {
                self.within(Where::History, pointer, key, value);
            }
            ("created_by", Value::String(text)) if place == Where::History => {
                self.created_by(pointer, text);
            }
            (_, Value::Array(items)) if COMMANDS.contains(&key) => {
                match items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                    Some(words) => self.push(pointer, words.join(" ")),
                    None => self.value(pointer, key, value),
                }
            }
            (_, Value::Array(_)) if key == "OnBuild" => self.value(pointer, "", value),
            // A key without a text of its own can still spell a secret, escaped.
            (_, Value::Object(_) | Value::Array(_)) => {
                self.push(pointer, key.to_owned());
                self.value(pointer, key, value);
            }
            _ => self.value(pointer, key, value),
        }
    }

    fn within(&mut self, place: Where, pointer: &str, key: &str, value: &Value) {
        let outer = std::mem::replace(&mut self.place, place);
        self.value(pointer, key, value);
        self.place = outer;
    }

    /// `Env`: each variable by its name.
    fn variables(&mut self, pointer: &str, items: &[Value]) {
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(text) => {
                    let name = text.split_once('=').map_or("", |pair| pair.0);
                    let pointer = named(&format!("{pointer}[{index}]"), name);
                    self.push(&pointer, text.to_owned());
                    self.base64(&pointer, text.split_once('=').map_or("", |pair| pair.1));
                }
                None => self.value(&format!("{pointer}[{index}]"), "", item),
            }
        }
    }

    /// Each build argument on its own, and the instruction behind them.
    fn created_by(&mut self, pointer: &str, text: &str) {
        let (arguments, instruction) = history::apart(text);
        self.push(pointer, instruction.to_owned());
        for argument in arguments {
            let name = argument.split_once('=').map_or("", |pair| pair.0);
            self.push(&named(pointer, name), argument.to_owned());
        }
    }

    fn leaf(&mut self, pointer: &str, key: &str, text: &str) {
        let key = key.strip_prefix(BUILD_ARG).unwrap_or(key);
        match key {
            "" => self.push(pointer, text.to_owned()),
            _ => self.push(pointer, format!("{key}={text}")),
        }
        self.base64(pointer, text);
    }

    /// A text that decodes to another text: that one too, or its values if it is JSON.
    fn base64(&mut self, pointer: &str, text: &str) {
        if self.depth == BASE64_DEPTH {
            return;
        }
        let Some(decoded) = decode_text(text) else {
            return;
        };
        let pointer = format!("{pointer} (base64)");
        self.depth += 1;
        match json::parse(decoded.as_bytes()) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => self.value(&pointer, "", &value),
            _ => self.leaf(&pointer, "", &decoded),
        }
        self.depth -= 1;
    }

    fn push(&mut self, pointer: &str, text: String) {
        if !text.is_empty() {
            (self.found)(Passage {
                pointer: pointer.to_owned(),
                place: self.place,
                text,
            });
        }
    }
}

/// The pointer of a member. It stays short, whatever the names are: a document can repeat it for
/// every value.
fn join(pointer: &str, name: &str) -> String {
    if pointer.len() > LONGEST_POINTER {
        return pointer.to_owned();
    }
    let end = name
        .char_indices()
        .nth(LONGEST_KEY)
        .map_or(name.len(), |at| at.0);
    let (name, more) = (&name[..end], if end < name.len() { "…" } else { "" });
    let dot = if pointer.is_empty() { "" } else { "." };
    format!("{pointer}{dot}{name}{more}")
}

/// The pointer of a variable, with its name behind it.
fn named(pointer: &str, name: &str) -> String {
    let name: String = name.chars().take(LONGEST_KEY).collect();
    format!("{pointer} {name}").trim_end().to_owned()
}

/// Base64 of RFC 4648 section 4, with or without padding and line ends, if it stands for text.
fn decode_text(text: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&STANDARD, config);
    let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    if packed.len() < LEAST_BASE64 {
        return None;
    }
    let decoded = String::from_utf8(engine.decode(packed).ok()?).ok()?;
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    decoded.chars().all(is_text).then_some(decoded)
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
