//! Whether a step of a history is an instruction of a Dockerfile. Builders write down what they did and
//! not what they read: variables are filled in, flags left out, and the classic builder tells what it
//! copied by a digest. What cannot be told is taken to fit; the order of all steps decides.

use crate::recipe::dockerfile::{Instruction, Variable, What};

/// Whether a step, on one line and without the builder's wrapping, can come from an instruction.
pub(super) fn is_same(step: &str, instruction: &Instruction) -> bool {
    let (keyword, rest) = step.split_once(' ').unwrap_or((step, ""));
    let is = |wanted: &str| keyword.eq_ignore_ascii_case(wanted);
    match &instruction.what {
        What::From { .. } => false,
        What::Run {
            has_documents: true,
            ..
        } => is("RUN"),
        What::Run { command, .. } => is("RUN") && ends_with(rest, command),
        What::Env(variables) => is("ENV") && sets(rest, variables),
        What::Label(variables) => is("LABEL") && names(rest, variables),
        What::Arg(variables) => is("ARG") && names(rest, variables),
        What::Copy {
            keyword,
            sources,
            destination,
            ..
        } => is(keyword) && copies(rest, sources, destination),
        What::Other(keyword) => is(keyword),
    }
}

/// Whether a text ends with a command: before it there may be a shell and build arguments.
fn ends_with(text: &str, command: &str) -> bool {
    let before = text.strip_suffix(command).filter(|_| !command.is_empty());
    before.is_some_and(|before| before.is_empty() || before.ends_with(' '))
}

/// Whether a text assigns something to each of these names.
fn names(text: &str, variables: &[Variable]) -> bool {
    variables.iter().all(|one| value(text, &one.name).is_some())
}

/// Whether a text sets these variables to their values, as far as these are no variables in turn.
fn sets(text: &str, variables: &[Variable]) -> bool {
    variables.iter().all(|one| {
        let wanted = one.value.as_deref().unwrap_or_default();
        let wanted = wanted.split_whitespace().collect::<Vec<_>>().join(" ");
        let has = |text: &str| text.trim_start_matches(['"', '\'']).starts_with(&wanted);
        value(text, &one.name).is_some_and(|text| wanted.contains(['$', '\\', '"']) || has(text))
    })
}

/// What follows a name: `NAME=`, `NAME ` in the old form, or the end.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut found = text.match_indices(name);
    found.find_map(|(at, _)| {
        let before = text[..at].trim_end_matches(['"', '\'']);
        let after = &text[at + name.len()..];
        let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
        let is_word = before.is_empty() || before.ends_with(' ');
        match after.chars().next() {
            None => is_word.then_some(after),
            Some('=' | ' ') => is_word.then(|| &after[1..]),
            Some(_) => None,
        }
    })
}

/// Whether a step copies these files there.
fn copies(text: &str, sources: &[String], destination: &str) -> bool {
    let words = text.split(' ').filter(|word| !word.starts_with("--"));
    let words: Vec<&str> = words.collect();
    match &*words {
        // `file:<digest> in /there`, of the classic builder.
        [what, "in", to] if what.contains(':') => is_there(to, destination),
        [from @ .., to] => {
            let is_one = |(word, source): (&&str, &String)| is_path(word, source);
            from.len() == sources.len()
                && from.iter().zip(sources).all(is_one)
                && is_there(to, destination)
        }
        [] => false,
    }
}

fn is_path(recorded: &str, written: &str) -> bool {
    written.contains('$') || written == "<<" || plain(recorded) == plain(written)
}

/// Whether two destinations can be one: a builder may have put the working directory in front.
fn is_there(recorded: &str, written: &str) -> bool {
    let (recorded, wanted) = (plain(recorded), plain(written));
    let is_below = || {
        let before = recorded.strip_suffix(wanted);
        !written.starts_with('/') && before.is_some_and(|before| before.ends_with('/'))
    };
    let is_open = written.contains('$') || ["", "."].contains(&wanted);
    is_open || recorded == wanted || is_below()
}

/// A path without what says nothing.
fn plain(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path);
    let cut = path.trim_end_matches('/');
    if cut.is_empty() { path } else { cut }
}
