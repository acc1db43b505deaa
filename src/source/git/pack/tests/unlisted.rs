//! Packs without an index: what they hold is found out from them alone.

use super::encode::{Files, Stored, Writer, blob_id, delta};
use super::witness::Witness;
use crate::source::git::pack::{Doubt, Indexing, Pack};
use gix::ObjectId;
use gix::hash::Kind::{Sha1, Sha256};
use gix::objs::{self, Kind::Blob};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// The pack alone; `outside` is what lies in other stores.
fn alone(
    pack: &[u8],
    hash: gix::hash::Kind,
    outside: &BTreeMap<ObjectId, Vec<u8>>,
) -> Option<Pack> {
    let work = Indexing {
        outside: &|id| Some((Blob, outside.get(id)?.clone())),
        memory: 1 << 20,
        is_stopped: &|| false,
    };
    Pack::unlisted(
        pack.to_vec().into(),
        Path::new("app/pack-1.pack"),
        hash,
        &work,
    )
    .ok()
}

/// A family of which each member is a delta against the one before, by name or by offset.
fn chain(texts: &[Vec<u8>], by_name: impl Fn(usize) -> bool, first: &Stored) -> Files {
    let mut writer = Writer::new(Sha1);
    for (number, text) in texts.iter().enumerate() {
        let stored = match number.checked_sub(1) {
            None => first.clone(),
            Some(base) if by_name(number) => {
                Stored::ByName(blob_id(&texts[base]), delta(&texts[base], text))
            }
            Some(base) => Stored::ByOffset(base, delta(&texts[base], text)),
        };
        writer.add(blob_id(text), &stored);
    }
    writer.finish()
}

fn texts(count: usize) -> Vec<Vec<u8>> {
    let text = |number| {
        format!(
            "{}the end of {number}\n",
            "line after line\n".repeat(number % 7)
        )
    };
    (0..count).map(|number| text(number).into_bytes()).collect()
}

fn named(texts: &[Vec<u8>]) -> BTreeMap<ObjectId, Vec<u8>> {
    texts
        .iter()
        .map(|text| (blob_id(text), text.clone()))
        .collect()
}

#[test]
fn every_object_gets_its_name() {
    let texts = texts(40);
    let full = Stored::Full(Blob, texts[0].clone());
    for by_name in [|_| false, |_| true, |number| number % 3 == 0] {
        let files = chain(&texts, by_name, &full);
        let pack = alone(&files.pack, Sha1, &BTreeMap::new()).unwrap();
        let witness = Witness::of(&pack);
        assert_eq!(witness.contents(), named(&texts));
        assert!(witness.doubts.lock().unwrap().is_empty());
        let (_folder, indexed) = files.open().unwrap();
        assert!(pack.listing().ids().eq(indexed.listing().ids()));
        for (id, text) in named(&texts) {
            assert_eq!(pack.object(&id), Some((Blob, text)));
        }
    }
}

#[test]
fn a_pack_that_was_cut_out_of_a_larger_one_builds_on_other_stores() {
    let texts = texts(12);
    let lender = b"line after line\n".to_vec();
    let first = Stored::ByName(blob_id(&lender), delta(&lender, &texts[0]));
    let files = chain(&texts, |number| number % 2 == 0, &first);
    let outside = BTreeMap::from([(blob_id(&lender), lender)]);
    let pack = alone(&files.pack, Sha1, &outside).unwrap();
    let witness = Witness {
        outside,
        ..Witness::default()
    };
    witness.walk(&pack, 1 << 20);
    assert_eq!(witness.contents(), named(&texts));
    let pack = alone(&files.pack, Sha1, &BTreeMap::new()).unwrap();
    assert!(pack.listing().is_empty());
    let witness = Witness::of(&pack);
    let lost = Doubt::Incomplete {
        listed: 0,
        stored: 12,
    };
    assert_eq!(*witness.doubts.lock().unwrap(), [lost]);
}

#[test]
fn names_of_the_other_hash_are_worked_out() {
    let text = b"some text".to_vec();
    let id = objs::compute_hash(Sha256, Blob, &text).unwrap();
    let mut writer = Writer::new(Sha256);
    writer.add(id, &Stored::Full(Blob, text));
    let pack = alone(&writer.finish().pack, Sha256, &BTreeMap::new()).unwrap();
    assert!(pack.listing().ids().eq([id]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happened to a pack: nothing is shown that it did not hold, and a loss is told.
    #[test]
    fn damage_costs_no_more_than_it_must(at in 12_usize..900, bit in 0..8_u32, cut in any::<bool>()) {
        let texts = texts(20);
        let full = Stored::Full(Blob, texts[0].clone());
        let mut bytes = chain(&texts, |number| number % 3 == 1, &full).pack;
        let at = at % (bytes.len() - 20);
        match cut {
            true => bytes.truncate(at.max(40)),
            false => bytes[at] ^= 1 << bit,
        }
        let Some(pack) = alone(&bytes, Sha1, &BTreeMap::new()) else { return Ok(()) };
        let witness = Witness::of(&pack);
        let shown = witness.contents();
        for (id, text) in &shown {
            prop_assert_eq!(blob_id(text), *id);
        }
        let is_told = !witness.doubts.lock().unwrap().is_empty();
        prop_assert!(is_told || shown.len() == texts.len() || !cut);
    }
}
