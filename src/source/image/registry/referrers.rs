//! What refers to an image: attestations, signatures, bills of material (distribution-spec,
//! "Listing Referrers"). Registries that know no referrers keep them under tags that are made of
//! the digest, and cosign kept them there before there was a specification.
//!
//! Every question is a round trip, so several are asked at the same time, and a registry that has no such
//! listing is asked for it once. Tags of cosign are looked for by their headers alone: most are not there,
//! and registries that count what is fetched do not count that.

use super::super::digest::Digest;
use super::super::manifest::ATTESTED;
use super::client::{Ask, Client, Part};
use super::document::Fetched;
use super::error::{Cause, RegistryError};
use super::store::{INDEX_TYPES, MANIFEST_TYPES};
use serde_json::{Value, json};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// What cosign appends to the tag that is made of a digest.
const COSIGN: [&str; 3] = ["sig", "att", "sbom"];
/// Most pages of one listing.
const PAGES: usize = 100;

/// The looking for referrers in one repository.
pub(super) struct Referrers<'a> {
    client: &'a Client,
    /// Largest manifest, in bytes.
    limit: u64,
    /// Whether the registry can list them, as far as is known.
    has_listing: AtomicBool,
}

/// A question about an image.
#[derive(Debug, Clone, Copy)]
enum Question<'d> {
    /// What refers to it?
    Referring(&'d Digest),
    /// What lies under the tag that is made of its digest and this word?
    Tagged(&'d Digest, &'static str),
}

impl<'a> Referrers<'a> {
    /// In the repository of `client`.
    pub(super) fn new(client: &'a Client, limit: u64) -> Self {
        Self {
            client,
            limit,
            has_listing: AtomicBool::new(true),
        }
    }

    /// Descriptors of what refers to an image, and to those that it is the index of, each annotated with
    /// what it is about: all that is told until a question fails, and how that failed.
    pub(super) fn of(
        &self,
        image: &Digest,
        children: &[Digest],
    ) -> (Vec<Value>, Option<RegistryError>) {
        let referring = children.iter().map(Question::Referring);
        let subjects = [image].into_iter().chain(children);
        let tagged =
            subjects.flat_map(|subject| COSIGN.map(|kind| Question::Tagged(subject, kind)));
        let questions: Vec<Question<'_>> = referring.chain(tagged).collect();
        // The first answer tells whether there is a listing.
        let first = [Question::Referring(image)];
        let some = questions.chunks(self.client.access.jobs.max(1));
        let mut all = Vec::new();
        for some in [&first[..]].into_iter().chain(some) {
            for answer in self.ask(some) {
                match answer {
                    Ok(told) => all.extend(told),
                    Err(error) => return (all, Some(error)),
                }
            }
        }
        (all, None)
    }

    /// Asks some questions at the same time.
    fn ask(&self, questions: &[Question<'_>]) -> Vec<Result<Vec<Value>, RegistryError>> {
        thread::scope(|scope| {
            let asking = questions
                .iter()
                .map(|&question| scope.spawn(move || self.answer(question)));
            let asking: Vec<_> = asking.collect();
            let answers = asking.into_iter().map(ScopedJoinHandle::join);
            answers
                .map(|answer| answer.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    fn answer(&self, question: Question<'_>) -> Result<Vec<Value>, RegistryError> {
        let (subject, told) = match question {
            Question::Referring(subject) => (subject, self.referring(subject)?),
            Question::Tagged(subject, kind) => (subject, self.tagged(subject, kind)?),
        };
        Ok(annotated(told, subject))
    }

    fn tagged(&self, subject: &Digest, kind: &str) -> Result<Vec<Value>, RegistryError> {
        let path = format!("manifests/{}.{kind}", tag(subject));
        let is_there = self.client.get(&Ask {
            path: path.clone(),
            accept: MANIFEST_TYPES,
            part: Part::Head,
        });
        match is_there {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) if !is_unknown(&error) => return Err(error),
            // Some know no question for the headers.
            Ok(_) | Err(_) => {}
        }
        let fetched = self.fetch(path, MANIFEST_TYPES)?;
        Ok(fetched.iter().map(descriptor).collect())
    }

    fn referring(&self, subject: &Digest) -> Result<Vec<Value>, RegistryError> {
        if self.has_listing.load(Ordering::Relaxed) {
            match self.listed(subject)? {
                Some(all) => return Ok(all),
                None => self.has_listing.store(false, Ordering::Relaxed),
            }
        }
        let tagged = self.fetch(format!("manifests/{}", tag(subject)), INDEX_TYPES)?;
        tagged.map_or_else(|| Ok(Vec::new()), |tagged| self.entries(&tagged))
    }

    /// Reads the listing page after page; `None` if the registry has none.
    fn listed(&self, subject: &Digest) -> Result<Option<Vec<Value>>, RegistryError> {
        let path = format!("referrers/{subject}");
        let Some(mut page) = self.fetch(path.clone(), INDEX_TYPES)? else {
            return Ok(None);
        };
        let mut all = self.entries(&page)?;
        for _ in 1..PAGES {
            let Some(next) = page.next else {
                return Ok(Some(all));
            };
            page = match self.fetch(format!("{path}?{next}"), INDEX_TYPES)? {
                Some(page) if page.next.as_ref() != Some(&next) => page,
                _ => return Err(self.client.error(Cause::EndlessList)),
            };
            all.extend(self.entries(&page)?);
        }
        Err(self.client.error(Cause::LongList(all.len())))
    }

    /// The descriptors in an index.
    fn entries(&self, index: &Fetched) -> Result<Vec<Value>, RegistryError> {
        let index: Option<Value> = serde_json::from_slice(&index.bytes).ok();
        match index.as_ref().and_then(|index| index.get("manifests")) {
            Some(Value::Array(entries)) => Ok(entries.clone()),
            Some(Value::Null) => Ok(Vec::new()),
            _ => Err(self.client.error(Cause::NoRegistry)),
        }
    }

    fn fetch(&self, path: String, accept: &str) -> Result<Option<Fetched>, RegistryError> {
        let ask = Ask {
            path,
            accept,
            part: Part::Whole,
        };
        match self.client.document(&ask, self.limit) {
            Ok(fetched) => Ok(Some(fetched)),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether the registry does not have it, or does not know what was asked: those from before OCI 1.1
/// say so in several ways.
fn is_unknown(error: &RegistryError) -> bool {
    error.is_not_found() || matches!(error.cause, Cause::Status(400 | 405 | 406 | 501, _))
}

fn tag(subject: &Digest) -> String {
    subject.text().replacen(':', "-", 1)
}

fn descriptor(fetched: &Fetched) -> Value {
    json!({
        "mediaType": fetched.media_type,
        "digest": fetched.digest.to_string(),
        "size": fetched.bytes.len(),
    })
}

/// Says in BuildKit's way what manifests are about, which is what the rest understands.
fn annotated(mut all: Vec<Value>, subject: &Digest) -> Vec<Value> {
    for descriptor in all.iter_mut().filter_map(Value::as_object_mut) {
        let annotations = descriptor.entry("annotations").or_insert_with(|| json!({}));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(ATTESTED.to_owned(), json!(subject.to_string()));
        }
    }
    all
}
