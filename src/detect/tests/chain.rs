//! Texts that are made from each other, and what a search has to make of them: in every text of a
//! chain the trace that was worked out from the last one is the trace of a search of the whole.

use super::super::{Detector, Scratch, resolve};
use crate::model::{Copied, Derived, DocumentId, Match, Origin, Piece, Trace};

/// A part of a text that is made from another.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// So many bytes of the other text from an offset on, both taken as the text's length allows.
    Copy(usize, usize),
    /// New bytes.
    Insert(Vec<u8>),
}

/// A text and its trace, as they were made.
pub(super) struct Link<'d> {
    detector: &'d Detector,
    scratch: Scratch,
    pub(super) text: Vec<u8>,
    pub(super) trace: Trace,
}

impl<'d> Link<'d> {
    /// The first text of a chain.
    pub(super) fn first(detector: &'d Detector, text: &[u8]) -> Self {
        let mut scratch = Scratch::default();
        let trace = detector.trace(&piece(text), text, None, &mut scratch);
        Self {
            detector,
            scratch,
            text: text.to_vec(),
            trace,
        }
    }

    /// The next text, whose trace is worked out from this one's.
    pub(super) fn then(&mut self, parts: &[Part]) {
        let (text, copies) = made(&self.text, parts);
        let derived = Derived {
            base: &self.trace,
            copies: &copies,
        };
        self.trace = self
            .detector
            .trace(&piece(&text), &text, Some(derived), &mut self.scratch);
        self.text = text;
    }

    /// The trace of a search of the whole text.
    pub(super) fn whole(&mut self) -> Trace {
        self.detector
            .trace(&piece(&self.text), &self.text, None, &mut self.scratch)
    }

    /// Panics where the trace is not that of a search of the whole text.
    pub(super) fn check(&mut self) {
        let whole = self.whole();
        let text = String::from_utf8_lossy(&self.text);
        assert_eq!(self.trace.length, whole.length);
        assert_eq!(self.trace.hits, whole.hits, "{text}");
        assert_eq!(self.trace.views, whole.views, "{text}");
        assert_eq!(
            told(&self.trace.matches),
            told(&whole.matches),
            "before resolving, in {text}"
        );
        let resolved = |trace: &Trace| told(&resolve(trace.matches.clone(), self.detector.rules()));
        assert_eq!(resolved(&self.trace), resolved(&whole), "{text}");
    }

    /// The secrets in their order, and whether each came along from the last text.
    pub(super) fn secrets(&self) -> Vec<(String, bool)> {
        let matches = self.trace.matches.iter();
        matches
            .map(|found| {
                let secret = String::from_utf8_lossy(found.judged.secret.expose());
                (secret.into_owned(), found.carried)
            })
            .collect()
    }
}

fn piece(text: &[u8]) -> Piece {
    Piece::whole(Origin::Document(DocumentId(0)), 0..text.len())
}

/// Makes a text from another.
fn made(base: &[u8], parts: &[Part]) -> (Vec<u8>, Vec<Copied>) {
    let (mut text, mut copies) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Insert(new) => text.extend_from_slice(new),
            &Part::Copy(from, length) => {
                let from = from.min(base.len());
                let length = length.min(base.len() - from);
                if length > 0 {
                    let to = text.len();
                    copies.push(Copied { from, to, length });
                    text.extend_from_slice(&base[from..from + length]);
                }
            }
        }
    }
    (text, copies)
}

/// All that is known of each match but the way it was come by.
fn told(matches: &[Match]) -> Vec<String> {
    let tell = |found: &Match| {
        let judged = &*found.judged;
        let parts = judged
            .parts
            .iter()
            .map(|part| (&part.name, part.value.expose()));
        let (rule, span, position) = (found.rule, &found.span, found.position);
        let secrets = (judged.secret.expose(), judged.identity().expose());
        let why = (judged.confidence, &judged.reasons);
        let parts: Vec<_> = parts.collect();
        format!(
            "{rule} {span:?} {position:?} {secrets:?} {why:?} {parts:?} {:?} {:?}",
            judged.encodings, found.aliases
        )
    };
    matches.iter().map(tell).collect()
}
