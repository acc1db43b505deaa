//! The rules that run in the end: those of the program, changed by one layer after the other.
//!
//! A layer of the scanned tree adds. Where it would take away or change what was there, that is
//! refused, told, and has no effect; only its allowlists reach rules that are not its own, because
//! what they allow is counted.

use super::ConfigError;
use super::layer::{Layer, Override, told};
use super::loosen::loosened;
use super::settings::{From, Set};
use crate::model::Rule;
use crate::ruleset::draft::{Draft, Shared};
use crate::ruleset::{self, RuleError, keys};
use std::collections::{HashMap, HashSet};

/// Rules in the making.
#[derive(Default)]
pub(super) struct Composer {
    pub(super) rules: Vec<Rule>,
    allowlists: Vec<(Shared, bool)>,
    /// Ids of the rules that the scanned tree added, which are its own to change.
    of_tree: HashSet<String>,
    /// What a layer of the tree asked for and may not, with file and line.
    pub(super) refused: Vec<Set<String>>,
    /// What changed about the rules.
    pub(super) changes: Vec<Set<String>>,
    pub(super) warnings: Vec<String>,
    pub(super) problems: Vec<ConfigError>,
}

impl Composer {
    /// Begins with these rules.
    pub(super) fn of(rules: Vec<Rule>) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }

    /// Lets a layer change the rules; takes from it what it has to say about them.
    pub(super) fn apply(&mut self, layer: &mut Layer) {
        match layer.trusted {
            true => self.select(layer),
            false => self.refuse_selection(layer),
        }
        let drafts = std::mem::take(&mut layer.drafts);
        let mut seen = HashMap::new();
        for draft in drafts.rules {
            let first = seen.insert(draft.id().to_owned(), draft.location().to_owned());
            if let Some(first) = first.filter(|_| !layer.foreign) {
                self.problems.push(taken(&draft, &first).into());
            }
            self.draft(draft, layer);
        }
        for change in std::mem::take(&mut layer.overrides) {
            self.change(change, layer.trusted);
        }
        let lists = drafts.allowlists.into_iter();
        self.allowlists
            .extend(lists.map(|list| (list, layer.trusted)));
    }

    /// Keeps of the rules so far those that the layer wants.
    fn select(&mut self, layer: &Layer) {
        // gitleaks begins with nothing, we begin with everything.
        let keeps = layer.use_default.as_ref().map(|keep| keep.value);
        let inherits = layer.extends.is_some();
        if !keeps.unwrap_or(!layer.foreign || inherits) {
            self.rules.clear();
            let from = layer.use_default.as_ref().map(|keep| keep.from.clone());
            let from = from.unwrap_or_else(|| From::File(layer.name.clone()));
            self.changed(from, "the built-in rules are left out".to_owned());
        }
        if let Some(enabled) = &layer.enabled {
            self.know(enabled);
            self.drop_unless(|rule| enabled.iter().any(|id| id.value == rule.id));
            for Set { value: id, from } in enabled {
                self.changed(from.clone(), format!("rule `{id}` stays"));
            }
        }
        self.know(&layer.disabled);
        let disabled = &layer.disabled;
        for Set { value: id, from } in disabled {
            if self.position(id).is_some() {
                self.changed(from.clone(), format!("rule `{id}` is disabled"));
            }
        }
        self.drop_unless(|rule| disabled.iter().all(|id| id.value != rule.id));
    }

    /// Warns of ids that no rule has.
    fn know(&mut self, ids: &[Set<String>]) {
        for Set { value: id, from } in ids {
            if self.position(id).is_none() {
                let problem = unknown(id, &self.rules);
                self.warnings.push(format!("{from}: {problem}"));
            }
        }
    }

    /// Takes rules away. One that others need near stays for them, but is not reported by itself.
    fn drop_unless(&mut self, stays: impl Fn(&Rule) -> bool) {
        let kept = self.rules.iter().filter(|rule| stays(rule));
        let needed: Vec<String> = kept
            .flat_map(|rule| rule.required.iter().map(|required| required.id.clone()))
            .collect();
        self.rules
            .retain(|rule| stays(rule) || needed.contains(&rule.id));
        for rule in self.rules.iter_mut().filter(|rule| !stays(rule)) {
            rule.helper = true;
        }
    }

    fn refuse_selection(&mut self, layer: &Layer) {
        if let Some(keep) = layer.use_default.as_ref().filter(|keep| !keep.value) {
            self.refuse(keep.from.clone(), "leave the built-in rules out".to_owned());
        }
        if let Some(first) = layer.enabled.iter().flatten().next() {
            let from = first.from.clone();
            self.refuse(from, "choose among the built-in rules".to_owned());
        }
        for Set { value: id, from } in &layer.disabled {
            self.refuse(from.clone(), format!("disable the rule `{id}`"));
        }
    }

    fn draft(&mut self, mut draft: Draft, layer: &Layer) {
        let (id, from) = (
            draft.id().to_owned(),
            From::File(draft.location().to_owned()),
        );
        let result = match self.position(&id) {
            None => {
                self.changed(from, format!("rule `{id}` is added"));
                if !layer.trusted {
                    self.of_tree.insert(id);
                }
                let rule = draft.rule().and_then(|rule| self.prepared(rule, layer));
                rule.map(|rule| self.rules.push(rule))
            }
            Some(at) if layer.trusted || self.of_tree.contains(&id) => {
                self.changed(from, format!("rule `{id}` is changed"));
                let mut rule = self.rules[at].clone();
                let amended = draft.amend(&mut rule);
                let rule = amended.and_then(|()| self.prepared(rule, layer));
                rule.map(|rule| self.rules[at] = rule)
            }
            Some(at) => {
                if draft.changes_more_than_allowlists() {
                    self.refuse(from, format!("change the rule `{id}`"));
                }
                let lists = draft.allowlists();
                lists.map(|lists| self.rules[at].allowlists.extend(lists))
            }
        };
        match result {
            // That somebody else's tool can run a rule is no reason to refuse the tree.
            Err(problem) if layer.foreign && !layer.trusted => {
                self.warnings.push(format!("left out: {problem}"));
            }
            Err(problem) => self.problems.push(problem.into()),
            Ok(()) => {}
        }
    }

    /// A rule that can be searched for. Where one written for another scanner cannot, it is changed
    /// until it can, and that is told.
    fn prepared(&mut self, mut rule: Rule, layer: &Layer) -> Result<Rule, RuleError> {
        if let Some(pattern) = rule.regex.as_deref().filter(|_| layer.foreign)
            && let Ok(loosened) = loosened(pattern, &rule.keywords)
        {
            let (location, id) = (&rule.location, &rule.id);
            let told = |change| format!("{location}: rule `{id}`: {change}");
            self.warnings.extend(loosened.changes.into_iter().map(told));
            rule.regex = Some(loosened.pattern);
            rule.everywhere = loosened.everywhere;
        }
        ruleset::searchable(&rule)?;
        Ok(rule)
    }

    fn change(&mut self, change: Override, trusted: bool) {
        let Set { value: id, from } = change.id;
        let Some(at) = self.position(&id) else {
            let problem = unknown(&id, &self.rules);
            let location = from.to_string();
            self.problems
                .push(told(RuleError::Syntax { location, problem }));
            return;
        };
        let rule = &mut self.rules[at];
        let lowers = change
            .severity
            .is_some_and(|severity| severity < rule.severity)
            || change
                .confidence
                .is_some_and(|confidence| confidence < rule.confidence);
        let may_weaken = trusted || self.of_tree.contains(&id);
        if !may_weaken && (lowers || change.enabled == Some(false)) {
            self.refuse(from, format!("weaken the rule `{id}`"));
            return;
        }
        rule.severity = change.severity.unwrap_or(rule.severity);
        rule.confidence = change.confidence.unwrap_or(rule.confidence);
        self.changed(from, format!("rule `{id}` is changed"));
        if change.enabled == Some(false) {
            self.drop_unless(|rule| rule.id != id);
        }
    }

    /// Notes the settings that a layer of the tree may not make.
    pub(super) fn refuse_settings(&mut self, keys: Vec<Set<&'static str>>) {
        for Set { value: key, from } in keys {
            self.refuse(from, format!("set `{key}`"));
        }
    }

    fn changed(&mut self, from: From, value: String) {
        self.changes.push(Set { value, from });
    }

    fn refuse(&mut self, from: From, value: String) {
        self.refused.push(Set { value, from });
    }

    /// Hands the allowlists to the rules that they are for, and checks what rules say of each other,
    /// when all rules are there.
    pub(super) fn finish(&mut self) {
        for (shared, trusted) in std::mem::take(&mut self.allowlists) {
            self.share(&shared, trusted);
        }
        for rule in &self.rules {
            for required in &rule.required {
                if self.position(&required.id).is_none() {
                    let problem = format!(
                        "`required` names `{}`, and there is no such rule",
                        required.id
                    );
                    self.problems.push(ConfigError::Rule(RuleError::Rule {
                        location: rule.location.clone(),
                        id: rule.id.clone(),
                        problem,
                    }));
                }
            }
        }
    }

    fn share(&mut self, shared: &Shared, trusted: bool) {
        for id in &shared.targets {
            if self.position(id).is_none() {
                let problem = unknown(id, &self.rules);
                match trusted {
                    // Whoever disables a rule need not hunt for what allowed its matches.
                    true => self
                        .warnings
                        .push(format!("{}: {problem}", shared.location)),
                    false => self.refuse(
                        From::File(shared.location.clone()),
                        format!("allow matches of the rule `{id}`, which does not exist"),
                    ),
                }
            }
        }
        let from = From::File(shared.location.clone());
        let whom = match shared.targets.is_empty() {
            true => "all rules".to_owned(),
            false => shared.targets.join(", "),
        };
        self.changed(from, format!("an allowlist for {whom}"));
        let wanted =
            |rule: &&mut Rule| shared.targets.is_empty() || shared.targets.contains(&rule.id);
        for rule in self.rules.iter_mut().filter(wanted) {
            rule.allowlists.push(shared.list.clone());
        }
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == id)
    }
}

/// What is wrong with a second rule of the same id in one file: the one would change the other.
fn taken(draft: &Draft, first: &str) -> RuleError {
    RuleError::Rule {
        location: draft.location().to_owned(),
        id: draft.id().to_owned(),
        problem: format!("the id is taken by {first}; choose another, or make one block of both"),
    }
}

fn unknown(id: &str, rules: &[Rule]) -> String {
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    match keys::nearest(id, &ids) {
        Some(name) => format!("there is no rule `{id}`; `{name}` is the nearest"),
        None => format!("there is no rule `{id}`; `residue rules list` names them all"),
    }
}
