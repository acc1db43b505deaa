//! What refers to an image: attestations, signatures, bills of material (distribution-spec,
//! "Listing Referrers"). Registries that know no referrers keep them under tags that are made of
//! the digest, and cosign kept them there before there was a specification.

use super::super::digest::Digest;
use super::client::{Ask, Client};
use super::error::RegistryError;
use super::store::{Fetched, INDEX_TYPES, MANIFEST_TYPES, fetch};
use serde_json::{Value, json};

/// What cosign appends to the tag that is made of a digest.
const COSIGN: [&str; 3] = ["sig", "att", "sbom"];
/// Most referrers of one image that are followed.
const MOST: usize = 256;

/// Descriptors of what refers to `subject`, each annotated with what it is about.
pub(super) fn of(
    client: &Client,
    subject: &Digest,
    limit: u64,
) -> Result<Vec<Value>, RegistryError> {
    let tag = subject.text().replacen(':', "-", 1);
    let listed = match index(client, &format!("referrers/{subject}"), limit)? {
        Some(index) => Some(index),
        None => index(client, &format!("manifests/{tag}"), limit)?,
    };
    let mut all: Vec<Value> = listed
        .as_ref()
        .and_then(|index| index.get("manifests")?.as_array().cloned())
        .unwrap_or_default();
    for kind in COSIGN {
        let ask = Ask {
            path: format!("manifests/{tag}.{kind}"),
            accept: MANIFEST_TYPES,
            from: 0,
        };
        match fetch(client, &ask, limit) {
            Ok(fetched) => all.push(descriptor(&fetched)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    all.truncate(MOST);
    for descriptor in &mut all {
        annotate(descriptor, subject);
    }
    Ok(all)
}

fn index(client: &Client, path: &str, limit: u64) -> Result<Option<Value>, RegistryError> {
    let ask = Ask {
        path: path.to_owned(),
        accept: INDEX_TYPES,
        from: 0,
    };
    match fetch(client, &ask, limit) {
        Ok(fetched) => Ok(serde_json::from_slice(&fetched.bytes).ok()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn descriptor(fetched: &Fetched) -> Value {
    json!({
        "mediaType": fetched.media_type,
        "digest": fetched.digest.to_string(),
        "size": fetched.bytes.len(),
    })
}

/// Says in BuildKit's way what a manifest is about, which is what the rest understands.
fn annotate(descriptor: &mut Value, subject: &Digest) {
    if let Some(object) = descriptor.as_object_mut() {
        let annotations = object.entry("annotations").or_insert_with(|| json!({}));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(
                super::super::manifest::ATTESTED.to_owned(),
                json!(subject.to_string()),
            );
        }
    }
}
