//! Drives everything that is fuzzed (`fuzz/`) with damaged inputs of its own, so that an ordinary test
//! run, with any compiler, sees what has broken. `RESIDUE_WRITE_SEEDS=1` writes the sound inputs as
//! the corpus that fuzzing begins with.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

#[path = "../../fuzz/src/lib.rs"]
#[allow(
    clippy::expect_used,
    unreachable_pub,
    reason = "a crate of its own elsewhere"
)]
mod fuzz;
#[path = "../kit/mod.rs"]
mod kit;
mod seeds;

use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use std::path::Path;

/// Damage that mutations of fuzzers do as well.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
}

fn any_damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        at().prop_map(Damage::Cut),
        (at(), at()).prop_map(|(from, to)| Damage::Remove(from, to)),
        (at(), at()).prop_map(|(from, to)| Damage::Repeat(from, to)),
        (at(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, more)| Damage::Insert(at, more)),
    ]
}

fn between(from: Index, to: Index, length: usize) -> std::ops::Range<usize> {
    let (from, to) = (from.index(length), to.index(length));
    from.min(to)..from.max(to)
}

impl Damage {
    fn done(self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Set(at, byte) => bytes[at.index(length)] = byte,
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Remove(from, to) => drop(bytes.drain(between(from, to, length))),
            Self::Repeat(from, to) => {
                let range = between(from, to, length);
                let again = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, again);
            }
            Self::Insert(at, more) => drop(bytes.splice(at.index(length)..at.index(length), more)),
        }
    }
}

#[test]
fn every_target_has_a_program_and_seeds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let programs = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let programs = programs.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    let programs: BTreeSet<String> = programs.collect();
    let targets = fuzz::TARGETS.iter().map(|target| target.name.to_owned());
    assert_eq!(targets.collect::<BTreeSet<_>>(), programs);
    for target in fuzz::TARGETS {
        assert!(!seeds::of(target.name).is_empty(), "{}", target.name);
    }
}

#[test]
fn sound_inputs_are_taken() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for target in fuzz::TARGETS {
        for (number, seed) in seeds::of(target.name).iter().enumerate() {
            fuzz::run(target.name, seed);
            if std::env::var_os("RESIDUE_WRITE_SEEDS").is_some() {
                let folder = corpus.join(target.name);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("seed-{number}")), seed).unwrap();
            }
        }
    }
}

/// A thousand, or what `PROPTEST_CASES` asks for beyond that.
fn cases() -> ProptestConfig {
    let asked = ProptestConfig::default().cases;
    ProptestConfig::with_cases(asked.max(1000))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_damage_breaks_a_target(
        target in 0..fuzz::TARGETS.len(),
        seed in any::<Index>(),
        damages in prop::collection::vec(any_damage(), 1..8),
    ) {
        let name = fuzz::TARGETS[target].name;
        let seeds = seeds::of(name);
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        damages.into_iter().for_each(|damage| damage.done(&mut bytes));
        fuzz::run(name, &bytes);
    }
}
