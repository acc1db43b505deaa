//! The yardstick of history scans: makes every object in the packs of a git repository once, and
//! does nothing with it. `cargo run --release --example walk -- REPOSITORY [THREADS]`

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use gix::{objs, oid};
use residue::model::{Derived, Limits, Trace};
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
        add(&self.copied, copies.map(|copy| copy.length as u64).sum());
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

    fn doubtful(&self, doubt: &Doubt) {
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
    let count = Count::default();
    let packs = repository.objects.store_ref().path().join("pack");
    let hash = repository.object_hash();
    let pool = pool.build().map_err(io::Error::other)?;
    pool.install(|| walk(&packs, hash, &count))?;
    let [objects, bytes, copied, failed] =
        [&count.objects, &count.bytes, &count.copied, &count.failed]
            .map(|counter| counter.load(Ordering::Relaxed));
    println!("{objects} objects, {bytes} bytes, {copied} of them copied; {failed} failed");
    Ok(())
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
