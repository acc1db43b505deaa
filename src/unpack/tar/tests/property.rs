//! What holds for any archive, sound or damaged; the `tar` crate is the oracle for sound ones.

use super::*;
use crate::unpack::decode::shortfall_kind;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Item {
    name: String,
    kind: u8,
    body: Vec<u8>,
    comment: Option<String>,
}

fn any_item() -> impl Strategy<Value = Item> {
    (
        "[a-z]{1,60}(/[a-zé]{1,80}){0,3}",
        prop::sample::select(&b"0125"[..]),
        prop::collection::vec(any::<u8>(), 0..1500),
        prop::option::of("[a-z=\n]{9,700}"),
    )
        .prop_map(|(name, kind, body, comment)| Item {
            name,
            kind,
            body,
            comment,
        })
}

fn build(items: &[Item]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for item in items {
        if let Some(comment) = &item.comment {
            let records = [("comment", comment.as_bytes())];
            builder.append_pax_extensions(records).unwrap();
        }
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::new(item.kind));
        header.set_mode(0o644);
        match item.kind {
            b'0' => {
                header.set_size(item.body.len() as u64);
                builder.append_data(&mut header, &item.name, &item.body[..])
            }
            b'5' => {
                header.set_size(0);
                builder.append_data(&mut header, &item.name, io::empty())
            }
            _ => {
                header.set_size(0);
                let target = item.name.replace('/', "-");
                builder.append_link(&mut header, &item.name, target)
            }
        }
        .unwrap();
    }
    builder.into_inner().unwrap()
}

/// Path, link target and body.
pub(super) type Plain = (Vec<u8>, Option<Vec<u8>>, Vec<u8>);

/// The same archive as the `tar` crate reads it.
pub(super) fn oracle(archive: &[u8]) -> Vec<Plain> {
    let mut archive = tar::Archive::new(archive);
    let read = |entry: io::Result<tar::Entry<'_, _>>| {
        let mut entry: tar::Entry<'_, &[u8]> = entry.unwrap();
        let mut body = Vec::new();
        entry.read_to_end(&mut body).unwrap();
        let link = entry.link_name_bytes().map(|link| link.into_owned());
        (entry.path_bytes().into_owned(), link, body)
    };
    archive.entries().unwrap().map(read).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sound_archives_read_like_the_tar_crate_reads_them(
        items in prop::collection::vec(any_item(), 0..8),
        step in 1..2000_usize,
    ) {
        let archive = build(&items);
        let (seen, errors) = read_by(&archive, step, &Limits::default());
        prop_assert!(errors.is_empty());
        prop_assert_eq!(flaws(&seen), []);
        prop_assert_eq!(slack(&seen), b"");
        let ours: Vec<Plain> = entries(&seen)
            .into_iter()
            .map(|(entry, body)| (entry.path.to_vec(), entry.link_target.clone(), body.to_vec()))
            .collect();
        prop_assert_eq!(ours, oracle(&archive));
        let comments: Vec<_> = entries(&seen)
            .into_iter()
            .map(|(entry, _)| entry.metadata.first().map(|record| record.1.clone()))
            .collect();
        let given: Vec<_> = items
            .into_iter()
            .map(|item| item.comment.map(String::into_bytes))
            .collect();
        prop_assert_eq!(comments, given);
    }

    #[test]
    fn bytes_without_a_header_come_out_as_slack(
        noise in prop::collection::vec(1..=u8::MAX, 1..3000),
        step in 1..2000_usize,
    ) {
        let (seen, errors) = read_by(&noise, step, &Limits::default());
        prop_assert!(errors.is_empty());
        prop_assert_eq!(slack(&seen), noise);
        prop_assert_eq!(flaws(&seen).len(), 1);
    }

    #[test]
    fn damage_never_panics_and_reads_the_same_in_any_steps(
        items in prop::collection::vec(any_item(), 1..5),
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in any::<prop::sample::Index>(),
        step in 1..2000_usize,
    ) {
        let mut archive = build(&items);
        for (at, byte) in hits {
            let at = at.index(archive.len());
            archive[at] = byte;
        }
        archive.truncate(length.index(archive.len()) + 1);
        let limits = Limits { entries: 4, entry_metadata: 2048, ..Limits::default() };
        let (seen, errors) = read_by(&archive, step, &limits);
        let (again, _) = read_by(&archive, 1 << 20, &limits);
        prop_assert_eq!(seen, again);
        prop_assert!(errors.iter().all(|err| shortfall_kind(err).0 == Kind::Truncated));
    }

    #[test]
    fn one_bad_checksum_costs_one_header(
        bodies in prop::collection::vec(prop::collection::vec(1..=u8::MAX, 1..1200), 1..6),
        victim in any::<prop::sample::Index>(),
    ) {
        let victim = victim.index(bodies.len());
        let mut archive = Vec::new();
        for (index, body) in bodies.iter().enumerate() {
            let start = archive.len();
            archive.extend(entry(&format!("file{index}"), b'0', body));
            archive[start + 150] ^= u8::from(index == victim);
        }
        archive.extend(end());
        let seen = read(&archive);
        let names: Vec<String> = (0..bodies.len())
            .filter(|&index| index != victim)
            .map(|index| format!("file{index}"))
            .collect();
        prop_assert_eq!(paths(&seen), names);
        prop_assert!(find(&slack(&seen), &bodies[victim]));
        prop_assert_eq!(flaws(&seen), [Kind::Corrupt]);
    }
}
