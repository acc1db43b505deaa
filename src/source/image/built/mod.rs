//! Which line of a Dockerfile made what in an image. The history tells the instructions that a build went
//! through, in the words of the builder; here they are laid beside those of the file, and a layer, a
//! variable or a label is told by the line that it comes from.
//!
//! A history that does not fit a file is attributed to nothing: no line is better than a wrong one.

mod align;
mod provenance;
mod same;

pub(super) use provenance::dockerfiles;

use super::history::{self, Step};
use crate::model::BuildLine;
use crate::recipe::dockerfile::{Dockerfile, Instruction, Variable, What};
use std::sync::Arc;

/// An image laid beside the Dockerfile it was built by.
#[derive(Debug)]
pub(super) struct Built {
    /// The file.
    pub(super) by: Arc<Dockerfile>,
    /// Of each step of the history the instruction, by its index.
    steps: Vec<Option<usize>>,
    /// Of each layer the step that brought its files; `None` if several may have.
    layers: Vec<Option<usize>>,
    /// The steps that have the last word on what containers are started and checked with, by [`STARTS`].
    starts: [Option<usize>; 3],
}

/// What says so, by its keyword and by its key in a config.
const STARTS: [(&str, &str); 3] = [
    ("CMD", "Cmd"),
    ("ENTRYPOINT", "Entrypoint"),
    ("HEALTHCHECK", "Healthcheck"),
];

impl Built {
    /// The one of some files that fits best, if any fits at all; of equals the first.
    pub(super) fn best(
        files: &[Arc<Dockerfile>],
        steps: &[Step],
        layers: usize,
    ) -> Option<Arc<Self>> {
        let recorded: Vec<String> = steps.iter().map(Step::bare).collect();
        let fits = files.iter().flat_map(|file| {
            let stages = file.stages().rev();
            let fits = stages.filter_map(|stage| align::fit(file, &file.chain(stage), &recorded));
            fits.map(move |fit| (file, fit))
        });
        // Of equals `max_by_key` takes the last.
        let fits: Vec<_> = fits.collect();
        let (file, fit) = fits.into_iter().rev().max_by_key(|(_, fit)| fit.score)?;
        Some(Arc::new(Self {
            by: Arc::clone(file),
            steps: fit.steps,
            layers: bringers(
                &history::filled(steps, layers).unwrap_or_default(),
                steps,
                &recorded,
            ),
            starts: STARTS.map(|(keyword, _)| {
                let mut words = recorded.iter().map(|step| step.split(' ').next());
                words.rposition(|word| word == Some(keyword))
            }),
        }))
    }

    /// The line that made the layer at this position.
    pub(super) fn of_layer(&self, position: usize) -> Option<BuildLine> {
        self.of_step((*self.layers.get(position)?)?)
    }

    /// The line that a value of the config comes from, by the value's pointer.
    pub(super) fn of_value(&self, pointer: &str) -> Option<BuildLine> {
        let pointer = pointer.strip_suffix(" (base64)").unwrap_or(pointer);
        if let Some(rest) = pointer.strip_prefix("history[") {
            let (step, rest) = rest.split_once(']')?;
            let step: usize = step.parse().ok()?;
            return match rest.split_once(' ') {
                Some((_, argument)) => self.of_argument(step, argument),
                None => self.of_step(step),
            };
        }
        let (_, key) = pointer.split_once('.')?;
        let (key, name) = key.split_once(['[', '.']).unwrap_or((key, ""));
        match key {
            "Env" => self.of_variable(name.split_once(' ')?.1, |what| matches!(what, What::Env(_))),
            "Labels" => self.of_variable(name, |what| matches!(what, What::Label(_))),
            key => {
                let index = STARTS.iter().position(|(_, name)| *name == key)?;
                self.of_step(self.starts[index]?)
            }
        }
    }

    fn of_step(&self, step: usize) -> Option<BuildLine> {
        let instruction = (*self.steps.get(step)?)?;
        Some(self.line(self.by.instructions[instruction].line))
    }

    /// Where a build argument that a step was run with is declared; the step itself if it is nowhere.
    fn of_argument(&self, step: usize, name: &str) -> Option<BuildLine> {
        let before = self.steps.get(..=step)?;
        let is_meant = |what: &What| matches!(what, What::Arg(_));
        let declared = self.find(before, name, is_meant);
        declared.map_or_else(|| self.of_step(step), |one| Some(self.line(one.line)))
    }

    fn of_variable(&self, name: &str, is_meant: fn(&What) -> bool) -> Option<BuildLine> {
        let variable = self.find(&self.steps, name, is_meant)?;
        Some(self.line(variable.line))
    }

    /// The last variable of this name that such an instruction sets in these steps.
    fn find<'a>(
        &'a self,
        steps: &'a [Option<usize>],
        name: &str,
        is_meant: impl Fn(&What) -> bool,
    ) -> Option<&'a Variable> {
        let instructions = self.matched(steps).filter(|one| is_meant(&one.what));
        let mut variables = instructions.flat_map(|one| one.variables().iter().rev());
        variables.find(|variable| variable.name == name)
    }

    /// The instructions of some steps, the last first.
    fn matched<'a>(
        &'a self,
        steps: &'a [Option<usize>],
    ) -> impl Iterator<Item = &'a Instruction> + 'a {
        let steps = steps.iter().rev().flatten();
        steps.map(|&index| &self.by.instructions[index])
    }

    fn line(&self, line: u64) -> BuildLine {
        BuildLine {
            file: Arc::clone(&self.by.name),
            line,
        }
    }
}

/// Which step brought the files of each layer, given the steps that the history has for layers. A builder
/// may make one layer of many steps and note it at the last, as buildah does by default; then it is told
/// only if one of them alone can bring files.
fn bringers(filled: &[usize], steps: &[Step], recorded: &[String]) -> Vec<Option<usize>> {
    let brings = |step: &usize| {
        let keyword = recorded[*step].split(' ').next().unwrap_or_default();
        ["RUN", "COPY", "ADD"].contains(&keyword)
    };
    let starts = std::iter::once(0).chain(filled.iter().map(|step| step + 1));
    let bringers = starts.zip(filled).map(|(start, &end)| {
        let start = if steps[end].is_layered { end } else { start };
        let mut steps = (start..=end).filter(brings);
        steps.next().filter(|_| steps.next().is_none())
    });
    bringers.collect()
}

#[cfg(test)]
mod tests;
