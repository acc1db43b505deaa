//! One line of JSONL: what it says, or why it says nothing.

use crate::model::{Counter, EntryPart, Kind, Origin};
use crate::unpack::Sink;
use crate::unpack::open::{File, Unpacker};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::error::Category;
use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

/// A text and its name.
pub(super) struct Record<'l> {
    content: Cow<'l, [u8]>,
    name: Option<Cow<'l, str>>,
}

/// A line that is no record. The errors of parsers quote what they choke on, so none is passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RecordError {
    /// Not JSON.
    #[error("is no JSON; the parser stopped at column {0}")]
    Syntax(usize),
    /// JSON of another shape.
    #[error("is no object with `content` or `content_base64`, and `origin`")]
    Shape,
    /// Two contents or none.
    #[error("must have either `content` or `content_base64`")]
    Content,
    /// What says it is base64 is not.
    #[error("has a `content_base64` that is no base64")]
    Base64,
    /// More than is kept in memory.
    #[error("has more than {0} bytes; raise --max-memory, of which a line may take an eighth")]
    TooLong(u64),
}

impl RecordError {
    /// Why the line was not read.
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::TooLong(_) => Kind::Limit,
            _ => Kind::Corrupt,
        }
    }
}

/// The line as it stands.
#[derive(Deserialize)]
struct Spelt<'l> {
    #[serde(borrow)]
    content: Option<Cow<'l, str>>,
    #[serde(borrow)]
    content_base64: Option<Cow<'l, str>>,
    #[serde(borrow)]
    origin: Option<Name<'l>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Name<'l> {
    Text(#[serde(borrow)] Cow<'l, str>),
    Object {
        #[serde(borrow)]
        path: Cow<'l, str>,
    },
}

impl<'l> Record<'l> {
    /// Reads a line that is not empty.
    ///
    /// # Errors
    /// When it is no record; the error says nothing of what stands there.
    pub(super) fn parse(line: &'l [u8]) -> Result<Self, RecordError> {
        let spelt: Spelt<'l> =
            serde_json::from_slice(line).map_err(|error| match error.classify() {
                Category::Data => RecordError::Shape,
                _ => RecordError::Syntax(error.column()),
            })?;
        let content = match (spelt.content, spelt.content_base64) {
            (Some(text), None) => match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
            (None, Some(text)) => {
                let bytes = STANDARD.decode(text.as_bytes());
                Cow::Owned(bytes.map_err(|_| RecordError::Base64)?)
            }
            _ => return Err(RecordError::Content),
        };
        let name = spelt.origin.map(|name| match name {
            Name::Text(text) => text,
            Name::Object { path } => path,
        });
        Ok(Self { content, name })
    }

    /// A line that is none, or the beginning of one that is too long.
    pub(super) const fn as_it_stands(line: &'l [u8]) -> Self {
        Self {
            content: Cow::Borrowed(line),
            name: None,
        }
    }

    /// Searches the content, and the name that the producer gave it.
    pub(super) fn search(self, line: u64, unpacker: &mut Unpacker<'_>, sink: &dyn Sink) {
        let path: Arc<[u8]> = match &self.name {
            Some(name) => name.as_bytes().into(),
            None => format!("line {line}").into_bytes().into(),
        };
        let origin = |part| Origin::Record {
            line,
            path: Arc::clone(&path),
            part,
        };
        if self.name.is_some() {
            unpacker.text(origin(EntryPart::Name), &path);
        }
        let mut content = &*self.content;
        let file = File {
            origin: &origin(EntryPart::Content),
            size: Some(content.len() as u64),
            place: &|| String::from_utf8_lossy(&path).into_owned(),
        };
        // Reading from memory cannot fail.
        let _ = unpacker.file(&file, &mut |buffer| content.read(buffer));
        sink.count(Counter::Files, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(Vec<u8>, Option<String>), RecordError> {
        let record = Record::parse(line.as_bytes())?;
        let name = record.name.map(Cow::into_owned);
        Ok((record.content.into_owned(), name))
    }

    #[test]
    fn a_record_has_a_content_and_mostly_a_name() {
        let table = [
            (r#"{"content":"a\nb","origin":"x/y"}"#, "a\nb", Some("x/y")),
            (
                r#"{"origin":{"path":"p","rev":1},"content":"c"}"#,
                "c",
                Some("p"),
            ),
            (r#"{"content_base64":"AGE=","more":[1]}"#, "\0a", None),
            (r#"{"content":""}"#, "", None),
        ];
        for (line, content, name) in table {
            let expected = (content.as_bytes().to_vec(), name.map(str::to_owned));
            assert_eq!(parsed(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_no_record_is_told_without_its_content() {
        let table = [
            ("{\"content\":\"hunter2", RecordError::Syntax(19)),
            ("\"hunter2\"", RecordError::Shape),
            (r#"{"content":["hunter2"]}"#, RecordError::Shape),
            (r#"{"content":"c","origin":7}"#, RecordError::Shape),
            (r#"{"origin":"hunter2"}"#, RecordError::Content),
            (
                r#"{"content":"hunter2","content_base64":"YQ=="}"#,
                RecordError::Content,
            ),
            (r#"{"content_base64":"hunter2!"}"#, RecordError::Base64),
        ];
        for (line, expected) in table {
            let error = parsed(line).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
            assert_eq!(error, expected, "{line}");
        }
    }
}
