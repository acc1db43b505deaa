//! Starting up, which a scan of a small image mostly consists of.

use crate::measure::{Entrant, compare_times};
use crate::subjects::Subjects;
use residue::detect::Detector;
use residue::ruleset::RuleSet;
use std::hint::black_box;

/// From nothing to a detector; and what is put off until a literal first appears.
pub(crate) fn run(_: &Subjects) {
    let rules = || RuleSet::builtin().unwrap();
    let detector = || Detector::new(rules(), 0).unwrap();
    let entrants = vec![
        Entrant::new("read the rules", || drop(black_box(rules()))),
        Entrant::new("and make a detector", || drop(black_box(detector()))),
        Entrant::new("and compile every regex", || {
            detector().compile_all().unwrap()
        }),
    ];
    compare_times("all rules of the program", entrants);
}
