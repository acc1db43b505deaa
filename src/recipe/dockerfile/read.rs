//! From the parser's instructions to ours, which own their texts and know their lines.

use super::words::{Word, on_one_line, words};
use super::{Instruction, Variable, What};
use parse_dockerfile::{
    Command, Flag, HealthcheckArguments, HealthcheckInstruction, Instruction as Parsed,
    JsonOrStringArray, Keyword, Source, Spanned, UnescapedString,
};
use std::ops::Range;

/// The instructions of a text, or the line where it stops being a Dockerfile.
pub(super) fn instructions(text: &str) -> Result<Vec<Instruction>, usize> {
    let file = parse_dockerfile::parse(text).map_err(|error| error.line())?;
    let escape = file.parser_directives.escape.as_ref();
    let reader = Reader {
        text,
        lines: line_starts(text),
        escape: escape.map_or('\\', |escape| escape.value.value),
    };
    let instructions = file.instructions.iter();
    Ok(instructions.map(|one| reader.instruction(one)).collect())
}

/// Offsets at which lines begin.
fn line_starts(text: &str) -> Vec<usize> {
    let after = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after).collect()
}

struct Reader<'t> {
    text: &'t str,
    lines: Vec<usize>,
    escape: char,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> u64 {
        self.lines.partition_point(|&start| start <= at) as u64
    }

    fn instruction(&self, parsed: &Parsed<'_>) -> Instruction {
        let (keyword, end, what) = match parsed {
            Parsed::From(one) => {
                let name = one.as_.as_ref().map(|(_, name)| name);
                let what = What::From {
                    base: one.image.value.to_string(),
                    name: name.map(|name| name.value.to_string()),
                };
                (
                    one.from.span.clone(),
                    name.unwrap_or(&one.image).span.end,
                    what,
                )
            }
            Parsed::Run(one) => {
                let documents = one.here_docs.iter().map(|document| document.span.end);
                let (span, command, in_shell) = self.command(&one.arguments);
                let what = What::Run {
                    command,
                    in_shell,
                    has_documents: !one.here_docs.is_empty(),
                };
                (
                    one.run.span.clone(),
                    documents.fold(span.end, usize::max),
                    what,
                )
            }
            Parsed::Env(one) => {
                let span = &one.arguments.span;
                (
                    one.env.span.clone(),
                    span.end,
                    What::Env(self.variables(span, true)),
                )
            }
            Parsed::Arg(one) => {
                let span = &one.arguments.span;
                (
                    one.arg.span.clone(),
                    span.end,
                    What::Arg(self.variables(span, false)),
                )
            }
            Parsed::Label(one) => {
                let span = &one.arguments.span;
                let what = What::Label(self.variables(span, true));
                (one.label.span.clone(), span.end, what)
            }
            Parsed::Copy(one) => (
                one.copy.span.clone(),
                self.end_of_copy(&one.src, &one.dest),
                copy("COPY", &one.options, (&one.src, &one.dest)),
            ),
            Parsed::Add(one) => (
                one.add.span.clone(),
                self.end_of_copy(&one.src, &one.dest),
                copy("ADD", &one.options, (&one.src, &one.dest)),
            ),
            Parsed::Cmd(one) => self.start(&one.cmd, "CMD", &one.arguments),
            Parsed::Entrypoint(one) => self.start(&one.entrypoint, "ENTRYPOINT", &one.arguments),
            Parsed::Healthcheck(one) => self.check(one),
            other => self.other(other),
        };
        // The parser may end in the middle of a character.
        let end = self.text.floor_char_boundary(end);
        Instruction {
            span: keyword.start..end.max(keyword.end),
            line: self.line(keyword.start),
            keyword,
            what,
        }
    }

    /// What has no part in secrets, or is read by others as one text.
    fn other(&self, parsed: &Parsed<'_>) -> (Range<usize>, usize, What) {
        let last = |words: &[UnescapedString<'_>]| words.last().map_or(0, |word| word.span.end);
        let (keyword, end, name) = match parsed {
            Parsed::Expose(one) => (one.expose.span.clone(), last(&one.arguments), "EXPOSE"),
            Parsed::Maintainer(one) => {
                (one.maintainer.span.clone(), one.name.span.end, "MAINTAINER")
            }
            Parsed::Onbuild(one) => (
                one.onbuild.span.clone(),
                self.instruction(&one.instruction).span.end,
                "ONBUILD",
            ),
            Parsed::Shell(one) => (one.shell.span.clone(), last(&one.arguments), "SHELL"),
            Parsed::Stopsignal(one) => (
                one.stopsignal.span.clone(),
                one.arguments.span.end,
                "STOPSIGNAL",
            ),
            Parsed::User(one) => (one.user.span.clone(), one.arguments.span.end, "USER"),
            Parsed::Volume(one) => {
                let end = match &one.arguments {
                    JsonOrStringArray::Json(array) => array.span.end,
                    JsonOrStringArray::String(words) => last(words),
                };
                (one.volume.span.clone(), end, "VOLUME")
            }
            Parsed::Workdir(one) => (one.workdir.span.clone(), one.arguments.span.end, "WORKDIR"),
            _ => (0..0, 0, ""),
        };
        (keyword, end, What::Other(name))
    }

    /// What a container is started or checked with.
    fn start(
        &self,
        at: &Keyword,
        keyword: &'static str,
        command: &Command<'_>,
    ) -> (Range<usize>, usize, What) {
        let (span, command, in_shell) = self.command(command);
        let what = What::Start {
            keyword,
            command,
            in_shell,
        };
        (at.span.clone(), span.end, what)
    }

    fn check(&self, one: &HealthcheckInstruction<'_>) -> (Range<usize>, usize, What) {
        const KEYWORD: &str = "HEALTHCHECK";
        let at = &one.healthcheck;
        let none = match &one.arguments {
            HealthcheckArguments::Cmd { arguments, .. } => {
                return self.start(at, KEYWORD, arguments);
            }
            HealthcheckArguments::None { none, .. } => none.span.end,
            _ => 0,
        };
        let what = What::Start {
            keyword: KEYWORD,
            command: "NONE".to_owned(),
            in_shell: false,
        };
        (at.span.clone(), none, what)
    }

    /// Where a command stands, what it is on one line, and whether a shell reads it.
    fn command(&self, command: &Command<'_>) -> (Range<usize>, String, bool) {
        match command {
            Command::Exec(Spanned { span, value }) => {
                let words: Vec<&str> = value.iter().map(|word| &*word.value).collect();
                (span.clone(), words.join(" "), false)
            }
            Command::Shell(Spanned { span, value }) => {
                (span.clone(), on_one_line(value, self.escape), true)
            }
            _ => (0..0, String::new(), false),
        }
    }

    fn end_of_copy(&self, sources: &[Source<'_>], destination: &UnescapedString<'_>) -> usize {
        let documents = sources.iter().map(|source| match source {
            Source::HereDoc(document) => document.span.end,
            _ => 0,
        });
        documents.fold(destination.span.end, usize::max)
    }

    /// The variables of `ENV`, `ARG` or `LABEL`. An old form sets one to all that follows.
    fn variables(&self, span: &Range<usize>, has_old_form: bool) -> Vec<Variable> {
        let words = words(self.text, span.clone(), self.escape);
        if let [name, rest @ ..] = &*words
            && has_old_form
            && !name.text.contains('=')
        {
            let value: Vec<&str> = rest.iter().map(|word| &*word.text).collect();
            return vec![Variable {
                name: name.text.clone(),
                value: Some(value.join(" ")),
                span: name.span.start..rest.last().unwrap_or(name).span.end,
                line: self.line(name.span.start),
            }];
        }
        let variables = words.into_iter().map(|Word { span, text }| {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (text, None),
            };
            Variable {
                name,
                value,
                line: self.line(span.start),
                span,
            }
        });
        variables.collect()
    }
}

fn copy(
    keyword: &'static str,
    flags: &[Flag<'_>],
    (sources, to): (&[Source<'_>], &UnescapedString<'_>),
) -> What {
    let source = |source: &Source<'_>| match source {
        Source::Path(path) => path.value.to_string(),
        _ => "<<".to_owned(),
    };
    let is_flag = |flag: &Flag<'_>| ["from", "exclude"].contains(&&*flag.name.value);
    What::Copy {
        keyword,
        sources: sources.iter().map(source).collect(),
        destination: to.value.to_string(),
        is_from_context: !flags.iter().any(is_flag),
    }
}
