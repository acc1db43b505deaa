//! `residue fix --dry-run`: how Dockerfiles and compose files would look without their secrets, as a
//! patch. The files are searched as `residue dir` searches them; none is written.

use super::args::FixArgs;
use super::exit::Exit;
use super::{closed_pipe_is_fine, config, detector, tell};
use anstyle::AnsiColor;
use anyhow::{Context as _, bail};
use residue::config::{Config, Wishes};
use residue::detect::Detector;
use residue::model::{Confidence, Finding, Identity, Occurrence, Options, Where};
use residue::recipe::Recipe;
use residue::recipe::fix::Spelled;
use residue::report::Patch;
use residue::scan::{Scan, Stop};
use residue::source::files::{FileSource, Named};
use residue::suppress::Suppressor;
use residue::suppress::ignore::Root;
use residue::unpack::batch::Context;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

/// Prints a patch for each file.
pub(super) fn run(args: &FixArgs) -> anyhow::Result<u8> {
    if !args.dry_run {
        bail!(
            "no file is written; `residue fix --dry-run` shows the changes, and with --show-secrets prints \
             the patch for `git apply` or `patch -p1`"
        );
    }
    let roots: Vec<Root> = args.files.iter().map(|file| Root::of(file)).collect();
    let config = config::found(&args.lookup, &roots, &args.rules, Wishes::default())?;
    config::warn(&config);
    let search = Search::new(config, !args.no_inline)?;
    let mut is_all = true;
    for file in &args.files {
        is_all &= fix(file, &search, args.show_secrets)?;
    }
    let code = if is_all { Exit::Clean } else { Exit::Found };
    Ok(code.code())
}

/// Prints the patch for a file. `false` if a secret is left.
fn fix(file: &Path, search: &Search, show_secrets: bool) -> anyhow::Result<bool> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let Some(recipe) = Recipe::of(&text) else {
        bail!("{name} is neither a Dockerfile nor a compose file");
    };
    let findings = search.run(file)?;
    let (seen, hidden): (Vec<_>, Vec<_>) = findings
        .iter()
        .flat_map(|finding| {
            finding
                .occurrences
                .iter()
                .map(move |place| (finding, place))
        })
        .filter(|(finding, place)| search.is_wanted(finding, place))
        .map(|(finding, place)| (finding, place, spelled(&text, finding, place)))
        .partition(|(_, _, spelled)| spelled.is_some());
    let spelled: Vec<Spelled> = seen
        .iter()
        .filter_map(|(.., spelled)| spelled.clone())
        .collect();
    let Some(fixed) = recipe.fix(&text, &spelled) else {
        bail!(
            "{name} is no file that can be fixed; `residue dir` says what is to be done about its secrets"
        );
    };
    let left = fixed.left.iter().map(|&number| &seen[number]);
    for (finding, place, _) in left.clone().chain(&hidden) {
        let line = place.position.line;
        let text = format!("{name}:{line}: {} is left as it is", finding.title);
        tell(AnsiColor::Yellow.on_default().bold(), "warning", &text);
    }
    let patch = Patch::new(&name, &text, &fixed.text);
    print(&patch, &findings, show_secrets)?;
    Ok(fixed.left.is_empty() && hidden.is_empty())
}

fn print(patch: &Patch, findings: &[Finding], show_secrets: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let known = findings.iter();
    let known = known.flat_map(|finding| {
        std::iter::once(&finding.secret).chain(finding.written.iter().map(|text| &**text))
    });
    let text = match (show_secrets, out.is_terminal()) {
        (true, false) => patch.exact().to_owned(),
        // Nobody applies what a terminal shows, and it must not be steered.
        (true, true) => patch.shown(std::iter::empty()),
        (false, _) => patch.shown(known),
    };
    if !show_secrets && !text.is_empty() {
        let words = "secrets are masked, so that this does not apply; --show-secrets prints the patch that does";
        tell(AnsiColor::Cyan.on_default(), "note", words);
    }
    closed_pipe_is_fine(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The secret's bytes in the text, as they are written there.
fn spelled(text: &str, finding: &Finding, place: &Occurrence) -> Option<Spelled> {
    let start = usize::try_from(place.position.offset).ok()?;
    let rest = text.as_bytes().get(start..)?;
    let mut forms =
        std::iter::once(&finding.secret).chain(finding.written.iter().map(|text| &**text));
    let form = forms.find(|form| rest.starts_with(form.expose()))?;
    let end = start + form.expose().len();
    // A boundary of characters, or nothing could be cut there.
    text.get(start..end)?;
    Some(Spelled {
        at: start..end,
        name: variable(&finding.rule),
    })
}

/// The id of a rule as the name of a variable.
fn variable(rule: &str) -> String {
    let sign = |sign: char| match sign.is_ascii_alphanumeric() {
        true => sign.to_ascii_uppercase(),
        false => '_',
    };
    let name: String = rule.chars().map(sign).collect();
    match name.starts_with(|sign: char| sign.is_ascii_digit()) {
        true => format!("_{name}"),
        false => name,
    }
}

/// What finds the secrets of a file.
struct Search {
    detector: Detector,
    options: Options,
    identity: Identity,
    suppressor: Suppressor,
    /// The confidence that a secret is shown from.
    least: Confidence,
}

impl Search {
    fn new(mut config: Config, inline: bool) -> anyhow::Result<Self> {
        let options = Options {
            keep_secrets: true,
            ..config.options(detector::now()?)
        };
        Ok(Self {
            suppressor: Suppressor {
                inline,
                ignores: std::mem::take(&mut config.ignores),
                now: options.now,
                ..Suppressor::default()
            },
            least: config.settings.min_confidence.value,
            detector: detector::tried(config.rules, options.now)?,
            identity: Identity::default(),
            options,
        })
    }

    /// All that is found in a file.
    fn run(&self, file: &Path) -> anyhow::Result<Vec<Finding>> {
        let named = Named {
            paths: vec![file.to_owned()],
            list: None,
        };
        let (before, after) = self.detector.context();
        let source = FileSource::new(named, &self.options, Context { before, after }, &())?;
        let scan = Scan {
            detector: &self.detector,
            options: &self.options,
            identity: &self.identity,
            suppressor: &self.suppressor,
            stop: &Stop::after(None),
        };
        let outcome = scan.run(&source)?;
        for (shortfall, _) in outcome.coverage.shortfalls() {
            let text = format!("{}: {}", shortfall.place, shortfall.detail);
            tell(AnsiColor::Yellow.on_default().bold(), "warning", &text);
        }
        Ok(outcome.findings)
    }

    /// Whether a place is one that a report would list, in the file's own text.
    fn is_wanted(&self, finding: &Finding, place: &Occurrence) -> bool {
        let is_text = place.place.kind == Where::File && place.place.member.is_none();
        is_text && finding.confidence >= self.least && place.suppression.is_none()
    }
}
