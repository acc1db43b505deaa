//! The images that a docker archive's `manifest.json` lists.

pub(super) use super::super::docker::claimed_digest;

use super::super::catalog::{LayerKey, Position};
use super::super::claim::Claim;
use super::super::claim::Expected;
use super::super::digest::Digest;
use super::super::docker::{self, Listed};
use super::super::documents::Need;
use super::super::platform::Platform;
use super::super::store::OpenError;
use super::Survey;
use super::draft::Draft;
use crate::model::{Kind, Where};
use serde_json::Value;

impl Survey<'_> {
    /// Reads `manifest.json`. `false` if there is none.
    pub(super) fn manifest_json(&mut self) -> bool {
        let name = docker::MANIFEST;
        let document = match self.documents.read(name, &Claim::default(), name) {
            Err(OpenError::Missing) => return false,
            Err(error) => {
                self.documents
                    .shortfall(error.kind(), name, error.to_string());
                return true;
            }
            Ok(document) => document,
        };
        self.used.insert(name.to_owned());
        let mut faults = Vec::new();
        if document.is_parsed() {
            let listed = docker::listed(
                self.documents.content(&document, name, Need::References),
                &mut faults,
            );
            for image in listed {
                if self.scan.sink.stopped() {
                    break;
                }
                self.listed(&image);
            }
        } else {
            self.documents.content(&document, name, Need::References);
        }
        for fault in faults {
            self.documents.shortfall(Kind::Corrupt, name, fault);
        }
        self.publish_for_target(&document, name);
        true
    }

    fn listed(&mut self, listed: &Listed) {
        self.offered.names.extend(listed.tags.iter().cloned());
        let claimed = claimed_digest(&listed.config);
        let by_digest = claimed
            .iter()
            .any(|digest| self.selection.takes_digest(digest));
        let by_name = listed.tags.iter().any(|tag| self.selection.takes_name(tag));
        if !(by_digest || by_name || self.selection.is_all()) {
            return;
        }
        if !self.spend() {
            let detail = "lists more images than --limit manifests";
            return self
                .documents
                .shortfall(Kind::Limit, docker::MANIFEST, detail);
        }
        self.offered.chosen += 1;
        let mut draft = Draft::default();
        draft.image.target = self.target;
        draft
            .image
            .names
            .extend(listed.tags.iter().filter(|tag| !tag.is_empty()).cloned());
        if self.config_of(listed, claimed, &mut draft) {
            for (index, entry) in listed.layers.iter().enumerate() {
                self.entry(index, entry, &mut draft.image.layers[index]);
            }
            self.settle(draft);
        }
    }

    /// Reads an image's config. `false` if its platform is not wanted.
    fn config_of(&mut self, listed: &Listed, digest: Option<Digest>, draft: &mut Draft) -> bool {
        let what = format!("config {}", listed.config);
        let layers = listed.layers.len();
        let claim = Claim {
            digest,
            ..Claim::default()
        };
        let document = match self.documents.read(&listed.config, &claim, &what) {
            Ok(document) => Some(document),
            Err(error) => {
                self.documents
                    .shortfall(error.kind(), &what, error.to_string());
                None
            }
        };
        if let Ok(name) = self.store.resolve(&listed.config) {
            self.used.insert(name);
        }
        let value = document.as_ref().map_or(&Value::Null, |document| {
            self.documents.content(document, &what, Need::Values)
        });
        let platform = Platform::of(value);
        if !self.admits_config(platform.as_ref()) {
            return false;
        }
        draft.image.platform = platform.map(|platform| platform.to_string());
        let build = self.build(value, &what, layers);
        draft.image.layers = build.positions(layers);
        draft.steps = build.into_steps();
        if let Some(document) = &document {
            draft.image.digest = Some(document.digest.to_string());
            draft.config = Some(self.documents.publish(document, Where::Config, &what));
        }
        true
    }

    /// One layer, an entry of the archive.
    fn entry(&mut self, index: usize, entry: &str, position: &mut Position) {
        let what = format!("layer {index} ({entry})");
        let diff_id = position
            .diff_id
            .as_deref()
            .and_then(|text| Digest::parse(text).ok());
        let resolved = self.store.resolve(entry).unwrap_or_default();
        let digest = Digest::from_blob_path(&resolved);
        let key = match (&digest, &diff_id) {
            (Some(digest), _) => LayerKey::Blob(digest.clone()),
            (None, Some(diff_id)) => LayerKey::Unpacked(diff_id.clone(), resolved),
            (None, None) => LayerKey::Entry(self.target, resolved),
        };
        position.digest = digest.as_ref().map(Digest::text);
        let claim = Claim {
            digest,
            size: None,
            diff_id,
        };
        let copy = self.copy(entry, &what, claim, Expected::Tar);
        match self.enter(key, copy) {
            Ok(layer) => position.layer = layer,
            Err(error) => self
                .documents
                .shortfall(error.kind(), &what, error.to_string()),
        }
    }
}
