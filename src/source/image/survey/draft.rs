//! An image while it is put together, from a manifest or from a docker archive's list.

use super::super::built::Built;
use super::super::catalog::{Image, Position, Use};
use super::super::history::{self, Step};
use super::super::json;
use super::super::platform::Platform;
use super::super::relatives::Role;
use super::Survey;
use crate::model::{Counter, DocumentId, Kind};
use crate::recipe::dockerfile::Dockerfile;
use serde_json::Value;
use std::sync::Arc;

/// What is known of an image so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The image itself.
    pub(super) image: Image,
    /// Its config.
    pub(super) config: Option<DocumentId>,
    /// Its other documents.
    pub(super) documents: Vec<DocumentId>,
    /// Its history.
    pub(super) steps: Vec<Step>,
    /// The Dockerfiles that its documents hold.
    pub(super) dockerfiles: Vec<Arc<Dockerfile>>,
}

/// What a config says about layers.
#[derive(Debug, Default)]
pub(super) struct Build {
    /// Digests of the uncompressed layers, as they stand there.
    diff_ids: Vec<String>,
    /// The history.
    steps: Vec<Step>,
}

impl Build {
    /// Reads a config, noting what has the wrong type.
    pub(super) fn of(config: &Value, faults: &mut Vec<String>) -> Self {
        let rootfs = config.get("rootfs").unwrap_or(&Value::Null);
        Self {
            diff_ids: json::texts(rootfs, "diff_ids", faults),
            steps: Step::all_of(config, faults),
        }
    }

    /// Takes the history from a schema 1 manifest.
    pub(super) fn of_steps(steps: Vec<Step>) -> Self {
        Self {
            steps,
            ..Self::default()
        }
    }

    /// The `layers` layers in their places, as far as the config knows them.
    pub(super) fn positions(&self, layers: usize) -> Vec<Position> {
        let instructions = history::instructions(&self.steps, layers);
        let diff_id = |index: usize| {
            self.diff_ids
                .get(index)
                .map(|text| Arc::from(text.as_str()))
        };
        instructions
            .into_iter()
            .enumerate()
            .map(|(index, instruction)| Position {
                diff_id: diff_id(index),
                instruction,
                ..Position::default()
            })
            .collect()
    }

    /// The history.
    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// Whether config and manifest agree on the number of layers; a config may say nothing.
    pub(super) fn fits(&self, layers: usize) -> bool {
        self.diff_ids.is_empty() || self.diff_ids.len() == layers
    }
}

impl Survey<'_> {
    /// Reads what a config says, and records what is wrong with it.
    pub(super) fn build(&self, config: &Value, what: &str, layers: usize) -> Build {
        let mut faults = Vec::new();
        let build = Build::of(config, &mut faults);
        for fault in faults {
            self.documents.shortfall(Kind::Corrupt, what, fault);
        }
        if self.scan.options.verify_diff_ids && !build.fits(layers) {
            let detail = format!("has {} diffIDs for {layers} layers", build.diff_ids.len());
            self.documents.shortfall(Kind::Mismatch, what, detail);
        }
        build
    }

    /// Enters an image into the catalog; one made of the same parts gets another name instead.
    pub(super) fn settle(&mut self, mut draft: Draft) -> usize {
        let layers = draft.image.layers.iter().map(|position| position.layer);
        let parts = (draft.config, layers.collect());
        let names = draft.image.names.clone();
        let known = self.made_of.get(&parts).copied();
        let number = known.unwrap_or_else(|| {
            let layers = draft.image.layers.len();
            draft.image.built = Built::best(self.scan.dockerfiles, &draft.steps, layers);
            self.scan.catalog().add_image(draft.image)
        });
        let mut catalog = self.scan.catalog();
        match known {
            Some(number) => catalog.name_image(number, names),
            None if catalog.relatives.role(self.target) == Role::Scanned => {
                self.scan.sink.count(Counter::Images, 1);
            }
            None => {}
        }
        if let Some(config) = draft.config {
            catalog.relatives.add_config(number, config);
        }
        for document in draft.config.into_iter().chain(draft.documents) {
            catalog.use_document(document, Use::Image(number));
        }
        drop(catalog);
        self.made_of.insert(parts, number);
        self.steps.insert(number, draft.steps);
        number
    }

    /// Whether the platform that a config states is wanted. One that states none is, unless
    /// platforms were asked for.
    pub(super) fn admits_config(&mut self, platform: Option<&Platform>) -> bool {
        match platform {
            Some(platform) => self.admits(platform),
            None => self.scan.platforms.is_empty(),
        }
    }
}
