//! What was found in one layer, noted down so that a later scan need not search it again: every match
//! as it came from the detector, before anything beyond its own text had a say. So a layer that is told
//! from notes goes the way of one that was searched, from the collector on.
//!
//! Secrets are not written, only their imprints. But a secret may also stand in what is written, above all
//! in the path of a file that is called like it; such notes are not kept, and the layer is searched again.

use crate::detect::Detector;
use crate::model::{
    Confidence, EntryPart, Identity, LayerId, Match, Options, Origin, Position, Secret,
};
use crate::unpack::Keep;
use crate::unpack::sums::FileSums;
use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
/// Bytes of a secret that are looked for in the notes.
const LOOKED_FOR: usize = 64;

/// Notes in the making, shared by all who search the layer.
pub(super) struct Recording {
    state: Mutex<State>,
    most: u64,
}

#[derive(Default)]
struct State {
    texts: BTreeMap<Spot, Text>,
    matches: u64,
    is_spoilt: bool,
    keep: Option<(Vec<u8>, Keep)>,
}

/// Which text of a layer: the path of an entry, and what of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Spot {
    #[serde(with = "crate::model::shared")]
    path: Arc<[u8]>,
    part: EntryPart,
    /// The way through the archives in it, from the outside in.
    members: Vec<Member>,
}

/// A member of an archive: its path, its number and what of it the text is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Member {
    #[serde(with = "crate::model::shared")]
    path: Arc<[u8]>,
    number: u32,
    part: EntryPart,
}

impl Spot {
    /// The spot of a text in a layer; `None` of any other text.
    fn of(origin: &Origin) -> Option<Self> {
        match origin {
            Origin::Entry { path, part, .. } => Some(Self {
                path: Arc::clone(path),
                part: *part,
                members: Vec::new(),
            }),
            Origin::Member {
                outer,
                path,
                number,
                part,
            } => {
                let mut spot = Self::of(outer)?;
                spot.members.push(Member {
                    path: Arc::clone(path),
                    number: *number,
                    part: *part,
                });
                Some(spot)
            }
            _ => None,
        }
    }

    /// The text as one of this layer.
    fn origin(self, layer: LayerId) -> Origin {
        let Self { path, part, .. } = self;
        let entry = Origin::Entry { layer, path, part };
        self.members.into_iter().fold(entry, |outer, member| {
            let Member { path, number, part } = member;
            Origin::Member {
                outer: Arc::new(outer),
                path,
                number,
                part,
            }
        })
    }
}

/// What was found in one text of the layer.
#[derive(Debug, Serialize, Deserialize)]
struct Text {
    spot: Spot,
    matches: Vec<Match>,
    sums: Option<FileSums>,
}

/// Notes, as they are written down.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    texts: Vec<Text>,
    /// The last second at which something in it had expired already.
    expired: Option<i64>,
    /// The first second after which something more expires.
    expires: Option<i64>,
}

impl Recording {
    /// Nothing yet; of more than so many matches there will be no notes.
    pub(super) fn of(most: u64) -> Self {
        Self {
            state: Mutex::default(),
            most,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was found in a piece of a text.
    pub(super) fn add(&self, origin: &Origin, found: &[Match], sums: Option<FileSums>) {
        let mut state = self.state();
        state.matches += found.len() as u64;
        let Some(spot) = Spot::of(origin) else {
            state.is_spoilt = true;
            return;
        };
        state.is_spoilt |= state.matches > self.most;
        if state.is_spoilt {
            state.texts.clear();
        } else if !found.is_empty() {
            let new = || Text {
                spot: spot.clone(),
                matches: Vec::new(),
                sums: None,
            };
            let text = state.texts.entry(spot.clone()).or_insert_with(new);
            text.matches.extend_from_slice(found);
            text.sums = sums.or(text.sums);
        }
    }

    /// Something went wrong: there will be no notes.
    pub(super) fn spoil(&self) {
        self.state().is_spoilt = true;
    }

    /// Who is to get the notes, with what is `known` of the layer.
    pub(super) fn keep(&self, known: Vec<u8>, keep: Keep) {
        self.state().keep = Some((known, keep));
    }

    /// Hands over the notes, if they are complete and hold no secret.
    pub(super) fn complete(self, identity: &Identity, now: i64) {
        let state = self.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let Some((known, keep)) = state.keep.filter(|_| !state.is_spoilt) else {
            return;
        };
        let guard = guard(state.texts.values().flat_map(|text| &text.matches));
        let found = Found::of(state.texts.into_values(), identity, now);
        if let (Ok(noted), Some(guard)) = (postcard::to_allocvec(&found), guard)
            && !guard.is_match(&noted)
            && !guard.is_match(&known)
        {
            keep(known, noted);
        }
    }
}

impl Found {
    fn of(texts: impl Iterator<Item = Text>, identity: &Identity, now: i64) -> Self {
        let sealed = |mut text: Text| {
            for found in &mut text.matches {
                found.judged = Arc::new(found.judged.sealed(identity));
            }
            text
        };
        let texts: Vec<Text> = texts.map(sealed).collect();
        let matches = texts.iter().flat_map(|text| &text.matches);
        let moments: Vec<i64> = matches.filter_map(|found| found.judged.expires).collect();
        Self {
            expired: moments.iter().copied().filter(|&at| at < now).max(),
            expires: moments.iter().copied().filter(|&at| at >= now).min(),
            texts,
        }
    }

    /// Reads notes that may speak of `rules` rules; `None` if they make no sense, or something has expired
    /// since, or has not yet.
    pub(super) fn read(noted: &[u8], rules: usize, now: i64) -> Option<Self> {
        let found: Self = postcard::from_bytes(noted).ok()?;
        let mut matches = found.texts.iter().flat_map(|text| &text.matches);
        let is_known = matches.all(|found| found.rule < rules && is_sound(found));
        let holds =
            found.expired.is_none_or(|at| at < now) && found.expires.is_none_or(|at| now <= at);
        (is_known && holds).then_some(found)
    }

    /// The matches as those of a layer, text by text, with the hashes of the file.
    pub(super) fn texts(
        self,
        layer: LayerId,
    ) -> impl Iterator<Item = (Origin, Vec<Match>, Option<FileSums>)> {
        self.texts.into_iter().map(move |text| {
            let origin = text.spot.origin(layer);
            (origin, text.matches, text.sums)
        })
    }
}

/// Whether a match could come from a text: whoever has no key of his own shares it with everybody, who
/// may then have written the notes.
fn is_sound(found: &Match) -> bool {
    const FAR: u64 = 1 << 60;
    let Position {
        offset,
        line,
        column,
    } = found.position;
    let numbers = [found.span.end, offset, line, column];
    let is_near = numbers.iter().all(|&at| at < FAR);
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let mut encodings = found.judged.encodings.iter();
    let are_words = encodings.all(|name| name.bytes().all(is_of_word));
    is_near && found.span.start <= found.span.end && are_words
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
