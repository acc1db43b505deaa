//! Reads rule files: TOML in our superset of the gitleaks schema (`docs/rules.md`), strict about
//! unknown keys, every error with file and line.

use super::RuleError;
use super::anchors;
use super::schema::{File, RawAllowlist, RawCondition, RawRequired, RawRule, RawTarget};
use crate::model::{Allowlist, Condition, Confidence, RegexTarget, Required, Rule, Severity};

/// Reads the rules of one file; `name` is how errors and rules call it.
///
/// # Errors
/// When the text is not TOML of the schema, or an allowlist or a path in it makes no sense. The
/// rule's own pattern is parsed once, when its window is derived.
pub(crate) fn rules(name: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    let file: File = toml::from_str(text).map_err(|error| RuleError::Syntax {
        location: location(name, text, error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    let rules = file.rules.into_iter().map(|raw| {
        let location = location(name, text, raw.span().start);
        rule(raw.into_inner(), location)
    });
    let mut rules: Vec<Rule> = rules.collect::<Result<_, _>>()?;
    for list in file.allowlists.into_iter().chain(file.allowlist) {
        share(list, name, &mut rules)?;
    }
    Ok(rules)
}

/// Hands a file's own allowlist to the rules that it names, or to all of the file.
fn share(mut list: RawAllowlist, name: &str, rules: &mut [Rule]) -> Result<(), RuleError> {
    let refused = |problem| RuleError::Syntax {
        location: name.to_owned(),
        problem,
    };
    check_own(&list).map_err(refused)?;
    let targets = std::mem::take(&mut list.target_rules);
    if let Some(stranger) = targets
        .iter()
        .find(|id| rules.iter().all(|rule| rule.id != **id))
    {
        return Err(refused(format!(
            "`target_rules` names `{stranger}`, which the file does not have"
        )));
    }
    let list = allowlist(list);
    let wanted = |rule: &&mut Rule| targets.is_empty() || targets.contains(&rule.id);
    rules
        .iter_mut()
        .filter(wanted)
        .for_each(|rule| rule.allowlists.push(list.clone()));
    Ok(())
}

/// What is wrong with an allowlist that is a part of its rule's pattern. Paths are judged long after
/// the text was, so the two cannot be joined.
fn check_own(list: &RawAllowlist) -> Result<(), String> {
    check(list)?;
    let places = !list.paths.is_empty() || !list.commits.is_empty();
    let content = !list.regexes.is_empty() || !list.stopwords.is_empty();
    if list.condition == Some(RawCondition::And) && places && content {
        return Err(
            "`condition = \"AND\"` cannot join `paths` or `commits` with \
                    `regexes` or `stopwords`; split it"
                .to_owned(),
        );
    }
    Ok(())
}

/// What is wrong with any allowlist.
pub(super) fn check(list: &RawAllowlist) -> Result<(), String> {
    for pattern in list.paths.iter().chain(&list.regexes) {
        anchors::parse(pattern).map_err(|error| error.to_string())?;
    }
    let criteria = [&list.paths, &list.commits, &list.regexes, &list.stopwords];
    match criteria.iter().all(|criterion| criterion.is_empty()) {
        true => Err("an allowlist without a criterion would allow everything".to_owned()),
        false => Ok(()),
    }
}

/// File and line of an offset in a text.
pub(super) fn location(name: &str, text: &str, offset: usize) -> String {
    format!("{name}:{}", line(text, offset))
}

/// Line of an offset in a text, from 1.
pub(super) fn line(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + memchr::memchr_iter(b'\n', before).count() as u64
}

/// A rule as the file states it, with the defaults of what it leaves out.
///
/// # Errors
/// When its path or an allowlist makes no sense.
pub(super) fn rule(raw: RawRule, location: String) -> Result<Rule, RuleError> {
    let refused = |problem| RuleError::Rule {
        location: location.clone(),
        id: raw.id.clone(),
        problem,
    };
    raw.allowlists
        .iter()
        .chain(&raw.allowlist)
        .try_for_each(check_own)
        .map_err(refused)?;
    if let Some(path) = &raw.path {
        anchors::parse(path).map_err(|error| refused(error.to_string()))?;
    }
    let described = || Some(raw.description.clone()).filter(|text| !text.is_empty());
    Ok(Rule {
        title: raw
            .title
            .or_else(described)
            .unwrap_or_else(|| raw.id.clone()),
        id: raw.id,
        description: raw.description,
        regex: raw.regex,
        secret_group: raw.secret_group,
        entropy: raw.entropy,
        keywords: raw
            .keywords
            .into_iter()
            .map(|word| word.to_ascii_lowercase())
            .collect(),
        path: raw.path,
        tags: raw.tags,
        severity: raw.severity.unwrap_or(Severity::High),
        confidence: raw.confidence.unwrap_or(Confidence::Medium),
        validator: raw.validator,
        gate: raw.gate,
        everywhere: false,
        helper: raw.helper,
        required: raw.required.into_iter().map(required).collect(),
        allowlists: raw
            .allowlists
            .into_iter()
            .chain(raw.allowlist)
            .map(allowlist)
            .collect(),
        specificity: raw.specificity.unwrap_or(DEFAULT_SPECIFICITY),
        rotate: raw.rotate.unwrap_or_else(|| DEFAULT_ROTATE.to_owned()),
        reference: raw.reference,
        hits: raw.hits,
        misses: raw.misses,
        location,
    })
}

const DEFAULT_SPECIFICITY: u8 = 100;
const DEFAULT_ROTATE: &str = "Revoke it where it was issued and replace it.";

fn required(raw: RawRequired) -> Required {
    Required {
        id: raw.id,
        within_lines: raw.within_lines,
        within_columns: raw.within_columns,
        optional: raw.optional,
    }
}

pub(super) fn allowlist(raw: RawAllowlist) -> Allowlist {
    Allowlist {
        description: raw.description,
        condition: match raw.condition {
            Some(RawCondition::And) => Condition::And,
            Some(RawCondition::Or) | None => Condition::Or,
        },
        paths: raw.paths,
        regexes: raw.regexes,
        target: match raw.regex_target {
            Some(RawTarget::Match) => RegexTarget::Match,
            Some(RawTarget::Line) => RegexTarget::Line,
            Some(RawTarget::Secret) | None => RegexTarget::Secret,
        },
        stopwords: raw
            .stopwords
            .into_iter()
            .map(|word| word.to_ascii_lowercase())
            .collect(),
        commits: raw.commits,
        stated_in: None,
    }
}
