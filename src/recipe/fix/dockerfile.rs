//! Dockerfiles: what a build was told in `ENV` and `ARG` comes as a secret mount to the commands that use
//! it. Where nobody can tell who uses it, a comment says how; a command whose secret no variable can
//! replace becomes such a comment.

use super::edits::Edits;
use super::{Spelled, comment, is_variable, lines, newline};
use crate::recipe::dockerfile::{Dockerfile, Instruction, Variable, What};
use crate::recipe::secret_id;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The changes that take secrets out.
pub(super) fn edits(file: &Dockerfile, text: &str, secrets: &[Spelled]) -> Edits {
    let mut fix = Fix {
        file,
        text,
        gone: BTreeMap::new(),
        taken_out: BTreeSet::new(),
        mounts: BTreeMap::new(),
        edits: Edits::default(),
    };
    secrets.iter().for_each(|secret| fix.secret(secret));
    fix.follow();
    fix.finish()
}

/// A variable of an instruction, by both numbers.
type Which = (usize, usize);

struct Fix<'a> {
    file: &'a Dockerfile,
    text: &'a str,
    /// The variables that are set no more, each with the id of the secret that takes its place.
    gone: BTreeMap<Which, String>,
    /// The instructions of which but a comment is left.
    taken_out: BTreeSet<usize>,
    /// The mounts that commands need: id and variable.
    mounts: BTreeMap<usize, BTreeSet<(String, String)>>,
    edits: Edits,
}

impl Fix<'_> {
    /// Decides what becomes of the place where a secret stands.
    fn secret(&mut self, secret: &Spelled) {
        let at = secret.at.start;
        let mut instructions = 0..self.file.instructions.len();
        let Some(index) = instructions.find(|&index| self.lines(index).contains(&at)) else {
            if let Some(lines) = comment(self.text, secret) {
                self.edits.remove(lines);
            }
            return;
        };
        let instruction = &self.file.instructions[index];
        let mut variables = instruction.variables().iter();
        let variable = variables.position(|variable| variable.span.contains(&at));
        match (&instruction.what, variable) {
            (What::From { .. }, _) => {}
            (_, Some(number)) => {
                let name = &instruction.variables()[number].name;
                self.gone.insert((index, number), secret_id(name));
            }
            (What::Run { .. }, None) if self.is_replaceable(instruction, secret) => {
                let name = self.name(secret);
                self.edits
                    .replace(secret.at.clone(), format!("${{{name}}}"));
                let mounts = self.mounts.entry(index).or_default();
                mounts.insert((secret_id(&name), name));
            }
            _ => {
                self.taken_out.insert(index);
            }
        }
    }

    /// The lines of an instruction: up to the next one, without the comments and empty lines between.
    fn lines(&self, index: usize) -> Range<usize> {
        let instructions = &self.file.instructions;
        let start = lines(self.text, &instructions[index].keyword).start;
        let next = instructions.get(index + 1);
        let mut end = next.map_or(self.text.len(), |next| {
            lines(self.text, &next.keyword).start
        });
        while let Some(last) = self.text[start..end].split_inclusive('\n').next_back() {
            let said = last.trim();
            if !(said.is_empty() || said.starts_with('#')) {
                break;
            }
            end -= last.len();
        }
        start..end.max(start)
    }

    /// Whether a variable can stand in a secret's place: a shell has to see it there.
    fn is_replaceable(&self, instruction: &Instruction, secret: &Spelled) -> bool {
        let What::Run {
            in_shell: true,
            has_documents: false,
            ..
        } = instruction.what
        else {
            return false;
        };
        let Some(before) = self.text.get(instruction.keyword.end..secret.at.start) else {
            return false;
        };
        let mut quote = None;
        let mut signs = before.chars();
        while let Some(sign) = signs.next() {
            match (sign, quote) {
                ('\\', None | Some('"')) if signs.next().is_none() => return false,
                ('\'' | '"', None) => quote = Some(sign),
                (_, Some(open)) if open == sign => quote = None,
                _ => {}
            }
        }
        quote != Some('\'') && !self.text[secret.at.clone()].contains('\n')
    }

    /// What the variable for a secret in a command is called: as the one that is assigned there.
    fn name(&self, secret: &Spelled) -> String {
        let before = self.text[..secret.at.start].trim_end_matches(['"', '\'']);
        let assigned = before.strip_suffix('=').and_then(|before| {
            let is_sign = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
            let name = &before[before.trim_end_matches(is_sign).len()..];
            let before = &before[..before.len() - name.len()];
            (is_variable(name) && before.ends_with([' ', '\t'])).then(|| name.to_owned())
        });
        assigned.unwrap_or_else(|| secret.name.clone())
    }

    /// Lets go of what only hands on a variable that is gone: other variables that are set to it, and the
    /// declarations of build arguments.
    fn follow(&mut self) {
        let mut open: Vec<(Which, String)> = self.gone.clone().into_iter().collect();
        while let Some(((index, number), id)) = open.pop() {
            let name = &self.file.instructions[index].variables()[number].name;
            if matches!(self.file.instructions[index].what, What::Label(_)) {
                continue;
            }
            for heir in self.heirs(index, name) {
                if let Entry::Vacant(vacant) = self.gone.entry(heir) {
                    vacant.insert(id.clone());
                    open.push((heir, id.clone()));
                }
            }
        }
    }

    /// The variables that have their value from one that is set at `index`.
    fn heirs(&self, index: usize, name: &str) -> Vec<Which> {
        let references = [format!("${name}"), format!("${{{name}}}")];
        let is_heir = |what: &What, variable: &Variable| match (what, &variable.value) {
            (What::Arg(_), None) => variable.name == name,
            (What::Env(_) | What::Arg(_), Some(value)) => references.contains(value),
            _ => false,
        };
        let scope = self.scope(index, name).into_iter();
        let heirs = scope.flat_map(|index| {
            let one = &self.file.instructions[index];
            let variables = one.variables().iter().enumerate();
            let heirs = variables.filter(|(_, variable)| is_heir(&one.what, variable));
            heirs
                .map(move |(number, _)| (index, number))
                .collect::<Vec<_>>()
        });
        heirs.collect()
    }

    /// The instructions behind one that sets a variable, as far as its value reaches: in its stage and those
    /// built on it, until it is set again. A build argument from before the first stage begins to hold
    /// where it is declared.
    fn scope(&self, index: usize, name: &str) -> BTreeSet<usize> {
        let is_global = self.file.stages().next().is_none_or(|first| index < first);
        let declares = |what: &What, variable: &Variable| {
            matches!(what, What::Arg(_)) && variable.value.is_none() && variable.name == name
        };
        let sets_again = |one: &Instruction| {
            let mut variables = one.variables().iter();
            let is_setting = matches!(one.what, What::Env(_) | What::Arg(_));
            is_setting
                && variables.any(|other| {
                    let value = other.value.as_deref();
                    other.name == name && value.is_some_and(|value| !mentions(value, name))
                })
        };
        let mut scope = BTreeSet::new();
        for stage in self.file.stages() {
            let chain = self.file.chain(stage);
            let begins = |&at: &usize| {
                let one = &self.file.instructions[at];
                let mut variables = one.variables().iter();
                is_global && variables.any(|variable| declares(&one.what, variable))
            };
            let start = match is_global {
                true => chain.iter().position(begins),
                false => chain.iter().position(|&at| at == index).map(|at| at + 1),
            };
            let rest = chain[start.unwrap_or(chain.len())..].iter().copied();
            scope.extend(rest.take_while(|&at| !sets_again(&self.file.instructions[at])));
        }
        scope
    }

    /// Gives a variable that is gone to the commands that use it. `false` if others use it as well, or
    /// nobody that could be seen.
    fn hand_over(&mut self, (index, number): Which, id: &str) -> bool {
        let name = &self.file.instructions[index].variables()[number].name;
        let scope = self.scope(index, name).into_iter();
        let users: Vec<usize> = scope
            .filter(|&user| mentions(&self.text[self.lines(user)], name))
            .collect();
        let is_command = |user: &&usize| {
            matches!(self.file.instructions[**user].what, What::Run { .. }) && is_variable(name)
        };
        let is_gone = |user: &usize| {
            let variables = self.file.instructions[*user].variables();
            (0..variables.len()).any(|number| self.gone.contains_key(&(*user, number)))
        };
        let commands: Vec<usize> = users.iter().filter(is_command).copied().collect();
        let others = users
            .iter()
            .filter(|user| !is_command(user) && !is_gone(user));
        let is_settled = others.count() == 0 && !users.is_empty();
        for command in commands {
            let mounts = self.mounts.entry(command).or_default();
            mounts.insert((id.to_owned(), name.clone()));
        }
        is_settled
    }

    fn finish(mut self) -> Edits {
        let mut comments: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (which, id) in self.gone.clone() {
            let one = &self.file.instructions[which.0];
            let name = one.variables()[which.1].name.clone();
            let is_bare = one.variables()[which.1].value.is_none();
            let is_label = matches!(one.what, What::Label(_));
            if !(is_label || self.hand_over(which, &id) || is_bare) {
                comments.entry(which.0).or_default().push(format!(
                    "# {name} is a secret and not set here. A RUN that needs it takes it with \
                     --mount=type=secret,id={id},env={name}; a container is given it when it starts."
                ));
            }
        }
        for &index in &self.taken_out {
            let words = "# A secret was spelled here. Put this back with the secret as a variable, in a RUN that has \
                         --mount=type=secret,id=token,env=TOKEN.";
            let new = words.to_owned() + newline(self.text);
            self.edits.replace(self.lines(index), new);
        }
        let gone: BTreeSet<usize> = self.gone.keys().map(|which| which.0).collect();
        let still_there: Vec<usize> = gone.difference(&self.taken_out).copied().collect();
        for index in still_there {
            self.unset(index, comments.remove(&index).unwrap_or_default());
        }
        for (index, mounts) in std::mem::take(&mut self.mounts) {
            let mounts = mounts
                .iter()
                .map(|(id, name)| format!(" --mount=type=secret,id={id},env={name}"));
            let keyword = &self.file.instructions[index].keyword;
            self.edits.insert(keyword.end, mounts.collect());
        }
        self.edits
    }

    /// Takes the variables that are gone out of their instruction, with comments in front.
    fn unset(&mut self, index: usize, comments: Vec<String>) {
        let variables = self.file.instructions[index].variables();
        let is_gone = |number: usize| self.gone.contains_key(&(index, number));
        let lines = self.lines(index);
        let line = |words: String| words + newline(self.text);
        let comments: String = comments.into_iter().map(line).collect();
        if (0..variables.len()).all(is_gone) {
            return self.edits.replace(lines, comments);
        }
        if !comments.is_empty() {
            self.edits.insert(lines.start, comments);
        }
        let first_kept = (0..variables.len())
            .find(|&number| !is_gone(number))
            .unwrap_or(0);
        for number in (0..variables.len()).filter(|&number| is_gone(number)) {
            let span = &variables[number].span;
            let with_blanks = match number < first_kept {
                true => span.start..variables[number + 1].span.start,
                false => variables[number - 1].span.end..span.end,
            };
            self.edits.remove(with_blanks);
        }
    }
}

/// Whether a text uses a variable: `$NAME`, `${NAME}`, `${NAME:-x}`.
fn mentions(text: &str, name: &str) -> bool {
    let mut uses = text.match_indices('$').map(|(at, _)| &text[at + 1..]);
    uses.any(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest).strip_prefix(name);
        let goes_on = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        rest.is_some_and(|rest| !rest.starts_with(goes_on))
    })
}
