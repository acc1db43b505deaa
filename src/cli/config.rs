//! `residue config`: what counts and where it comes from, and whether it holds together. And the one
//! way in which every scan gets its configuration.

use super::args::{self, ConfigArgs, ConfigCommand, ConfigForm, LookupArgs, RunArgs};
use super::exit::Exit;
use super::{closed_pipe_is_fine, detector, tell};
use anstyle::AnsiColor;
use residue::config::{self, Config, Lookup, Row, Wishes};
use residue::suppress::ignore::Root;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What counts for a scan. `roots` are the targets that lie on this machine, whose tree may bring a
/// configuration along; none for whatever comes from elsewhere.
pub(super) fn load(args: &RunArgs, roots: &[Root], wishes: Wishes) -> anyhow::Result<Config> {
    let config = found(&args.lookup, roots, &args.scan.rules, wishes)?;
    warn(&config);
    Ok(config)
}

/// As [`load`], for who takes less than all arguments of a scan.
pub(super) fn found(
    args: &LookupArgs,
    roots: &[Root],
    rules: &[PathBuf],
    wishes: Wishes,
) -> anyhow::Result<Config> {
    let users = config::users_file(|name| std::env::var_os(name));
    let lookup = Lookup {
        roots,
        explicit: args.config.as_deref(),
        ignore_tree: args.no_repo_config,
        revision: args.policy_from.as_deref(),
        users: users.as_deref(),
        rules,
    };
    Ok(config::load(&lookup, wishes)?)
}

/// Says what deserves a second look.
pub(super) fn warn(config: &Config) {
    for warning in &config.warnings {
        tell(AnsiColor::Yellow.on_default().bold(), "warning", warning);
    }
}

/// Runs the subcommand.
pub(super) fn run(args: &ConfigArgs) -> anyhow::Result<u8> {
    match &args.command {
        ConfigCommand::Show {
            paths,
            format,
            lookup,
        } => {
            let wishes = args::environment()?;
            let roots: Vec<Root> = paths.iter().map(|path| Root::of(path)).collect();
            let config = found(lookup, &roots, &[], wishes)?;
            warn(&config);
            written(&match format {
                ConfigForm::Human => human(&config.rows()),
                ConfigForm::Json => json(&config.rows()),
            })
        }
        ConfigCommand::Check { file } => check(file.as_deref()),
    }
}

/// Everything is read as a scan would, and every pattern is compiled.
fn check(file: Option<&Path>) -> anyhow::Result<u8> {
    let lookup = Lookup {
        roots: &[Root::of(Path::new("."))],
        explicit: file,
        ..Lookup::default()
    };
    let config = config::load(&lookup, Wishes::default())?;
    warn(&config);
    for note in &config.notes {
        let text = format!("{}: {}", note.place, note.detail);
        tell(AnsiColor::Yellow.on_default().bold(), "warning", &text);
    }
    let files = match config.files.is_empty() {
        true => "no configuration file".to_owned(),
        false => config.files.join(", "),
    };
    let detector = detector::tried(config.rules, detector::now()?)?;
    if let Err(problem) = detector.compile_all() {
        anyhow::bail!("{problem}");
    }
    let rules = detector.rules().len();
    written(&format!("{files}: no problems, {rules} rules\n"))
}

/// Widest column of values, in characters; a longer value stands out of it.
const WIDEST: usize = 36;

/// One line for each value, where it comes from in a column of its own.
fn human(rows: &[Row]) -> String {
    let width = |text: fn(&Row) -> &str| rows.iter().map(|row| text(row).len()).max();
    let (keys, values) = (width(|row| &row.key), width(|row| &row.value));
    let (keys, values) = (keys.unwrap_or(0), values.unwrap_or(0).min(WIDEST));
    let line = |Row { key, value, from }: &Row| {
        let line = format!("{key:<keys$}  {value:<values$}  {from}");
        line.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn json(rows: &[Row]) -> String {
    let values = rows
        .iter()
        .map(|Row { key, value, from }| json!({ "key": key, "value": value, "from": from }));
    format!("{:#}\n", json!({ "values": values.collect::<Vec<_>>() }))
}

fn written(text: &str) -> anyhow::Result<u8> {
    let result = anstream::stdout().lock().write_all(text.as_bytes());
    closed_pipe_is_fine(result)?;
    Ok(Exit::Clean.code())
}
