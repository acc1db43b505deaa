//! What was found in one layer, or in the repositories of several, noted down so that a later scan need not
//! search it again: every match as it came from the detector, before anything beyond its own text had a
//! say. So what is told from notes goes the way of what was searched, from the collector on.
//!
//! Secrets are not written, only their imprints. But a secret may also stand in what is written, above all
//! in the path of a file that is called like it; such notes are not kept, and the texts are searched again.
//! What histories tell, as the first lines of commits, is no more than shown; there the mask is written that a
//! report shows.

use super::collect::Tally;
use super::noted::{Noted, Text};
use super::spot::Spot;
use crate::detect::{Detector, resolve};
use crate::model::{Confidence, Identity, Masks, Match, Options, Origin, Rule, Secret};
use crate::unpack::sums::FileSums;
use crate::unpack::{Keep, Notes};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything that has a say in what is found in a layer beside its bytes: what a
/// [`Cache`](crate::cache::Cache) of layers is for. The clock is not among it; notes know how long they hold.
pub fn purpose(detector: &Detector, options: &Options, identity: &Identity) -> Vec<u8> {
    let program = (env!("CARGO_PKG_VERSION"), env!("RESIDUE_SOURCES"));
    let limits = format!("{:?}", options.limits);
    let all = (program, detector.rules(), limits, identity.key_id());
    // Plain data, which can always be written down; without a purpose nothing would be found again.
    serde_json::to_vec(&all).unwrap_or_default()
}

/// From this length on a mere guess counts as a secret that must not be written.
const GUESS: usize = 12;
/// Shorter ones stand everywhere by chance.
const LEAST: usize = 4;
/// From this length on every report masks a secret, whatever it is taken for.
const MASKED: usize = 12;
/// Bytes of a secret that are looked for in the notes.
const LOOKED_FOR: usize = 64;

/// Notes in the making, shared by all who search the texts.
pub(super) struct Recording(Mutex<State>);

struct State {
    texts: BTreeMap<Spot, Text>,
    /// Matches that there is room for.
    room: Tally,
    is_spoilt: bool,
    keep: Option<Keep>,
}

impl Recording {
    /// Nothing yet; of more matches than a scan keeps there will be no notes.
    pub(super) fn of(most: u64) -> Self {
        Self(Mutex::new(State {
            texts: BTreeMap::new(),
            room: Tally::of_scan(most),
            is_spoilt: false,
            keep: None,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was found in a piece of a text.
    pub(super) fn add(&self, origin: &Origin, found: &[Match], sums: Option<FileSums>) {
        if found.is_empty() {
            return;
        }
        let mut state = self.state();
        let has_room = found.iter().all(|found| state.room.take(found));
        let spot = Spot::of(origin).filter(|_| has_room && !state.is_spoilt);
        let Some(spot) = spot else {
            state.is_spoilt = true;
            return state.texts.clear();
        };
        let text = state.texts.entry(spot).or_insert_with_key(|spot| Text {
            spot: spot.clone(),
            matches: Vec::new(),
            sums: None,
        });
        text.matches.extend_from_slice(found);
        text.sums = sums.or(text.sums);
    }

    /// Something went wrong: there will be no notes.
    pub(super) fn spoil(&self) {
        self.state().is_spoilt = true;
    }

    /// Who is to get the notes.
    pub(super) fn keep(&self, keep: Keep) {
        self.state().keep = Some(keep);
    }

    /// Hands over the notes, if they are complete.
    pub(super) fn complete(self, rules: &[Rule], identity: &Identity, now: i64) {
        let state = self.0.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        if let Some(keep) = state.keep.filter(|_| !state.is_spoilt) {
            let texts: Vec<Text> = state.texts.into_values().collect();
            keep(Box::new(Complete {
                masks: masks(&texts, rules, identity),
                texts,
                identity: identity.clone(),
                now,
            }));
        }
    }
}

/// Notes that nothing is added to any more.
struct Complete {
    texts: Vec<Text>,
    masks: Masks,
    identity: Identity,
    now: i64,
}

impl Notes for Complete {
    fn objects(&self) -> Vec<(Origin, u64)> {
        let objects = self.texts.iter().filter_map(|text| {
            let places = text.matches.iter().map(|found| found.position.offset);
            let origin = Origin::Object(text.spot.object()?);
            // Of what holds a public key the beginning is asked for.
            Some(places.chain([0]).map(move |at| (origin.clone(), at)))
        });
        objects.flatten().collect()
    }

    fn masked(&self, text: &[u8]) -> Vec<u8> {
        self.masks.cover(text).into_owned()
    }

    fn behind(&self, known: &[u8]) -> Option<Vec<u8>> {
        let guard = guard(self.texts.iter().flat_map(|text| &text.matches))?;
        let noted = Noted::of(&self.texts, &self.identity, self.now);
        let noted = postcard::to_allocvec(&noted).ok()?;
        let is_clean = !guard.is_match(&noted) && !guard.is_match(known);
        is_clean.then(|| [known, &noted].concat())
    }
}

/// The masks of what becomes a finding in objects wherever it stands, and is masked in every report.
fn masks(texts: &[Text], rules: &[Rule], identity: &Identity) -> Masks {
    let of_objects = texts.iter().filter(|text| text.spot.object().is_some());
    let found = of_objects.flat_map(|text| resolve(text.matches.clone(), rules));
    let is_told =
        |found: &Match| rules[found.rule].path.is_none() && found.judged.secret.len() >= MASKED;
    let judged: Vec<_> = found.filter(is_told).map(|found| found.judged).collect();
    let secrets = judged.iter().flat_map(|judged| {
        let written = judged.written.as_deref();
        [Some(&judged.secret), written].into_iter().flatten()
    });
    Masks::of(identity, secrets)
}

/// What finds the secrets among these matches in other bytes; `None` if they are too many.
fn guard<'m>(matches: impl Iterator<Item = &'m Match>) -> Option<AhoCorasick> {
    let judged = matches.map(|found| &*found.judged);
    let secrets = judged.flat_map(|judged| {
        let is_sure = judged.confidence > Confidence::Low;
        let all = [
            Some(&judged.secret),
            judged.normalised.as_ref(),
            judged.written.as_deref(),
        ];
        let all = all.into_iter().flatten().map(Secret::expose);
        all.filter(move |bytes| bytes.len() >= if is_sure { LEAST } else { GUESS })
    });
    let beginnings = secrets.map(|bytes| &bytes[..bytes.len().min(LOOKED_FOR)]);
    AhoCorasick::new(beginnings).ok()
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
