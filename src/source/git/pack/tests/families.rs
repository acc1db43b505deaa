//! Packs made by hand: every way in which objects can hang together, or fail to.

use super::encode::{Stored, Writer, blob_id, copy, delta, size};
use super::witness::Witness;
use crate::source::git::pack::delta::DeltaError;
use crate::source::git::pack::inflate::InflateError;
use crate::source::git::pack::{ObjectError, Pack};
use gix::hash::Kind::Sha1;
use gix::objs::Kind::Blob;
use gix::{ObjectId, hash, objs};
use std::sync::atomic::Ordering;
use tempfile::TempDir;

/// The pack of these entries.
fn pack(entries: &[(ObjectId, Stored)]) -> (TempDir, Pack) {
    let mut writer = Writer::new(Sha1);
    for (id, stored) in entries {
        writer.add(*id, stored);
    }
    writer.finish().open().unwrap()
}

fn full(content: &[u8]) -> (ObjectId, Stored) {
    (blob_id(content), Stored::Full(Blob, content.to_vec()))
}

/// A version of some text of `length` lines.
fn version(number: usize, length: usize) -> Vec<u8> {
    let line = |line: usize| match line == number % length {
        true => format!("line {line} of version {number}\n"),
        false => format!("line {line} as it ever was\n"),
    };
    (0..length).map(line).collect::<String>().into_bytes()
}

#[test]
fn a_chain_longer_than_any_stack_is_walked() {
    let texts: Vec<_> = (0..5_000).map(|number| version(number, 4)).collect();
    let mut entries = vec![full(&texts[0])];
    for (number, pair) in texts.windows(2).enumerate() {
        let stored = Stored::ByOffset(number, delta(&pair[0], &pair[1]));
        entries.push((blob_id(&pair[1]), stored));
    }
    let (_folder, pack) = pack(&entries);
    let witness = Witness::of(&pack);
    assert_eq!(witness.contents().len(), texts.len());
    assert!(witness.failed.lock().unwrap().is_empty());
    assert_eq!(witness.derived.load(Ordering::Relaxed), texts.len() - 1);
}

#[test]
fn a_tree_is_walked_right_with_any_amount_of_memory() {
    let texts: Vec<_> = (0..400).map(|number| version(number, 200)).collect();
    let mut entries = vec![full(&texts[0])];
    for (number, text) in texts.iter().enumerate().skip(1) {
        // Deep and wide: half of them hang in chains, the others on something far above.
        let base = if number % 2 == 1 {
            number - 1
        } else {
            number / 3
        };
        let stored = Stored::ByOffset(base, delta(&texts[base], text));
        entries.push((blob_id(text), stored));
    }
    let (_folder, pack) = pack(&entries);
    for memory in [0, 30_000, 100_000, 1 << 30] {
        let witness = Witness::default();
        witness.walk(&pack, memory);
        let contents = witness.contents();
        assert_eq!(contents.len(), texts.len(), "{memory}");
        assert!(contents.iter().all(|(id, text)| *id == blob_id(text)));
        let derived = witness.derived.load(Ordering::Relaxed);
        match memory {
            0 => assert!(derived < texts.len() - 1, "traces take memory too"),
            _ => assert_eq!(derived, texts.len() - 1),
        }
    }
}

#[test]
fn a_base_may_stand_behind_what_is_made_from_it() {
    let (old, new) = (version(1, 9), version(2, 9));
    let by_name = Stored::ByName(blob_id(&old), delta(&old, &new));
    let (_folder, pack) = pack(&[(blob_id(&new), by_name), full(&old)]);
    let witness = Witness::of(&pack);
    assert_eq!(witness.contents().len(), 2);
    assert_eq!(witness.derived.load(Ordering::Relaxed), 1);
}

#[test]
fn a_base_in_another_store_is_asked_for() {
    let (old, new) = (version(1, 9), version(2, 9));
    let by_name = Stored::ByName(blob_id(&old), delta(&old, &new));
    let (_folder, pack) = pack(&[(blob_id(&new), by_name)]);
    let lost = Witness::of(&pack);
    assert_eq!(
        lost.error(&blob_id(&new)),
        Some(ObjectError::NoBase(blob_id(&old)))
    );
    let witness = Witness {
        outside: [(blob_id(&old), old)].into(),
        ..Witness::default()
    };
    witness.walk(&pack, 1 << 30);
    assert_eq!(witness.contents()[&blob_id(&new)], new);
}

#[test]
fn a_circle_ends_and_is_told() {
    let ids: Vec<_> = [b"a", b"b", b"c"]
        .iter()
        .map(|name| blob_id(*name))
        .collect();
    let made_from = |base: usize| Stored::ByName(ids[base], delta(b"", b"x"));
    let (_folder, pack) = pack(&[
        (ids[0], made_from(1)),
        (ids[1], made_from(0)),
        (ids[2], made_from(2)),
        full(b"sound"),
    ]);
    let witness = Witness::of(&pack);
    assert_eq!(witness.contents().len(), 1);
    for id in ids {
        assert_eq!(witness.error(&id), Some(ObjectError::Circular));
    }
}

#[test]
fn what_is_made_from_a_lost_object_is_told_one_by_one() {
    let texts: Vec<_> = (0..4).map(|number| version(number, 9)).collect();
    let mut writer = Writer::new(Sha1);
    writer.add_sized(blob_id(&texts[0]), &full(&texts[0]).1, Some(7));
    for (number, pair) in texts.windows(2).enumerate() {
        writer.add(
            blob_id(&pair[1]),
            &Stored::ByOffset(number, delta(&pair[0], &pair[1])),
        );
    }
    writer.add(blob_id(b"sound"), &full(b"sound").1);
    let (_folder, pack) = writer.finish().open().unwrap();
    let witness = Witness::of(&pack);
    let errors: Vec<_> = texts
        .iter()
        .map(|text| witness.error(&blob_id(text)))
        .collect();
    assert_eq!(errors[0], Some(ObjectError::Inflate(InflateError::Size(7))));
    assert!(
        errors[1..]
            .iter()
            .all(|error| *error == Some(ObjectError::BaseLost))
    );
    assert_eq!(witness.contents().len(), 1);
}

#[test]
fn a_size_that_is_a_lie_costs_nothing() {
    let mut writer = Writer::new(Sha1);
    let (mut bomb, mut endless) = (Vec::new(), Vec::new());
    size(4, &mut bomb);
    size(1 << 40, &mut bomb);
    size(4, &mut endless);
    size(1 << 30, &mut endless);
    copy(0, 4, &mut endless);
    writer.add_sized(blob_id(b"1"), &full(b"a lie").1, Some(1 << 40));
    writer.add(blob_id(b"base"), &full(b"base").1);
    writer.add(blob_id(b"2"), &Stored::ByOffset(1, bomb));
    writer.add(blob_id(b"3"), &Stored::ByOffset(1, endless.clone()));
    writer.add_sized(blob_id(b"4"), &Stored::ByOffset(1, endless), Some(1 << 40));
    let (_folder, pack) = writer.finish().open().unwrap();
    let witness = Witness::of(&pack);
    let error = |name: &[u8]| witness.error(&blob_id(name)).unwrap();
    assert_eq!(
        error(b"1"),
        ObjectError::Inflate(InflateError::Size(1 << 40))
    );
    assert_eq!(error(b"2"), ObjectError::TooLarge(1 << 40));
    assert_eq!(error(b"3"), ObjectError::Delta(DeltaError::OtherSize));
    assert_eq!(error(b"4"), ObjectError::TooLarge(1 << 40));
    assert_eq!(witness.contents().len(), 1);
}

#[test]
fn a_large_object_is_read_without_being_held_unless_others_are_made_from_it() {
    let (alone, base) = (version(1, 5_000), version(2, 5_000));
    let child = version(3, 5_000);
    let mut instructions = Vec::new();
    size(base.len() as u64, &mut instructions);
    size(4, &mut instructions);
    copy(8, 4, &mut instructions);
    let small = base[8..12].to_vec();
    let (_folder, pack) = pack(&[
        full(&alone),
        full(&base),
        (blob_id(&small), Stored::ByOffset(1, instructions)),
        full(&child),
    ]);
    let witness = Witness::default();
    witness.walk(&pack, 100_000);
    let mut large = vec![blob_id(&alone), blob_id(&child)];
    large.sort();
    let mut told = witness.large.lock().unwrap().clone();
    told.sort();
    assert_eq!(told, large);
    assert_eq!(witness.contents().len(), 4);
}

#[test]
fn what_is_elsewhere_is_shown_only_where_others_need_it() {
    let texts: Vec<_> = (0..5).map(|number| version(number, 9)).collect();
    let made = |base: usize, text: usize| {
        let delta = delta(&texts[base], &texts[text]);
        (blob_id(&texts[text]), Stored::ByOffset(base, delta))
    };
    // 0 <- 1 <- 2 and 0 <- 3 <- 4; only 2 is nowhere else.
    let entries = [
        full(&texts[0]),
        made(0, 1),
        made(1, 2),
        made(0, 3),
        made(3, 4),
    ];
    let (_folder, pack) = pack(&entries);
    let witness = Witness::default();
    pack.visit(&witness, &|id| id != blob_id(&texts[2]), 1 << 30);
    assert_eq!(
        witness.contents().into_keys().collect::<Vec<_>>(),
        [blob_id(&texts[2])]
    );
    let mut needed = vec![blob_id(&texts[0]), blob_id(&texts[1])];
    needed.sort();
    let mut shown = witness.elsewhere.lock().unwrap().clone();
    shown.sort();
    assert_eq!(shown, needed);
    assert_eq!(witness.derived.load(Ordering::Relaxed), 2);
}

#[test]
fn a_wrong_name_is_told_and_what_is_made_from_it_is_still_found() {
    let texts: Vec<_> = (0..3).map(|number| version(number, 9)).collect();
    let entries = [
        (blob_id(b"another"), full(&texts[0]).1),
        (
            blob_id(&texts[1]),
            Stored::ByOffset(0, delta(&texts[0], &texts[1])),
        ),
        (
            blob_id(&texts[2]),
            Stored::ByOffset(0, delta(&texts[0], &texts[2])),
        ),
    ];
    let mut writer = Writer::new(Sha1);
    for (id, stored) in &entries {
        writer.add(*id, stored);
    }
    let (_folder, pack) = writer.finish_v1().open().unwrap();
    let witness = Witness::of(&pack);
    assert_eq!(
        witness.error(&blob_id(b"another")),
        Some(ObjectError::OtherName)
    );
    assert_eq!(witness.contents().len(), 2);
    assert_eq!(witness.derived.load(Ordering::Relaxed), 0);
}

#[test]
fn indexes_of_both_versions_and_hashes_are_read() {
    let text = version(1, 9);
    for hash in [Sha1, hash::Kind::Sha256] {
        for is_first in [false, true] {
            let id = objs::compute_hash(hash, objs::Kind::Tag, &text).unwrap();
            let mut writer = Writer::new(hash);
            writer.add(id, &Stored::Full(objs::Kind::Tag, text.clone()));
            let files = if is_first {
                writer.finish_v1()
            } else {
                writer.finish()
            };
            let (_folder, pack) = files.open().unwrap();
            let listing = pack.listing();
            assert!(listing.contains(&id) && listing.len() == 1 && !listing.is_empty());
            let witness = Witness::of(&pack);
            assert!(witness.doubts.lock().unwrap().is_empty());
            assert_eq!(
                witness.objects.lock().unwrap()[&id],
                (objs::Kind::Tag, text.clone())
            );
        }
    }
}

#[test]
fn an_empty_pack_and_an_empty_object_are_nothing_special() {
    let (_folder, none) = pack(&[]);
    assert!(none.listing().is_empty());
    assert!(Witness::of(&none).contents().is_empty());
    let (_folder, one) = pack(&[full(b"")]);
    assert_eq!(Witness::of(&one).contents()[&blob_id(b"")], b"");
}
