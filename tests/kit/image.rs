//! One image: layers, config and manifest, made consistent unless a test asks otherwise.

use super::{Codec, Layer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Bytes with a media type, addressed by their digest.
#[derive(Debug, Clone)]
pub struct Blob {
    /// What the descriptor calls it.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Blob {
    /// A JSON document.
    pub fn json(media_type: &str, value: &Value) -> Self {
        Self {
            media_type: media_type.to_owned(),
            bytes: serde_json::to_vec(value).unwrap(),
        }
    }

    /// `sha256:...`.
    pub fn digest(&self) -> String {
        digest(&self.bytes)
    }

    /// The descriptor that refers to it (OCI image spec, descriptor.md).
    pub fn descriptor(&self) -> Value {
        json!({
            "mediaType": self.media_type,
            "digest": self.digest(),
            "size": self.bytes.len(),
        })
    }
}

/// `sha256:` and the hex of the hash.
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&hash))
}

/// A layer in both its forms.
#[derive(Debug, Clone)]
pub struct ImageLayer {
    /// As the manifest refers to it.
    pub blob: Blob,
    /// Uncompressed, as the config's diffID names it and as legacy archives hold it.
    pub tar: Vec<u8>,
}

/// An image being built.
#[derive(Debug, Clone)]
pub struct Image {
    /// From the bottom up.
    pub layers: Vec<ImageLayer>,
    /// The config document, without `rootfs`.
    config: Map<String, Value>,
    history: Vec<Value>,
    annotations: Map<String, Value>,
    rootfs: Option<Value>,
    /// The config as text, in place of the document above.
    verbatim: Option<String>,
}

impl Default for Image {
    fn default() -> Self {
        Self::new()
    }
}

impl Image {
    /// An image for linux/amd64 without layers.
    pub fn new() -> Self {
        let config = json!({"architecture": "amd64", "os": "linux", "config": {}});
        Self {
            layers: Vec::new(),
            config: config.as_object().unwrap().clone(),
            history: Vec::new(),
            annotations: Map::new(),
            rootfs: None,
            verbatim: None,
        }
    }

    /// Sets a key at the top of the config: `os`, `variant`, `author`, `container_config`, ...
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.config.insert(key.to_owned(), value.into());
        self
    }

    /// Sets a key of the config's `config`: `Env`, `Cmd`, `Labels`, `Healthcheck`, ...
    pub fn runtime(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.config["config"][key] = value.into();
        self
    }

    /// Replaces the `rootfs` that would list the layers' diffIDs.
    pub fn rootfs(mut self, value: impl Into<Value>) -> Self {
        self.rootfs = Some(value.into());
        self
    }

    /// Replaces the text of the config by an edited one; to be called last.
    pub fn reworded(mut self, edit: impl FnOnce(&str) -> String) -> Self {
        let blob = self.config_blob();
        self.verbatim = Some(edit(std::str::from_utf8(&blob.bytes).unwrap()));
        self
    }

    /// Adds a gzip layer and the instruction that made it.
    pub fn layer(self, instruction: &str, layer: &Layer) -> Self {
        self.packed(instruction, layer, Codec::Gzip)
    }

    /// Adds a layer in any compression.
    pub fn packed(self, instruction: &str, layer: &Layer, codec: Codec) -> Self {
        let tar = layer.tar();
        let blob = Blob {
            media_type: codec.media_type().to_owned(),
            bytes: codec.pack(&tar),
        };
        self.blob(instruction, ImageLayer { blob, tar })
    }

    /// Adds a layer as it is, also one whose two forms do not agree.
    pub fn blob(mut self, instruction: &str, layer: ImageLayer) -> Self {
        self.layers.push(layer);
        self.history.push(json!({"created_by": instruction}));
        self
    }

    /// Adds bytes as a layer, whatever they are.
    pub fn bytes(self, instruction: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let blob = Blob {
            media_type: Codec::Gzip.media_type().to_owned(),
            bytes: bytes.clone(),
        };
        self.blob(instruction, ImageLayer { blob, tar: bytes })
    }

    /// Adds an instruction that made no layer.
    pub fn instruction(self, text: &str) -> Self {
        self.history_entry(json!({"created_by": text, "empty_layer": true}))
    }

    /// Adds a history entry of any shape.
    pub fn history_entry(mut self, entry: Value) -> Self {
        self.history.push(entry);
        self
    }

    /// Leaves the history out.
    pub fn without_history(mut self) -> Self {
        self.history.clear();
        self
    }

    /// Adds an annotation to the manifest.
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.into());
        self
    }

    /// `(os, architecture, variant)` as the config states them.
    pub fn platform(&self) -> Value {
        let mut platform = Map::new();
        for key in ["os", "architecture", "variant"] {
            if let Some(value) = self.config.get(key) {
                platform.insert(key.to_owned(), value.clone());
            }
        }
        platform.into()
    }

    /// The config blob.
    pub fn config_blob(&self) -> Blob {
        if let Some(text) = &self.verbatim {
            let bytes = text.clone().into_bytes();
            return Blob {
                media_type: CONFIG.to_owned(),
                bytes,
            };
        }
        let mut config = self.config.clone();
        if !self.history.is_empty() {
            config.insert("history".to_owned(), self.history.clone().into());
        }
        let diff_ids: Vec<_> = self.layers.iter().map(|layer| digest(&layer.tar)).collect();
        let rootfs = json!({"type": "layers", "diff_ids": diff_ids});
        config.insert("rootfs".to_owned(), self.rootfs.clone().unwrap_or(rootfs));
        Blob::json(CONFIG, &config.into())
    }

    /// The manifest blob.
    pub fn manifest(&self) -> Blob {
        let layers: Vec<_> = self
            .layers
            .iter()
            .map(|layer| layer.blob.descriptor())
            .collect();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.config_blob().descriptor(),
            "layers": layers,
        });
        if !self.annotations.is_empty() {
            manifest["annotations"] = self.annotations.clone().into();
        }
        Blob::json(MANIFEST, &manifest)
    }

    /// Manifest, config and layers.
    pub fn blobs(&self) -> Vec<Blob> {
        let documents = [self.manifest(), self.config_blob()];
        let layers = self.layers.iter().map(|layer| layer.blob.clone());
        documents.into_iter().chain(layers).collect()
    }
}

/// Media type of an image config.
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// Media type of an image manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
