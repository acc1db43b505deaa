//! What to explain.

use super::LookupArgs;
use clap::Args;
use std::path::{Path, PathBuf};

/// The end of the help text.
pub(super) const EXAMPLES: &str = "\
Examples:
  residue explain deploy.env                  all rules that came near, and what stopped each
  residue explain deploy.env:12               one line, place by place
  residue explain deploy.env --rule github-pat
  pbpaste | residue explain                   any text";

/// Which text, and which rules.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArgs {
    /// A file or, with a number behind it, one of its lines; standard input without it
    #[arg(
        value_name = "FILE[:LINE]",
        default_value = "-",
        allow_hyphen_values = true
    )]
    target: String,

    /// Only this rule; may be given often
    #[arg(long = "rule", value_name = "ID")]
    pub(in crate::cli) only: Vec<String>,

    /// More rules, a TOML file or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub(in crate::cli) rules: Vec<PathBuf>,

    /// Show secrets in full; mind who reads the log
    #[arg(long)]
    pub(in crate::cli) show_secrets: bool,

    #[command(flatten)]
    pub(in crate::cli) lookup: LookupArgs,
}

/// The text to explain.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct Spot {
    /// The file; none for standard input.
    pub(in crate::cli) file: Option<PathBuf>,
    /// The line, from 1.
    pub(in crate::cli) line: Option<u64>,
}

impl ExplainArgs {
    /// Takes the target apart. A file that is there with its colons and numbers is that file; a
    /// report's `path:line:column` is understood.
    pub(in crate::cli) fn spot(&self) -> Spot {
        let whole = |line| Spot {
            file: Some(PathBuf::from(&self.target)),
            line,
        };
        if self.target == "-" {
            return Spot {
                file: None,
                line: None,
            };
        }
        if Path::new(&self.target).exists() {
            return whole(None);
        }
        let numbered = |text: &str| -> Option<(String, u64)> {
            let (rest, number) = text.rsplit_once(':')?;
            Some((rest.to_owned(), number.parse().ok().filter(|&n| n > 0)?))
        };
        let Some((rest, last)) = numbered(&self.target) else {
            return whole(None);
        };
        let (file, line) = match numbered(&rest) {
            Some((file, line)) if !Path::new(&rest).exists() => (file, line),
            _ => (rest, last),
        };
        Spot {
            file: (file != "-").then(|| PathBuf::from(file)),
            line: Some(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Cli, Command};
    use clap::Parser;

    fn spot(target: &str) -> Spot {
        match Cli::parse_from(["residue", "explain", target]).command {
            Command::Explain(args) => args.spot(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_and_a_column_may_follow_the_file() {
        let file = |file: Option<&str>, line| Spot {
            file: file.map(PathBuf::from),
            line,
        };
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("odd:7");
        std::fs::write(&odd, "").unwrap();
        let odd = odd.to_str().unwrap();
        assert_eq!(spot("-"), file(None, None));
        assert_eq!(spot("-:3"), file(None, Some(3)));
        assert_eq!(spot("none.env"), file(Some("none.env"), None));
        assert_eq!(spot("none.env:12"), file(Some("none.env"), Some(12)));
        assert_eq!(spot("none.env:12:4"), file(Some("none.env"), Some(12)));
        assert_eq!(spot("none.env:0"), file(Some("none.env:0"), None));
        assert_eq!(spot(odd), file(Some(odd), None));
        assert_eq!(spot(&format!("{odd}:9")), file(Some(odd), Some(9)));
    }
}
