//! One thread's walk: family after family, and each from its root downwards.
//!
//! The walk keeps its own path, because a chain of deltas may be longer than a stack allows. At any
//! time it holds the objects on that path, the one that is being made, and its delta.

use super::LARGEST;
use super::content::Content;
use super::entries::{Base, Entries, Stored};
use super::error::ObjectError;
use super::forest::Forest;
use super::inflate::Inflate;
use super::maker::Maker;
use super::path::{Path, Step};
use super::turn::{Room, Turn};
use super::visit::{Object, Visit};
use crate::model::{Derived, Trace};
use gix::objs;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What all threads work on.
pub(super) struct Job<'j> {
    pub(super) entries: &'j Entries<'j>,
    pub(super) forest: &'j Forest,
    pub(super) visit: &'j dyn Visit,
    pub(super) room: &'j Room,
    /// Position of the next family that nobody has begun.
    pub(super) next: &'j AtomicUsize,
}

/// The state of one thread.
pub(super) struct Walk<'j> {
    job: &'j Job<'j>,
    path: Path<'j>,
    /// The kind of all objects of the current family.
    kind: objs::Kind,
    maker: Maker<'j>,
    turn: Option<Turn<'j>>,
}

/// An object that was made just now.
struct Made {
    number: u32,
    content: Vec<u8>,
    /// Whether the content of its base did not have its name.
    is_doubtful: bool,
}

impl<'j> Walk<'j> {
    pub(super) fn new(job: &'j Job<'j>) -> Self {
        Self {
            job,
            path: Path::default(),
            kind: objs::Kind::Blob,
            maker: Maker::new(job.entries, job.visit),
            turn: None,
        }
    }

    /// Walks families until none is left.
    pub(super) fn run(mut self) {
        loop {
            let next = self.job.next.fetch_add(1, Ordering::Relaxed);
            match self.job.forest.roots().get(next) {
                Some(&root) if !self.job.visit.stopped() => self.family(root),
                _ => return,
            }
        }
    }

    fn family(&mut self, root: u32) {
        match self.root(root) {
            Ok(Some(content)) => self.arrive_at_root(root, content),
            Ok(None) => {}
            Err(error) => self.lose(root, &error),
        }
        while !self.job.visit.stopped() && self.step() {}
        self.path.clear();
        self.rest();
    }

    /// Gives back what only a family of large objects needs.
    fn rest(&mut self) {
        if self.held() > self.job.room.part() {
            self.maker.clear();
        }
        self.turn = None;
    }

    /// Makes the first object of a family; `None` if it was read without being held.
    fn root(&mut self, root: u32) -> Result<Option<Vec<u8>>, ObjectError> {
        let stored = self.job.entries.stored(root)?;
        if let Base::None(kind) = self.job.entries.base(&stored) {
            let is_alone = self.job.forest.children(root).is_empty();
            if stored.size > LARGEST || is_alone && stored.size > self.job.room.part() / 2 {
                self.stream(root, kind, &stored);
                return Ok(None);
            }
        }
        self.make_room(Inflate::capacity(stored.compressed, stored.size));
        let (kind, content) = self.maker.root(root)?;
        self.kind = kind;
        Ok(Some(content))
    }

    /// Lets a large object be read as it is decompressed. What is made from it cannot be.
    fn stream(&self, number: u32, kind: objs::Kind, stored: &Stored<'_>) {
        let Job {
            entries,
            forest,
            visit,
            ..
        } = self.job;
        for &child in forest.children(number) {
            self.lose(child, &ObjectError::TooLarge(stored.size));
        }
        if forest.is_elsewhere(number) {
            return;
        }
        let id = entries.id(number);
        let mut content = Content::new(stored.compressed, stored.size);
        if entries.is_doubtful(number) {
            content = content.hashed(id.kind(), kind);
        }
        visit.large(id, kind, stored.size, &mut content);
        if let Some(used) = content.used() {
            entries.took(stored, used);
        }
        if let Some(error) = content.failure(id) {
            visit.failed(id, &error);
        }
    }

    /// Makes and visits the next object of the family. False if there is none.
    fn step(&mut self) -> bool {
        let Some(base) = self.path.last() else {
            return false;
        };
        let Some((&child, waiting)) = base.waiting.split_first() else {
            return false;
        };
        base.waiting = waiting;
        let content = self.make(child);
        self.enter(child, content);
        if self.turn.is_some() && self.held() <= self.job.room.part() {
            self.turn = None;
        }
        true
    }

    /// Visits an object that was made from the last one of the path, which is left if this was the
    /// last that is made from it.
    fn enter(&mut self, child: u32, content: Result<Vec<u8>, ObjectError>) {
        let Some(mut base) = self.path.pop() else {
            return;
        };
        let is_last = base.waiting.is_empty();
        if is_last && let Some(content) = base.content.take() {
            self.maker.give(content);
        }
        let below = match content {
            Ok(content) => self.arrive(
                Made {
                    number: child,
                    content,
                    is_doubtful: base.is_doubtful,
                },
                base.trace.as_ref(),
            ),
            Err(error) => {
                self.lose(child, &error);
                None
            }
        };
        if !is_last {
            self.path.push(base);
        }
        if let Some(below) = below {
            self.path.push(below);
        }
    }

    fn arrive_at_root(&mut self, root: u32, content: Vec<u8>) {
        let made = Made {
            number: root,
            content,
            is_doubtful: false,
        };
        if let Some(step) = self.arrive(made, None) {
            self.path.push(step);
        }
    }

    /// Visits an object, and returns it if more is to be made from it.
    fn arrive(&mut self, made: Made, base: Option<&Trace>) -> Option<Step<'j>> {
        let waiting = self.job.forest.children(made.number);
        let trace = self.show(&made, base);
        if waiting.is_empty() {
            self.maker.give(made.content);
            return None;
        }
        Some(Step {
            number: made.number,
            content: Some(made.content),
            is_doubtful: trace.is_none(),
            trace,
            waiting,
        })
    }

    /// Shows an object to the visitor. One that does not have its name is told instead.
    fn show(&mut self, made: &Made, base: Option<&Trace>) -> Option<Trace> {
        let Job {
            entries,
            forest,
            visit,
            ..
        } = self.job;
        let (number, data) = (made.number, &made.content[..]);
        let elsewhere = forest.is_elsewhere(number);
        let is_doubtful = made.is_doubtful || entries.is_doubtful(number);
        if is_doubtful && !entries.is_named(number, self.kind, data) {
            if !elsewhere {
                visit.failed(entries.id(number), &ObjectError::OtherName);
            }
            return None;
        }
        let derived_from = base.and_then(|_| forest.base(number));
        let object = Object {
            id: entries.id(number).to_owned(),
            kind: self.kind,
            base: derived_from.map(|base| entries.id(base).to_owned()),
            data,
            is_base: !forest.children(number).is_empty(),
            elsewhere,
        };
        let copies = self.maker.copies();
        Some(visit.object(&object, base.map(|base| Derived { base, copies })))
    }

    /// Tells that an object cannot be read, nor those that are made from it.
    fn lose(&self, number: u32, error: &ObjectError) {
        let Job {
            entries,
            forest,
            visit,
            ..
        } = self.job;
        let tell = |number: u32, error: &ObjectError| {
            if !forest.is_elsewhere(number) {
                visit.failed(entries.id(number), error);
            }
        };
        tell(number, error);
        let mut lost = forest.children(number).to_vec();
        while let Some(number) = lost.pop() {
            tell(number, &ObjectError::BaseLost);
            lost.extend_from_slice(forest.children(number));
        }
    }

    /// Makes an object from the last one of the path.
    fn make(&mut self, child: u32) -> Result<Vec<u8>, ObjectError> {
        let Some(number) = self.path.last().map(|base| base.number) else {
            return Err(ObjectError::BaseLost);
        };
        let content = match self.path.last().and_then(|base| base.content.take()) {
            Some(content) => content,
            None => self.remake(number)?,
        };
        let made = self.make_from(&content, child);
        if let Some(base) = self.path.last() {
            base.content = Some(content);
        }
        made
    }

    /// Makes an object from its base.
    fn make_from(&mut self, base: &[u8], child: u32) -> Result<Vec<u8>, ObjectError> {
        self.maker.read_delta(child)?;
        let size = self.maker.size(base)?;
        self.make_room(size + base.len() as u64);
        self.maker.apply(base)
    }

    /// Makes an object anew: from the nearest above it that is held, or from the root.
    fn remake(&mut self, number: u32) -> Result<Vec<u8>, ObjectError> {
        let mut chain = vec![number];
        let mut above = self.job.forest.base(number);
        while let Some(base) = above.filter(|&base| self.path.content(base).is_none()) {
            chain.push(base);
            above = self.job.forest.base(base);
        }
        let mut content = match above.and_then(|held| self.path.content(held)) {
            Some(held) => held.to_vec(),
            None => self.maker.root(chain.pop().unwrap_or(number))?.1,
        };
        while let Some(next) = chain.pop() {
            if self.job.visit.stopped() {
                return Err(ObjectError::Stopped);
            }
            self.maker.read_delta(next)?;
            let made = self.maker.apply(&content)?;
            self.maker.give(std::mem::replace(&mut content, made));
        }
        Ok(content)
    }

    /// Sees to it that this thread may hold so many more bytes: gives up what it can do without, or
    /// waits for its turn.
    fn make_room(&mut self, bytes: u64) {
        let room = self.job.room;
        if self.held() + bytes <= room.part() {
            return;
        }
        self.maker.shrink();
        if self.turn.is_none() && self.held() + bytes > room.part() {
            self.turn = room.try_turn();
        }
        while self.held() + bytes > room.most(self.turn.as_ref()) && self.path.give_up() {}
        if self.turn.is_none() && self.held() + bytes > room.part() {
            self.turn = Some(room.turn());
        }
    }

    fn held(&self) -> u64 {
        self.path.bytes() + self.maker.bytes()
    }
}
