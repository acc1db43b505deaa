//! What manifests and indexes say about other blobs: OCI and Docker, schema 1 and 2, artifacts.
//!
//! One reader serves them all, because the declared media type is only a claim and a document can
//! be several of them at once (CVE-2021-41190): whatever lists children, a config or layers is
//! believed to have them.

use super::claim::Expected;
use super::digest::{Digest, DigestError};
use super::history::Step;
use super::json;
use super::platform::Platform;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// The annotation that names an image in an OCI layout.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation in which containerd and Docker keep the full name.
const IMAGE_NAME: &str = "io.containerd.image.name";
/// The annotation that says what an attestation manifest is about.
pub(super) const ATTESTED: &str = "vnd.docker.reference.digest";

/// Reads a JSON document that refers to others.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// Whether it lists manifests, be it none.
    pub(super) is_index: bool,
    /// Manifests of an index.
    pub(super) children: Vec<Descriptor>,
    /// The config of an image or artifact.
    pub(super) config: Option<Descriptor>,
    /// Layers, from the bottom; the blobs of an artifact.
    pub(super) layers: Vec<Descriptor>,
    /// The history that a schema 1 manifest carries itself, oldest first.
    pub(super) steps: Vec<Step>,
    /// What had the wrong type.
    pub(super) faults: Vec<String>,
}

impl Manifest {
    /// Reads what has the right type, and notes what has not.
    pub(super) fn of(value: &Value) -> Self {
        let mut faults = Vec::new();
        if !value.is_object() {
            faults.push("is not an object".to_owned());
        }
        let mut list = |key| -> Vec<Descriptor> {
            let items = json::items(value, key, &mut faults);
            items.iter().map(Descriptor::of).collect()
        };
        let children = list("manifests");
        let mut layers = list("layers");
        layers.extend(list("blobs"));
        let schema1 = json::items(value, "fsLayers", &mut faults);
        // Schema 1 lists the newest layer first.
        layers.extend(schema1.iter().rev().map(Descriptor::of_schema1));
        let has = |key| value.get(key).is_some_and(|member| !member.is_null());
        let config = value.get("config").filter(|_| has("config"));
        if config.is_some() && !["layers", "blobs", "fsLayers"].into_iter().any(has) {
            faults.push("has no `layers`".to_owned());
        }
        let mut descriptors = children.iter().chain(&layers);
        if descriptors.any(|one: &Descriptor| one.has_odd_size) {
            faults.push("a size is no number of bytes".to_owned());
        }
        Self {
            is_index: has("manifests"),
            children,
            config: config.map(Descriptor::of),
            layers,
            steps: schema1_steps(value, &mut faults),
            faults,
        }
    }
}

/// Each `v1Compatibility` is a JSON document inside a text; one that cannot be read still holds
/// its place.
fn schema1_steps(value: &Value, faults: &mut Vec<String>) -> Vec<Step> {
    if value.get("fsLayers").is_none() {
        return Vec::new();
    }
    json::items(value, "history", faults)
        .iter()
        .rev()
        .map(|entry| {
            let text = json::text(entry, "v1Compatibility").unwrap_or_default();
            Step::of_schema1(&json::parse(text.as_bytes()).unwrap_or_default())
        })
        .collect()
}

/// One reference to a blob (OCI image-spec, descriptor.md).
#[derive(Debug, Clone)]
pub(super) struct Descriptor {
    /// The blob's digest, if it is one.
    pub(super) digest: Result<Digest, DigestError>,
    /// The blob's size in bytes, as declared.
    pub(super) size: Option<u64>,
    /// What the blob is said to be; never believed, only shown.
    pub(super) media_type: String,
    /// The blob itself, where the descriptor carries it.
    pub(super) data: Option<Vec<u8>>,
    /// The platform of a child manifest.
    pub(super) platform: Option<Platform>,
    /// The tag or name of an image.
    pub(super) name: Option<String>,
    /// The manifest that an attestation is about.
    pub(super) attested: Option<String>,
    /// Whether the blob is meant to be fetched from elsewhere.
    elsewhere: bool,
    /// Whether the declared size is none.
    has_odd_size: bool,
}

impl Descriptor {
    fn of(value: &Value) -> Self {
        let text = |key| json::text(value, key).unwrap_or_default();
        let annotation = |key: &str| {
            let annotations = value.get("annotations")?;
            json::text(annotations, key).map(str::to_owned)
        };
        let urls = value.get("urls").and_then(Value::as_array);
        Self {
            digest: Digest::parse(text("digest")),
            size: value.get("size").and_then(Value::as_u64),
            media_type: text("mediaType").to_owned(),
            data: BASE64_STANDARD
                .decode(text("data"))
                .ok()
                .filter(|data| !data.is_empty()),
            platform: value.get("platform").and_then(Platform::of),
            name: annotation(IMAGE_NAME).or_else(|| annotation(REF_NAME)),
            attested: annotation(ATTESTED),
            elsewhere: urls.is_some_and(|urls| !urls.is_empty()),
            has_odd_size: value.get("size").is_some_and(|size| !size.is_u64()),
        }
    }

    fn of_schema1(value: &Value) -> Self {
        let digest = json::text(value, "blobSum").unwrap_or_default();
        Self::of(&serde_json::json!({ "digest": digest }))
    }

    /// Whether the blob may rightly be absent: layers that registries do not distribute.
    pub(super) fn is_foreign(&self) -> bool {
        self.elsewhere
            || self.media_type.contains("nondistributable")
            || self.media_type.contains(".foreign.")
    }

    /// What the blob is said to be; `+encrypted` is what ocicrypt adds.
    pub(super) fn expected(&self) -> Expected {
        if self.media_type.ends_with("+encrypted") {
            Expected::Encrypted
        } else if self.media_type.contains(".tar") {
            Expected::Tar
        } else {
            Expected::Anything
        }
    }

    /// Whether the blob is said to be a JSON document, like the statements of an attestation.
    pub(super) fn is_document(&self) -> bool {
        self.media_type.ends_with("+json") || self.media_type.ends_with("/json")
    }

    /// How people know the blob.
    pub(super) fn short(&self) -> &str {
        self.digest
            .as_ref()
            .map_or("no valid digest", Digest::short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn digest(byte: &str) -> String {
        format!("sha256:{}", byte.repeat(32))
    }

    #[test]
    fn an_index_and_a_manifest_in_one_document_are_both_read() {
        let both = Manifest::of(&json!({
            "manifests": [{"digest": digest("aa"), "size": 1,
                "platform": {"os": "linux", "architecture": "aarch64"},
                "annotations": {REF_NAME: "latest"}}],
            "config": {"digest": digest("bb")},
            "layers": [{"digest": digest("cc"), "data": "eHg="}],
        }));
        assert_eq!(both.children[0].size, Some(1));
        assert_eq!(both.children[0].name.as_deref(), Some("latest"));
        let platform = both.children[0].platform.as_ref().unwrap();
        assert_eq!(platform.to_string(), "linux/arm64");
        assert!(both.config.is_some());
        assert_eq!(both.layers[0].data.as_deref(), Some(&b"xx"[..]));
        assert!(both.faults.is_empty());
    }

    #[test]
    fn a_bad_descriptor_costs_only_itself() {
        let manifest = Manifest::of(&json!({
            "layers": [{"digest": "sha256:../.."}, 7, {"digest": digest("cc")}],
            "manifests": "none",
        }));
        assert_eq!(manifest.layers.len(), 3);
        assert!(manifest.layers[0].digest.is_err());
        assert!(manifest.layers[1].digest.is_err());
        assert!(manifest.layers[2].digest.is_ok());
        assert_eq!(manifest.faults, ["`manifests` is not an array"]);
    }

    #[test]
    fn schema_1_is_turned_the_right_way_round() {
        let manifest = Manifest::of(&json!({
            "fsLayers": [{"blobSum": digest("bb")}, {"blobSum": digest("aa")}],
            "history": [
                {"v1Compatibility": "{\"container_config\": {\"Cmd\": [\"top\"]}}"},
                {"v1Compatibility": "not json"},
            ],
        }));
        assert_eq!(manifest.layers[0].short(), "sha256:aaaaaaaaaaaa");
        assert_eq!(manifest.steps.len(), 2);
        let named = super::super::history::instructions(&manifest.steps, 2);
        assert_eq!(named, [None, Some("top".into())]);
    }

    #[test]
    fn media_types_are_hints_about_what_may_be_absent() {
        let of = |value| Descriptor::of(&value);
        let docker = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        assert!(of(json!({"mediaType": docker})).is_foreign());
        assert!(of(json!({"urls": ["https://example.com/x"]})).is_foreign());
        assert!(!of(json!({"urls": []})).is_foreign());
        for (media_type, expected) in [
            ("a/b.tar+gzip+encrypted", Expected::Encrypted),
            (docker, Expected::Tar),
            ("text/plain", Expected::Anything),
        ] {
            assert_eq!(of(json!({ "mediaType": media_type })).expected(), expected);
        }
        assert!(of(json!({"mediaType": "application/vnd.in-toto+json"})).is_document());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in "\\{?\\[?(\"(manifests|layers|config|fsLayers|history|digest|data)\":)?.{0,40}\\]?\\}?") {
            if let Ok(value) = json::parse(bytes.as_bytes()) {
                Manifest::of(&value);
            }
        }
    }
}
