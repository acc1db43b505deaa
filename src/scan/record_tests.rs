use super::*;
use crate::model::{EntryPart, Judged, LayerId, Position};
use proptest::prelude::*;
use std::sync::{Arc, mpsc};

const NOW: i64 = 1_000;

fn found(secret: &[u8], expires: Option<i64>) -> Match {
    let judged = Judged {
        secret: Secret::new(secret),
        normalised: None,
        confidence: Confidence::High,
        is_example: false,
        reasons: vec!["it looks like one".to_owned()],
        parts: Vec::new(),
        expires: expires.into_iter().collect(),
        public_key: None,
        encodings: vec!["base64".into()],
        written: None,
        remarks: Vec::new(),
        allowed: Vec::new(),
    };
    Match {
        rule: 0,
        span: 4..11,
        position: Position {
            offset: 4,
            line: 1,
            column: 5,
        },
        carried: false,
        judged: Arc::new(judged),
        aliases: Vec::new(),
        setting: None,
    }
}

fn origin(path: &str) -> Origin {
    Origin::Entry {
        layer: LayerId(7),
        path: path.as_bytes().into(),
        part: EntryPart::Content,
    }
}

/// The notes of a layer with these matches in a file of this path, if they are kept.
fn noted(path: &str, found: &[Match], most: u64) -> Option<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    let recording = Recording::of(most);
    recording.add(&origin(path), found, None);
    let keep = move |notes: Box<dyn Notes>| sender.send(notes.behind(b"known")).unwrap();
    recording.keep(Box::new(keep));
    recording.complete(&[], &Identity::default(), NOW);
    let kept = receiver.recv().ok()??;
    Some(kept.strip_prefix(b"known").unwrap().to_vec())
}

#[test]
fn what_was_found_comes_back_without_its_bytes() {
    let noted = noted("app/key", &[found(b"hunter2", None)], 10).unwrap();
    assert!(!noted.windows(7).any(|bytes| bytes == b"hunter2"));
    let read = Noted::read(&noted, 1, NOW).unwrap();
    let texts = read.told(Some(LayerId(7))).unwrap();
    let (of, matches, sums) = &texts[0];
    assert_eq!((of, sums, matches.len()), (&origin("app/key"), &None, 1));
    let sealed = found(b"hunter2", None).judged.sealed(&Identity::default());
    assert_eq!(format!("{:?}", matches[0].judged), format!("{sealed:?}"));
    assert!(matches[0].judged.secret.expose().is_empty());
    assert!(
        Noted::read(&noted, 0, NOW).is_none(),
        "a rule that is not there"
    );
}

#[test]
fn notes_with_a_secret_in_them_and_incomplete_ones_are_not_kept() {
    assert_eq!(
        noted("app/hunter2.txt", &[found(b"hunter2", None)], 10),
        None
    );
    let two = [found(b"hunter2", None), found(b"hunter3", None)];
    assert_eq!(noted("app/key", &two, 1), None);
    let spoilt = Recording::of(10);
    spoilt.keep(Box::new(|_| panic!("it is not complete")));
    spoilt.spoil();
    spoilt.complete(&[], &Identity::default(), NOW);
}

#[test]
fn notes_hold_until_something_in_them_expires() {
    let matches = [NOW - 10, NOW, NOW + 10].map(|at| found(b"hunter2", Some(at)));
    let noted = noted("app/key", &matches, 10).unwrap();
    let holds = |now| Noted::read(&noted, 1, now).is_some();
    let expected = [
        (NOW - 10, false),
        (NOW - 9, true),
        (NOW, true),
        (NOW + 1, false),
    ];
    assert_eq!(expected.map(|(now, _)| (now, holds(now))), expected);
}

proptest! {
    /// Notes are sealed, but with a key that anybody may have.
    #[test]
    fn no_notes_are_too_odd(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let mut noted = noted("app/key", &[found(b"hunter2", Some(NOW))], 10).unwrap();
        let at = at.index(noted.len());
        let end = noted.len().min(at + bytes.len());
        noted.splice(at..end, bytes);
        let read = Noted::read(&noted, 1, NOW).and_then(|read| read.told(Some(LayerId(0))));
        for (_, found, _) in read.into_iter().flatten() {
            let are_sound = found.iter().all(|found| found.rule == 0 && found.span.end < 1 << 60);
            prop_assert!(are_sound);
        }
    }
}
