//! A visitor that checks each promise of the walk and remembers what it was shown.

use crate::model::{Derived, LedTo, Trace, Traced};
use crate::source::git::pack::{Doubt, Object, ObjectError, Pack, Visit};
use gix::{ObjectId, objs, oid};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More memory than any of these packs needs.
const PLENTY: u64 = 1 << 30;

/// What a walk showed.
#[derive(Default)]
pub(super) struct Witness {
    pub(super) objects: Mutex<BTreeMap<ObjectId, (objs::Kind, Vec<u8>)>>,
    pub(super) failed: Mutex<BTreeMap<ObjectId, ObjectError>>,
    pub(super) doubts: Mutex<Vec<Doubt>>,
    pub(super) large: Mutex<Vec<ObjectId>>,
    pub(super) elsewhere: Mutex<Vec<ObjectId>>,
    /// How many objects came with what their base left behind.
    pub(super) derived: AtomicUsize,
    /// Objects of other stores.
    pub(super) outside: BTreeMap<ObjectId, Vec<u8>>,
    /// Contents by the number that their trace carries.
    pub(super) bases: Mutex<Vec<Vec<u8>>>,
}

impl Witness {
    /// Walks a pack with much memory.
    pub(super) fn of(pack: &Pack) -> Self {
        let witness = Self::default();
        witness.walk(pack, PLENTY);
        witness
    }

    pub(super) fn walk(&self, pack: &Pack, memory: u64) {
        pack.visit(self, &|_| false, memory);
    }

    /// The contents that were shown, by name.
    pub(super) fn contents(&self) -> BTreeMap<ObjectId, Vec<u8>> {
        let objects = self.objects.lock().unwrap();
        objects
            .iter()
            .map(|(id, (_, data))| (*id, data.clone()))
            .collect()
    }

    pub(super) fn error(&self, id: &oid) -> Option<ObjectError> {
        self.failed.lock().unwrap().get(id).cloned()
    }

    fn keep(&self, id: ObjectId, kind: objs::Kind, data: Vec<u8>) {
        let before = self.objects.lock().unwrap().insert(id, (kind, data));
        assert!(before.is_none(), "{id} was shown twice");
    }

    /// A trace that leads back to the content.
    fn trace(&self, data: &[u8]) -> Trace {
        let mut bases = self.bases.lock().unwrap();
        bases.push(data.to_vec());
        let at = bases.len() - 1;
        Trace {
            hits: vec![Traced {
                at,
                anchor: 0,
                led_to: LedTo::Nothing,
            }],
            ..Trace::default()
        }
    }

    fn check_copies(&self, object: &Object<'_>, derived: Derived<'_>) {
        let (data, named) = (object.data, object.base.unwrap());
        let base = self.bases.lock().unwrap()[derived.base.hits[0].at].clone();
        let name = objs::compute_hash(named.kind(), object.kind, &base);
        assert_eq!(name.unwrap(), named, "another base is named");
        for copy in derived.copies {
            assert!(copy.length > 0);
            let from = &base[copy.from..copy.from + copy.length];
            assert_eq!(from, &data[copy.to..copy.to + copy.length]);
        }
        let ends = derived.copies.windows(2);
        assert!(
            ends.into_iter()
                .all(|pair| pair[0].to + pair[0].length <= pair[1].to)
        );
        self.derived.fetch_add(1, Ordering::Relaxed);
    }
}

impl Visit for Witness {
    fn object(&self, object: &Object<'_>, derived: Option<Derived<'_>>) -> Trace {
        if let Some(derived) = derived {
            self.check_copies(object, derived);
        }
        if object.elsewhere {
            assert!(object.is_base, "nobody needs {}", object.id);
            self.elsewhere.lock().unwrap().push(object.id);
        } else {
            self.keep(object.id, object.kind, object.data.to_vec());
        }
        match object.is_base {
            true => self.trace(object.data),
            false => Trace::default(),
        }
    }

    fn large(&self, id: &oid, kind: objs::Kind, size: u64, content: &mut dyn Read) {
        let mut data = Vec::new();
        if content.read_to_end(&mut data).is_ok() {
            assert_eq!(data.len() as u64, size);
            self.large.lock().unwrap().push(id.to_owned());
            self.keep(id.to_owned(), kind, data);
        }
    }

    fn failed(&self, id: &oid, error: &ObjectError) {
        let before = self
            .failed
            .lock()
            .unwrap()
            .insert(id.to_owned(), error.clone());
        assert!(before.is_none(), "{id} was told twice");
    }

    fn doubtful(&self, _: &Path, doubt: &Doubt) {
        self.doubts.lock().unwrap().push(doubt.clone());
    }

    fn outside(&self, id: &oid) -> Option<(objs::Kind, Vec<u8>)> {
        let content = self.outside.get(id)?;
        Some((objs::Kind::Blob, content.clone()))
    }

    fn stopped(&self) -> bool {
        false
    }
}
