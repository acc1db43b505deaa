//! One image of an OCI index: its config, its layers, and what else a manifest can be, an attestation
//! or an artifact.

use super::super::archive::Streamed;
use super::super::built::{self, Built};
use super::super::catalog::{LayerKey, Position, Use};
use super::super::digest::Digest;
use super::super::documents::Need;
use super::super::manifest::Descriptor;
use super::super::platform::Platform;
use super::super::store::OpenError;
use super::Survey;
use super::draft::{Build, Draft};
use super::oci::{Presence, Reached, claim_of};
use crate::model::{Kind, Where};
use serde_json::Value;
use std::sync::Arc;

impl Survey<'_> {
    /// Enters an image into the catalog, and searches its documents.
    pub(super) fn image(&mut self, reached: &Reached<'_>, what: &str) -> Presence {
        let manifest = reached.manifest;
        let digest = &reached.document.digest;
        if let Some(&known) = self.by_digest.get(digest) {
            self.scan.catalog().name_image(known, reached.name.clone());
            return Presence::Here;
        }
        let mut parts = manifest.config.iter().chain(&manifest.layers);
        if reached.platform.is_some() && !parts.any(|part| self.is_here(part)) {
            self.publish_for_target(reached.document, what);
            return Presence::Absent;
        }
        let mut draft = Draft::default();
        draft.image.target = self.target;
        draft.image.names.extend(reached.name.clone());
        draft.image.digest = Some(digest.to_string());
        if !self.config(reached, &mut draft) {
            return Presence::LeftAside;
        }
        draft.documents.push(
            self.documents
                .publish(reached.document, Where::Manifest, what),
        );
        for (index, layer) in manifest.layers.iter().enumerate() {
            self.layer(index, layer, &mut draft);
        }
        match &reached.descriptor.attested {
            Some(attested) => self.attest(attested, draft),
            None => {
                let number = self.settle(draft);
                self.by_digest.insert(digest.clone(), number);
            }
        }
        Presence::Here
    }

    /// Gives the documents of an attestation to the image that it is about.
    fn attest(&mut self, attested: &str, draft: Draft) {
        let about = Digest::parse(attested).ok();
        let image = about.and_then(|digest| self.by_digest.get(&digest).copied());
        let by = image.map_or(Use::Target(self.target), Use::Image);
        let mut catalog = self.scan.catalog();
        if let Some(image) = image.map(|image| (image, &self.steps[&image])) {
            let (number, steps) = image;
            let image = &mut catalog.images[number];
            let layers = image.layers.len();
            let attested = || Built::best(&draft.dockerfiles, steps, layers);
            image.built = image.built.take().or_else(attested);
        }
        for document in draft.config.into_iter().chain(draft.documents) {
            catalog.use_document(document, by);
        }
        for position in draft.image.layers {
            if let (Some(layer), Some(digest)) = (position.layer, position.digest) {
                catalog.add_loose(layer, self.target, &digest);
            }
        }
    }

    fn is_here(&self, part: &Descriptor) -> bool {
        let digest = part.digest.as_ref();
        let stored = digest.is_ok_and(|digest| self.store.resolve(&digest.blob_path()).is_ok());
        stored || part.data.is_some()
    }

    /// Reads the config. `false` if its platform is not wanted.
    fn config(&mut self, reached: &Reached<'_>, draft: &mut Draft) -> bool {
        let layers = reached.manifest.layers.len();
        let Some(descriptor) = &reached.manifest.config else {
            let build = Build::of_steps(reached.manifest.steps.clone());
            draft.image.layers = build.positions(layers);
            draft.steps = build.into_steps();
            return reached.platform.is_some() || self.admits_config(None);
        };
        let what = format!("config {}", descriptor.short());
        let fetched = match &descriptor.digest {
            Ok(digest) => self
                .fetch(descriptor, digest, &what)
                .map_err(|error| (error.kind(), error.to_string())),
            Err(error) => Err((Kind::Corrupt, error.to_string())),
        };
        let document = match fetched {
            Ok(document) => Some(document),
            Err((kind, detail)) => {
                self.documents.shortfall(kind, &what, detail);
                None
            }
        };
        let value = document.as_ref().map_or(&Value::Null, |document| {
            self.documents.content(document, &what, Need::Values)
        });
        let own = Platform::of(value);
        let is_wanted = match (reached.platform, reached.descriptor.attested.is_some()) {
            (Some(_), _) | (None, true) => true,
            (None, false) => self.admits_config(own.as_ref()),
        };
        if !is_wanted {
            return false;
        }
        let platform = reached.platform.cloned().or(own);
        draft.image.platform = platform.map(|platform| platform.to_string());
        let build = self.build(value, &what, layers);
        draft.image.layers = build.positions(layers);
        draft.steps = build.into_steps();
        draft.config =
            document.map(|document| self.documents.publish(&document, Where::Config, &what));
        true
    }

    /// One layer, or one blob of an artifact.
    fn layer(&mut self, index: usize, layer: &Descriptor, draft: &mut Draft) {
        let what = format!("layer {index} ({})", layer.short());
        let digest = match &layer.digest {
            Ok(digest) => digest.clone(),
            Err(error) => {
                return self
                    .documents
                    .shortfall(Kind::Corrupt, &what, error.to_string());
            }
        };
        let name = digest.blob_path();
        if layer.is_document() && (layer.data.is_some() || self.begins_as_json(&name)) {
            match self.fetch(layer, &digest, &what) {
                Ok(document) => {
                    let statement = self.documents.content(&document, &what, Need::Text);
                    draft.dockerfiles.extend(built::dockerfiles(statement));
                    let number = self.documents.publish(&document, Where::Attestation, &what);
                    draft.documents.push(number);
                }
                Err(error) => self
                    .documents
                    .shortfall(error.kind(), &what, error.to_string()),
            }
            return;
        }
        self.blob(layer, &name, &what, &mut draft.image.layers[index]);
    }

    fn blob(&mut self, layer: &Descriptor, name: &str, what: &str, position: &mut Position) {
        let mut claim = claim_of(layer);
        claim.diff_id = position
            .diff_id
            .as_deref()
            .and_then(|text| Digest::parse(text).ok());
        position.digest = claim.digest.as_ref().map(Digest::text);
        let Some(digest) = claim.digest.clone() else {
            return;
        };
        let mut copy = self.copy(name, what, claim, layer.expected());
        let key = LayerKey::Blob(digest);
        match (self.enter(key.clone(), copy.clone()), &layer.data) {
            (Ok(number), _) => position.layer = number,
            (Err(OpenError::Missing), Some(data)) => {
                copy.store = Arc::new(Streamed::of(name, data));
                position.layer = Some(self.scan.catalog().add_copy(key, copy));
            }
            (Err(OpenError::Missing), None) if layer.is_foreign() => {
                let detail = "is only to be had from elsewhere and was not fetched";
                self.documents.shortfall(Kind::ForeignLayer, what, detail);
            }
            (Err(error), _) => {
                self.documents
                    .shortfall(error.kind(), what, error.to_string());
            }
        }
    }
}
