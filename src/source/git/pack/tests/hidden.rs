//! Indexes that leave entries out, and packs whose header agrees with them: what stands between the
//! entries is shown all the same.

use super::encode::{Files, Stored, Writer, blob_id, delta};
use super::witness::Witness;
use crate::source::git::pack::Doubt;
use gix::ObjectId;
use gix::hash::Kind::Sha1;
use gix::objs::Kind::Blob;
use std::collections::BTreeMap;

/// Texts that are stored in turns in full, as a delta by name, and as one by offset.
fn texts() -> Vec<Vec<u8>> {
    let text = |number: usize| format!("{}and {number}\n", "a few words ".repeat(number % 4));
    (0..9).map(|number| text(number).into_bytes()).collect()
}

fn pack(hidden: &[ObjectId]) -> Files {
    let texts = texts();
    let mut writer = Writer::new(Sha1);
    for (number, text) in texts.iter().enumerate() {
        let base = number - number % 3;
        let stored = match number % 3 {
            0 => Stored::Full(Blob, text.clone()),
            1 => Stored::ByName(blob_id(&texts[base]), delta(&texts[base], text)),
            _ => Stored::ByOffset(base, delta(&texts[base], text)),
        };
        writer.add(blob_id(text), &stored);
    }
    writer.finish_hiding(hidden)
}

fn named(texts: &[Vec<u8>]) -> BTreeMap<ObjectId, Vec<u8>> {
    let named = texts.iter().map(|text| (blob_id(text), text.clone()));
    named.collect()
}

#[test]
fn what_no_index_lists_is_shown_and_told() {
    let texts = texts();
    let each = (0..texts.len()).map(|number| vec![number]);
    for hidden in each.chain([vec![0, 1, 2], vec![4, 5], (0..9).collect()]) {
        let ids: Vec<ObjectId> = hidden.iter().map(|&at| blob_id(&texts[at])).collect();
        let (_folder, pack) = pack(&ids).open().unwrap();
        let witness = Witness::of(&pack);
        assert_eq!(
            *witness.doubts.lock().unwrap(),
            [Doubt::Hidden],
            "{hidden:?}"
        );
        let shown = witness.contents();
        let missing = named(&texts)
            .into_iter()
            .filter(|(id, _)| !shown.contains_key(id));
        // What is made from an object that is not listed is told, as ever.
        let is_told = |(id, _): (ObjectId, Vec<u8>)| witness.error(&id).is_some();
        assert!(missing.into_iter().all(is_told), "{hidden:?}");
        for id in &ids {
            assert!(shown.contains_key(id), "{hidden:?}");
        }
    }
}

#[test]
fn what_stands_behind_an_entry_that_another_pack_has_is_shown_too() {
    let texts = texts();
    for hidden in [2, 5, 8] {
        let id = blob_id(&texts[hidden]);
        let (_folder, pack) = pack(&[id]).open().unwrap();
        let witness = Witness::default();
        pack.visit(&witness, &|other| other != id, 1 << 20);
        assert_eq!(*witness.doubts.lock().unwrap(), [Doubt::Hidden]);
        let content = texts[hidden].clone();
        assert_eq!(witness.contents(), BTreeMap::from([(id, content)]));
    }
}

#[test]
fn a_pack_that_is_filled_by_what_is_listed_hides_nothing() {
    let (_folder, pack) = pack(&[]).open().unwrap();
    let witness = Witness::default();
    pack.visit(&witness, &|_| true, 1 << 20);
    assert!(witness.doubts.lock().unwrap().is_empty());
    assert!(witness.contents().is_empty());
}
