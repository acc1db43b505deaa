//! One repository on its way through a scan: read, then asked who brought what was found.

use super::answers::{Answers, Held};
use super::attribution::Attribution;
use super::memory::{Memory, Notes};
use super::named::Named;
use super::objects::Objects;
use super::plan::Plan;
use super::reader::Reader;
use super::repository::Repository;
use super::scope::Scope;
use super::stores::Stores;
use super::survey::Survey;
use super::{Job, staged, tips};
use crate::model::{Coverage, Kind, Occurrence, Origin, Shortfall};
use crate::source::Seen;
use crate::unpack::Sink;
use crate::unpack::open::Bounds;
use gix::ObjectId;
use gix::hashtable::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One repository, and what becomes known of it.
pub(super) struct Part {
    pub(super) repository: Repository,
    /// What a narrow scope reads.
    plan: Mutex<Option<Plan>>,
    /// What is left of reading everything, if its history is to be told.
    memory: OnceLock<Arc<Memory>>,
    attribution: OnceLock<Attribution>,
}

impl Part {
    pub(super) const fn new(repository: Repository) -> Self {
        Self {
            repository,
            plan: Mutex::new(None),
            memory: OnceLock::new(),
            attribution: OnceLock::new(),
        }
    }

    /// Reads what is asked for.
    pub(super) fn read(&self, job: &Job<'_>, sink: &dyn Sink) {
        let common_dir = self.repository.common_dir();
        let room = job.options.limits.memory / 4;
        let notes = job
            .asked
            .attribution
            .then(|| Notes::with_room(room as usize));
        let bounds = Bounds::new(&job.options.limits);
        let reader = |named| Reader {
            sink,
            context: job.context,
            bounds: bounds.clone(),
            whole: job.asked.whole_objects,
            named,
            notes: notes.as_ref(),
            common_dir: &common_dir,
            lfs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        };
        match &job.asked.scope {
            Scope::Nothing => {}
            Scope::Everything { .. } => {
                let (repository, hash) = (&self.repository, self.repository.hash());
                let stores = Stores::open(&repository.directories(), hash, sink);
                let named = Named::new(&stores.places, hash, repository.boundary());
                self.begin(&named, job, sink);
                let reader = reader(Some(named));
                let meter = job.progress.begin(&self.place(job), None);
                stores.read(&reader, &job.options.limits, meter);
                reader.finish(&self.place(job), repository.is_partial());
                self.tell(job, reader.commits.load(Ordering::Relaxed), sink);
                if let Some(notes) = notes {
                    let memory = Memory::new(stores.places, notes);
                    let _ = self.memory.set(Arc::new(memory));
                }
            }
            Scope::Commits(range) => {
                let plan = Plan::of_commits(&self.repository, &job.found, sink);
                if plan.history.is_empty() && !range.may_be_empty {
                    self.tell(job, 0, sink);
                }
                self.follow(plan, job, &reader(None));
            }
            Scope::Staged => {
                let plan = Plan::of_index(&self.repository, &job.asked.environment, sink);
                self.follow(plan, job, &reader(None));
            }
        }
    }

    fn follow(&self, plan: Plan, job: &Job<'_>, reader: &Reader<'_>) {
        plan.read(&self.repository, reader);
        reader.finish(&self.place(job), self.repository.is_partial());
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
    }

    /// Looks for what references and the index begin with.
    fn begin(&self, named: &Named<'_>, job: &Job<'_>, sink: &dyn Sink) {
        let tell = |kind, detail| sink.shortfall(Shortfall::new(kind, self.place(job), detail));
        let failed = |what, problem: &str| {
            tell(Kind::Corrupt, format!("{what} cannot be read: {problem}"));
        };
        if let Some(format) = self.repository.foreign_references() {
            let detail = format!(
                "keeps its references in a `{format}`, which cannot be read: every object was searched, \
                 and objects go by their names; `git refs migrate --ref-format=files` changes that"
            );
            tell(Kind::Unsupported, detail);
        } else {
            let (tips, problems) = tips::all(&self.repository);
            let held = tips.iter().filter(|tip| tip.is_held());
            held.for_each(|tip| named.expect(&tip.id));
            for problem in problems {
                failed("a reference", &problem);
            }
        }
        let index = self.repository.git_dir().join("index");
        match staged::named(&index, self.repository.hash()) {
            Ok(ids) => ids.iter().for_each(|id| named.expect(id)),
            Err(problem) => failed("the index", &problem),
        }
    }

    /// What is worth knowing of a history that was read.
    fn tell(&self, job: &Job<'_>, commits: u64, sink: &dyn Sink) {
        let place = self.place(job);
        let tell = |kind, detail: &str| sink.shortfall(Shortfall::new(kind, &*place, detail));
        // A folder where `git init` was run and nothing else is no reason to stop a build.
        if commits == 0 && self.repository.prefix.is_empty() && !sink.stopped() {
            tell(Kind::NoCommits, "there is no commit to scan");
        }
        if !self.repository.boundary().is_empty() {
            let detail = "is a shallow clone; `git fetch --unshallow` gets the older history";
            tell(Kind::Shallow, detail);
        }
    }

    /// Works out where all hits stand.
    pub(super) fn settle(&self, job: &Job<'_>, hits: &[&Origin], coverage: &Coverage) {
        let objects = self.objects();
        let hits: HashSet<ObjectId> = hits.iter().filter_map(|hit| object(hit)).collect();
        if hits.is_empty() {
            return;
        }
        let plan = self
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let survey = match plan {
            Some(plan) => plan.into_survey(),
            None => Survey::of(&self.repository, &objects, &hits),
        };
        let attribution = Attribution::new(&objects, survey, &hits);
        let lost = hits.iter().filter(|id| !is_reached(&attribution, id));
        let lost = lost.filter(|id| objects.kind_of_hit(**id).is_some());
        let lost = lost.count();
        let is_told = matches!(job.asked.scope, Scope::Everything { unreachable: false });
        if lost > 0 && is_told && attribution.is_whole {
            let detail = format!(
                "{lost} objects with candidates are reached by no reference; --unreachable shows them"
            );
            coverage.record(Shortfall::new(Kind::Unreachable, self.place(job), detail));
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
        self.answers(job).of(seen, held)
    }

    /// The places of a secret in objects that cannot be looked up.
    pub(super) fn unknown(
        &self,
        job: &Job<'_>,
        seen: &[Seen<'_>],
        held: &Held,
    ) -> Vec<(usize, Occurrence)> {
        self.answers(job).bare(held.keys(), held, seen)
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
        let objects = self.repository.objects();
        match self.memory.get() {
            Some(memory) => objects.recalling(memory),
            None => objects,
        }
    }

    fn answers<'a>(&'a self, job: &'a Job<'_>) -> Answers<'a> {
        let everything = match job.asked.scope {
            Scope::Everything { unreachable } => Some(unreachable),
            _ => None,
        };
        let attribution = self.attribution.get();
        // What is in the way of the history must not hide what was found.
        let is_whole = attribution.is_none_or(|known| known.is_whole);
        Answers {
            objects: self.objects(),
            attribution,
            target: &job.label,
            prefix: &self.repository.prefix,
            is_narrow: everything.is_none(),
            unreachable: everything.is_some_and(|all| all || !is_whole),
        }
    }

    /// What shortfalls call it.
    fn place(&self, job: &Job<'_>) -> String {
        match self.repository.prefix.as_slice() {
            b"" => job.target.name.clone(),
            prefix => format!(
                "{}: repository {}",
                job.target.name,
                String::from_utf8_lossy(prefix)
            ),
        }
    }
}

fn object(origin: &Origin) -> Option<ObjectId> {
    match origin {
        Origin::Object(name) => ObjectId::try_from(name.as_bytes()).ok(),
        _ => None,
    }
}

fn is_reached(attribution: &Attribution, id: &ObjectId) -> bool {
    attribution.reaches(id) || attribution.reaches_commit(id)
}
