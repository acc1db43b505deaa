//! Containers as targets: each with the image that it was made from, so that the report tells which of
//! its secrets came with the image and which only the container has.

use super::engine::{Container, Engine, EngineError, KINDS, Kind};
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

    /// Every container that runs, and their images.
    ///
    /// # Errors
    /// Why no engine answers, if none does.
    pub fn running() -> Result<Vec<Self>, String> {
        let mut names = Vec::new();
        let mut refused: Vec<EngineError> = Vec::new();
        for kind in KINDS {
            match Engine::running(kind) {
                Ok(ids) => names.extend(ids),
                Err(error) => refused.push(error),
            }
        }
        match refused.first() {
            Some(error) if refused.len() == KINDS.len() => Err(error.to_string()),
            _ => Ok(Self::containers(&names)),
        }
    }
}

fn whole(text: String, location: Location) -> Target {
    Target {
        text,
        location,
        selection: Selection::All,
    }
}
