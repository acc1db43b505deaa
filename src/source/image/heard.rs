//! What a reader says to its sink beside texts: counts, and notes that begin with what people call the layer
//! they are of. That name is another in every scan, so it is left out where they are written down.

use crate::model::{Batch, Class, Counter, Derived, Kind, Piece, Shortfall, Trace};
use crate::unpack::Sink;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was said of some layers.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Heard {
    notes: Vec<Note>,
    counts: [u64; Counter::ALL.len()],
    /// Whether something was said that cannot be said again: something was not read, or not of these
    /// layers.
    #[serde(skip)]
    pub(super) is_spoilt: bool,
}

/// A shortfall of a layer, wherever that lies.
#[derive(Serialize, Deserialize)]
struct Note {
    kind: Kind,
    /// Which of the layers.
    layer: usize,
    /// What follows the layer's label.
    place: String,
    detail: String,
}

impl Heard {
    fn hear(&mut self, labels: &[&str], shortfall: &Shortfall) {
        let labels = labels.iter().enumerate();
        let named = labels.filter_map(|(layer, label)| {
            let place = shortfall.place.strip_prefix(label)?;
            Some((layer, place))
        });
        // What begins like two of them is of the one with the longer name.
        let named = named.min_by_key(|(_, place)| place.len());
        match named.filter(|_| shortfall.kind.class() == Class::Note) {
            None => self.is_spoilt = true,
            Some((layer, place)) => self.notes.push(Note {
                kind: shortfall.kind,
                layer,
                place: place.to_owned(),
                detail: shortfall.detail.clone(),
            }),
        }
    }

    /// Says it all once more, of the layers that people know by these labels.
    pub(super) fn tell(self, sink: &dyn Sink, labels: &[&str]) {
        for note in self.notes {
            let label = labels.get(note.layer).copied().unwrap_or_default();
            let place = format!("{label}{}", note.place);
            sink.shortfall(Shortfall::new(note.kind, place, note.detail));
        }
        for (counter, by) in Counter::ALL.into_iter().zip(self.counts) {
            if by > 0 {
                sink.count(counter, by);
            }
        }
    }
}

/// A sink that remembers what it passes on, of all that is no text.
pub(super) struct Listening<'a> {
    sink: &'a dyn Sink,
    labels: &'a [&'a str],
    heard: Mutex<Heard>,
}

impl<'a> Listening<'a> {
    /// Listens to what is said of the layers that people know by these labels.
    pub(super) fn new(sink: &'a dyn Sink, labels: &'a [&'a str]) -> Self {
        Self {
            sink,
            labels,
            heard: Mutex::default(),
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said.
    pub(super) fn finish(self) -> Heard {
        let heard = self.heard.into_inner();
        heard.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Listening<'_> {
    fn batch(&self, batch: Batch) {
        self.sink.batch(batch);
    }

    fn search(&self, piece: &Piece, text: &[u8], derived: Option<Derived<'_>>) -> Trace {
        self.sink.search(piece, text, derived)
    }

    fn shortfall(&self, shortfall: Shortfall) {
        self.heard().hear(self.labels, &shortfall);
        self.sink.shortfall(shortfall);
    }

    fn count(&self, counter: Counter, by: u64) {
        self.heard().counts[counter as usize] += by;
        self.sink.count(counter, by);
    }

    fn stopped(&self) -> bool {
        self.sink.stopped()
    }

    fn buffer(&self) -> Vec<u8> {
        self.sink.buffer()
    }
}
