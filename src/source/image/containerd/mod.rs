//! Images in the content store of containerd, read in place. The store is an OCI layout but for its
//! index: which image is where stands in containerd's own database (`meta.db`), which is read
//! without its lock, as it is at that moment.

mod bolt;

use super::layout::Layout;
use super::reference;
use super::store::{Blob, OpenError, Proof, Store};
use bolt::{Bolt, Damaged};
use serde_json::json;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where containerd keeps everything.
const ROOT: &str = "/var/lib/containerd";
/// The content, below that.
const CONTENT: &str = "io.containerd.content.v1.content";
/// The database, below that.
const DATABASE: &str = "io.containerd.metadata.v1.bolt/meta.db";
/// The version of the database's schema.
const SCHEMA: &[u8] = b"v1";
/// The name of the index of a layout.
const INDEX: &str = "index.json";

/// Why an image cannot be read from containerd.
#[derive(Debug, thiserror::Error)]
pub(in crate::source::image) enum ContainerdError {
    /// There is no store, or it may not be read.
    #[error("{} cannot be read: {reason}; containerd's store is root's", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The database makes no sense.
    #[error("{}: {reason}; `ctr images export - REF | residue image -` reads the image", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// Why.
        reason: Damaged,
    },
    /// There is no such image.
    #[error("containerd has no image {name}; `ctr --namespace {} images ls` lists what it has", namespace.as_deref().unwrap_or("default"))]
    NoImage {
        /// The image.
        name: String,
        /// The namespace that was named.
        namespace: Option<String>,
    },
}

/// One image of containerd.
pub(super) struct Containerd {
    layout: Layout,
    index: Vec<u8>,
    namespace: String,
    root: PathBuf,
}

impl Containerd {
    /// Finds the image that `name` says: `[NAMESPACE@ROOT]REF`, `[NAMESPACE]REF` or `REF`, which is
    /// looked for in all namespaces.
    pub(super) fn open(name: &str) -> Result<Self, ContainerdError> {
        let (namespace, root, name) = place(name);
        let path = root.join(DATABASE);
        let unreadable = |path: &Path, reason| ContainerdError::Unreadable {
            path: path.to_owned(),
            reason,
        };
        let database = fs::read(&path).map_err(|error| unreadable(&path, error))?;
        let found =
            find(&database, namespace, name).map_err(|reason| ContainerdError::Damaged {
                path: path.clone(),
                reason,
            })?;
        let Some((namespace, index)) = found else {
            return Err(ContainerdError::NoImage {
                name: name.to_owned(),
                namespace: namespace.map(str::to_owned),
            });
        };
        let content = root.join(CONTENT);
        Ok(Self {
            layout: Layout::at(&content).map_err(|error| unreadable(&content, error))?,
            index,
            namespace,
            root,
        })
    }

    /// Where it lies, as people know it.
    pub(super) fn place(&self) -> String {
        format!(
            "containerd at {}, namespace {}",
            self.root.display(),
            self.namespace
        )
    }
}

impl Store for Containerd {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        if name != INDEX {
            return self.layout.open(name);
        }
        Ok(Blob::of_bytes(self.index.clone()))
    }

    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        match name == INDEX {
            true => Ok(name.to_owned()),
            false => self.layout.resolve(name),
        }
    }

    fn proof(&self, name: &str) -> Proof {
        self.layout.proof(name)
    }

    /// None: other images of the store are their own matter.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

fn place(name: &str) -> (Option<&str>, PathBuf, &str) {
    let Some((place, name)) = name.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return (None, ROOT.into(), name);
    };
    let (namespace, root) = place.split_once('@').unwrap_or((place, ROOT));
    (
        Some(namespace).filter(|name| !name.is_empty()),
        root.into(),
        name,
    )
}

/// The namespace of the image and an index that names it.
fn find(
    database: &[u8],
    wanted: Option<&str>,
    name: &str,
) -> Result<Option<(String, Vec<u8>)>, Damaged> {
    let bolt = Bolt::open(database)?;
    let Some(namespaces) = bolt.root().bucket(SCHEMA)? else {
        return Ok(None);
    };
    // What people leave out, containerd has in full.
    let full = reference::parse(name).map(|reference| reference.whole());
    for (namespace, _) in namespaces.entries()? {
        let text = String::from_utf8_lossy(&namespace).into_owned();
        if wanted.is_some_and(|wanted| wanted != text) {
            continue;
        }
        let images = match namespaces.bucket(&namespace)? {
            Some(namespace) => namespace.bucket(b"images")?,
            None => None,
        };
        let Some(images) = images else { continue };
        let names = [Some(name.to_owned()), full.as_ref().ok().cloned()];
        for name in names.into_iter().flatten() {
            let image = images.bucket(name.as_bytes())?;
            let target = match &image {
                Some(image) => image.bucket(b"target")?,
                None => None,
            };
            if let Some(target) = target {
                let field = |key: &[u8]| -> Result<String, Damaged> {
                    Ok(
                        String::from_utf8_lossy(&target.value(key)?.unwrap_or_default())
                            .into_owned(),
                    )
                };
                let entry = json!({
                    "mediaType": field(b"mediatype")?,
                    "digest": field(b"digest")?,
                    "annotations": { "io.containerd.image.name": name },
                });
                let index = json!({ "schemaVersion": 2, "manifests": [entry] });
                return Ok(Some((text, index.to_string().into_bytes())));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespace_and_root_stand_in_brackets() {
        let of = |name| {
            let (namespace, root, name) = place(name);
            (
                namespace.map(str::to_owned),
                root.display().to_string(),
                name.to_owned(),
            )
        };
        let root = ROOT.to_owned();
        assert_eq!(of("a:1"), (None, root.clone(), "a:1".to_owned()));
        assert_eq!(
            of("[k8s.io]a"),
            (Some("k8s.io".to_owned()), root, "a".to_owned())
        );
        assert_eq!(of("[@/x]a"), (None, "/x".to_owned(), "a".to_owned()));
    }
}
