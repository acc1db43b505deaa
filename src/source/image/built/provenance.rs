//! Dockerfiles in build attestations: with `mode=max`, BuildKit puts the file that it built from into the
//! provenance (`docs/attestations/slsa-definitions.md` of BuildKit, `source.infos`).

use crate::recipe::dockerfile::Dockerfile;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::sync::Arc;

/// Where SLSA provenance v0.2 and v1 keep BuildKit's metadata.
const METADATA: [&[&str]; 2] = [
    &[
        "predicate",
        "metadata",
        "https://mobyproject.org/buildkit@v1#metadata",
    ],
    &["predicate", "runDetails", "metadata", "buildkit_metadata"],
];

/// The Dockerfiles that a statement holds. What is something else, or damaged, is left aside: the
/// statement is searched in any case.
pub(in crate::source::image) fn dockerfiles(statement: &Value) -> Vec<Arc<Dockerfile>> {
    let metadata = METADATA.iter().filter_map(|path| {
        let mut path = path.iter();
        path.try_fold(statement, |value, key| value.get(key))
    });
    let infos = metadata.filter_map(|value| value.get("source")?.get("infos")?.as_array());
    infos.flatten().filter_map(dockerfile).collect()
}

fn dockerfile(info: &Value) -> Option<Arc<Dockerfile>> {
    let bytes = STANDARD.decode(info.get("data")?.as_str()?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let name = info.get("filename")?.as_str()?;
    Dockerfile::parse(name, &text).ok().map(Arc::new)
}
