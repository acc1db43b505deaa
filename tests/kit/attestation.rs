//! Build attestations as BuildKit attaches them: in-toto statements in the layers of a manifest
//! that says which image it speaks of.

use super::image::{CONFIG, MANIFEST};
use super::{Blob, Image, Index};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const IN_TOTO: &str = "application/vnd.in-toto+json";

/// SLSA provenance v0.2: build arguments in `invocation.parameters.args`, the Dockerfile in the
/// BuildKit metadata.
pub fn provenance_v02(argument: (&str, &str), dockerfile: &str) -> Value {
    statement(
        "https://slsa.dev/provenance/v0.2",
        json!({
            "buildType": "https://mobyproject.org/buildkit@v1",
            "invocation": {"parameters": {
                "frontend": "dockerfile.v0",
                "args": {format!("build-arg:{}", argument.0): argument.1},
            }},
            "metadata": {"https://mobyproject.org/buildkit@v1#metadata": source(dockerfile)},
        }),
    )
}

/// SLSA provenance v1: the same two under `buildDefinition` and `runDetails`.
pub fn provenance_v1(argument: (&str, &str), dockerfile: &str) -> Value {
    statement(
        "https://slsa.dev/provenance/v1",
        json!({
            "buildDefinition": {
                "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                "externalParameters": {"request": {
                    "frontend": "dockerfile.v0",
                    "args": {format!("build-arg:{}", argument.0): argument.1},
                }},
            },
            "runDetails": {"metadata": {"buildkit_metadata": source(dockerfile)}},
        }),
    )
}

/// Any other statement.
pub fn statement(predicate_type: &str, predicate: Value) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": predicate_type,
        "subject": [],
        "predicate": predicate,
    })
}

fn source(dockerfile: &str) -> Value {
    let data = STANDARD.encode(dockerfile);
    json!({"source": {"infos": [{"filename": "Dockerfile", "data": data}]}})
}

impl Index {
    /// Adds the manifest that attests statements about an image of this index.
    pub fn attested(self, image: &Image, statements: &[Value]) -> Self {
        let layers: Vec<_> = statements
            .iter()
            .map(|statement| Blob::json(IN_TOTO, statement))
            .collect();
        let config = Blob::json(
            CONFIG,
            &json!({
                "architecture": "unknown", "os": "unknown", "config": {},
                "rootfs": {"type": "layers", "diff_ids": layers.iter().map(Blob::digest).collect::<Vec<_>>()},
            }),
        );
        let manifest = Blob::json(
            MANIFEST,
            &json!({
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": config.descriptor(),
                "layers": layers.iter().map(Blob::descriptor).collect::<Vec<_>>(),
            }),
        );
        let mut descriptor = manifest.descriptor();
        descriptor["platform"] = json!({"architecture": "unknown", "os": "unknown"});
        descriptor["annotations"] = json!({
            "vnd.docker.reference.digest": image.manifest().digest(),
            "vnd.docker.reference.type": "attestation-manifest",
        });
        self.holding(layers)
            .holding(vec![config, manifest])
            .descriptor(descriptor)
    }
}
