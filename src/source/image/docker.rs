//! The `manifest.json` of a docker archive (what `docker save` writes): which entries of the
//! archive are an image's config and layers. Docker 25 and later write it next to an OCI layout.

use super::digest::Digest;
use super::json;
use serde_json::Value;

/// Name of the list of images in an archive.
pub(super) const MANIFEST: &str = "manifest.json";

/// One image of a docker archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Entry that is the config.
    pub(super) config: String,
    /// Names and tags; empty for an image saved by its id.
    pub(super) tags: Vec<String>,
    /// Entries that are the layers, from the bottom.
    pub(super) layers: Vec<String>,
}

/// The images that a `manifest.json` lists. What has the wrong type is a fault.
pub(super) fn listed(value: &Value, faults: &mut Vec<String>) -> Vec<Listed> {
    let Value::Array(images) = value else {
        faults.push("is not a list of images".to_owned());
        return Vec::new();
    };
    if images.is_empty() {
        faults.push("lists no image".to_owned());
    }
    images
        .iter()
        .filter_map(|image| {
            let config = json::text(image, "Config");
            if config.is_none() {
                faults.push("an image has no `Config`".to_owned());
            }
            Some(Listed {
                config: config?.to_owned(),
                tags: json::texts(image, "RepoTags", faults),
                layers: json::texts(image, "Layers", faults),
            })
        })
        .collect()
}

/// The digest that a config's or layer's name claims: `blobs/sha256/<hex>` (Docker 25 and later),
/// `<hex>.json` (older), `sha256:<hex>` and `<hex>.tar.gz` (kaniko, crane).
pub(super) fn claimed_digest(entry: &str) -> Option<Digest> {
    let bare = entry
        .strip_suffix(".json")
        .or_else(|| entry.strip_suffix(".tar.gz"))
        .unwrap_or(entry);
    Digest::from_blob_path(entry)
        .or_else(|| Digest::parse(bare).ok())
        .or_else(|| Digest::sha256_from_hex(bare))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn images_are_read_and_faults_named() {
        let mut faults = Vec::new();
        let value = json!([
            {"Config": "c.json", "RepoTags": null, "Layers": ["a/layer.tar"]},
            {"RepoTags": ["x:1"]},
            {"Config": "d.json", "RepoTags": ["x:2"], "Layers": {}},
        ]);
        let images = listed(&value, &mut faults);
        assert_eq!(images.len(), 2);
        assert_eq!(images[0].layers, ["a/layer.tar"]);
        assert_eq!(images[1].tags, ["x:2"]);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(listed(&Value::Null, &mut faults).is_empty());
        assert_eq!(faults.len(), 3);
    }

    #[test]
    fn names_that_are_digests_are_claims() {
        let hex = "ab".repeat(32);
        let digest = Digest::sha256_from_hex(&hex);
        assert!(digest.is_some());
        for name in [
            format!("{hex}.json"),
            format!("sha256:{hex}"),
            format!("{hex}.tar.gz"),
            format!("blobs/sha256/{hex}"),
        ] {
            assert_eq!(claimed_digest(&name), digest, "{name}");
        }
        assert_eq!(claimed_digest(&format!("{hex}/layer.tar")), None);
        assert_eq!(claimed_digest("../../etc/passwd"), None);
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused(text in "\\[?\\{?(\"(Config|RepoTags|Layers)\": ?)?.{0,30}\\}?\\]?") {
            if let Ok(value) = json::parse(text.as_bytes()) {
                listed(&value, &mut Vec::new());
            }
        }
    }
}
