//! Running under the `pre-commit` framework, which calls one command for many occasions and tells them
//! apart by its environment: a commit, a push, `--from-ref` with `--to-ref`, or `--all-files`, of which
//! it tells nothing at all.

use super::task::{Task, Work};
use residue::source::git::{Files, Hidden, Range, Scope};

/// What the framework tells.
#[derive(Debug, Default)]
pub(super) struct Framework {
    /// Whether git is making a commit right now: only then it names the index.
    is_commit: bool,
    from: Option<String>,
    to: Option<String>,
    /// The same as `from` and `to`, from versions before 2.2; which is which has changed.
    ends: Option<(String, String)>,
    remote: Option<String>,
    branch: Option<String>,
}

impl Framework {
    /// The framework that we run under, if any, by the variables of the environment.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        variable("PRE_COMMIT")?;
        Some(Self {
            is_commit: variable("GIT_INDEX_FILE").is_some(),
            from: variable("PRE_COMMIT_FROM_REF"),
            to: variable("PRE_COMMIT_TO_REF"),
            ends: variable("PRE_COMMIT_SOURCE").zip(variable("PRE_COMMIT_ORIGIN")),
            remote: variable("PRE_COMMIT_REMOTE_NAME"),
            branch: variable("PRE_COMMIT_LOCAL_BRANCH"),
        })
    }

    /// What there is to scan.
    pub(super) fn task(self) -> Task {
        if self.is_commit {
            return Task::staged();
        }
        match self {
            Self {
                from: Some(from),
                to: Some(to),
                remote,
                ..
            } => commits(
                &format!("{from}..{to}"),
                vec![to],
                vec![Hidden::Revision(from)],
                remote,
            ),
            Self {
                remote: Some(remote),
                branch: Some(branch),
                ..
            } => commits(&branch.clone(), vec![branch], Vec::new(), Some(remote)),
            // What one of them has and the other has not: all that is new, whichever is the newer.
            Self {
                ends: Some((one, other)),
                ..
            } => {
                let ends = format!("{one}...{other}");
                commits(&ends.clone(), vec![ends], Vec::new(), None)
            }
            _ => Task {
                title: "all files that git tracks, and what is staged".to_owned(),
                work: Work::Repository(Scope::Staged, Files::Tracked),
            },
        }
    }
}

fn commits(name: &str, tips: Vec<String>, mut hidden: Vec<Hidden>, remote: Option<String>) -> Task {
    let remote = remote.map(|name| Hidden::References(format!("refs/remotes/{name}/")));
    hidden.extend(remote);
    let range = Range {
        tips,
        hidden,
        may_be_empty: true,
        ..Range::default()
    };
    Task {
        title: format!("what the commits of {} bring", name.escape_debug()),
        work: Work::Repository(Scope::Commits(range), Files::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(variables: &[(&str, &str)]) -> Option<Work> {
        let value = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Framework::of(value).map(|framework| framework.task().work)
    }

    #[track_caller]
    fn range(variables: &[(&str, &str)]) -> Range {
        match work(variables) {
            Some(Work::Repository(Scope::Commits(range), Files::None)) => range,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_read_from_the_environment_without_the_framework() {
        assert!(work(&[("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b")]).is_none());
        assert!(work(&[("PRE_COMMIT", "")]).is_none());
    }

    #[test]
    fn a_commit_is_what_is_staged() {
        let commit = [("PRE_COMMIT", "1"), ("GIT_INDEX_FILE", ".git/index")];
        assert!(matches!(
            work(&commit),
            Some(Work::Repository(Scope::Staged, Files::None))
        ));
        // Nobody says that all files are meant, so they are, as soon as it is no commit.
        let by_hand = work(&[("PRE_COMMIT", "1")]);
        assert!(matches!(
            by_hand,
            Some(Work::Repository(Scope::Staged, Files::Tracked))
        ));
    }

    #[test]
    fn ranges_are_told_in_three_ways() {
        let between = [
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_FROM_REF", "a"),
            ("PRE_COMMIT_TO_REF", "b"),
            ("PRE_COMMIT_ORIGIN", "a"),
            ("PRE_COMMIT_SOURCE", "b"),
        ];
        let found = range(&between);
        assert_eq!(found.tips, ["b"]);
        assert!(matches!(&found.hidden[..], [Hidden::Revision(from)] if from == "a"));
        let old = [
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_ORIGIN", "new"),
            ("PRE_COMMIT_SOURCE", "old"),
        ];
        assert_eq!(range(&old).tips, ["old...new"]);
        let whole = [
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_REMOTE_NAME", "origin"),
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/x"),
        ];
        let found = range(&whole);
        assert_eq!(found.tips, ["refs/heads/x"]);
        assert!(
            matches!(&found.hidden[..], [Hidden::References(known)] if known == "refs/remotes/origin/")
        );
    }
}
