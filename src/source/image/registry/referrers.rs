//! What refers to an image: attestations, signatures, bills of material (distribution-spec,
//! "Listing Referrers"). Registries that know no referrers keep them under tags that are made of
//! the digest, and cosign kept them there before there was a specification.
//!
//! Every question is a round trip, so a registry that has no such listing is asked for it once, and
//! for the tags of cosign only with what the user named.

use super::super::digest::Digest;
use super::super::manifest::ATTESTED;
use super::client::{Ask, Client};
use super::error::RegistryError;
use super::store::{Fetched, INDEX_TYPES, MANIFEST_TYPES, fetch};
use serde_json::{Value, json};

/// What cosign appends to the tag that is made of a digest.
const COSIGN: [&str; 3] = ["sig", "att", "sbom"];
/// Most referrers of one manifest that are followed.
const MOST: usize = 256;

/// The looking for referrers in one repository.
pub(super) struct Referrers<'a> {
    client: &'a Client,
    /// Largest manifest, in bytes.
    limit: u64,
    /// Whether the registry can list them, as far as is known.
    has_listing: bool,
}

impl<'a> Referrers<'a> {
    /// In the repository of `client`.
    pub(super) fn new(client: &'a Client, limit: u64) -> Self {
        Self {
            client,
            limit,
            has_listing: true,
        }
    }

    /// Descriptors of what refers to `subject`, each annotated with what it is about.
    pub(super) fn of(&mut self, subject: &Digest) -> Result<Vec<Value>, RegistryError> {
        let listed = self.listed(subject)?;
        let entries = listed
            .as_ref()
            .and_then(|index| index.get("manifests")?.as_array());
        let mut all = entries.cloned().unwrap_or_default();
        all.truncate(MOST);
        Ok(annotated(all, subject))
    }

    /// The same for what lies under the tags of cosign.
    pub(super) fn of_cosign(&self, subject: &Digest) -> Result<Vec<Value>, RegistryError> {
        let mut all = Vec::new();
        for kind in COSIGN {
            let path = format!("manifests/{}.{kind}", tag(subject));
            if let Some(fetched) = self.fetch(path, MANIFEST_TYPES)? {
                all.push(descriptor(&fetched));
            }
        }
        Ok(annotated(all, subject))
    }

    fn listed(&mut self, subject: &Digest) -> Result<Option<Value>, RegistryError> {
        if self.has_listing {
            match self.fetch(format!("referrers/{subject}"), INDEX_TYPES)? {
                Some(listed) => return Ok(serde_json::from_slice(&listed.bytes).ok()),
                None => self.has_listing = false,
            }
        }
        let tagged = self.fetch(format!("manifests/{}", tag(subject)), INDEX_TYPES)?;
        Ok(tagged.and_then(|tagged| serde_json::from_slice(&tagged.bytes).ok()))
    }

    fn fetch(&self, path: String, accept: &str) -> Result<Option<Fetched>, RegistryError> {
        let ask = Ask {
            path,
            accept,
            from: 0,
        };
        match fetch(self.client, &ask, self.limit) {
            Ok(fetched) => Ok(Some(fetched)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
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
