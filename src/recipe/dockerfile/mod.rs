//! Dockerfiles and Containerfiles as lists of instructions, each with its line. The grammar is that of
//! `parse-dockerfile`; what that leaves as one text, the variables of `ENV`, `ARG` and `LABEL`, is taken
//! apart here.
//!
//! Spans are bytes of the text that was parsed.

mod read;
mod words;

use std::ops::Range;
use std::sync::Arc;
use thiserror::Error;

/// A parsed Dockerfile. There is at least one stage in it.
#[derive(Debug, Clone)]
pub struct Dockerfile {
    /// What reports call it.
    pub name: Arc<str>,
    /// All instructions, in the order of the file.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// From its keyword to the end of its arguments.
    pub span: Range<usize>,
    /// Its keyword.
    pub keyword: Range<usize>,
    /// The line of its keyword, from 1.
    pub line: u64,
    /// What it says.
    pub what: What,
}

/// What an instruction says, as far as that matters for secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Begins a stage.
    From {
        /// An image, or the name of an earlier stage.
        base: String,
        /// What the stage is called.
        name: Option<String>,
    },
    /// Runs a command: on one line, continuations and comments removed.
    Run {
        /// The command; of the exec form, its words with blanks between them.
        command: String,
        /// Whether a shell reads it, so that it can use variables.
        in_shell: bool,
        /// Whether here-documents follow.
        has_documents: bool,
    },
    /// Sets variables for what follows and for containers.
    Env(Vec<Variable>),
    /// Declares build arguments, perhaps with defaults.
    Arg(Vec<Variable>),
    /// Sets labels.
    Label(Vec<Variable>),
    /// Brings files: `COPY`, or `ADD`.
    Copy {
        /// The keyword, in capitals.
        keyword: &'static str,
        /// What is copied; a here-document is `<<`.
        sources: Vec<String>,
        /// Where to.
        destination: String,
        /// Whether they come from the build context as they are: from no other stage or image, and with
        /// none left out.
        is_from_context: bool,
    },
    /// Says what containers are started or checked with: `CMD`, `ENTRYPOINT` or `HEALTHCHECK`.
    Start {
        /// The keyword, in capitals.
        keyword: &'static str,
        /// The command on one line, as that of `RUN`; `NONE` of a check that there is not to be.
        command: String,
        /// Whether a shell reads it.
        in_shell: bool,
    },
    /// Anything else, by its keyword in capitals.
    Other(&'static str),
}

/// A name with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value, quotes and continuations removed; `None` of an `ARG` without a default.
    pub value: Option<String>,
    /// Name and value in the text.
    pub span: Range<usize>,
    /// The line it begins on, from 1.
    pub line: u64,
}

/// Why a text is no Dockerfile. The text is not quoted, because it may hold secrets.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("`{name}` is no Dockerfile: line {line} is none of an instruction")]
pub struct NoDockerfile {
    /// What the text is called.
    pub name: String,
    /// The line that cannot be understood, from 1.
    pub line: usize,
}

impl Dockerfile {
    /// Reads a Dockerfile.
    ///
    /// # Errors
    /// [`NoDockerfile`] if any of its lines breaks the grammar.
    pub fn parse(name: &str, text: &str) -> Result<Self, NoDockerfile> {
        let instructions = read::instructions(text).map_err(|line| NoDockerfile {
            name: name.to_owned(),
            line,
        })?;
        Ok(Self {
            name: name.into(),
            instructions,
        })
    }

    /// Where the stages begin: indexes of the `FROM` instructions.
    pub fn stages(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let is_from = |&(_, one): &(_, &Instruction)| matches!(one.what, What::From { .. });
        let instructions = self.instructions.iter().enumerate();
        instructions.filter(is_from).map(|(index, _)| index)
    }

    /// What an image of the stage that begins at this `FROM` is made by: the instructions of the stages
    /// that it is built on, then its own.
    pub fn chain(&self, from: usize) -> Vec<usize> {
        let own = self.instructions[from + 1..].iter();
        let own = own.take_while(|one| !matches!(one.what, What::From { .. }));
        let own = from + 1..from + 1 + own.count();
        let before = match &self.instructions[from].what {
            What::From { base, .. } => self.stage_named(base, from),
            _ => None,
        };
        let mut chain = before.map_or_else(Vec::new, |stage| self.chain(stage));
        chain.extend(own);
        chain
    }

    /// The last stage of this name before another.
    fn stage_named(&self, wanted: &str, before: usize) -> Option<usize> {
        let is_meant = |&index: &usize| match &self.instructions[index].what {
            What::From { name, .. } => name
                .as_ref()
                .is_some_and(|name| name.eq_ignore_ascii_case(wanted)),
            _ => false,
        };
        self.stages().rev().filter(|&at| at < before).find(is_meant)
    }
}

impl Instruction {
    /// The variables that it sets or declares; none of other instructions.
    pub fn variables(&self) -> &[Variable] {
        match &self.what {
            What::Env(variables) | What::Arg(variables) | What::Label(variables) => variables,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests;
