//! Images in the store that podman, buildah, CRI-O and skopeo share (containers/storage), read in
//! place: no service has to run, and nothing is written.
//!
//! To the rest it is a docker archive: a list of images, configs, and layers as tars. A layer is kept
//! as files, with the tar's own bytes beside them (tar-split), so the very tar is read again,
//! whiteouts and all, whatever driver keeps the files.

mod graph;
mod split;

use super::docker;
use super::store::{Blob, OpenError, Store};
use graph::Graph;
use serde_json::{Value, json};
use split::Split;
use std::fs::{self, File};
use std::path::PathBuf;

/// Longest chain of layers.
const MOST_LAYERS: usize = 1_000;
/// Largest document of the store, in bytes.
const DOCUMENT: u64 = 256 << 20;

/// Why an image cannot be read from a store.
#[derive(Debug, thiserror::Error)]
pub(in crate::source::image) enum StorageError {
    /// There is no store.
    #[error(
        "there is no store of podman or buildah here; name one as in containers-storage:[vfs@/path]REF"
    )]
    NoStore,
    /// The store has no such image.
    #[error("the store at {} has no image {name}; `podman images` lists what it has", root.display())]
    NoImage {
        /// The store.
        root: PathBuf,
        /// The image.
        name: String,
    },
    /// A list of the store cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// One image of a store.
pub(super) struct Storage {
    graph: Graph,
    image: Value,
    manifest: Vec<u8>,
    /// The layers, from the bottom.
    layers: Vec<String>,
}

impl Storage {
    /// Finds the image in the store that `name` says, `[DRIVER@ROOT]REF`, or in the first that has
    /// it.
    pub(super) fn open(name: &str) -> Result<Self, StorageError> {
        let (wanted, name) = place(name);
        let mut last = StorageError::NoStore;
        for graph in graph::all(wanted) {
            match Self::find(graph, name) {
                Ok(storage) => return Ok(storage),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn find(graph: Graph, name: &str) -> Result<Self, StorageError> {
        let images = graph.list("images")?;
        let image = images.into_iter().find(|image| is_called(image, name));
        let Some(image) = image else {
            return Err(StorageError::NoImage {
                root: graph.root.clone(),
                name: name.to_owned(),
            });
        };
        let layers = chain(&graph.list("layers")?, text(&image, "layer"));
        let config = text(&image, "id");
        let manifest = json!([{
            "Config": format!("{config}.json"),
            "RepoTags": image.get("names").cloned().unwrap_or_else(|| json!([])),
            "Layers": layers.iter().map(|layer| format!("{layer}/layer.tar")).collect::<Vec<_>>(),
        }]);
        Ok(Self {
            manifest: manifest.to_string().into_bytes(),
            graph,
            image,
            layers,
        })
    }

    /// Where it lies, as people know it.
    pub(super) fn place(&self) -> String {
        format!(
            "{} store at {}",
            self.graph.driver,
            self.graph.root.display()
        )
    }

    /// The config, which the store keeps under its digest.
    fn config(&self) -> Result<Blob, OpenError> {
        let id = text(&self.image, "id");
        let path = self.graph.big_data(id, &format!("sha256:{id}"));
        let file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => OpenError::Missing,
            _ => OpenError::Io(error),
        })?;
        let size = file.metadata()?.len();
        Ok(Blob::new(file, size))
    }

    fn layer(&self, name: &str) -> Result<Blob, OpenError> {
        let id = name.strip_suffix("/layer.tar").ok_or(OpenError::Missing)?;
        if !self.layers.iter().any(|layer| layer == id) {
            return Err(OpenError::Missing);
        }
        let split = File::open(self.graph.split(id))?;
        let files = fs::canonicalize(self.graph.files(id))?;
        Ok(Blob::new(Split::new(split, files), 0))
    }
}

impl Store for Storage {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        if name == docker::MANIFEST {
            return Ok(Blob::of_bytes(self.manifest.clone()));
        }
        match name.strip_suffix(".json") {
            Some(id) if id == text(&self.image, "id") => self.config(),
            _ => self.layer(name),
        }
    }

    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        let id = name.strip_suffix("/layer.tar");
        let is_layer = id.is_some_and(|id| self.layers.iter().any(|layer| layer == id));
        let is_config = name.strip_suffix(".json") == Some(text(&self.image, "id"));
        match is_layer || is_config || name == docker::MANIFEST {
            true => Ok(name.to_owned()),
            false => Err(OpenError::Missing),
        }
    }

    /// None: other images of the store are their own matter.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The place in `[DRIVER@ROOT]REF` or `[ROOT]REF`, and the reference.
fn place(name: &str) -> (Option<(&str, &str)>, &str) {
    let parts = name.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match parts {
        None => (None, name),
        Some((place, name)) => {
            // What follows a plus sign or a colon is for writers.
            let place = place.split(['+', ':']).next().unwrap_or(place);
            (Some(place.split_once('@').unwrap_or(("", place))), name)
        }
    }
}

/// Whether people call an image so: by a name, also one without the parts that are the same for
/// most, or by the beginning of its id.
fn is_called(image: &Value, name: &str) -> bool {
    let names = image.get("names").and_then(Value::as_array);
    let mut names = names.into_iter().flatten().filter_map(Value::as_str);
    let with_tag = match name.rsplit('/').next().unwrap_or(name).contains([':', '@']) {
        true => name.to_owned(),
        false => format!("{name}:latest"),
    };
    let full = |own: &str| {
        let prefixes = ["", "localhost/", "docker.io/", "docker.io/library/"];
        prefixes
            .iter()
            .any(|prefix| own == format!("{prefix}{with_tag}"))
    };
    let id = name.strip_prefix("sha256:").unwrap_or(name);
    let is_id = id.len() >= 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    names.any(full) || (is_id && text(image, "id").starts_with(id))
}

/// A layer and everything beneath it, from the bottom.
fn chain(layers: &[Value], top: &str) -> Vec<String> {
    let mut chain = Vec::new();
    let mut next = top;
    while !next.is_empty() && chain.len() < MOST_LAYERS {
        chain.push(next.to_owned());
        let layer = layers.iter().find(|layer| text(layer, "id") == next);
        next = layer.map_or("", |layer| text(layer, "parent"));
    }
    chain.reverse();
    chain
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_stands_in_brackets() {
        assert_eq!(place("app:1"), (None, "app:1"));
        assert_eq!(place("[vfs@/x]app:1"), (Some(("vfs", "/x")), "app:1"));
        assert_eq!(place("[/x]app"), (Some(("", "/x")), "app"));
        let full = "[overlay@/x+/run:a=b]docker.io/app";
        assert_eq!(place(full), (Some(("overlay", "/x")), "docker.io/app"));
    }

    #[test]
    fn images_are_known_by_short_names_and_ids() {
        let id = "0dfe291117e0f81a50e65a81c3659c08ab2eedb1b656f3561bc7361f32a8c57e";
        let image =
            json!({"id": id, "names": ["localhost/shop:1", "docker.io/library/shop:latest"]});
        for name in [
            "shop:1",
            "localhost/shop:1",
            "shop",
            "docker.io/library/shop",
            &id[..12],
            id,
        ] {
            assert!(is_called(&image, name), "{name}");
        }
        for name in ["shop:2", "hop", "0dfe", "other/shop"] {
            assert!(!is_called(&image, name), "{name}");
        }
    }

    #[test]
    fn layers_that_name_each_other_come_to_an_end() {
        let layers = [
            json!({"id": "a", "parent": "b"}),
            json!({"id": "b", "parent": "a"}),
        ];
        assert_eq!(chain(&layers, "a").len(), MOST_LAYERS);
        let layers = [json!({"id": "a", "parent": "b"}), json!({"id": "b"})];
        assert_eq!(chain(&layers, "a"), ["b", "a"]);
    }
}
