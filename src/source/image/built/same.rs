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
        What::Run {
            command, in_shell, ..
        } => is("RUN") && runs(rest, command, *in_shell),
        What::Env(variables) => is("ENV") && sets(rest, variables),
        What::Label(variables) => is("LABEL") && names(rest, variables),
        What::Arg(variables) => is("ARG") && names(rest, variables),
        What::Copy {
            keyword,
            sources,
            destination,
            ..
        } => is(keyword) && copies(rest, sources, destination),
        What::Start {
            keyword,
            command,
            in_shell,
        } => {
            let is_check = *keyword == "HEALTHCHECK";
            let is_command = || match is_check {
                true => checks(rest, command),
                false => starts(rest, command, *in_shell),
            };
            is(keyword) && is_command()
        }
        What::Other(keyword) => is(keyword),
    }
}

/// Whether a step runs a command. Of the exec form, builders tell the words with blanks between them or, like
/// buildah, the list as it is written; and a shell that it names looks like the usual one, which is left out.
fn runs(text: &str, command: &str, in_shell: bool) -> bool {
    if in_shell {
        return ends_with(text, command);
    }
    let bare = |text: &str| {
        let text = letters(text);
        text.strip_prefix(SHELL).map(str::to_owned).unwrap_or(text)
    };
    !command.is_empty() && bare(text) == bare(command)
}

/// Whether a step sets what containers are started with. Docker writes `["/bin/sh" "-c" "run me"]`, buildah what
/// it has read.
fn starts(text: &str, command: &str, in_shell: bool) -> bool {
    let (text, command) = (letters(text), letters(command));
    let before = text.strip_suffix(&command);
    before.is_some_and(|before| {
        let is_shell = || SHELLS_END.iter().any(|end| before.ends_with(end));
        before.is_empty() || (in_shell && is_shell())
    })
}

/// Whether a step sets this check. Docker writes `&{["CMD-SHELL" "run me"] "30s" ...}`.
fn checks(text: &str, command: &str) -> bool {
    let text = letters(text);
    if command == "NONE" {
        return text.trim_start_matches("&{").starts_with(command);
    }
    let checked = text.split_once("CMD").map(|(_, command)| command);
    let checked = checked.map(|text| text.strip_prefix("-SHELL").unwrap_or(text));
    checked.is_some_and(|text| text.starts_with(&letters(command)))
}

/// What the usual shells have before a command.
const SHELLS_END: [&str; 3] = ["-c", "-Command", "/C"];
/// The usual shell, by its [`letters`].
const SHELL: &str = "/bin/sh-c";

/// A text without what tells its words apart, which every builder writes in its own way.
fn letters(text: &str) -> String {
    let is_between = |sign: char| sign.is_whitespace() || "\"'\\,[]".contains(sign);
    text.chars().filter(|sign| !is_between(*sign)).collect()
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
