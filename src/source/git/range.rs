//! The commits that some tips reach and some known commits don't: what a push would publish, what a
//! branch adds.
//!
//! Commits are taken newest first, and the walk ends when nothing is left that could still matter. A
//! commit that claims to be older than its parent could make it end early, so it goes on for a day's
//! worth of commits; what a worse clock hides from it is then scanned once more, and never missed.

use super::commit::Raw;
use super::history::Commits;
use gix::ObjectId;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// How far clocks may be wrong, in seconds.
const SLACK: i64 = 86_400;

/// A walk over some of a history.
pub(super) struct Walk<'c, 'r> {
    commits: &'c Commits<'r>,
    known: HashMap<ObjectId, Raw>,
    /// What is known to whoever asks, with all its parents.
    hidden: HashSet<ObjectId>,
    waiting: BinaryHeap<(i64, ObjectId)>,
    /// The same, to be asked about one of them.
    queued: HashSet<ObjectId>,
    /// How many of those waiting are not hidden.
    fresh: usize,
    /// Commits that are named and not there.
    pub(super) missing: Vec<ObjectId>,
}

impl<'c, 'r> Walk<'c, 'r> {
    pub(super) fn new(commits: &'c Commits<'r>) -> Self {
        Self {
            commits,
            known: HashMap::new(),
            hidden: HashSet::new(),
            waiting: BinaryHeap::new(),
            queued: HashSet::new(),
            fresh: 0,
            missing: Vec::new(),
        }
    }

    /// The commits that `tips` reach and `hidden` don't, newest first.
    pub(super) fn run(
        &mut self,
        tips: impl IntoIterator<Item = ObjectId>,
        hidden: impl IntoIterator<Item = ObjectId>,
    ) -> Vec<(ObjectId, Raw)> {
        for id in hidden {
            self.meet(id, true);
        }
        for id in tips {
            self.meet(id, false);
        }
        let mut found = Vec::new();
        let mut oldest = i64::MAX;
        while let Some((time, id)) = self.waiting.pop() {
            self.queued.remove(&id);
            let is_hidden = self.hidden.contains(&id);
            if !is_hidden {
                self.fresh -= 1;
                oldest = oldest.min(time);
                found.push(id);
            } else if self.fresh == 0 && time < oldest.saturating_sub(SLACK) {
                break;
            }
            let parents = self.known.get(&id).map(|commit| commit.parents.clone());
            for parent in parents.unwrap_or_default() {
                self.meet(parent, is_hidden);
            }
        }
        found.retain(|id| !self.hidden.contains(id));
        let mut taken = HashSet::new();
        let once = found.into_iter().filter(|id| taken.insert(*id));
        once.filter_map(|id| Some((id, self.known.get(&id)?.clone())))
            .collect()
    }

    /// Comes across a commit, for the first time or as a hidden one.
    fn meet(&mut self, id: ObjectId, hide: bool) {
        match self.known.get(&id) {
            None => match self.commits.read(id) {
                Some(commit) => {
                    self.wait(commit.time, id);
                    self.known.insert(id, commit);
                    match hide {
                        true => drop(self.hidden.insert(id)),
                        false => self.fresh += 1,
                    }
                }
                // What is hidden need not be here: the server may know more than we do.
                None if hide => {}
                None => self.missing.push(id),
            },
            Some(commit) if hide && !self.hidden.contains(&id) => {
                let time = commit.time;
                self.hide(time, id);
            }
            Some(_) => {}
        }
    }

    /// Hides a commit that was met as a fresh one: it waits no longer as such, or it was taken and its
    /// parents have to be hidden too.
    fn hide(&mut self, time: i64, id: ObjectId) {
        self.hidden.insert(id);
        match self.queued.contains(&id) {
            true => self.fresh -= 1,
            false => self.wait(time, id),
        }
    }

    fn wait(&mut self, time: i64, id: ObjectId) {
        self.waiting.push((time, id));
        self.queued.insert(id);
    }
}
