//! The archives of `docker save` and of the tools that imitate it.

use super::image::digest;
use super::{Bundle, Image, Index, Node};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Before Docker 25: a folder with an uncompressed `layer.tar` for each layer. A layer that stands
/// twice is stored once and linked to the second time.
pub fn legacy(images: &[(&str, &Image)]) -> Bundle {
    let mut bundle = Bundle::default();
    let mut stored = BTreeMap::new();
    let mut manifest = Vec::new();
    for (name, image) in images {
        let mut layers = Vec::new();
        for (index, layer) in image.layers.iter().enumerate() {
            let id = hex(&digest(format!("{name} {index}").as_bytes()));
            let path = format!("{id}/layer.tar");
            let node = match stored.get(&layer.tar) {
                None => Node::File(layer.tar.clone()),
                Some(first) => Node::Symlink(format!("../{first}")),
            };
            stored.entry(&layer.tar).or_insert_with(|| path.clone());
            bundle = bundle
                .with(&format!("{id}/VERSION"), Node::File(b"1.0".to_vec()))
                .with(&path, node);
            layers.push(path);
        }
        let config = format!("{}.json", hex(&image.config_blob().digest()));
        bundle = bundle.put(&config, image.config_blob().bytes);
        manifest.push(json!({"Config": config, "RepoTags": [name], "Layers": layers}));
    }
    bundle.put("manifest.json", Value::from(manifest).to_string())
}

/// From Docker 25 on: an OCI layout that also has a `manifest.json`; both name the same blobs.
pub fn hybrid(images: &[(&str, &Image)]) -> Bundle {
    let mut index = Index::new();
    let mut manifest = Vec::new();
    for (name, image) in images {
        let path = |digest: String| super::index::blob_path(&digest);
        let layers: Vec<_> = image
            .layers
            .iter()
            .map(|layer| path(layer.blob.digest()))
            .collect();
        let config = path(image.config_blob().digest());
        manifest.push(json!({"Config": config, "RepoTags": [name], "Layers": layers}));
        index = index.tagged(name, image);
    }
    let manifest = Value::from(manifest).to_string();
    index.layout().put("manifest.json", manifest)
}

/// As kaniko writes it: the config is named by its digest, layers are `<hex>.tar.gz` at the top.
pub fn kaniko(name: &str, image: &Image) -> Bundle {
    let mut bundle = Bundle::default();
    let mut layers = Vec::new();
    for layer in &image.layers {
        let path = format!("{}.tar.gz", hex(&layer.blob.digest()));
        bundle = bundle.put(&path, layer.blob.bytes.clone());
        layers.push(path);
    }
    let config = image.config_blob();
    let manifest = json!([{"Config": config.digest(), "RepoTags": [name], "Layers": layers}]);
    bundle
        .put(&config.digest(), config.bytes)
        .put("manifest.json", manifest.to_string())
}

fn hex(digest: &str) -> String {
    digest.replace("sha256:", "")
}
