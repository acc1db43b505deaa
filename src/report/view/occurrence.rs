//! One place of a secret, as a report may show it.

use super::Vendored;
use super::build::{Builder, scanned};
use super::history::History;
use super::suppressed::Reasons;
use crate::model::{self, Age, Origin, Where};
use crate::report::instruction;
use crate::report::visible::visible;
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt;

/// One place.
#[derive(Debug, Serialize)]
pub struct Occurrence {
    /// The target, with the image's name where there are several.
    pub target: String,
    /// `os/arch[/variant]`.
    pub platform: Option<String>,
    /// The kind of place.
    #[serde(rename = "where")]
    pub kind: &'static str,
    /// A path in the layer or in the target, or a pointer into a document.
    pub path: String,
    /// The way on through archives, if the path is one: `WEB-INF/lib/x.jar!/application.yml`; line and
    /// column are then those of the member's own text.
    pub member: Option<String>,
    /// Line, from 1.
    pub line: u64,
    /// Column in bytes, from 1.
    pub column: u64,
    /// What has to be undone to read the secret there, from the outside in: `base64`, `gzip`.
    pub encodings: Vec<Cow<'static, str>>,
    /// The layer that holds it.
    pub layer: Option<Layer>,
    /// What became of it: `present`, `overwritten`, `deleted`.
    pub state: Option<&'static str>,
    /// The later layer that hid it.
    pub changed_by: Option<Layer>,
    /// The commit that brought it, or is it; only in a git history.
    pub commit: Option<String>,
    /// Number of the reason in [`Finding::suppressed`](super::Finding::suppressed) why the place is left out.
    #[serde(skip)]
    pub suppression: Option<usize>,
    /// What else the git history tells.
    pub git: Option<History>,
    /// The package that installed the file, which nobody changed since.
    pub vendored: Option<Vendored>,
    /// The line of the Dockerfile that put it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<BuildLine>,
    /// The base image that the layer or the value comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inherited: Option<String>,
    /// Number of the target in [`View::targets`](super::View::targets).
    #[serde(skip)]
    pub target_index: usize,
    /// Digest of the image, where the target names it.
    #[serde(skip)]
    pub image_digest: Option<String>,
    /// What the path begins at, seen from the current directory; `None` in an image.
    #[serde(skip)]
    pub base: Option<String>,
}

/// A line of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildLine {
    /// The file.
    pub file: String,
    /// Where the instruction begins, or the variable in it, from 1.
    pub line: u64,
}

impl fmt::Display for BuildLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// A layer of an image.
#[derive(Debug, Serialize)]
pub struct Layer {
    /// Position from the bottom, from 0.
    pub index: usize,
    /// Digest as stored.
    pub digest: String,
    /// Digest of the uncompressed tar.
    pub diff_id: Option<String>,
    /// The instruction that made it, as recorded.
    pub instruction: Option<String>,
    /// The instruction on one line.
    #[serde(skip)]
    pub brief: Option<String>,
}

impl Occurrence {
    /// Whether it is in the index of a repository and in no commit: its path is then neither an
    /// object's name nor that of a reference.
    pub fn is_staged(&self) -> bool {
        self.git.as_ref().is_some_and(|git| {
            let has_path = self.path != git.object && !self.path.starts_with("refs/");
            git.introduced.is_none() && has_path
        })
    }

    /// Whether the place is part of an image, and not of a file on disk.
    pub const fn in_image(&self) -> bool {
        self.base.is_none()
    }

    /// How the secret is encoded there, for people: `gzip in base64`; `None` if it is not.
    pub fn encoding(&self) -> Option<String> {
        let inside_out: Vec<&str> = self.encodings.iter().rev().map(|name| &**name).collect();
        (!inside_out.is_empty()).then(|| inside_out.join(" in "))
    }

    /// The name of the place for people: `app/.env:12:9`, `config.Env[3]`. A value of a document
    /// and a name are mostly one line, so that the position is told only where it says something.
    pub fn spot(&self) -> String {
        let is_content = self.layer.is_some() || self.kind == Where::File.name();
        let is_object = self.git.is_some() && !is_content;
        if !is_content && (self.line == 1 || is_object) {
            self.full_path()
        } else {
            format!("{}:{}:{}", self.full_path(), self.line, self.column)
        }
    }

    /// The path with the way on through archives: `app.war!/WEB-INF/lib/x.jar!/application.yml`.
    pub fn full_path(&self) -> String {
        match &self.member {
            None => self.path.clone(),
            Some(member) => [&*self.path, Origin::INSIDE, member].concat(),
        }
    }
}

impl Layer {
    /// The digest as people quote it: its first twelve digits, the algorithm left out.
    pub fn short_digest(&self) -> &str {
        let hex = self
            .digest
            .split_once(':')
            .map_or(&*self.digest, |(_, hex)| hex);
        hex.get(..12).unwrap_or(hex)
    }
}

impl Builder<'_> {
    /// One place; why it is suppressed is counted among the reasons.
    pub(super) fn occurrence<'o>(
        &self,
        occurrence: &'o model::Occurrence,
        reasons: &mut Reasons<'o>,
    ) -> Occurrence {
        let suppression = occurrence.suppression.as_deref();
        let place = &occurrence.place;
        let target_index = self.target_of(place);
        let hidden_by = place.state.as_ref().and_then(model::State::hidden_by);
        let git = place.commits.as_ref().map(|commits| self.history(commits));
        let introduced = git.as_ref().and_then(|git| git.introduced.as_ref());
        Occurrence {
            target: self.name(&place.target),
            platform: place.platform.as_ref().map(|text| self.text(&**text)),
            kind: place.kind.name(),
            path: self.text(&place.path),
            member: place
                .member
                .as_ref()
                .filter(|member| !member.is_empty())
                .map(|member| self.text(member)),
            line: occurrence.position.line,
            column: occurrence.position.column,
            encodings: occurrence.encodings.clone(),
            layer: place.layer.as_ref().map(|layer| self.layer(layer)),
            state: match (&place.state, &git) {
                // Whatever a history says, the layer holds it.
                (Some(state), _) => Some(state.name()),
                (None, git) => git.as_ref().and_then(History::state),
            },
            changed_by: hidden_by.map(|layer| self.layer(layer)),
            suppression: suppression.map(|found| reasons.count(found, |text| self.text(text))),
            commit: introduced.map(|commit| commit.id.clone()),
            git,
            vendored: place
                .package
                .as_deref()
                .map(|package| self.vendored(package)),
            dockerfile: place.built_by.as_ref().map(|line| BuildLine {
                file: self.name(&line.file),
                line: line.line,
            }),
            inherited: place.kinship.base.as_ref().map(|base| self.name(base)),
            target_index,
            image_digest: self
                .image_of(place, target_index)
                .map(|text| self.text(text)),
            base: self.base_of(target_index),
        }
    }

    fn layer(&self, layer: &model::LayerPlace) -> Layer {
        let redacted = layer
            .instruction
            .as_ref()
            .map(|recorded| self.scanned.redact(recorded.as_bytes()));
        Layer {
            index: layer.index,
            digest: self.text(&*layer.digest),
            diff_id: layer.diff_id.as_ref().map(|text| self.text(&**text)),
            instruction: redacted.as_ref().map(|recorded| visible(recorded)),
            brief: redacted.map(|recorded| visible(&instruction::brief(&recorded))),
        }
    }

    /// The target that a place belongs to. A place may add the image's name to what was typed, so
    /// the longest target that its name begins with is the one. What stands in an older image alone is
    /// told with the first.
    fn target_of(&self, place: &model::Place) -> usize {
        let targets = scanned(self.outcome).enumerate();
        targets
            .filter(|(_, target)| place.target.starts_with(&target.name))
            .max_by_key(|(index, target)| (target.name.len(), Reverse(*index)))
            .map_or(0, |(index, _)| index)
    }

    /// What the paths of a target's files begin at.
    fn base_of(&self, target: usize) -> Option<String> {
        let base = self.outcome.targets.get(target)?.base.as_ref()?;
        Some(self.name(base))
    }

    /// The digest of the image that a place belongs to.
    fn image_of(&self, place: &model::Place, target: usize) -> Option<&str> {
        if place.kinship.age == Some(Age::Former) {
            return None;
        }
        let images = &self.outcome.targets.get(target)?.images;
        let is_named = |image: &model::Image| {
            let name = image.name.as_deref();
            name.is_some_and(|name| place.target.ends_with(name))
        };
        images
            .iter()
            .filter(|image| image.platform.as_deref() == place.platform.as_deref())
            .max_by_key(|image| is_named(image))?
            .digest
            .as_deref()
    }
}
