//! The yardstick of history scans: makes every object in the packs of a git repository once, and
//! does nothing with it. `cargo run --release --example walk -- REPOSITORY [THREADS]`
//!
//! It tells as well how many bytes are left for the prefilter: what is new in each object, and the end
//! of each copy, where a literal may begin that goes on behind it. Copies that touch in both objects
//! are counted as two, so a scan has some less.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use gix::{objs, oid};
use residue::model::{Derived, Limits, Trace};
use residue::ruleset::RuleSet;
use residue::source::git::pack::{Doubt, Object, ObjectError, Pack, Visit};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what is shown to it.
#[derive(Default)]
struct Count {
    objects: AtomicU64,
    bytes: AtomicU64,
    copied: AtomicU64,
    /// Copied bytes at which no literal can begin that is not wholly copied.
    known: AtomicU64,
    /// Length of the longest literal, in bytes.
    longest: usize,
    failed: AtomicU64,
}

fn add(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

impl Visit for Count {
    fn object(&self, object: &Object<'_>, derived: Option<Derived<'_>>) -> Trace {
        add(&self.objects, 1);
        add(&self.bytes, object.data.len() as u64);
        let copies = derived.iter().flat_map(|derived| derived.copies);
        for copy in copies {
            add(&self.copied, copy.length as u64);
            let known = (copy.length + 1).saturating_sub(self.longest);
            add(&self.known, known as u64);
        }
        Trace::default()
    }

    fn large(&self, _: &oid, _: objs::Kind, size: u64, content: &mut dyn Read) {
        add(&self.objects, 1);
        add(&self.bytes, size);
        let mut buffer = vec![0; 1 << 18];
        while content.read(&mut buffer).is_ok_and(|count| count > 0) {}
    }

    fn failed(&self, id: &oid, error: &ObjectError) {
        add(&self.failed, 1);
        println!("{id}: {error}");
    }

    fn doubtful(&self, _: &Path, doubt: &Doubt) {
        println!("{doubt}");
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let repository = arguments
        .next()
        .ok_or_else(|| io::Error::other("name a repository"))?;
    let threads = arguments.next().and_then(|threads| threads.parse().ok());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    let repository = gix::open(repository).map_err(io::Error::other)?;
    let count = Count {
        longest: longest()?,
        ..Count::default()
    };
    let packs = repository.objects.store_ref().path().join("pack");
    let hash = repository.object_hash();
    let pool = pool.build().map_err(io::Error::other)?;
    pool.install(|| walk(&packs, hash, &count))?;
    let [objects, bytes, copied, known, failed] = [
        &count.objects,
        &count.bytes,
        &count.copied,
        &count.known,
        &count.failed,
    ]
    .map(|counter| counter.load(Ordering::Relaxed));
    println!("{objects} objects, {bytes} bytes, {copied} of them copied; {failed} failed");
    println!("{} bytes for the prefilter", bytes - known);
    Ok(())
}

/// Length of the longest literal of the built-in rules.
fn longest() -> io::Result<usize> {
    let rules = RuleSet::builtin().map_err(io::Error::other)?;
    let anchors = rules
        .windows()
        .iter()
        .flatten()
        .flat_map(|window| &window.anchors);
    Ok(anchors
        .map(|anchor| anchor.literal.len())
        .max()
        .unwrap_or(0))
}

/// Walks every pack of a folder.
fn walk(packs: &Path, hash: gix::hash::Kind, count: &Count) -> io::Result<()> {
    for file in std::fs::read_dir(packs)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "idx") {
            let pack = Pack::open(&path, hash).map_err(io::Error::other)?;
            pack.visit(count, &|_| false, Limits::default().memory);
        }
    }
    Ok(())
}
