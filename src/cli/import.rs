//! `residue import`: files of other scanners, turned into ours.

use super::args::ImportArgs;
use super::exit::Exit;
use super::{closed_pipe_is_fine, tell};
use anstyle::AnsiColor;
use anyhow::{Context as _, bail};
use residue::config::import::{Foreign, Imported, import};
use residue::model::Identity;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Runs the subcommand.
pub(super) fn run(args: &ImportArgs) -> anyhow::Result<u8> {
    let identity = match &args.key_file {
        Some(file) => Identity::from_file(file)?,
        None => Identity::default(),
    };
    let (name, text) = read(&args.file)?;
    let report = args.report.as_deref().map(read).transpose()?;
    let report = report.as_ref().map(|(name, text)| Foreign { name, text });
    let foreign = Foreign {
        name: &name,
        text: &text,
    };
    let imported = import(foreign, &identity, report)?;
    for warning in &imported.warnings {
        tell(AnsiColor::Yellow.on_default().bold(), "warning", warning);
    }
    match args.output.as_os_str() == "-" {
        true => show(&imported)?,
        false => write(&imported, &args.output)?,
    }
    Ok(Exit::Clean.code())
}

fn read(file: &Path) -> anyhow::Result<(String, String)> {
    let text = fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    Ok((file.display().to_string(), text))
}

/// Every file behind its name, as a comment in all of their formats.
fn show(imported: &Imported) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let mut files = imported.files.iter();
    let written = files
        .try_for_each(|(name, text)| writeln!(out, "# ---- {name}\n{text}"))
        .and_then(|()| out.flush());
    closed_pipe_is_fine(written)
}

/// Writes every file, or none if one is there already.
fn write(imported: &Imported, folder: &Path) -> anyhow::Result<()> {
    let paths = || imported.files.iter().map(|(name, _)| folder.join(name));
    if let Some(present) = paths().find(|path| path.exists()) {
        bail!(
            "{} is there already; move it away, or see with `--output -` what to add to it",
            present.display()
        );
    }
    for ((_, text), path) in imported.files.iter().zip(paths()) {
        let written = File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        let text = format!("{} from a {}", path.display(), imported.kind);
        tell(AnsiColor::Green.on_default(), "written", &text);
    }
    Ok(())
}
