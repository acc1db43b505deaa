//! One repository on its way through a scan: read, then asked who brought what was found.

use super::answers::Answers;
use super::attribution::Attribution;
use super::changes::{Change, Comparison};
use super::history::History;
use super::plan::Plan;
use super::reader::Reader;
use super::repository::{Objects, Repository};
use super::scope::Scope;
use super::stores::Stores;
use super::trees::Trees;
use super::{Job, staged, tips};
use crate::model::{Coverage, Kind, Occurrence, Origin, Shortfall};
use crate::source::Seen;
use crate::unpack::Sink;
use gix::ObjectId;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// One repository, and what becomes known of it.
pub(super) struct Part {
    pub(super) repository: Repository,
    /// What a narrow scope reads.
    plan: Mutex<Option<Plan>>,
    attribution: OnceLock<Attribution>,
}

impl Part {
    pub(super) const fn new(repository: Repository) -> Self {
        Self {
            repository,
            plan: Mutex::new(None),
            attribution: OnceLock::new(),
        }
    }

    /// Reads what is asked for.
    pub(super) fn read(&self, job: &Job<'_>, sink: &dyn Sink) {
        let common_dir = self.repository.common_dir();
        let reader = |stores| Reader {
            sink,
            context: job.context,
            whole: job.asked.whole_objects,
            hash: self.repository.hash(),
            stores,
            missing: Mutex::new(BTreeSet::new()),
            common_dir: &common_dir,
            lfs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        };
        match &job.asked.scope {
            Scope::Nothing => {}
            Scope::Everything { .. } => {
                let directories = self.repository.directories();
                let stores = Stores::open(&directories, self.repository.hash(), sink);
                let reader = reader(Some(&stores));
                let meter = job.progress.begin(&self.place(job), None);
                stores.read(&reader, &job.options.limits, meter);
                reader.finish(&self.place(job), self.repository.is_partial());
                self.tell(job, reader.commits.load(Ordering::Relaxed), sink);
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

    /// What is worth knowing of a history that was read.
    fn tell(&self, job: &Job<'_>, commits: u64, sink: &dyn Sink) {
        let place = self.place(job);
        let tell = |kind, detail: &str| sink.shortfall(Shortfall::new(kind, &*place, detail));
        if commits == 0 {
            tell(Kind::NoCommits, "there is no commit to scan");
        }
        if !self.repository.boundary().is_empty() {
            let detail = "is a shallow clone; `git fetch --unshallow` gets the older history";
            tell(Kind::Shallow, detail);
        }
        for problem in tips::all(&self.repository).1 {
            tell(
                Kind::Corrupt,
                &format!("a reference cannot be read: {problem}"),
            );
        }
    }

    /// Works out where all hits stand.
    pub(super) fn settle(&self, job: &Job<'_>, hits: &[&Origin], coverage: &Coverage) {
        let objects = self.repository.objects();
        let hits: HashSet<ObjectId> = hits.iter().filter_map(|hit| object(hit)).collect();
        if hits.is_empty() {
            return;
        }
        let plan = self
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let attribution = match plan {
            Some(plan) => Attribution::new(&objects, plan.history, plan.changes, &hits),
            None => self.search(&objects, &hits),
        };
        let lost = hits.iter().filter(|id| !is_reached(&attribution, id));
        let lost = lost.filter(|id| objects.kind(**id).is_some()).count();
        let is_told = matches!(job.asked.scope, Scope::Everything { unreachable: false });
        if lost > 0 && is_told {
            let detail = format!(
                "{lost} objects with candidates are reached by no reference; --unreachable shows them"
            );
            coverage.record(Shortfall::new(Kind::Unreachable, self.place(job), detail));
        }
        let _ = self.attribution.set(attribution);
    }

    /// Goes through the whole history for the commits that brought or removed a hit.
    fn search(&self, objects: &Objects, hits: &HashSet<ObjectId>) -> Attribution {
        let (tips, _) = tips::all(&self.repository);
        let history = History::of(objects, &tips, &self.repository.boundary());
        let mut trees = Trees::new(objects, Some(hits));
        let mut changes = self.staged(objects, hits);
        for (name, id) in &history.loose_ends {
            let mut comparison = Comparison {
                trees: &mut trees,
                commit: None,
                changes: &mut changes,
            };
            match objects.kind(*id) {
                Some(gix::objs::Kind::Tree) => comparison.run(Some(*id), &[]),
                _ => changes.push(Change {
                    commit: None,
                    path: name.as_bytes().into(),
                    now: Some(*id),
                    before: Vec::new(),
                }),
            }
        }
        for (number, commit) in (0..).zip(history.commits()) {
            let parents = commit.parents.iter();
            let before: Vec<_> = parents
                .map(|&parent| history.commits()[parent as usize].tree)
                .collect();
            let mut comparison = Comparison {
                trees: &mut trees,
                commit: Some(number),
                changes: &mut changes,
            };
            comparison.run(Some(commit.tree), &before);
        }
        Attribution::new(objects, history, changes, hits)
    }

    /// Hits that are staged, and not committed where they are staged.
    fn staged(&self, objects: &Objects, hits: &HashSet<ObjectId>) -> Vec<Change> {
        let index = self.repository.git_dir().join("index");
        let mut trees = Trees::new(objects, None);
        // An index that cannot be read adds no place; as a file it is searched like any other.
        let heads = self.repository.heads(objects);
        let changes = staged::changes(&index, objects.hash(), &heads, &mut trees);
        let mut changes = changes.unwrap_or_default();
        changes.retain(|change| change.now.is_some_and(|id| hits.contains(&id)));
        changes
    }

    /// The places of a secret.
    pub(super) fn occurrences(
        &self,
        job: &Job<'_>,
        seen: &[Seen<'_>],
        held: &BTreeMap<ObjectId, Vec<usize>>,
    ) -> Vec<(usize, Occurrence)> {
        let answers = Answers {
            objects: &self.repository.objects(),
            attribution: self.attribution.get(),
            target: &job.label,
            prefix: &self.repository.prefix,
            is_narrow: !matches!(job.asked.scope, Scope::Everything { .. }),
            unreachable: matches!(job.asked.scope, Scope::Everything { unreachable: true }),
        };
        answers.of(seen, held.clone())
    }

    /// What shortfalls call it.
    fn place(&self, job: &Job<'_>) -> String {
        match self.repository.prefix.as_slice() {
            b"" => job.target.name.clone(),
            prefix => format!(
                "{}: submodule {}",
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
