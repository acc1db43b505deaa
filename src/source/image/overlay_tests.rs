//! The overlay against hand-made stacks, and against a model that applies layers to a map.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn layer(entries: &[(&str, Node)]) -> Index {
    let mut builder = IndexBuilder::default();
    for (path, node) in entries {
        builder.add(path.as_bytes(), *node);
    }
    builder.finish()
}

fn fate_in(layers: &[Index], of: usize, path: &str) -> Fate {
    let layers = layers[of..].iter().map(Some);
    // The last of several copies, unless a test asks otherwise.
    fate(layers, of, path.as_bytes(), Some(u32::MAX))
}

#[test]
fn each_way_of_hiding_a_file_is_told_apart() {
    use Node::{Directory, File, OpaqueDirectory, WhiteoutDevice};
    let bottom = || layer(&[("a", Directory), ("a/b", Directory), ("a/b/key", File)]);
    for (upper, expected) in [
        (layer(&[]), Fate::Present),
        (layer(&[("./a/b/key", File)]), Fate::Overwritten(1)),
        (layer(&[("a/b/key", Directory)]), Fate::Overwritten(1)),
        (layer(&[("a/b/.wh.key", File)]), Fate::Deleted(1)),
        (layer(&[("/a/.wh.b", File)]), Fate::Deleted(1)),
        (layer(&[(".wh.a", File)]), Fate::Deleted(1)),
        (layer(&[("a/.wh..wh..opq", File)]), Fate::Deleted(1)),
        (layer(&[(".wh..wh..opq", File)]), Fate::Deleted(1)),
        (layer(&[("a", OpaqueDirectory)]), Fate::Deleted(1)),
        (layer(&[("a/b/key", WhiteoutDevice)]), Fate::Deleted(1)),
        (layer(&[("a/b", File)]), Fate::Deleted(1)),
        (
            layer(&[("a/.wh..wh..opq", File), ("a/b/key", File)]),
            Fate::Overwritten(1),
        ),
        (layer(&[("a/b", Directory)]), Fate::Present),
        (layer(&[("a/b/.wh.ke", File)]), Fate::Present),
        (layer(&[("a/.wh..wh.plnk", File)]), Fate::Present),
        (layer(&[("a/.wh.", File)]), Fate::Present),
        (layer(&[("a/./x/../b/.wh.key", File)]), Fate::Deleted(1)),
    ] {
        assert_eq!(fate_in(&[bottom(), upper], 0, "a/b/key"), expected);
    }
}

#[test]
fn the_first_layer_that_hides_a_file_is_named() {
    let stack = [
        layer(&[("key", Node::File)]),
        layer(&[]),
        layer(&[(".wh.key", Node::File)]),
        layer(&[("key", Node::File)]),
    ];
    assert_eq!(fate_in(&stack, 0, "key"), Fate::Deleted(2));
    assert_eq!(fate_in(&stack, 3, "key"), Fate::Present);
}

#[test]
fn a_whiteout_does_not_touch_its_own_layer_and_is_never_visible_itself() {
    let stack = [layer(&[
        ("key", Node::File),
        (".wh.key", Node::File),
        (".wh..wh..opq", Node::File),
    ])];
    assert_eq!(fate_in(&stack, 0, "key"), Fate::Present);
    assert_eq!(fate_in(&stack, 0, ".wh.key"), Fate::Deleted(0));
}

#[test]
fn of_duplicates_in_one_layer_the_last_one_counts() {
    let file_last = [layer(&[("x", Node::Directory), ("x", Node::File)])];
    assert_eq!(fate_in(&file_last, 0, "x"), Fate::Present);
    let directory_last = [layer(&[("x", Node::File), ("x", Node::Directory)])];
    assert_eq!(fate_in(&directory_last, 0, "x"), Fate::Overwritten(0));
    let mut builder = IndexBuilder::default();
    let copies = [(); 3].map(|()| builder.add(b"./x", Node::File));
    assert_eq!(copies, [0, 1, 2]);
    let index = builder.finish();
    let fates = copies.map(|copy| fate([Some(&index)].into_iter(), 0, b"x", Some(copy)));
    let gone = Fate::Overwritten(0);
    assert_eq!(fates, [gone, gone, Fate::Present]);
}

#[test]
fn a_layer_that_could_not_be_read_says_nothing() {
    let bottom = layer(&[("key", Node::File)]);
    let top = layer(&[(".wh.key", Node::File)]);
    assert_eq!(
        fate(
            [Some(&bottom), None, Some(&top)].into_iter(),
            0,
            b"key",
            Some(0)
        ),
        Fate::Deleted(2)
    );
}

#[test]
fn a_directory_does_not_overwrite_its_own_name() {
    let bottom = layer(&[("x", Node::Directory)]);
    let top = layer(&[("x", Node::Directory)]);
    let stack = [Some(&bottom), Some(&top)];
    let name_of = |of: usize| fate(stack[of..].iter().copied(), of, b"x/", None);
    assert_eq!(name_of(0), Fate::Overwritten(1));
    assert_eq!(name_of(1), Fate::Present);
}

#[test]
fn a_path_of_half_a_million_parts_is_judged_at_once() {
    let path = "d/".repeat(500_000) + "key";
    let bottom = layer(&[(&path, Node::File)]);
    let top = layer(&[(".wh.d", Node::File)]);
    assert_eq!(fate_in(&[bottom, top], 0, &path), Fate::Deleted(1));
}

#[test]
fn an_entry_costs_sixteen_bytes() {
    assert_eq!(size_of::<(u64, Marks)>(), 16);
}

/// A change that a layer makes, drawn from a small world so that changes meet.
#[derive(Debug, Clone)]
enum Change {
    Put(String),
    Remove(String),
    Clear(String),
}

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 1..4)
        .prop_map(|parts| parts.join("/"))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => path().prop_map(Change::Put),
        2 => path().prop_map(Change::Remove),
        1 => path().prop_map(Change::Clear),
    ]
}

fn index_of(changes: &[Change]) -> Index {
    let mut builder = IndexBuilder::default();
    for change in changes {
        let name = match change {
            Change::Put(path) => path.clone(),
            Change::Remove(path) => match path.rsplit_once('/') {
                Some((parent, name)) => format!("{parent}/.wh.{name}"),
                None => format!(".wh.{path}"),
            },
            Change::Clear(path) => format!("{path}/.wh..wh..opq"),
        };
        builder.add(name.as_bytes(), Node::File);
    }
    builder.finish()
}

/// Every file that ever was, with its layer and what became of it.
type Model = BTreeMap<(usize, String), Fate>;

/// Applies one layer: first what it takes away from the layers below, then what it puts there.
fn apply(model: &mut Model, layer: usize, changes: &[Change]) {
    let below = |path: &str, of: &str| path.starts_with(&format!("{of}/"));
    let mut end = |hides: &dyn Fn(&str) -> bool, fate: Fate| {
        for ((from, path), state) in model.iter_mut() {
            if *from < layer && *state == Fate::Present && hides(path) {
                *state = fate;
            }
        }
    };
    for change in changes {
        if let Change::Put(put) = change {
            end(&|path| path == put, Fate::Overwritten(layer));
        }
    }
    for change in changes {
        match change {
            Change::Put(of) | Change::Clear(of) => {
                end(&|path| below(path, of), Fate::Deleted(layer));
            }
            Change::Remove(of) => {
                end(&|path| path == of || below(path, of), Fate::Deleted(layer));
            }
        }
    }
    for change in changes {
        if let Change::Put(put) = change {
            model.insert((layer, put.clone()), Fate::Present);
        }
    }
}

proptest! {
    #[test]
    fn the_hashes_agree_with_a_map_of_files(
        stack in proptest::collection::vec(proptest::collection::vec(change(), 0..6), 1..6)
    ) {
        let mut model = Model::new();
        for (position, changes) in stack.iter().enumerate() {
            apply(&mut model, position, changes);
        }
        let indexes: Vec<Index> = stack.iter().map(|changes| index_of(changes)).collect();
        for ((layer, path), expected) in &model {
            prop_assert_eq!(fate_in(&indexes, *layer, path), *expected, "{} of {}", path, layer);
        }
    }
}
