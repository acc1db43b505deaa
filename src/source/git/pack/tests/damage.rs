//! Damaged packs and indexes: every object is shown exactly as it should be, or told.

use super::encode::{Files, Stored, Writer, blob_id, delta};
use super::witness::Witness;
use crate::source::git::pack::Doubt;
use gix::ObjectId;
use gix::hash::Kind::Sha1;
use gix::objs::Kind::Blob;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A pack with deltas of both kinds, and what is in it.
fn sound(first: bool) -> (Files, BTreeMap<ObjectId, Vec<u8>>) {
    let text = |number: usize| format!("{} and then {number}\n", "some words ".repeat(number % 5));
    let texts: Vec<Vec<u8>> = (0..12).map(|number| text(number).into_bytes()).collect();
    let mut writer = Writer::new(Sha1);
    for (number, text) in texts.iter().enumerate() {
        let stored = match number % 4 {
            0 => Stored::Full(Blob, text.clone()),
            1 => Stored::ByName(blob_id(&texts[number - 1]), delta(&texts[number - 1], text)),
            _ => Stored::ByOffset(number - 1, delta(&texts[number - 1], text)),
        };
        writer.add(blob_id(text), &stored);
    }
    let files = if first {
        writer.finish_v1()
    } else {
        writer.finish()
    };
    let contents = texts.into_iter().map(|text| (blob_id(&text), text));
    (files, contents.collect())
}

/// What is left of the objects; panics if one is neither shown nor told, or shown wrong.
fn survivors(files: &Files, objects: &BTreeMap<ObjectId, Vec<u8>>) -> usize {
    let Some((_folder, pack)) = files.open() else {
        return 0;
    };
    let witness = Witness::of(&pack);
    let shown = witness.contents();
    for (id, content) in &shown {
        assert_eq!(
            blob_id(content),
            *id,
            "shown under a name that it does not have"
        );
    }
    let is_whole = witness.doubts.lock().unwrap().is_empty();
    let is_lost = |id: &&ObjectId| !shown.contains_key(*id) && witness.error(id).is_none();
    let lost: Vec<_> = objects.keys().filter(is_lost).collect();
    assert!(
        lost.is_empty() || !is_whole,
        "{lost:?} are lost and nobody was told"
    );
    shown.len()
}

#[test]
fn any_single_byte_that_changes_is_noticed() {
    for first in [false, true] {
        let (files, objects) = sound(first);
        assert_eq!(survivors(&files, &objects), objects.len());
        for at in 0..files.pack.len() {
            for flip in [0x01, 0x90] {
                let mut damaged = files.clone();
                damaged.pack[at] ^= flip;
                survivors(&damaged, &objects);
            }
        }
        for at in (0..files.index.len()).filter(|at| *at > 1_000 || at % 50 == 0) {
            let mut damaged = files.clone();
            damaged.index[at] ^= 0x81;
            survivors(&damaged, &objects);
        }
    }
}

#[test]
fn a_pack_that_is_cut_off_gives_what_is_before_the_cut() {
    let (files, objects) = sound(false);
    let mut before = objects.len();
    for length in (0..files.pack.len()).rev() {
        let mut cut = files.clone();
        cut.pack.truncate(length);
        let left = survivors(&cut, &objects);
        assert!(left <= before, "less of the pack gave more");
        before = left;
        if length > files.pack.len() / 2 + 30 {
            assert!(left >= objects.len() / 4, "{left} left at {length}");
        }
    }
    assert_eq!(before, 0);
}

#[test]
fn the_index_of_another_pack_is_told() {
    let (mut files, objects) = sound(false);
    let mut other = Writer::new(Sha1);
    for (id, content) in &objects {
        other.add(*id, &Stored::Full(Blob, content.clone()));
    }
    files.pack = other.finish().pack;
    let (_folder, pack) = files.open().unwrap();
    let witness = Witness::of(&pack);
    assert_eq!(*witness.doubts.lock().unwrap(), [Doubt::OtherPack]);
    assert!(
        witness
            .contents()
            .iter()
            .all(|(id, content)| blob_id(content) == *id)
    );
    let known = witness.contents().len() + witness.failed.lock().unwrap().len();
    assert_eq!(known, objects.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_damage_goes_unnoticed(
        flips in proptest::collection::vec((any::<bool>(), any::<prop::sample::Index>(), 1_u8..), 1..6),
        first in any::<bool>(),
    ) {
        let (mut files, objects) = sound(first);
        for (in_pack, at, flip) in flips {
            let bytes = if in_pack { &mut files.pack } else { &mut files.index };
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        survivors(&files, &objects);
    }
}
