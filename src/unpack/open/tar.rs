//! Tar archives, by the same reader that reads layers.

use super::members::{Member, Members, softened};
use crate::model::EntryPart;
use crate::unpack::decode::Input;
use crate::unpack::tar::{Record, TarEntry, TarEvent, TarReader};
use std::io::{self, Read};

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let limits = members.bounds().limits;
    let mut tar = TarReader::new(input as &mut dyn Read, limits);
    while !members.stopped() {
        match tar.next_event()? {
            None => break,
            Some(TarEvent::Entry(entry)) => self::entry(&entry, &mut tar, members)?,
            Some(TarEvent::Records(records)) => {
                // Those that speak of no entry, or of all.
                let nobody = members.enter(b"")?;
                self::records(&records, &nobody, members);
            }
            Some(TarEvent::Slack { offset }) => {
                members.raw(offset, &mut |buffer| tar.read_body(buffer))?;
            }
            Some(TarEvent::Flaw(flaw)) => members.tell(softened(flaw.kind()), flaw.to_string()),
        }
    }
    Ok(())
}

fn entry(
    entry: &TarEntry,
    tar: &mut TarReader<&mut dyn Read>,
    members: &mut Members<'_, '_>,
) -> io::Result<()> {
    let member = members.enter(&entry.path)?;
    if let Some(target) = &entry.link_target {
        members.text(&member, EntryPart::LinkTarget(0), target);
    }
    records(&entry.metadata, &member, members);
    if entry.size == 0 {
        return Ok(());
    }
    members.content(&member, Some(entry.size), &mut |buffer| {
        tar.read_body(buffer)
    })
}

fn records(records: &[Record], member: &Member, members: &mut Members<'_, '_>) {
    for (number, (key, value)) in (0..).zip(records) {
        let record = [key, &b"="[..], value].concat();
        members.text(member, EntryPart::Metadata(number), &record);
    }
}
