//! A repository as a set of blobs: an OCI layout whose index names the one image that was asked for
//! and what refers to it.

use super::super::digest::Digest;
use super::super::manifest::{Descriptor, Manifest};
use super::super::store::{Blob, OpenError, Store};
use super::address::{Address, Endpoint};
use super::blob::BlobReader;
use super::client::{Ask, Client, Part};
use super::document::Fetched;
use super::error::{Cause, RegistryError};
use super::referrers::Referrers;
use super::registries::Registries;
use super::schema1;
use oci_spec::distribution::Reference;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every kind of manifest that is understood, the newest first.
pub(super) const MANIFEST_TYPES: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v1+prettyjws, \
    application/vnd.docker.distribution.manifest.v1+json";
/// What lists referrers.
pub(super) const INDEX_TYPES: &str = "application/vnd.oci.image.index.v1+json";
/// The name of the index.
const INDEX: &str = "index.json";

/// One image of a registry.
pub(in crate::source::image) struct Registry {
    client: Arc<Client>,
    index: Vec<u8>,
    /// What the reference meant.
    root: (Digest, Vec<u8>),
    /// Largest manifest, in bytes.
    limit: u64,
    known: Mutex<HashMap<Digest, Known>>,
}

/// What manifests say of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// A manifest itself.
    Manifest,
    /// A blob, of this size in bytes.
    Blob(Option<u64>),
    /// A layer that the registry need not hold. What an image says of a layer is no reason not to look.
    Foreign(Option<u64>),
}

impl Registry {
    /// Finds the image, at the first of its mirrors that has it. `limit` is the size of the largest
    /// manifest, in bytes. Also tells what could not be asked about it.
    pub(in crate::source::image) fn open(
        reference: &Reference,
        registries: &Registries,
        limit: u64,
    ) -> Result<(Self, Option<RegistryError>), RegistryError> {
        let address = Address::of(reference);
        // What is blocked has no endpoint.
        let mut last = RegistryError::new(&address.repository.host, Cause::Blocked);
        for endpoint in registries.conf().endpoints(reference) {
            match root(&endpoint, &address, registries, limit) {
                Ok((client, root)) => return Ok(Self::of(client, root, reference, limit)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn of(
        client: Arc<Client>,
        root: Fetched,
        reference: &Reference,
        limit: u64,
    ) -> (Self, Option<RegistryError>) {
        let mut entry = json!({
            "mediaType": root.media_type,
            "digest": root.digest.to_string(),
            "size": root.bytes.len(),
            "annotations": { "org.opencontainers.image.ref.name": reference.whole() },
        });
        let manifest = parsed(&root.bytes)
            .map(|value| Manifest::of(&value))
            .unwrap_or_default();
        if let Some(media_type) = media_type(&root.bytes) {
            entry["mediaType"] = json!(media_type);
        }
        let mut entries = vec![entry];
        let subjects = manifest
            .children
            .iter()
            .filter(|child| child.attested.is_none());
        let subjects = subjects.filter_map(|child| child.digest.clone().ok());
        let subjects: Vec<Digest> = subjects.collect();
        let (referring, unasked) = Referrers::new(&client, limit).of(&root.digest, &subjects);
        entries.extend(referring);
        let index = json!({ "schemaVersion": 2, "manifests": entries });
        let registry = Self {
            client,
            limit,
            known: Mutex::default(),
            index: index.to_string().into_bytes(),
            root: (root.digest, root.bytes),
        };
        registry.learn(&Manifest::of(&index));
        registry.learn(&manifest);
        (registry, unasked)
    }

    /// Remembers what a manifest says of others.
    fn learn(&self, manifest: &Manifest) {
        let blobs = manifest.config.iter().chain(&manifest.layers);
        let blobs = blobs.map(|blob| (blob, known(blob)));
        let children = manifest
            .children
            .iter()
            .map(|child| (child, Known::Manifest));
        let mut all = self.known();
        for (descriptor, known) in blobs.chain(children) {
            if let Ok(digest) = &descriptor.digest {
                all.entry(digest.clone()).or_insert(known);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Digest, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn manifest(&self, digest: &Digest) -> Result<Blob, OpenError> {
        if *digest == self.root.0 {
            return Ok(Blob::of_bytes(self.root.1.clone()));
        }
        let ask = Ask {
            path: format!("manifests/{digest}"),
            accept: MANIFEST_TYPES,
            part: Part::Whole,
        };
        let fetched = self.client.document(&ask, self.limit)?;
        if let Some(value) = parsed(&fetched.bytes) {
            self.learn(&Manifest::of(&value));
        }
        Ok(Blob::of_bytes(fetched.bytes))
    }
}

impl Store for Registry {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        if name == INDEX {
            return Ok(Blob::of_bytes(self.index.clone()));
        }
        let digest = Digest::from_blob_path(name).ok_or(OpenError::Missing)?;
        let known = self.known().get(&digest).copied();
        let size = match known {
            Some(Known::Manifest) => return self.manifest(&digest),
            Some(Known::Blob(size) | Known::Foreign(size)) => size,
            None => None,
        };
        let reader = BlobReader::open(&self.client, format!("blobs/{digest}"), size)?;
        let size = reader.size();
        Ok(Blob::new(reader, size))
    }

    /// Whether it is there shows when it is fetched; a question of its own would cost as much. Only of
    /// what may rightly be absent it is asked before.
    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        if name == INDEX {
            return Ok(name.to_owned());
        }
        let digest = Digest::from_blob_path(name).ok_or(OpenError::Missing)?;
        let known = self.known().get(&digest).copied();
        if let Some(Known::Foreign(_)) = known {
            self.client.get(&Ask {
                path: format!("blobs/{digest}"),
                accept: "*/*",
                part: Part::Head,
            })?;
        }
        Ok(name.to_owned())
    }

    /// None: what else lies in the repository belongs to other images.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn is_remote(&self) -> bool {
        true
    }
}

fn known(descriptor: &Descriptor) -> Known {
    match descriptor.is_foreign() {
        true => Known::Foreign(descriptor.size),
        false => Known::Blob(descriptor.size),
    }
}

/// Connects, and fetches what the reference means.
fn root(
    endpoint: &Endpoint,
    address: &Address,
    registries: &Registries,
    limit: u64,
) -> Result<(Arc<Client>, Fetched), RegistryError> {
    let ask = Ask {
        path: format!("manifests/{}", address.reference),
        accept: MANIFEST_TYPES,
        part: Part::Whole,
    };
    let client = registries.client(endpoint)?;
    let mut root = client.document(&ask, limit)?;
    if parsed(&root.bytes).is_none_or(|value| !value.is_object()) {
        return Err(client.error(Cause::NoRegistry));
    }
    if let Some(payload) = schema1::payload(&root.bytes) {
        root.digest = Digest::of(&payload);
        root.bytes = payload;
    }
    // What was asked for by digest is held against that digest.
    if let Some(named) = &address.digest {
        root.digest = named.clone();
    }
    Ok((client, root))
}

fn parsed(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

/// What a manifest says of itself, which counts for more than the header.
fn media_type(bytes: &[u8]) -> Option<String> {
    let value = parsed(bytes)?;
    Some(value.get("mediaType")?.as_str()?.to_owned())
}
