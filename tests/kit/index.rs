//! An OCI layout: the index, what it refers to, and the blobs (OCI image spec, image-layout.md).

use super::image::MANIFEST;
use super::{Blob, Bundle, Image};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Media type of an index.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An index being built, with every blob below it.
#[derive(Debug, Clone, Default)]
pub struct Index {
    manifests: Vec<Value>,
    annotations: BTreeMap<String, String>,
    blobs: BTreeMap<String, Vec<u8>>,
}

impl Index {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an image under its own platform.
    pub fn image(self, image: &Image) -> Self {
        let mut descriptor = image.manifest().descriptor();
        descriptor["platform"] = image.platform();
        self.holding(image.blobs()).descriptor(descriptor)
    }

    /// Adds an image under a tag.
    pub fn tagged(self, tag: &str, image: &Image) -> Self {
        let mut descriptor = image.manifest().descriptor();
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
        self.holding(image.blobs()).descriptor(descriptor)
    }

    /// An index of one image whose manifest has been edited as JSON.
    pub fn edited(image: &Image, edit: impl FnOnce(&mut Value)) -> Self {
        let mut manifest: Value = serde_json::from_slice(&image.manifest().bytes).unwrap();
        edit(&mut manifest);
        let manifest = Blob::json(MANIFEST, &manifest);
        let descriptor = manifest.descriptor();
        let blobs = image.blobs().into_iter().chain([manifest]).collect();
        Self::new().holding(blobs).descriptor(descriptor)
    }

    /// Adds another index under a tag.
    pub fn nested(mut self, tag: &str, inner: &Self) -> Self {
        let mut descriptor = inner.document().descriptor();
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
        self.blobs.extend(inner.blobs.clone());
        self.holding(vec![inner.document()]).descriptor(descriptor)
    }

    /// Adds a descriptor of any shape.
    pub fn descriptor(mut self, descriptor: Value) -> Self {
        self.manifests.push(descriptor);
        self
    }

    /// Adds blobs that something refers to.
    pub fn holding(mut self, blobs: Vec<Blob>) -> Self {
        for blob in blobs {
            self.blobs.insert(blob.digest(), blob.bytes);
        }
        self
    }

    /// Adds an annotation to the index itself.
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The index as a blob.
    pub fn document(&self) -> Blob {
        let mut index = json!({
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": self.manifests,
        });
        if !self.annotations.is_empty() {
            index["annotations"] = json!(self.annotations);
        }
        Blob::json(INDEX, &index)
    }

    /// The layout: `oci-layout`, `index.json` and `blobs/`.
    pub fn layout(&self) -> Bundle {
        let mut bundle = Bundle::default()
            .put("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#)
            .put("index.json", self.document().bytes);
        for (digest, bytes) in &self.blobs {
            bundle = bundle.put(&blob_path(digest), bytes.clone());
        }
        bundle
    }
}

/// Where a layout keeps the blob of a digest.
pub fn blob_path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}
