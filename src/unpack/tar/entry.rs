//! What a valid header leads to: an entry and its body, or something that applies to the next one.

use super::event::{EntryKind, Region, TarEntry, TarEvent, TarFlaw};
use super::extension::{self, Extension};
use super::header::{self, BLOCK, Role, padding};
use super::sparse::{self, Layout};
use super::{Body, TarReader};
use std::io::{self, BufRead, Read};
use tar_core::Header;

impl<R: Read> TarReader<R> {
    /// Follows a valid header, which is not consumed yet.
    pub(super) fn header(&mut self, header: &Header, size: u64) -> io::Result<()> {
        if self.entries == self.entry_limit {
            self.flaw(TarFlaw::EntryLimit {
                limit: self.entry_limit,
            });
            self.slack(Body::Rest);
            return Ok(());
        }
        match header::role(header) {
            Role::Entry(kind) => {
                self.input.consume(BLOCK);
                self.entries += 1;
                self.entry(header, kind, size)
            }
            role => self.extension(&role, size),
        }
    }

    /// Takes what an extension header holds; one that is too large is slack.
    fn extension(&mut self, role: &Role, size: u64) -> io::Result<()> {
        let cost = size.saturating_add(BLOCK as u64);
        if self.extension.bytes().saturating_add(cost) > u64::from(self.metadata_limit) {
            self.orphans();
            self.flaw(TarFlaw::MetadataLimit {
                offset: self.input.consumed(),
                limit: self.metadata_limit,
            });
            self.slack(Body::Data {
                left: cost,
                padding: padding(size),
            });
            return Ok(());
        }
        self.input.consume(BLOCK);
        let mut data = Vec::new();
        (&mut self.input).take(size).read_to_end(&mut data)?;
        let whole = data.len() as u64 == size;
        self.apply(role, data, cost);
        self.body = Body::Padding(padding(size));
        if !whole {
            self.orphans();
            self.truncated();
        }
        Ok(())
    }

    fn apply(&mut self, role: &Role, data: Vec<u8>, cost: u64) {
        let readable = match role {
            Role::GlobalPax => {
                let (records, whole) = extension::records(&data);
                self.found.push_back(TarEvent::Records(records));
                whole
            }
            Role::Pax => self.extension.pax(&data),
            Role::LongLink => {
                self.extension.link(data);
                true
            }
            _ => {
                self.extension.name(data);
                true
            }
        };
        if !matches!(role, Role::GlobalPax) {
            self.extension.count(cost);
        }
        if !readable {
            let offset = self.input.consumed();
            self.flaw(TarFlaw::BadRecords { offset });
        }
    }

    /// Tells an entry, whose header was consumed, and enters its body.
    fn entry(&mut self, header: &Header, kind: EntryKind, size: u64) -> io::Result<()> {
        let mut extension = std::mem::take(&mut self.extension);
        let path = extension.take_path(header);
        let kind = kind.named(&path);
        let mut size = extension.number(tar_core::PAX_SIZE).unwrap_or(size);
        let padding = padding(size);
        if kind.is_hollow() && size > 0 {
            size = self.hollow_body(size)?;
        }
        let sparse = self.sparse_map(header, &extension, &mut size)?;
        self.body = match size {
            0 => Body::None,
            _ => Body::Data {
                left: size,
                padding,
            },
        };
        self.found.push_back(TarEvent::Entry(TarEntry {
            path: path.into(),
            kind,
            size,
            link_target: extension.take_link_target(header),
            metadata: extension.metadata(header),
            sparse,
        }));
        Ok(())
    }

    /// How large the body is of an entry that should have none. GNU tar and Go go on right behind
    /// the header, others skip the size: if a header or the end marker stands there it is read as
    /// such, else as content, so that both find what they would see.
    fn hollow_body(&mut self, size: u64) -> io::Result<u64> {
        let offset = self.input.consumed();
        self.flaw(TarFlaw::HollowBody { offset });
        let block = self.input.peek(BLOCK)?;
        let goes_on = block.iter().all(|&byte| byte == 0)
            || block
                .first_chunk()
                .is_some_and(|block| header::read(block).is_some());
        Ok(if goes_on { 0 } else { size })
    }

    /// The map of a sparse file; takes what is stored of it off `size`.
    fn sparse_map(
        &mut self,
        header: &Header,
        extension: &Extension,
        size: &mut u64,
    ) -> io::Result<Vec<Region>> {
        let bounds = (*size, self.metadata_limit as usize);
        match sparse::layout(header, extension, &mut self.input, bounds)? {
            Layout::Dense => Ok(Vec::new()),
            Layout::Sparse { regions, stored } => {
                *size = size.saturating_sub(stored);
                Ok(regions)
            }
            Layout::Unreadable => {
                let offset = self.input.consumed();
                self.flaw(TarFlaw::BadSparseMap { offset });
                Ok(Vec::new())
            }
        }
    }
}
