//! What is measured: the detector with all rules of the program, and both engines of its first
//! pass with the same literals.

use crate::corpus::Corpus;
use residue::detect::prefilter::{Automaton, Prefilter, Quads};
use residue::detect::{Detector, Scratch};
use residue::model::{DocumentId, Match, Origin, Piece};
use residue::ruleset::RuleSet;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hint::black_box;

/// Everything that is measured, ready to run.
pub(crate) struct Subjects {
    /// All rules of the program.
    pub(crate) detector: Detector,
    /// The yardstick of the first pass.
    pub(crate) automaton: Automaton,
    /// The engine in use.
    pub(crate) quads: Quads,
    /// The literals of all rules, sorted.
    pub(crate) literals: Vec<Vec<u8>>,
    scratch: RefCell<Scratch>,
}

impl Default for Subjects {
    fn default() -> Self {
        let rules = RuleSet::builtin().unwrap();
        let windows = rules.windows().iter().flatten();
        let anchors = windows.flat_map(|window| &window.anchors);
        let literals: BTreeSet<&[u8]> = anchors.map(|anchor| anchor.literal.as_slice()).collect();
        let literals: Vec<&[u8]> = literals.into_iter().collect();
        Self {
            automaton: Automaton::new(&literals).unwrap(),
            quads: Quads::new(&literals),
            literals: literals.iter().map(|literal| literal.to_vec()).collect(),
            detector: Detector::new(rules, 0).unwrap(),
            scratch: RefCell::default(),
        }
    }
}

impl Subjects {
    /// Every match in a text.
    pub(crate) fn search(&self, text: &[u8]) -> Vec<Match> {
        let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
        let mut found = Vec::new();
        let scratch = &mut self.scratch.borrow_mut();
        self.detector.search(&piece, text, scratch, &mut found);
        black_box(found)
    }

    /// Number of matches in a corpus.
    pub(crate) fn search_all(&self, corpus: &Corpus) -> usize {
        corpus
            .files
            .iter()
            .map(|file| self.search(file).len())
            .sum()
    }
}

/// Number of literals in a text.
pub(crate) fn count(engine: &dyn Prefilter, text: &[u8]) -> usize {
    let mut count = 0;
    engine.find(text, 0..text.len(), &mut |_, _| count += 1);
    black_box(count)
}

/// Number of literals in a corpus.
pub(crate) fn count_all(engine: &dyn Prefilter, corpus: &Corpus) -> usize {
    corpus.files.iter().map(|file| count(engine, file)).sum()
}
