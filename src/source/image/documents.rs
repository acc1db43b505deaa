//! Reading the JSON documents of an image: once raw, as they are, and once value by value.
//!
//! A document that cannot be parsed is still searched raw, and one of too many bytes is searched
//! raw without being held in memory.

use super::claim::{Claim, Sums};
use super::digest::Digest;
use super::json;
use super::reading::Reading;
use super::relatives::{self, Values};
use super::store::{Blob, OpenError, Store};
use super::values;
use crate::model::{Counter, DocumentId, Kind, Origin, Shortfall, Where};
use crate::unpack::batch::Batcher;
use crate::unpack::digest::Hashing;
use serde_json::Value;
use std::io::Read;
use std::sync::Arc;

/// Reads the documents of one target and hands them on.
pub(super) struct Documents<'a> {
    scan: &'a Reading<'a>,
    store: Arc<dyn Store>,
    /// The target, in front of every place.
    label: String,
    batcher: Batcher<'a>,
}

/// What a document is needed for, which decides what it costs that it cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Other parts of the image are found through it.
    References,
    /// It should have values to tell apart; one that is merely too large was searched raw.
    Values,
    /// It is searched for its own sake, and was searched raw in any case.
    Text,
}

/// A document that was read.
pub(super) struct Document {
    /// Its name in the store.
    name: String,
    /// Its bytes; empty if they are too many.
    bytes: Vec<u8>,
    /// Its digest, computed.
    pub(super) digest: Digest,
    /// Its content, or why there is none.
    parsed: Result<Value, (Kind, String)>,
}

impl Document {
    /// Whether it is JSON that was read.
    pub(super) const fn is_parsed(&self) -> bool {
        self.parsed.is_ok()
    }
}

impl<'a> Documents<'a> {
    /// The documents in `store`.
    pub(super) fn new(scan: &'a Reading<'a>, store: Arc<dyn Store>, label: &str) -> Self {
        Self {
            scan,
            store,
            label: label.to_owned(),
            batcher: Batcher::new(scan.sink, scan.context),
        }
    }

    /// Records a shortfall of `what`, a part of the target.
    pub(super) fn shortfall(&self, kind: Kind, what: &str, detail: impl Into<String>) {
        let place = format!("{}, {what}", self.label);
        let shortfall = Shortfall::new(kind, place, detail);
        self.scan.sink.shortfall(shortfall);
    }

    /// Reads and parses the document of that name, which people know as `what`. Damage is
    /// recorded; only a document that cannot be opened at all is the caller's to judge.
    pub(super) fn read(
        &self,
        name: &str,
        claim: &Claim,
        what: &str,
    ) -> Result<Document, OpenError> {
        let blob = self.store.open(name)?;
        Ok(self.take(name, blob, claim, what))
    }

    /// Reads a document from anywhere.
    pub(super) fn take(&self, name: &str, blob: Blob, claim: &Claim, what: &str) -> Document {
        let limit = self.scan.options.limits.document_bytes;
        let mut hashing = Hashing::new(blob.reader, claim.algorithm());
        let mut bytes = Vec::new();
        let read = hashing.by_ref().take(limit + 1).read_to_end(&mut bytes);
        if let Err(error) = read.and_then(|_| hashing.drain()) {
            self.shortfall(Kind::Unreadable, what, error.to_string());
        }
        let sums = Sums::of(&hashing.finish(), None);
        for broken in claim.broken_by(&sums) {
            self.shortfall(Kind::Mismatch, what, broken);
        }
        let is_large = bytes.len() as u64 > limit;
        let parsed = match is_large {
            true => Err((
                Kind::Limit,
                "is too large to be parsed (--limit document-bytes)".to_owned(),
            )),
            false => json::parse(&bytes).map_err(|fault| (Kind::Corrupt, fault)),
        };
        if is_large {
            bytes = Vec::new();
        }
        Document {
            name: name.to_owned(),
            bytes,
            digest: sums.digest,
            parsed,
        }
    }

    /// The content of a document; `Null`, and a shortfall that fits the need, if it has none.
    pub(super) fn content<'d>(&self, document: &'d Document, what: &str, need: Need) -> &'d Value {
        let (cause, detail) = match &document.parsed {
            Ok(value) => return value,
            Err(cause) => cause,
        };
        let kind = match (need, cause) {
            (Need::References, _) | (Need::Values, Kind::Corrupt) => *cause,
            _ => Kind::RawOnly,
        };
        self.shortfall(kind, what, detail);
        &Value::Null
    }

    /// Hands a document on to be searched, unless an equal one was before.
    pub(super) fn publish(&mut self, document: &Document, role: Where, what: &str) -> DocumentId {
        let content = document.digest.text();
        let (number, is_new) = self.scan.catalog().add_document(role, what, content);
        if is_new {
            self.scan.sink.count(Counter::Documents, 1);
            self.text(number, role, document);
        }
        number
    }

    fn text(&mut self, number: DocumentId, role: Where, document: &Document) {
        let raw = Origin::Document(number);
        if !document.bytes.is_empty() {
            self.batcher.text(raw, &document.bytes);
        } else if let Ok(mut blob) = self.store.open(&document.name) {
            // Too large to be held: read once more.
            let (_, read) = self.batcher.blob(&raw, Some(blob.size), &mut |buffer| {
                blob.reader.read(buffer)
            });
            if let Err(error) = read {
                self.shortfall(Kind::Unreadable, &document.name, error.to_string());
            }
        }
        let is_compared = role == Where::Config && self.scan.catalog().relatives.is_asked_for;
        let mut said = Values::new();
        if let Ok(value) = &document.parsed {
            let mut values = 0;
            values::visit(value, role, &mut |passage| {
                if is_compared {
                    let hash = relatives::hash(&passage.pointer, &passage.text);
                    said.insert((passage.pointer.as_str().into(), values), hash);
                }
                let origin = Origin::Value {
                    document: number,
                    pointer: passage.pointer.into(),
                    place: passage.place,
                    number: values,
                };
                values += 1;
                self.batcher.text(origin, passage.text.as_bytes());
            });
        }
        if is_compared {
            self.scan.catalog().relatives.add_values(number, said);
        }
    }

    /// Hands on what is left.
    pub(super) fn finish(self) {
        self.batcher.finish();
    }
}
