//! One pass over the text for the literals of all rules at once. This is where most of a scan's
//! time goes, so the engine stands behind a small trait: [`Automaton`] is the plain one and the
//! oracle, [`Quads`] the one in use; a property test holds them equal, byte for byte.

mod automaton;
mod choice;
mod closer;
mod groups;
mod quads;
mod sieve;

pub use automaton::Automaton;
pub use quads::Quads;

use std::ops::Range;

/// Finds literals without regard to ASCII case.
pub trait Prefilter: Send + Sync {
    /// Calls `hit(literal, start)` for every occurrence, overlapping ones too, that *starts* in
    /// `starts`; it may end after it. Literals are numbered as they were given; the order of the
    /// calls is the engine's own.
    fn find(&self, text: &[u8], starts: Range<usize>, hit: &mut dyn FnMut(usize, usize));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::RuleSet;
    use proptest::prelude::*;
    use std::path::Path;

    const LITERALS: [&[u8]; 6] = [b"abab", b"babab", b"aabb_", b"://", b"token", b"_ab-ab_AB"];

    fn found(engine: &dyn Prefilter, text: &[u8], starts: Range<usize>) -> Vec<(usize, usize)> {
        let mut hits = Vec::new();
        engine.find(text, starts, &mut |literal, at| hits.push((at, literal)));
        hits.sort_unstable();
        hits
    }

    fn naive(text: &[u8]) -> Vec<(usize, usize)> {
        let starts = (0..text.len()).flat_map(|at| (0..LITERALS.len()).map(move |l| (at, l)));
        let is_there = |&(at, literal): &(usize, usize)| {
            let wanted = LITERALS[literal];
            text.get(at..at + wanted.len())
                .is_some_and(|part| part.eq_ignore_ascii_case(wanted))
        };
        starts.filter(is_there).collect()
    }

    #[test]
    fn overlapping_literals_and_any_case_are_found() {
        let text = b"x ToKeN ABABAB h://";
        for engine in engines() {
            assert_eq!(found(&*engine, text, 0..text.len()), naive(text));
            assert_eq!(found(&*engine, text, 0..3), [(2, 4)]);
        }
    }

    fn engines() -> [Box<dyn Prefilter>; 2] {
        [
            Box::new(Automaton::new(&LITERALS).unwrap()),
            Box::new(Quads::new(&LITERALS)),
        ]
    }

    /// The program's own sources, and its machine code: with every literal of every rule.
    #[test]
    fn engines_agree_on_source_code_and_binaries() {
        let rules = RuleSet::builtin().unwrap();
        let anchors = rules
            .windows()
            .iter()
            .flatten()
            .flat_map(|window| &window.anchors);
        let literals: Vec<&[u8]> = anchors.map(|anchor| anchor.literal.as_slice()).collect();
        let (oracle, quads) = (Automaton::new(&literals).unwrap(), Quads::new(&literals));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources =
            ["src", "rules", "docs"].map(|folder| walkdir::WalkDir::new(root.join(folder)));
        let sources = sources
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().into_path());
        let mut hits = 0;
        for file in sources
            .filter(|path| path.is_file())
            .chain(std::env::current_exe())
        {
            let mut text = std::fs::read(&file).unwrap();
            text.truncate(4 << 20);
            let expected = found(&oracle, &text, 0..text.len());
            hits += expected.len();
            assert_eq!(
                found(&quads, &text, 0..text.len()),
                expected,
                "{}",
                file.display()
            );
        }
        assert!(hits > 1_000, "{hits}");
    }

    proptest! {
        /// However the starts are divided, every engine's hits are those of a naive search.
        #[test]
        fn any_division_finds_what_a_naive_search_finds(
            text in proptest::collection::vec(proptest::sample::select(b"aAbB_-:/token".to_vec()), 0..80),
            cuts in proptest::collection::vec(0_usize..80, 0..4),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            for engine in engines() {
                let mut divided: Vec<_> =
                    cuts.windows(2).flat_map(|pair| found(&*engine, &text, pair[0]..pair[1])).collect();
                divided.sort_unstable();
                prop_assert_eq!(divided, naive(&text));
            }
        }

        /// Bytes of any value, folded or not, are no surprise.
        #[test]
        fn engines_agree_on_arbitrary_bytes(
            literals in proptest::collection::vec(proptest::collection::vec(0x20_u8..0x80, 4..9), 1..20),
            picks in proptest::collection::vec((0_usize..20, any::<u8>()), 0..40),
        ) {
            let literals: Vec<Vec<u8>> = literals.iter().map(|l| l.to_ascii_lowercase()).collect();
            let mut text = Vec::new();
            for (pick, noise) in picks {
                text.extend_from_slice(&literals[pick % literals.len()]);
                text.push(noise);
            }
            let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
            let whole = 0..text.len();
            let oracle = found(&Automaton::new(&literals).unwrap(), &text, whole.clone());
            prop_assert_eq!(found(&Quads::new(&literals), &text, whole), oracle);
        }
    }
}
