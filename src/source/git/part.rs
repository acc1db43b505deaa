//! One repository on its way through a scan: read, then asked who brought what was found.

use super::answers::{Answers, Held};
use super::attribution::Attribution;
use super::hit::Hit;
use super::memory::{Memory, Notes};
use super::named::Named;
use super::objects::Objects;
use super::plan::Plan;
use super::reader::Reader;
use super::repository::Repository;
use super::scope::Scope;
use super::stores::Stores;
use super::survey::Survey;
use super::{Job, lfs};
use crate::model::{Coverage, Kind, Occurrence, Origin, Shortfall};
use crate::source::Seen;
use crate::unpack::Sink;
use crate::unpack::open::Bounds;
use gix::ObjectId;
use gix::hashtable::HashSet;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One repository, and what becomes known of it.
pub(super) struct Part {
    pub(super) repository: Repository,
    /// What its target is called.
    label: Arc<str>,
    /// Whether it was come across among files, and not named by anybody.
    is_met: bool,
    /// The stores themselves, of a repository of which git could look outside of its bounds.
    stores: OnceLock<Arc<Stores>>,
    /// What a narrow scope reads.
    plan: Mutex<Option<Plan>>,
    /// What is left of reading everything, if its history is to be told.
    memory: OnceLock<Arc<Memory>>,
    attribution: OnceLock<Attribution>,
}

impl Part {
    pub(super) const fn new(repository: Repository, label: Arc<str>) -> Self {
        Self {
            repository,
            label,
            is_met: false,
            stores: OnceLock::new(),
            plan: Mutex::new(None),
            memory: OnceLock::new(),
            attribution: OnceLock::new(),
        }
    }

    /// A repository that was come across among files.
    pub(super) fn met(repository: Repository, label: Arc<str>) -> Self {
        Self {
            is_met: true,
            ..Self::new(repository, label)
        }
    }

    /// What parts are put in order by.
    pub(super) fn order(&self) -> impl Ord + '_ {
        (&*self.label, &self.repository.prefix)
    }

    /// Reads what is asked for.
    pub(super) fn read(&self, job: &Job<'_>, sink: &dyn Sink) {
        let common_dir = self.repository.common_dir();
        let has_lfs = |name: &str| lfs::is_stored(&common_dir, name);
        let within = self.within();
        let room = job.options.limits.memory / 4;
        let notes = job.attribution.then(|| Notes::with_room(room as usize));
        let bounds = Bounds::new(&job.options.limits);
        let reader = |named| Reader {
            sink,
            context: job.context,
            bounds: bounds.clone(),
            whole: job.whole_objects,
            named,
            notes: notes.as_ref(),
            has_lfs: &has_lfs,
            within: &within,
            lfs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        };
        match &job.scope {
            Scope::Nothing => {}
            Scope::Everything { .. } => {
                let outline = self.repository.outline();
                let hash = self.repository.hash();
                let stores = Stores::open(&self.repository.directories(), hash, sink);
                let stores = Arc::new(stores);
                let named = Named::new(&stores.places, hash, outline.boundary.clone());
                named.begin(&outline, &self.place(), sink);
                let reader = reader(Some(named));
                let meter = job.progress.begin(&self.place(), None);
                stores.read(&reader, &job.options.limits, meter, &mut |_| {});
                reader.finish(&self.place(), outline.is_partial);
                self.tell(reader.commits.load(Ordering::Relaxed), sink);
                self.keep_within(&stores, sink);
                if let Some(notes) = notes {
                    let memory = Memory::new(Arc::clone(&stores.places), notes);
                    let _ = self.memory.set(Arc::new(memory));
                }
            }
            Scope::Commits(range) => {
                let plan = Plan::of_commits(&self.repository, &job.found, sink);
                if plan.history.is_empty() && !range.may_be_empty {
                    self.tell(0, sink);
                }
                self.follow(plan, &reader(None));
            }
            Scope::Staged => {
                let plan = Plan::of_index(&self.repository, &job.environment, sink);
                self.follow(plan, &reader(None));
            }
        }
    }

    fn follow(&self, plan: Plan, reader: &Reader<'_>) {
        plan.read(&self.repository, reader);
        reader.finish(&self.place(), self.repository.is_partial());
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
    }

    /// Tells what it borrows from elsewhere, and keeps to the stores that were read.
    fn keep_within(&self, stores: &Arc<Stores>, sink: &dyn Sink) {
        for store in self.repository.out_of_bounds() {
            let detail = format!(
                "borrows objects from `{}`, which lies outside of what is scanned and was not read",
                store.display()
            );
            sink.shortfall(Shortfall::new(Kind::OutOfBounds, self.place(), detail));
            let _ = self.stores.set(Arc::clone(stores));
        }
    }

    /// What is worth knowing of a history that was read.
    fn tell(&self, commits: u64, sink: &dyn Sink) {
        let place = self.place();
        let tell = |kind, detail: &str| sink.shortfall(Shortfall::new(kind, &*place, detail));
        // A folder where `git init` was run and nothing else is no reason to stop a build.
        let is_asked = !self.is_met && self.repository.prefix.is_empty();
        if commits == 0 && is_asked && !sink.stopped() {
            tell(Kind::NoCommits, "there is no commit to scan");
        }
        if !self.repository.boundary().is_empty() {
            let detail = "is a shallow clone; `git fetch --unshallow` gets the older history";
            tell(Kind::Shallow, detail);
        }
    }

    /// Works out where all hits stand.
    pub(super) fn settle(&self, job: &Job<'_>, hits: &[(&Origin, u64)], coverage: &Coverage) {
        let objects = self.objects();
        let hits = hits.iter().filter_map(|(origin, _)| object(origin));
        let hits: HashSet<ObjectId> = hits.collect();
        if hits.is_empty() {
            return;
        }
        let plan = self
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let survey = match plan {
            Some(plan) => plan.into_survey(&objects, self.repository.head(), &hits),
            None => Survey::of(&self.repository.outline(), &objects, &hits),
        };
        let attribution = Attribution::new(&objects, survey, &hits);
        let lost = hits.iter().filter(|id| !is_reached(&attribution, id));
        let lost = lost.filter(|id| objects.kind_of_hit(**id).is_some());
        let lost = lost.count();
        let is_told = matches!(job.scope, Scope::Everything { unreachable: false });
        if lost > 0 && is_told && attribution.is_whole {
            let how = match self.is_met {
                true => "`residue repo --unreachable`",
                false => "--unreachable",
            };
            let detail = format!(
                "{lost} objects with candidates are reached by no reference; {how} shows them"
            );
            coverage.record(Shortfall::new(Kind::Unreachable, self.place(), detail));
        }
        let _ = self.attribution.set(attribution);
    }

    /// The places of a secret.
    pub(super) fn occurrences(
        &self,
        job: &Job<'_>,
        seen: &[Seen<'_>],
        held: &Held,
    ) -> Vec<(usize, Occurrence)> {
        let objects = self.objects();
        let hits = held.iter().filter_map(|(&id, indexes)| {
            let places = indexes.iter().map(|&index| seen[index].position.offset);
            Some((id, Hit::of(&objects, id, places)?))
        });
        let hits: HashMap<ObjectId, Hit> = hits.collect();
        let is_narrow = !matches!(job.scope, Scope::Everything { .. });
        let hit = |id: &ObjectId| hits.get(id);
        let answers = Answers {
            unsearched: is_narrow.then_some(&objects),
            ..self.answers(job, &hit)
        };
        answers.of(seen, held)
    }

    /// The places of a secret in objects that cannot be looked up.
    pub(super) fn unknown(
        &self,
        job: &Job<'_>,
        seen: &[Seen<'_>],
        held: &Held,
    ) -> Vec<(usize, Occurrence)> {
        self.answers(job, &|_| None).bare(held.keys(), held, seen)
    }

    /// Whether an object can be looked up here.
    pub(super) fn knows(&self, id: ObjectId) -> bool {
        match self.memory.get() {
            Some(memory) => memory.kind(&id).is_some(),
            None => self.repository.objects().kind(id).is_some(),
        }
    }

    /// The objects, for this thread.
    fn objects(&self) -> Objects {
        let objects = match self.stores.get() {
            Some(stores) => Objects::of(Arc::clone(stores)),
            None => self.repository.objects(),
        };
        match self.memory.get() {
            Some(memory) => objects.recalling(memory),
            None => objects,
        }
    }

    /// Answers about objects of which this is known.
    fn answers<'a>(
        &'a self,
        job: &Job<'_>,
        hit: &'a dyn Fn(&ObjectId) -> Option<&'a Hit>,
    ) -> Answers<'a> {
        let everything = match job.scope {
            Scope::Everything { unreachable } => Some(unreachable),
            _ => None,
        };
        let attribution = self.attribution.get();
        // What is in the way of the history must not hide what was found.
        let is_whole = attribution.is_none_or(|known| known.is_whole);
        Answers {
            attribution,
            target: &self.label,
            prefix: &self.repository.prefix,
            hit,
            unsearched: None,
            unreachable: everything.is_some_and(|all| all || !is_whole),
        }
    }

    /// What shortfalls call it.
    fn place(&self) -> String {
        match self.repository.prefix.as_slice() {
            b"" => self.label.to_string(),
            prefix => format!(
                "{}: repository {}",
                self.label,
                String::from_utf8_lossy(prefix)
            ),
        }
    }

    /// What stands in front of objects that could not be read.
    fn within(&self) -> String {
        match self.repository.prefix.is_empty() {
            true => String::new(),
            false => format!("{}, ", self.place()),
        }
    }
}

/// The object that a text is.
pub(super) fn object(origin: &Origin) -> Option<ObjectId> {
    match origin {
        Origin::Object(name) => ObjectId::try_from(name.as_bytes()).ok(),
        _ => None,
    }
}

fn is_reached(attribution: &Attribution, id: &ObjectId) -> bool {
    attribution.reaches(id) || attribution.reaches_commit(id)
}
