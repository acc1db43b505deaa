//! A container: what it is run with, and what it wrote since. To the rest it is a docker archive of
//! one image, whose config is what the engine says of the container and whose one layer is what
//! the container added and changed.

use super::super::docker;
use super::super::store::{Blob, OpenError, Store};
use super::{Engine, EngineError, Kind, Way};
use serde_json::{Value, json};
use std::sync::Arc;

/// The config's name in the archive.
const CONFIG: &str = "container.json";
/// The layer's name in the archive.
const LAYER: &str = "written/layer.tar";

/// A container of an engine.
pub(in crate::source::image) struct Container {
    engine: Engine,
    id: String,
    manifest: Vec<u8>,
    config: Vec<u8>,
    /// The image that it was made from, by its id.
    image: Option<String>,
}

impl Container {
    /// Asks the engine for a container, by its id or name.
    pub(in crate::source::image) fn open(kind: Kind, name: &str) -> Result<Self, EngineError> {
        let engine = Engine::connect(kind)?;
        let about = engine
            .api()?
            .container(name)
            .map_err(|reason| engine.failed(reason))?;
        let Some(about) = about else {
            return Err(EngineError::NoContainer {
                kind,
                name: name.to_owned(),
            });
        };
        let text = |key: &str| about.get(key).and_then(Value::as_str).map(str::to_owned);
        let called = text("Name").unwrap_or_default();
        let manifest = json!([{
            "Config": CONFIG,
            "RepoTags": [called.trim_start_matches('/')],
            "Layers": [LAYER],
        }]);
        Ok(Self {
            id: text("Id").unwrap_or_else(|| name.to_owned()),
            image: text("Image").filter(|id| !id.is_empty()),
            manifest: manifest.to_string().into_bytes(),
            config: config(&about).to_string().into_bytes(),
            engine,
        })
    }

    /// The image that it was made from, by its id.
    pub(in crate::source::image) fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }

    fn written(&self) -> Result<Blob, EngineError> {
        let api = self.engine.api()?;
        let failed = |reason| self.engine.failed(reason);
        let changes = api.changes(&self.id).map_err(failed)?;
        let files = api.export(&self.id).map_err(failed)?;
        Ok(Blob::new(files, 0).only(Arc::new(changes)))
    }
}

/// What is known of a container in the form of an image's config.
fn config(about: &Value) -> Value {
    let mut rest = about.clone();
    let run_with = rest
        .as_object_mut()
        .and_then(|about| about.remove("Config"));
    json!({
        "config": run_with,
        "container": rest,
        "history": [{ "created_by": "written by the container" }],
    })
}

impl Engine {
    /// The ids of the containers that run.
    pub(in crate::source::image) fn running(kind: Kind) -> Result<Vec<String>, EngineError> {
        let engine = Self::connect(kind)?;
        engine
            .api()?
            .running()
            .map_err(|reason| engine.failed(reason))
    }

    fn api(&self) -> Result<&super::Api, EngineError> {
        match &self.way {
            Way::Api(api) => Ok(api),
            Way::Program(_) => Err(self.failed("containers are not to be had over ssh".to_owned())),
        }
    }
}

impl Store for Container {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        match name {
            docker::MANIFEST => Ok(Blob::of_bytes(self.manifest.clone())),
            CONFIG => Ok(Blob::of_bytes(self.config.clone())),
            LAYER => Ok(self.written()?),
            _ => Err(OpenError::Missing),
        }
    }

    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        match [docker::MANIFEST, CONFIG, LAYER].contains(&name) {
            true => Ok(name.to_owned()),
            false => Err(OpenError::Missing),
        }
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}
