//! The arguments, as people type them. Lists of values come from the library's tables, and each
//! group of flags turns itself into the plain value that the library takes.

mod cache;
mod config;
mod explain;
mod fix;
mod fleet;
mod hook;
mod registry;
mod relatives;
mod repo;
mod run;
mod running;
mod suppress;

use super::exit::Exit;
pub(super) use cache::{CacheArgs, CacheCommand, FolderArgs, KeepArgs};
use clap::{Args, Parser, Subcommand};
pub(super) use config::{ConfigArgs, ConfigCommand, Form as ConfigForm, ImportArgs, LookupArgs};
pub(super) use explain::{ExplainArgs, Spot};
pub(super) use fix::FixArgs;
pub(super) use fleet::AuditArgs;
use fleet::FleetArgs;
pub(super) use hook::{Hook, HookArgs, HookCommand, RunHookArgs};
use registry::RegistryArgs;
use relatives::RelativeArgs;
pub(super) use repo::RepoArgs;
use residue::config::{Config, From, Wishes};
use residue::model::Options;
use residue::source::files::Separator;
use residue::source::stdin::{Form, StdinSource};
pub(super) use run::{OutputArgs, RunArgs, environment};
pub(super) use running::{ContainerArgs, ProcessArgs};
use std::path::PathBuf;
pub(super) use suppress::{BaselineArgs, BaselineCommand, IgnoreArgs};

const EXAMPLES: &str = "\
Examples:
  residue image oci:build/app:1.2             a tag of an OCI layout
  residue repo .                              a repository with its whole history
  residue dir .                               all files below the current directory
  git diff | residue stdin --name diff        any text
  residue rules show github-pat               what a rule looks for";

const IMAGE_EXAMPLES: &str = "\
Examples:
  residue image ghcr.io/me/app:1.2            an image in a registry
  residue image oci:build/app:1.2             a tag of an OCI layout
  docker save app | residue image -           an image of a running engine
  residue image app.tar --platform linux/arm64
  residue image 'ghcr.io/me/app:1.*' --from-file fleet.txt
  residue image app:1.3 --dockerfile Dockerfile which line of it put a secret there
  residue image app:1.3 --since app:1.2       what is new since an older image
  residue image app:1.3 --base debian:13 --fail-on-inherited critical
  residue image app.tar --fail-on high --report sarif=residue.sarif";

const DIR_EXAMPLES: &str = "\
Examples:
  residue dir .                               hidden and ignored files included
  residue dir src deploy.env                  several paths, files too
  residue dir . --exclude node_modules --exclude 'docs/**/*.svg'
  git diff --name-only -z main | residue dir --files-from - -0
  residue dir . --fail-on high --report sarif=residue.sarif";

const STDIN_EXAMPLES: &str = "\
Examples:
  kubectl logs web | residue stdin --name web.log
  my-export | residue stdin --jsonl

A line of --jsonl is an object with `content`, or with `content_base64` for bytes that are no UTF-8,
and with `origin`, which says where it comes from: any string, or an object with `path`.
  {\"origin\": \"wiki/Deploy\", \"content\": \"password: ...\"}";

const IGNORE_EXAMPLES: &str = "\
Examples:
  residue ignore 0123456789abcdef0123456789abcdef --reason 'key of the sandbox'
  residue ignore 'path:docs/**' rule:jwt --reason tutorial --owner docs --until 2027-06-30";

const BASELINE_EXAMPLES: &str = "\
Examples:
  residue dir . --format json | residue baseline create --output residue.baseline
  residue dir . --baseline residue.baseline            what it has is suppressed and counted
  residue dir . --baseline residue.baseline --new-only what it has is listed, and fails nothing
  residue dir . --baseline residue.baseline --format json | residue baseline prune residue.baseline";

const CONFIG_EXAMPLES: &str = "\
Examples:
  residue config show src                     what counts for a scan of src, and who said so
  residue config check .residue.toml          everything that is wrong with a file";

const IMPORT_EXAMPLES: &str = "\
Examples:
  residue import .gitleaks.toml               writes .residue.toml
  residue import .gitleaksignore -o -         shows what would be written
  residue dir . -f json --show-secrets -o found.json
  residue import .secrets.baseline --report found.json";

/// The end of a help text.
fn epilogue(examples: &str) -> String {
    format!("{examples}\n\nExit codes:\n{}", Exit::table())
}

/// Finds the secrets that container images and repositories leave behind: in every layer, also in
/// files that a later layer deleted, in the config, the build history and the attestations, and in
/// files on disk.
#[derive(Debug, Parser)]
#[command(name = "residue", version, max_term_width = 100)]
#[command(after_help = epilogue(EXAMPLES))]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan container images
    #[command(after_help = epilogue(IMAGE_EXAMPLES))]
    Image(ImageArgs),
    /// Scan everything in a registry: every tag of every repository
    #[command(after_help = epilogue(fleet::AUDIT_EXAMPLES))]
    Audit(AuditArgs),
    /// Scan containers: what they are run with, what they wrote, and their images
    #[command(after_help = epilogue(running::CONTAINER_EXAMPLES))]
    Container(ContainerArgs),
    /// Scan the environments and command lines of running processes
    #[command(after_help = epilogue(running::PROCESS_EXAMPLES))]
    Process(ProcessArgs),
    /// Scan git repositories: the whole history and the files
    #[command(after_help = epilogue(repo::EXAMPLES))]
    Repo(RepoArgs),
    /// Install and run git hooks, which scan what is staged, pushed or received
    #[command(after_help = epilogue(hook::EXAMPLES))]
    Hook(HookArgs),
    /// Scan files and directories
    #[command(after_help = epilogue(DIR_EXAMPLES))]
    Dir(DirArgs),
    /// Scan standard input
    #[command(after_help = epilogue(STDIN_EXAMPLES))]
    Stdin(StdinArgs),
    /// Show how Dockerfiles and compose files would look without their secrets
    #[command(after_help = fix::EXAMPLES)]
    Fix(FixArgs),
    /// Tell which rules came near a text, and what stopped each
    #[command(after_help = explain::EXAMPLES)]
    Explain(ExplainArgs),
    /// Show, check, try and time the rules
    Rules(RulesArgs),
    /// Show and check the configuration
    #[command(after_help = CONFIG_EXAMPLES)]
    Config(ConfigArgs),
    /// Turn the files of another scanner into ours
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArgs),
    /// Write down that a secret may stay, and why
    #[command(after_help = IGNORE_EXAMPLES)]
    Ignore(IgnoreArgs),
    /// Write down what is known, so that only what is new fails
    #[command(after_help = BASELINE_EXAMPLES)]
    Baseline(BaselineArgs),
    /// Look after the results that scans of images keep
    #[command(after_help = cache::EXAMPLES)]
    Cache(CacheArgs),
}

/// What to scan and how.
#[derive(Debug, Args)]
pub(super) struct ImageArgs {
    /// What to scan: docker://REF, oci:DIR[:TAG|@DIGEST], oci-archive:FILE[:TAG],
    /// docker-archive:FILE[:REF], `-` for an archive on standard input, a path, whose kind its content
    /// tells, or the name of an image in a registry, whose tag may be a pattern
    #[arg(value_name = "TARGET", required_unless_present = "from_file")]
    pub(super) targets: Vec<String>,

    /// Only images of this platform; all that are present by default
    #[arg(
        long = "platform",
        value_name = "OS/ARCH[/VARIANT]",
        help_heading = "Scan"
    )]
    platforms: Vec<String>,

    /// Hash the uncompressed layers too, and compare with the diffIDs of the config
    #[arg(long = "verify-diffid", help_heading = "Scan")]
    verify_diff_id: bool,

    /// Tell which line of this Dockerfile put a secret there; of several files each image has the one
    /// that fits its history
    #[arg(long = "dockerfile", value_name = "FILE", help_heading = "Scan")]
    pub(super) dockerfiles: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) fleet: FleetArgs,

    #[command(flatten)]
    pub(super) registry: RegistryArgs,

    #[command(flatten)]
    pub(super) cache: KeepArgs,

    #[command(flatten)]
    pub(super) relatives: RelativeArgs,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// Which files to scan and how.
#[derive(Debug, Args)]
pub(super) struct DirArgs {
    /// What to scan: directories, with everything in them, and files
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub(super) paths: Vec<PathBuf>,

    /// Scan also what this file lists, one path a line; `-` is standard input
    #[arg(long, value_name = "FILE|-")]
    pub(super) files_from: Option<PathBuf>,

    /// The paths of --files-from end with a zero byte and not with the line
    #[arg(long, short = '0', requires = "files_from")]
    null: bool,

    /// Leave out what matches: without a slash a name at any depth, else a path in the target; may be
    /// given often, and the report counts it
    #[arg(long, value_name = "GLOB", help_heading = "Scan")]
    exclude: Vec<String>,

    /// Leave out what .gitignore and git's other ignore files name, though git may track it
    #[arg(long, help_heading = "Scan")]
    respect_gitignore: bool,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// How to read standard input.
#[derive(Debug, Args)]
pub(super) struct StdinArgs {
    /// Read a JSON object with `content` and `origin` on each line
    #[arg(long)]
    jsonl: bool,

    /// What reports call the input
    #[arg(long, value_name = "NAME", default_value = StdinSource::NAME)]
    pub(super) name: String,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// What to do with rules.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List all rules
    List {
        /// More rules, a TOML file or a folder of them
        #[arg(long, value_name = "FILE|DIR")]
        rules: Vec<PathBuf>,
    },
    /// Show everything about one rule
    Show {
        /// The rule's id, as in `rules list`
        id: String,
        /// More rules, a TOML file or a folder of them
        #[arg(long, value_name = "FILE|DIR")]
        rules: Vec<PathBuf>,
    },
    /// Check rules and run their examples; those of the program if no file is named
    Check {
        /// Rule files or folders of them
        #[arg(value_name = "FILE|DIR")]
        files: Vec<PathBuf>,
    },
    /// Run the examples of rules, and tell of those that fail which step decided
    Test {
        /// Rule files or folders of them
        #[arg(value_name = "FILE|DIR", required = true)]
        files: Vec<PathBuf>,
    },
    /// Tell what each rule costs on files of yours, the dearest first
    Bench {
        /// Files and folders to search; a source tree tells most
        #[arg(value_name = "PATH", default_value = ".")]
        paths: Vec<PathBuf>,
        /// More rules, a TOML file or a folder of them
        #[arg(long, value_name = "FILE|DIR")]
        rules: Vec<PathBuf>,
    },
}

impl ImageArgs {
    /// The decisions of the scan; `now` is in seconds since the Unix epoch.
    pub(super) fn options(&self, config: &Config, now: i64) -> Options {
        Options {
            platforms: self.platforms.clone(),
            verify_diff_ids: self.verify_diff_id || self.relatives.needs_proof(),
            ..config.options(now)
        }
    }
}

impl DirArgs {
    /// What the flags ask for.
    pub(super) fn wishes(&self) -> Wishes {
        Wishes {
            exclude: From::Flag.listed(&self.exclude),
            respect_gitignore: From::Flag.said(self.respect_gitignore.then_some(true)),
            ..self.run.wishes()
        }
    }

    /// What ends a path in the list.
    pub(super) const fn separator(&self) -> Separator {
        if self.null {
            Separator::Nul
        } else {
            Separator::Line
        }
    }
}

impl StdinArgs {
    /// How the input is to be read.
    pub(super) const fn form(&self) -> Form {
        if self.jsonl { Form::Jsonl } else { Form::Raw }
    }
}

#[cfg(test)]
mod tests;
