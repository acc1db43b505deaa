//! What people type, and what the library gets.

use super::*;
use clap::{CommandFactory, error::ErrorKind};
use residue::config::{self, Lookup};
use residue::model::{Confidence, Kind, LIMITS, Policy, Severity};
use residue::report::FORMATS;
use std::time::Duration;

fn image(line: &str) -> Result<ImageArgs, clap::Error> {
    let words = ["residue", "image"]
        .into_iter()
        .chain(line.split_whitespace());
    match Cli::try_parse_from(words)?.command {
        Command::Image(args) => Ok(args),
        _ => unreachable!("it is the image command"),
    }
}

/// What these flags make of a call without any file.
fn config(wishes: Wishes) -> Config {
    config::load(&Lookup::default(), wishes).unwrap()
}

#[test]
fn the_definitions_hold_together() {
    Cli::command().debug_assert();
}

#[test]
fn without_flags_the_defaults_of_the_library_hold() {
    let args = image("app.tar").unwrap();
    let config = config(args.run.wishes());
    assert_eq!(args.run.gate.policy(&config.settings), Policy::default());
    let (options, defaults) = (args.options(&config, 0), Options::default());
    assert_eq!(format!("{options:?}"), format!("{defaults:?}"));
    let destinations = args.run.output.destinations(&config.settings);
    assert_eq!(destinations.len(), 1);
    assert_eq!(
        (destinations[0].format.name, destinations[0].file),
        ("human", None)
    );
}

#[test]
fn every_flag_arrives() {
    let args = image(
        "a.tar b.tar --platform linux/amd64 --platform linux/arm64 --verify-diffid --timeout 5m \
         --threads 3 --max-memory 256MiB --depth 3 --limit entries=5 --limit entries=7 \
         --no-sandbox --format json --output r.json --report sarif=r.sarif \
         --report human=r.txt --fail-on high --fail-on-inherited critical \
         --min-confidence confirmed --exit-code 9 --exit-zero \
         --strict --allow-gap encrypted --allow-gap limit --rules more.toml --key-file k \
         --show-secrets --quiet --no-color",
    )
    .unwrap();
    assert_eq!(args.targets, ["a.tar", "b.tar"]);
    let config = config(args.run.wishes());
    let options = args.options(&config, 0);
    assert_eq!(options.platforms, ["linux/amd64", "linux/arm64"]);
    assert!(options.verify_diff_ids);
    assert_eq!(options.timeout, Some(Duration::from_secs(300)));
    assert_eq!((options.threads, options.limits.memory), (3, 256 << 20));
    assert_eq!(options.limits.depth, 3);
    assert_eq!(options.limits.entries, 7, "the last one counts");
    assert!(args.run.scan.no_sandbox);
    assert_eq!(
        args.run.gate.policy(&config.settings),
        Policy {
            fail_on: Some(Severity::High),
            fail_on_inherited: Some(Severity::Critical),
            min_confidence: Confidence::Confirmed,
            strict: true,
            allow_gaps: vec![Kind::Encrypted, Kind::Limit],
            exit_code: 9,
            exit_zero: true,
        }
    );
    let formats: Vec<_> = args
        .run
        .output
        .destinations(&config.settings)
        .iter()
        .map(|to| to.format.name)
        .collect();
    assert_eq!(formats, ["sarif", "human", "json"]);
    assert!(args.run.output.show_secrets && args.run.output.quiet && args.run.output.no_color);
}

#[test]
fn what_is_wrong_is_refused_with_the_code_of_usage() {
    let lines = [
        "",
        "a.tar --unknown",
        "a.tar --format xml",
        "a.tar --fail-on severe",
        "a.tar --min-confidence none",
        "a.tar --allow-gap all",
        "a.tar --report sarif",
        "a.tar --timeout soon",
        "a.tar --threads many",
        "a.tar --threads 5000",
        "a.tar --max-memory 1k",
        "a.tar --depth 33",
        "a.tar --exit-code 256",
        "a.tar --quiet --verbose",
    ];
    for line in lines {
        assert_eq!(image(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn a_finding_can_be_told_never_to_fail() {
    let args = image("a.tar --fail-on never").unwrap();
    let config = config(args.run.wishes());
    assert_eq!(args.run.gate.policy(&config.settings).fail_on, None);
}

#[test]
fn the_help_names_every_value_of_the_tables() {
    let error = image("--help").unwrap_err();
    assert_eq!(
        (error.kind(), error.exit_code()),
        (ErrorKind::DisplayHelp, 0)
    );
    let help = error.to_string();
    let formats = FORMATS.iter().flat_map(|format| [format.name, format.help]);
    let limits = LIMITS.iter().map(|limit| limit.name);
    let words = Kind::all().map(Kind::name).chain(formats).chain(limits);
    for word in words.chain(Confidence::ALL.map(Confidence::name)) {
        assert!(help.contains(word), "{word} is not in the help");
    }
    assert!(help.contains("Exit codes:"));
}

#[test]
fn files_are_chosen_by_flags() {
    let words = "residue dir a b --files-from - -0 --exclude x --exclude y/z --respect-gitignore";
    let Command::Dir(args) = Cli::try_parse_from(words.split(' ')).unwrap().command else {
        unreachable!("it is the dir command");
    };
    assert_eq!(args.paths, [PathBuf::from("a"), PathBuf::from("b")]);
    assert_eq!(args.files_from, Some(PathBuf::from("-")));
    assert_eq!(args.separator(), Separator::Nul);
    let options = config(args.wishes()).options(0);
    assert_eq!(options.exclude, ["x", "y/z"]);
    assert!(options.respect_gitignore);
    for line in [
        "residue dir",
        "residue dir a -0",
        "residue dir a --platform linux/arm64",
    ] {
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn standard_input_is_raw_unless_it_is_said_to_be_records() {
    for (line, form, name) in [
        ("residue stdin", Form::Raw, StdinSource::NAME),
        ("residue stdin --jsonl --name export", Form::Jsonl, "export"),
    ] {
        let Command::Stdin(args) = Cli::try_parse_from(line.split(' ')).unwrap().command else {
            unreachable!("it is the stdin command");
        };
        assert_eq!((args.form(), args.name.as_str()), (form, name));
    }
}
