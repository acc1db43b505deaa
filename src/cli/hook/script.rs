//! The small shell script that git calls as its hook. It is there for three things: to call the hook
//! that was there before, to find the program, and to stop git if there is none.

use crate::cli::args::Hook;

/// What every script of ours has on its second line.
const MARK: &str = "# residue hook run";
/// What every script has on its second line that only passes on.
const PASSING: &str = "# residue passes on";
/// What is added to the name of a hook that was there before.
pub(super) const BEFORE: &str = ".before-residue";

/// Lets a person through who says why, blanks aside.
const SKIP: &str = r#"    case "$RESIDUE_SKIP" in
    *[![:space:]]*)
        printf 'residue: skipped: %s\n' "$RESIDUE_SKIP" >&2
        exit 0
        ;;
    esac
"#;

/// Where the hook is that is called first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// Beside the script: what was there when it was installed.
    Beside,
    /// In the repository: what git would call, if `core.hooksPath` were not set.
    OfRepository,
}

impl First {
    fn path(self, name: &str) -> String {
        match self {
            Self::Beside => format!("$0{BEFORE}"),
            Self::OfRepository => format!("$(git rev-parse --git-common-dir)/hooks/{name}"),
        }
    }
}

/// Whether a hook is a script of ours.
pub(super) fn is_ours(hook: &[u8]) -> bool {
    second_line(hook).is_some_and(|line| line.starts_with(MARK.as_bytes()))
}

/// Whether a hook only passes on to the repository's own.
pub(super) fn is_passing(hook: &[u8]) -> bool {
    second_line(hook).is_some_and(|line| line.starts_with(PASSING.as_bytes()))
}

fn second_line(hook: &[u8]) -> Option<&[u8]> {
    hook.split(|&byte| byte == b'\n').nth(1)
}

/// The hook that runs `program`, or what `PATH` has by that name if it is gone.
pub(super) fn running(hook: Hook, program: &str, first: First) -> String {
    let name = hook.name();
    let program = quoted(program);
    let before = first.path(name);
    let way_on = quoted(&format!("To go on without: {}", hook.way_on()));
    let (take, feed) = match hook.reads_lines() {
        // What git says is read once and told to both.
        true => (
            "lines=$(cat)\nfeed() { [ -z \"$lines\" ] || printf '%s\\n' \"$lines\"; }\n",
            "feed | ",
        ),
        false => ("", ""),
    };
    let skip = match hook.may_be_skipped() {
        true => SKIP,
        false => "",
    };
    format!(
        "#!/bin/sh\n{MARK} {name}\n\
         # Looks for secrets before git goes on. `residue hook uninstall {name}` takes it away.\n\
         program={program}\n\
         before=\"{before}\"\n\
         {take}\
         if [ -x \"$before\" ]; then\n    {feed}\"$before\" \"$@\" || exit $?\nfi\n\
         [ -x \"$program\" ] || program=$(command -v residue) || {{\n\
         {skip}\x20   \
         echo 'residue: stopped, because there is no residue to look for secrets: not at' {program} 'and not in PATH.' >&2\n    \
         echo {way_on} >&2\n    exit 2\n}}\n\
         {feed}\"$program\" hook run {name} -- \"$@\"\n"
    )
}

/// A hook that does nothing but what the repository's own does.
pub(super) fn passing(name: &str) -> String {
    let own = First::OfRepository.path(name);
    format!(
        "#!/bin/sh\n{PASSING}: core.hooksPath hides the hooks of the repository itself; this one calls them.\n\
         own=\"{own}\"\n\
         [ -x \"$own\" ] || exit 0\n\
         exec \"$own\" \"$@\"\n"
    )
}

/// A word for the shell (POSIX shell, 2.2.2).
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_known_again() {
        for hook in [Hook::Commit, Hook::Push, Hook::Receipt] {
            let script = running(hook, "/opt/it's here/residue", First::Beside);
            assert!(is_ours(script.as_bytes()) && !is_passing(script.as_bytes()));
            assert!(
                script.contains("program='/opt/it'\\''s here/residue'\n"),
                "{script}"
            );
            assert_eq!(script.contains("RESIDUE_SKIP"), hook.may_be_skipped());
        }
        let script = passing("post-checkout");
        assert!(is_passing(script.as_bytes()) && !is_ours(script.as_bytes()));
        for other in [
            &b""[..],
            b"#!/bin/sh",
            b"#!/bin/sh\nresidue hook run pre-commit\n",
        ] {
            assert!(!is_ours(other) && !is_passing(other));
        }
    }
}
