//! Makes objects from what is stored: decompresses them, or applies their deltas to their bases.

use super::LARGEST;
use super::delta::Delta;
use super::entries::{Base, Entries};
use super::error::ObjectError;
use super::inflate::Inflate;
use super::spare::Spare;
use super::visit::Visit;
use crate::model::Copied;
use gix::objs;

/// The tools of one thread, which are used again for each object.
pub(super) struct Maker<'j> {
    entries: &'j Entries<'j>,
    visit: &'j dyn Visit,
    inflate: Inflate,
    /// The delta that was read last.
    delta: Vec<u8>,
    /// What the object that was made last has from its base.
    copies: Vec<Copied>,
    spare: Spare,
}

impl<'j> Maker<'j> {
    pub(super) fn new(entries: &'j Entries<'j>, visit: &'j dyn Visit) -> Self {
        Self {
            entries,
            visit,
            inflate: Inflate::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            spare: Spare::default(),
        }
    }

    /// Makes the first object of a family. That of a delta whose base is not in this pack is one;
    /// the base is asked for.
    pub(super) fn root(&mut self, number: u32) -> Result<(objs::Kind, Vec<u8>), ObjectError> {
        let stored = self.entries.stored(number)?;
        match self.entries.base(&stored) {
            Base::None(kind) => {
                let capacity = Inflate::capacity(stored.compressed, stored.size);
                let mut content = self.spare.take(capacity);
                let used = self
                    .inflate
                    .inflate(stored.compressed, stored.size, &mut content)?;
                self.entries.took(&stored, used);
                Ok((kind, content))
            }
            Base::Outside(id) => {
                let outside = self.visit.outside(&id);
                let (kind, base) = outside.ok_or(ObjectError::NoBase(id))?;
                self.read_delta(number)?;
                Ok((kind, self.apply(&base)?))
            }
            Base::Entry(_) | Base::Nowhere => Err(ObjectError::Unlisted),
        }
    }

    /// Decompresses the delta of an entry.
    pub(super) fn read_delta(&mut self, number: u32) -> Result<(), ObjectError> {
        let stored = self.entries.stored(number)?;
        if stored.size > LARGEST {
            return Err(ObjectError::TooLarge(stored.size));
        }
        let used = self
            .inflate
            .inflate(stored.compressed, stored.size, &mut self.delta)?;
        self.entries.took(&stored, used);
        Ok(())
    }

    /// Bytes that the delta which was read last makes of a base.
    pub(super) fn size(&self, base: &[u8]) -> Result<u64, ObjectError> {
        match Delta::new(base, &self.delta)?.size() {
            size if size > LARGEST => Err(ObjectError::TooLarge(size)),
            size => Ok(size),
        }
    }

    /// Makes an object from its base and the delta that was read last.
    pub(super) fn apply(&mut self, base: &[u8]) -> Result<Vec<u8>, ObjectError> {
        self.size(base)?;
        let delta = Delta::new(base, &self.delta)?;
        let mut made = self.spare.take(delta.capacity());
        delta.apply(&mut made, &mut self.copies)?;
        Ok(made)
    }

    /// What the object that was made last has from its base.
    pub(super) fn copies(&self) -> &[Copied] {
        &self.copies
    }

    /// Takes back a buffer that is not needed any longer.
    pub(super) fn give(&mut self, content: Vec<u8>) {
        self.spare.give(content);
    }

    /// Bytes that are held beside the objects.
    pub(super) fn bytes(&self) -> u64 {
        self.spare.bytes() + self.delta.capacity() as u64
    }

    /// Gives memory back that only helps to save time.
    pub(super) fn shrink(&mut self) {
        self.spare.clear();
    }

    /// Gives all memory back.
    pub(super) fn clear(&mut self) {
        self.spare.clear();
        self.delta = Vec::new();
    }
}
