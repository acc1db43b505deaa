//! `residue rules`: what is looked for, and whether rules are fit to be used.

use super::args::{RulesArgs, RulesCommand};
use super::exit::Exit;
use super::{closed_pipe_is_fine, detector};
use anyhow::Context;
use residue::detect::{Detector, examples};
use residue::model::Rule;
use residue::ruleset::{self, check};
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

mod bench;
mod test;

/// Runs the subcommand.
pub(super) fn run(args: &RulesArgs) -> anyhow::Result<u8> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let result = match &args.command {
        RulesCommand::List { rules } => list(load(rules)?.rules(), &mut out),
        RulesCommand::Show { id, rules } => {
            let detector = load(rules)?;
            let rule = detector.rules().iter().find(|rule| rule.id == *id);
            let rule = rule.with_context(|| {
                format!("there is no rule `{id}`; `residue rules list` names them all")
            })?;
            show(rule, &mut out)
        }
        RulesCommand::Check { files } => {
            let (number, problems) = problems(files)?;
            return told(number, &problems, &mut out);
        }
        RulesCommand::Test { files } => return test::run(files, &mut out),
        RulesCommand::Bench { paths, rules } => {
            bench::run(paths, rules, &mut out)?;
            Ok(())
        }
    };
    closed_pipe_is_fine(result.and_then(|()| out.flush()))?;
    Ok(Exit::Clean.code())
}

fn load(files: &[PathBuf]) -> anyhow::Result<Detector> {
    detector::load(files, detector::now()?)
}

/// One line for each rule, by id.
fn list(rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<&Rule> = rules.iter().collect();
    rules.sort_by_key(|rule| &rule.id);
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let helper = if rule.helper {
            " (only with others)"
        } else {
            ""
        };
        let (id, severity, title) = (&rule.id, rule.severity, &rule.title);
        writeln!(out, "{id:<width$}  {severity:<8}  {title}{helper}")?;
    }
    Ok(())
}

/// Everything that a rule says.
fn show(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let required = rule.required.iter().map(|required| required.id.as_str());
    let fields = [
        ("id", rule.id.clone()),
        ("title", rule.title.clone()),
        ("description", rule.description.clone()),
        ("severity", rule.severity.to_string()),
        ("confidence", rule.confidence.to_string()),
        ("regex", rule.regex.clone().unwrap_or_default()),
        ("path", rule.path.clone().unwrap_or_default()),
        ("keywords", rule.keywords.join(", ")),
        ("gate", rule.gate.clone().unwrap_or_default()),
        ("validator", rule.validator.clone().unwrap_or_default()),
        ("needs near", required.collect::<Vec<_>>().join(", ")),
        ("tags", rule.tags.join(", ")),
        ("finds", rule.hits.join("\n")),
        ("ignores", rule.misses.join("\n")),
        ("rotate", rule.rotate.clone()),
        ("reference", rule.reference.clone().unwrap_or_default()),
        ("defined in", rule.location.clone()),
    ];
    for (name, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
        for (number, line) in text.lines().enumerate() {
            writeln!(out, "{:<13}{line}", if number == 0 { name } else { "" })?;
        }
    }
    Ok(())
}

/// The number of rules checked, and what is wrong with them. Rules of a user are checked among
/// those of the program, which they may refer to and must not clash with.
fn problems(files: &[PathBuf]) -> anyhow::Result<(usize, Vec<String>)> {
    let detector = load(files)?;
    let mut own = HashSet::new();
    for file in files {
        own.extend(ruleset::read(file)?.into_iter().map(|rule| rule.id));
    }
    let rules = detector.rules();
    let checked = || {
        rules
            .iter()
            .filter(|rule| files.is_empty() || own.contains(&rule.id))
    };
    let linted = check::lint(rules)
        .into_iter()
        .filter(|problem| match problem {
            ruleset::RuleError::Rule { id, .. } => files.is_empty() || own.contains(id),
            _ => true,
        });
    let linted = linted.map(|problem| problem.to_string());
    let tried = checked().flat_map(|rule| tried(&detector, rule));
    Ok((checked().count(), linted.chain(tried).collect()))
}

fn tried(detector: &Detector, rule: &Rule) -> Vec<String> {
    let problems = examples::check(detector, rule);
    problems.iter().map(ToString::to_string).collect()
}

fn told(number: usize, problems: &[String], out: &mut dyn Write) -> anyhow::Result<u8> {
    let written = problems
        .iter()
        .try_for_each(|problem| writeln!(out, "{problem}"))
        .and_then(|()| writeln!(out, "rules checked: {number}, problems: {}", problems.len()))
        .and_then(|()| out.flush());
    closed_pipe_is_fine(written)?;
    Ok(match problems.is_empty() {
        true => Exit::Clean.code(),
        false => Exit::Found.code(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule file with one good rule and one without examples.
    fn file() -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        let rule = |id: &str, examples: &str| {
            format!(
                "[[rules]]\nid = '{id}'\ntitle = 'Title of {id}'\nseverity = 'high'\n\
                 regex = '{id}_[0-9]{{20}}'\nrotate = 'Delete it.'\n{examples}\n"
            )
        };
        let token = format!("acme_{}", "0".repeat(20));
        let examples = format!("hits = ['x={token}', '{token}']\nmisses = ['acme_', 'acme']");
        std::fs::write(&file, rule("acme", &examples) + &rule("other", "")).unwrap();
        file
    }

    fn rules() -> Vec<Rule> {
        ruleset::read(file().path()).unwrap()
    }

    #[test]
    fn problems_are_told_with_their_place_and_fail() {
        let file = file();
        let (number, problems) = problems(&[file.path().to_owned()]).unwrap();
        assert_eq!(number, 2);
        assert_eq!(problems.len(), 2, "{problems:#?}");
        assert!(
            problems
                .iter()
                .all(|problem| problem.contains("rule `other`"))
        );
        let mut out = Vec::new();
        assert_eq!(told(number, &problems, &mut out).unwrap(), 1);
        assert_eq!(told(number, &[], &mut out).unwrap(), 0);
    }

    #[test]
    fn the_list_is_sorted_and_aligned() {
        let mut rules = rules();
        rules.reverse();
        let mut out = Vec::new();
        list(&rules, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "acme   high      Title of acme\nother  high      Title of other\n"
        );
    }

    #[test]
    fn a_rule_is_shown_with_its_pattern_and_advice() {
        let mut out = Vec::new();
        show(&rules()[0], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in ["acme_[0-9]{20}", "Delete it.", "Title of acme", "high"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("reference"), "{text}");
    }
}
