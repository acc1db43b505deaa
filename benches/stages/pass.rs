//! The pass over ordinary text: for the literals alone, and with all that follows a hit.

use crate::corpus::corpora;
use crate::measure::{Entrant, compare};
use crate::subjects::{Subjects, count_all};
use residue::detect::prefilter::Quads;

/// How many literals the engine is measured with; the first is the yardstick.
const NUMBERS: [usize; 4] = [300, 1_000, 2_000, 3_500];

/// The engine in use against the automaton.
pub(crate) fn prefilter(subjects: &Subjects) {
    for corpus in corpora() {
        let title = format!("{} literals, {}", subjects.literals.len(), corpus.name);
        let entrants = vec![
            Entrant::new("aho-corasick", || {
                _ = count_all(&subjects.automaton, &corpus)
            }),
            Entrant::new("quads", || _ = count_all(&subjects.quads, &corpus)),
        ];
        compare(&title, corpus.len(), entrants);
    }
}

/// The engine in use with ever more of the literals, picked evenly.
pub(crate) fn literals(subjects: &Subjects) {
    let all = &subjects.literals;
    let engines = NUMBERS.map(|number| {
        let picked = (0..number).map(|n| &*all[n * all.len() / number]);
        Quads::new(&picked.collect::<Vec<&[u8]>>())
    });
    for corpus in corpora() {
        let entrants = NUMBERS.iter().zip(&engines).map(|(number, engine)| {
            Entrant::new(format!("{number} literals"), || {
                _ = count_all(engine, &corpus)
            })
        });
        compare(&corpus.name, corpus.len(), entrants.collect());
    }
}

/// The whole search against the pass for the literals: the difference is what confirming costs.
pub(crate) fn search(subjects: &Subjects) {
    for corpus in corpora() {
        let hits = count_all(&subjects.quads, &corpus);
        let found = subjects.search_all(&corpus);
        let title = format!("{hits} literals and {found} matches, {}", corpus.name);
        let entrants = vec![
            Entrant::new("aho-corasick, literals alone", || {
                _ = count_all(&subjects.automaton, &corpus);
            }),
            Entrant::new("quads, literals alone", || {
                _ = count_all(&subjects.quads, &corpus)
            }),
            Entrant::new("search", || _ = subjects.search_all(&corpus)),
        ];
        compare(&title, corpus.len(), entrants);
    }
}
