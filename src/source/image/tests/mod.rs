//! Whole images, built in memory and read through the public door of this module.

mod docker;
mod hostile;
mod oci;
mod reading;
mod streams;

use super::digest::Digest;
use super::*;
use crate::model::{Batch, Encoding, Kind, Shortfall};
use crate::unpack::digest::{Algorithm, Hashing};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A sink that keeps everything.
#[derive(Default)]
struct Kept {
    texts: Mutex<Vec<(Origin, Vec<u8>)>>,
    shortfalls: Mutex<Vec<Shortfall>>,
    counts: Mutex<BTreeMap<Counter, u64>>,
}

impl Sink for Kept {
    fn batch(&self, batch: Batch) {
        let narrow = batch
            .pieces
            .iter()
            .filter(|piece| piece.encoding == Encoding::Bytes);
        let texts = narrow.map(|piece| {
            (
                piece.origin.clone(),
                batch.bytes[piece.range.clone()].to_vec(),
            )
        });
        self.texts.lock().unwrap().extend(texts);
    }

    fn shortfall(&self, shortfall: Shortfall) {
        self.shortfalls.lock().unwrap().push(shortfall);
    }

    fn count(&self, counter: Counter, by: u64) {
        *self.counts.lock().unwrap().entry(counter).or_default() += by;
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// A scan that has been run.
struct Scanned {
    kept: Kept,
    /// Every text with its places.
    found: Vec<(Vec<u8>, Vec<Place>)>,
    /// The origins of these texts.
    origins: Vec<Origin>,
    targets: Vec<crate::model::Target>,
}

impl Scanned {
    fn of(targets: &[String]) -> Self {
        Self::with(targets, &Options::default())
    }

    fn with(targets: &[String], options: &Options) -> Self {
        let targets: Vec<_> = targets
            .iter()
            .map(|text| Target::parse(text).unwrap())
            .collect();
        let context = Context {
            before: 64,
            after: 256,
        };
        let source = ImageSource::new(targets, options, context, &()).unwrap();
        let kept = Kept::default();
        source.read(&kept);
        let texts = std::mem::take(&mut *kept.texts.lock().unwrap());
        let placed = |(origin, text)| {
            let places = source.places(&origin);
            ((text, places), origin)
        };
        let (found, origins) = texts.into_iter().map(placed).unzip();
        Self {
            kept,
            found,
            origins,
            targets: source.targets(),
        }
    }

    /// The places of every text that holds `needle`.
    fn holding(&self, needle: &str) -> impl Iterator<Item = &Vec<Place>> {
        let holds = move |text: &[u8]| memchr::memmem::find(text, needle.as_bytes()).is_some();
        self.found
            .iter()
            .filter(move |(text, _)| holds(text))
            .map(|(_, places)| places)
    }

    /// The origins of every text that holds `needle`.
    fn origins_of(&self, needle: &str) -> impl Iterator<Item = &Origin> {
        let holds = move |text: &[u8]| memchr::memmem::find(text, needle.as_bytes()).is_some();
        let texts = self.found.iter().map(|(text, _)| text);
        let pairs = texts.zip(&self.origins);
        pairs
            .filter(move |(text, _)| holds(text))
            .map(|(_, origin)| origin)
    }

    /// Every place of a text that holds `needle`, raw documents left out.
    fn places(&self, needle: &str) -> Vec<Place> {
        let places = self.holding(needle).flatten();
        let mut places: Vec<Place> = places.filter(|place| !place.raw).cloned().collect();
        places.sort();
        places
    }

    /// The places as `kind path [index] [state]`.
    fn told(&self, needle: &str) -> Vec<String> {
        self.places(needle).iter().map(tell).collect()
    }

    /// How often a text was searched.
    fn times(&self, needle: &str) -> usize {
        self.holding(needle).count()
    }

    fn kinds(&self) -> Vec<Kind> {
        let shortfalls = self.kept.shortfalls.lock().unwrap();
        let mut kinds: Vec<Kind> = shortfalls.iter().map(|one| one.kind).collect();
        kinds.sort();
        kinds
    }

    fn shortfalls(&self) -> Vec<Shortfall> {
        self.kept.shortfalls.lock().unwrap().clone()
    }

    fn count(&self, counter: Counter) -> u64 {
        self.kept
            .counts
            .lock()
            .unwrap()
            .get(&counter)
            .copied()
            .unwrap_or(0)
    }
}

fn tell(place: &Place) -> String {
    let mut told = format!(
        "{} {}",
        place.kind.name(),
        String::from_utf8_lossy(&place.path)
    );
    if let Some(layer) = &place.layer {
        told += &format!(" in {}", layer.index);
    }
    if let Some(state) = &place.state {
        told += &format!(" {}", state.name());
        if let Some(by) = state.hidden_by() {
            told += &format!(" by {}", by.index);
        }
    }
    told
}

fn digest(bytes: &[u8]) -> String {
    let mut hashing = Hashing::new(bytes, Algorithm::Sha256);
    hashing.drain().unwrap();
    hashing.finish().digest
}

/// A tar of files; a name that ends in `/` is a directory.
fn tar_of(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        append(&mut builder, name, content.as_bytes());
    }
    builder.into_inner().unwrap()
}

fn append(builder: &mut tar::Builder<Vec<u8>>, name: &str, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    if name.ends_with('/') {
        header.set_entry_type(tar::EntryType::Directory);
    }
    // The builder refuses names with `./` in front, which real archives have.
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    builder.append(&header, content).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// An image that is being put together as the blobs of an OCI layout.
#[derive(Default, Clone)]
struct Blobs(BTreeMap<String, Vec<u8>>);

impl Blobs {
    /// Adds a blob and describes it.
    fn add(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        let name = Digest::parse(&digest).unwrap().blob_path();
        self.0.insert(name, bytes.to_vec());
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    fn add_json(&mut self, media_type: &str, value: &Value) -> Value {
        self.add(media_type, value.to_string().as_bytes())
    }

    /// Adds an image of these uncompressed layers, stored as gzip.
    fn image(&mut self, config: &Value, layers: &[Vec<u8>]) -> Value {
        let mut config = config.clone();
        let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
        config["rootfs"] = json!({"type": "layers", "diff_ids": diff_ids});
        let config = self.add_json("application/vnd.oci.image.config.v1+json", &config);
        let layers: Vec<Value> = layers
            .iter()
            .map(|layer| self.add("application/vnd.oci.image.layer.v1.tar+gzip", &gzip(layer)))
            .collect();
        self.manifest(&json!({"schemaVersion": 2, "config": config, "layers": layers}))
    }

    fn manifest(&mut self, manifest: &Value) -> Value {
        self.add_json("application/vnd.oci.image.manifest.v1+json", manifest)
    }

    fn index(&mut self, children: &[Value]) -> Value {
        let index = json!({"schemaVersion": 2, "manifests": children});
        self.add_json("application/vnd.oci.image.index.v1+json", &index)
    }

    /// Removes a blob again.
    fn remove(&mut self, descriptor: &Value) {
        let digest = Digest::parse(descriptor["digest"].as_str().unwrap()).unwrap();
        self.0.remove(&digest.blob_path()).unwrap();
    }

    /// Adds the root of the layout.
    fn root(&mut self, children: &[Value]) {
        let index = json!({"schemaVersion": 2, "manifests": children});
        self.0
            .insert("index.json".into(), index.to_string().into_bytes());
    }

    fn write_to(&self, directory: &Path) -> String {
        for (name, bytes) in &self.0 {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        directory.display().to_string()
    }

    fn archive(&self) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in &self.0 {
            append(&mut builder, name, bytes);
        }
        builder.into_inner().unwrap()
    }
}

/// A directory with one archive in it, and its path.
fn file(bytes: &[u8]) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    fs::write(&path, bytes).unwrap();
    let path = path.display().to_string();
    (directory, path)
}

/// Reads a layout from a directory, and the same blobs as an archive and as a compressed archive;
/// all three must tell the same.
fn scan_everywhere(blobs: &Blobs) -> Scanned {
    let directory = tempfile::tempdir().unwrap();
    let layout = Scanned::of(&[format!("oci:{}", blobs.write_to(directory.path()))]);
    let archive = blobs.archive();
    for bytes in [gzip(&archive), archive] {
        let (_directory, path) = file(&bytes);
        let other = Scanned::of(&[path]);
        assert_eq!(other.kinds(), layout.kinds(), "{:?}", other.shortfalls());
        for counter in [Counter::Images, Counter::Layers, Counter::Documents] {
            assert_eq!(other.count(counter), layout.count(counter), "{counter:?}");
        }
        assert_eq!(other.told("NEEDLE"), layout.told("NEEDLE"));
    }
    layout
}
