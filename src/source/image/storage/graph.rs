//! Where a store keeps what (containers/storage): lists of images and layers in JSON, documents of an
//! image as files, and the files of a layer in a folder of the driver's own.

use super::{DOCUMENT, StorageError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The drivers whose folders are understood, and where the files of a layer are in them.
const DRIVERS: [(&str, &str); 2] = [("overlay", "diff"), ("vfs", "")];

/// A store of one driver.
pub(super) struct Graph {
    pub(super) driver: &'static str,
    pub(super) root: PathBuf,
    /// Folder of a layer's files, below that of the layer.
    files: &'static str,
}

/// `storage.conf`, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
struct Conf {
    #[serde(default)]
    storage: Section,
}

#[derive(Debug, Default, Deserialize)]
struct Section {
    graphroot: Option<PathBuf>,
    rootless_storage_path: Option<PathBuf>,
}

/// Every store that may be meant: the wanted one, `(driver, root)`, or those of the user and of
/// root.
pub(super) fn all(wanted: Option<(&str, &str)>) -> Vec<Graph> {
    let roots = match wanted {
        Some((_, root)) => vec![PathBuf::from(root)],
        None => roots(),
    };
    let driver = wanted.map_or("", |(driver, _)| driver);
    let in_root = |root: &PathBuf| {
        let root = root.clone();
        let drivers = DRIVERS
            .iter()
            .filter(move |(name, _)| driver.is_empty() || *name == driver);
        drivers.map(move |&(driver, files)| Graph {
            driver,
            root: root.clone(),
            files,
        })
    };
    let graphs = roots.iter().flat_map(in_root);
    graphs
        .filter(|graph| graph.list_path("images").exists())
        .collect()
}

/// Where stores are, the user's first.
fn roots() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let mut all = Vec::new();
    let files = [
        env::var_os("CONTAINERS_STORAGE_CONF").map(PathBuf::from),
        home.as_ref()
            .map(|home| home.join(".config/containers/storage.conf")),
        Some("/etc/containers/storage.conf".into()),
    ];
    for text in files
        .into_iter()
        .flatten()
        .filter_map(|file| fs::read_to_string(file).ok())
    {
        // A file that makes no sense is the matter of the tools that it is for.
        let conf: Conf = toml::from_str(&text).unwrap_or_default();
        all.extend(conf.storage.rootless_storage_path);
        all.extend(conf.storage.graphroot);
    }
    let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(home?.join(".local/share")));
    all.extend(data.map(|data| data.join("containers/storage")));
    all.push("/var/lib/containers/storage".into());
    all
}

impl Graph {
    fn list_path(&self, what: &str) -> PathBuf {
        let folder = self.root.join(format!("{}-{what}", self.driver));
        folder.join(format!("{what}.json"))
    }

    /// The list of `images` or `layers`.
    pub(super) fn list(&self, what: &str) -> Result<Vec<Value>, StorageError> {
        let path = self.list_path(what);
        let read = || {
            let mut bytes = Vec::new();
            File::open(&path)?.take(DOCUMENT).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(serde_json::from_slice(&bytes)?)
        };
        read().map_err(|error| StorageError::Unreadable {
            reason: error.to_string(),
            path: path.clone(),
        })
    }

    /// A document of an image. Names that are no good file names are kept as base64.
    pub(super) fn big_data(&self, image: &str, name: &str) -> PathBuf {
        let folder = self
            .root
            .join(format!("{}-images", self.driver))
            .join(plain(image));
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match is_plain {
            true => folder.join(name),
            false => folder.join(format!("={}", BASE64_STANDARD.encode(name))),
        }
    }

    /// The bytes of a layer's tar that are in no file.
    pub(super) fn split(&self, layer: &str) -> PathBuf {
        let folder = self.root.join(format!("{}-layers", self.driver));
        folder.join(format!("{}.tar-split.gz", plain(layer).display()))
    }

    /// The files of a layer.
    pub(super) fn files(&self, layer: &str) -> PathBuf {
        let layer = plain(layer);
        match self.driver {
            "vfs" => self.root.join("vfs/dir").join(layer),
            driver => self.root.join(driver).join(layer).join(self.files),
        }
    }
}

/// An id as a part of a path; one that is none leads nowhere.
fn plain(id: &str) -> &Path {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Path::new(if is_id { id } else { "no-id" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_to_no_other_folder() {
        let graph = Graph {
            driver: "overlay",
            root: "/s".into(),
            files: "diff",
        };
        assert_eq!(graph.files("ab12"), Path::new("/s/overlay/ab12/diff"));
        assert_eq!(graph.files("../../etc"), Path::new("/s/overlay/no-id/diff"));
        assert_eq!(
            graph.split("ab"),
            Path::new("/s/overlay-layers/ab.tar-split.gz")
        );
        let config = graph.big_data("ab", "sha256:cd");
        assert_eq!(config, Path::new("/s/overlay-images/ab/=c2hhMjU2OmNk"));
    }
}
