//! Archives built block by block, and everything a reader tells of them.

use super::*;
use crate::model::Kind;
use tar_core::{EntryType, Header};

mod extensions;
mod hostile;
mod property;
mod sparse;

/// Pax records with right lengths.
pub(super) fn pax(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut all = String::new();
    for (key, value) in pairs {
        let bare = format!(" {key}={value}\n");
        let mut length = bare.len() + 1;
        while bare.len() + length.to_string().len() != length {
            length += 1;
        }
        all += &format!("{length}{bare}");
    }
    all.into_bytes()
}

/// A header block of that type flag and declared size.
fn header(name: &str, flag: u8, size: u64) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_path(name.as_bytes()).unwrap();
    header.set_entry_type(EntryType::new(flag));
    header.set_size(size).unwrap();
    header.set_checksum();
    header.as_bytes().to_vec()
}

/// An entry with its body, padded.
fn entry(name: &str, flag: u8, body: &[u8]) -> Vec<u8> {
    let mut all = header(name, flag, body.len() as u64);
    all.extend_from_slice(body);
    all.resize(all.len().next_multiple_of(BLOCK), 0);
    all
}

fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK]
}

/// An event with what was read of its body.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    event: TarEvent,
    body: Vec<u8>,
}

/// All events, with bodies read `step` bytes at a time, and the errors of bodies.
fn read_by(archive: &[u8], step: usize, limits: &Limits) -> (Vec<Seen>, Vec<io::Error>) {
    let mut reader = TarReader::new(archive, limits);
    let mut seen = Vec::new();
    let mut errors = Vec::new();
    while let Some(event) = reader.next_event().unwrap() {
        let mut body = Vec::new();
        if matches!(event, TarEvent::Entry(_) | TarEvent::Slack { .. }) {
            errors.extend(read_whole_body(&mut reader, step, &mut body).err());
        }
        seen.push(Seen { event, body });
    }
    (seen, errors)
}

fn read_whole_body<R: Read>(
    reader: &mut TarReader<R>,
    step: usize,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    let mut buf = vec![0; step];
    loop {
        match reader.read_body(&mut buf)? {
            0 => return Ok(()),
            count => body.extend_from_slice(&buf[..count]),
        }
    }
}

fn read(archive: &[u8]) -> Vec<Seen> {
    let (seen, errors) = read_by(archive, 1000, &Limits::default());
    assert!(errors.is_empty(), "{errors:?}");
    seen
}

fn entries(seen: &[Seen]) -> Vec<(&TarEntry, &[u8])> {
    seen.iter()
        .filter_map(|seen| match &seen.event {
            TarEvent::Entry(entry) => Some((entry, seen.body.as_slice())),
            _ => None,
        })
        .collect()
}

fn paths(seen: &[Seen]) -> Vec<String> {
    entries(seen)
        .iter()
        .map(|(entry, _)| String::from_utf8_lossy(&entry.path).into_owned())
        .collect()
}

fn flaws(seen: &[Seen]) -> Vec<Kind> {
    seen.iter()
        .filter_map(|seen| match &seen.event {
            TarEvent::Flaw(flaw) => Some(flaw.kind()),
            _ => None,
        })
        .collect()
}

fn slack(seen: &[Seen]) -> Vec<u8> {
    seen.iter()
        .filter(|seen| matches!(seen.event, TarEvent::Slack { .. }))
        .flat_map(|seen| seen.body.clone())
        .collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
