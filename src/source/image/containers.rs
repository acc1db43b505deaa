//! Containers as targets: each with the image that it was made from, so that the report tells which of
//! its secrets came with the image and which only the container has.

use super::engine::{Container, Engine, EngineError, KINDS, Kind};
use super::fleet::Many;
use super::store::Holder;
use super::target::{Location, Selection, Target};
use std::collections::HashSet;

impl Target {
    /// The containers of these names or ids, wherever they run, and their images, each once. What no
    /// engine has is a target all the same, and a gap when it is read.
    pub fn containers(names: &[String]) -> Vec<Self> {
        let mut images = HashSet::new();
        let mut targets = Vec::new();
        for name in names {
            let found = KINDS
                .into_iter()
                .find_map(|kind| Some((kind, Container::open(kind, name).ok()?)));
            let kind = found.as_ref().map_or(Kind::Docker, |(kind, _)| *kind);
            let image = found.and_then(|(_, container)| container.image().map(str::to_owned));
            targets.push(whole(
                format!("container:{name}"),
                Location::Container(kind, name.clone()),
            ));
            if let Some(image) = image.filter(|image| images.insert(image.clone())) {
                let holder = Holder::Engine(kind);
                targets.push(whole(
                    format!("{kind} image {image}"),
                    Location::Local(holder, image),
                ));
            }
        }
        targets
    }

    /// Every container that runs when reading begins, and their images.
    pub fn running() -> Self {
        let text = "running containers".to_owned();
        whole(text, Location::Many(Many::Running))
    }
}

/// The containers that run. An engine that is there and does not tell its own is a gap, and so is that
/// there is none at all.
pub(super) fn running(gap: &dyn Fn(String)) -> Vec<Target> {
    let mut names = Vec::new();
    let mut absent: Vec<EngineError> = Vec::new();
    for kind in KINDS {
        match Engine::running(kind) {
            Ok(ids) => names.extend(ids),
            Err(error @ EngineError::NotRunning { .. }) => absent.push(error),
            Err(error) => gap(error.to_string()),
        }
    }
    if let Some(error) = absent.first().filter(|_| absent.len() == KINDS.len()) {
        gap(error.to_string());
    }
    Target::containers(&names)
}

fn whole(text: String, location: Location) -> Target {
    Target {
        text,
        location,
        selection: Selection::All,
    }
}
