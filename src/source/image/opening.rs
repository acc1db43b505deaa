//! Opening targets: the place that each names, or the first that has what it names. Several are opened at
//! the same time; what is in them is looked through one after the other, so that a scan tells the same
//! whichever was faster.

use super::archive::Indexed;
use super::containerd::Containerd;
use super::engine::{Container, Engine};
use super::layout::Layout;
use super::reading::Reading;
use super::registry::Registry;
use super::storage::Storage;
use super::store::{HOLDERS, Holder, OpenError, Store};
use super::target::{Location, Target};
use crate::model::{Kind, Shortfall};
use crate::source::input::Stdin;
use crate::unpack::sniff::{self, HEAD};
use oci_spec::distribution::Reference;
use std::fs::File;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::{self, ScopedJoinHandle};

/// A target that has been opened.
pub(super) enum Opened<'a> {
    /// A layout directory.
    Layout(Layout),
    /// An archive that can be read in any order.
    Archive(Indexed),
    /// An archive that can only be read in order.
    Stream(Stream<'a>),
    /// One image of a place that holds many.
    One(Arc<dyn Store>),
    /// Nothing: what images there are could not be looked up, which was told.
    Nothing,
}

/// An archive that is there, and opened when its turn to be read comes: how many there are must not decide how
/// many are open.
pub(super) type Stream<'a> =
    Box<dyn FnOnce() -> Result<Box<dyn Read + Send + 'a>, OpenError> + Send + 'a>;

/// One that is open already.
fn open<'a>(reader: impl Read + Send + 'a) -> Opened<'a> {
    Opened::Stream(Box::new(|| Ok(Box::new(reader))))
}

/// An image that something on this machine holds, and what that is.
fn held<'a>(holder: Holder, name: &str) -> Result<(Opened<'a>, String), OpenError> {
    Ok(match holder {
        Holder::Engine(kind) => {
            let engine = Engine::connect(kind)?;
            engine.find(name)?;
            let (place, name) = (engine.to_string(), name.to_owned());
            let archive = move || Ok(Engine::connect(kind)?.save(&name)?);
            (Opened::Stream(Box::new(archive)), place)
        }
        Holder::Storage => {
            let storage = Storage::open(name)?;
            let place = storage.place();
            (Opened::One(Arc::new(storage)), place)
        }
        Holder::Containerd => {
            let containerd = Containerd::open(name)?;
            let place = containerd.place();
            (Opened::One(Arc::new(containerd)), place)
        }
    })
}

impl Reading<'_> {
    /// Opens some targets at the same time: to open one in a registry is to wait for answers.
    pub(super) fn open_all(
        &self,
        targets: &[(usize, &Target)],
    ) -> Vec<Result<Opened<'_>, OpenError>> {
        thread::scope(|scope| {
            let opening: Vec<_> = targets
                .iter()
                .map(|&(number, target)| scope.spawn(move || self.open(number, target)))
                .collect();
            let opened = opening.into_iter().map(ScopedJoinHandle::join);
            opened
                .map(|one| one.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    fn open(&self, number: usize, target: &Target) -> Result<Opened<'_>, OpenError> {
        let path = match &target.location {
            Location::Stdin => return Ok(open(Stdin::new(self.sink))),
            Location::Directory(path) => return Ok(Opened::Layout(Layout::at(path)?)),
            Location::File(path) => path,
            Location::Registry(reference) => return self.registry(target, reference),
            Location::Local(holder, name) => return Ok(held(*holder, name)?.0),
            Location::Container(kind, name) => {
                return Ok(Opened::One(Arc::new(Container::open(*kind, name)?)));
            }
            Location::Many(_) => return Ok(Opened::Nothing),
            Location::Anywhere(name, reference) => {
                return self.anywhere(number, name, reference);
            }
        };
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            // What comes through a pipe comes once.
            return Ok(open(file));
        }
        if begins_as_tar(path)?
            && let Some(archive) = Indexed::walk(file, about.len(), &self.options.limits)?
        {
            return Ok(Opened::Archive(archive));
        }
        let path = path.clone();
        let again = move || Ok(Box::new(File::open(path)?) as Box<dyn Read + Send>);
        Ok(Opened::Stream(Box::new(again)))
    }

    /// An image on this machine, if anything holds it, else of the registry. An engine that does not
    /// answer holds nothing: whoever means it names it.
    fn anywhere(
        &self,
        number: usize,
        name: &str,
        reference: &Reference,
    ) -> Result<Opened<'_>, OpenError> {
        if let Some((opened, place)) = self.held(name) {
            self.catalog().via.insert(number, place);
            return Ok(opened);
        }
        let opened = self.registry(&self.targets[number], reference)?;
        let via = format!("registry {}", reference.registry());
        self.catalog().via.insert(number, via);
        Ok(opened)
    }

    /// What the first holder that has it has under a name. Several names are looked for at the same time.
    fn held(&self, name: &str) -> Option<(Opened<'_>, String)> {
        HOLDERS.into_iter().find_map(|holder| {
            if self.silent().contains(&holder) {
                return None;
            }
            match held(holder, name) {
                Ok(held) => Some(held),
                Err(OpenError::Engine(error)) if error.is_silence() => {
                    self.silent().push(holder);
                    None
                }
                Err(_) => None,
            }
        })
    }

    fn silent(&self) -> MutexGuard<'_, Vec<Holder>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn registry(&self, target: &Target, name: &Reference) -> Result<Opened<'_>, OpenError> {
        let limit = self.options.limits.document_bytes;
        let (registry, unasked) =
            Registry::open(name, self.registries, limit).map_err(OpenError::Registry)?;
        if let Some(error) = unasked {
            let place = format!("{}, referrers", target.text());
            let shortfall = Shortfall::new(Kind::Unreadable, place, error.to_string());
            self.sink.shortfall(shortfall);
        }
        Ok(Opened::One(Arc::new(registry)))
    }
}

fn begins_as_tar(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(sniff::is_tar(&head))
}
