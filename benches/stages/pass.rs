//! The pass over ordinary text: for the literals alone, and with all that follows a hit.

use crate::corpus::corpora;
use crate::measure::{Entrant, compare};
use crate::subjects::{Subjects, count_all};

/// The engine in use against the automaton.
pub(crate) fn prefilter(subjects: &Subjects) {
    for corpus in corpora() {
        let title = format!("{} literals, {}", subjects.literals, corpus.name);
        let entrants = vec![
            Entrant::new("aho-corasick", || {
                _ = count_all(&subjects.automaton, &corpus)
            }),
            Entrant::new("quads", || _ = count_all(&subjects.quads, &corpus)),
        ];
        compare(&title, corpus.len(), entrants);
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
