//! Laying a history beside the instructions of a stage: the longest common subsequence, found from the
//! end, because what is before the file's own steps comes from a base image and is unknown to it.

use super::same;
use crate::recipe::dockerfile::{Dockerfile, What};

/// Most pairs of a step and an instruction that are compared. Real ones are some ten thousand.
const MOST: usize = 1 << 20;

/// How a history fits the instructions of a stage.
#[derive(Debug)]
pub(super) struct Fit {
    /// How much of the stage is in the history, weighed against what is not.
    pub(super) score: i64,
    /// Of each step its instruction, by the index in the file.
    pub(super) steps: Vec<Option<usize>>,
}

/// Lays `recorded` steps beside the instructions in `chain`. `None` if the greater part of these is
/// not found: then the image was built by something else.
pub(super) fn fit(file: &Dockerfile, chain: &[usize], recorded: &[String]) -> Option<Fit> {
    if chain.len().saturating_mul(recorded.len()) > MOST {
        return None;
    }
    let weights = chain
        .iter()
        .map(|&index| weight(&file.instructions[index].what));
    let all: u32 = weights.sum();
    let table = Table::of(file, chain, recorded);
    let found = table.best(0, 0);
    (found > 0 && found * 2 >= all).then(|| Fit {
        score: i64::from(found) * 2 - i64::from(all),
        steps: table.steps(chain),
    })
}

/// What a match of an instruction is worth: one that is known by its words says more than one that is
/// known by its keyword, as any base image has it.
const fn weight(what: &What) -> u32 {
    match what {
        What::Other(_) => 1,
        _ => 3,
    }
}

/// The best weight of what is left, for each step and instruction; the first step and instruction are
/// the last of the build.
struct Table {
    /// What matching each pair is worth, and what can be had from there on.
    cells: Vec<(u32, u32)>,
    steps: usize,
    width: usize,
}

impl Table {
    fn of(file: &Dockerfile, chain: &[usize], recorded: &[String]) -> Self {
        let (steps, width) = (recorded.len(), chain.len());
        let mut table = Self {
            cells: vec![(0, 0); (steps + 1) * (width + 1)],
            steps,
            width,
        };
        for step in (0..steps).rev() {
            for place in (0..width).rev() {
                let instruction = &file.instructions[chain[width - 1 - place]];
                let is_same = same::is_same(&recorded[steps - 1 - step], instruction);
                let worth = if is_same {
                    weight(&instruction.what)
                } else {
                    0
                };
                let paired = worth + table.best(step + 1, place + 1);
                let apart = table.best(step + 1, place).max(table.best(step, place + 1));
                let at = table.at(step, place);
                table.cells[at] = (worth, paired.max(apart));
            }
        }
        table
    }

    const fn at(&self, step: usize, place: usize) -> usize {
        step * (self.width + 1) + place
    }

    fn best(&self, step: usize, place: usize) -> u32 {
        self.cells[self.at(step, place)].1
    }

    /// The instruction of each step, in the order of the build.
    fn steps(&self, chain: &[usize]) -> Vec<Option<usize>> {
        let mut steps = vec![None; self.steps];
        let (mut step, mut place) = (0, 0);
        while step < self.steps && place < self.width {
            let worth = self.cells[self.at(step, place)].0;
            let best = self.best(step, place);
            if worth > 0 && best == worth + self.best(step + 1, place + 1) {
                steps[self.steps - 1 - step] = Some(chain[self.width - 1 - place]);
                (step, place) = (step + 1, place + 1);
            } else if best == self.best(step + 1, place) {
                step += 1;
            } else {
                place += 1;
            }
        }
        steps
    }
}
