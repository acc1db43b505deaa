//! The remote that a push goes to, and what is known of it.

use anyhow::bail;
use residue::source::git::Hidden;
use std::ffi::OsString;

/// Where a push goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Remote {
    /// To a remote of the repository.
    Named(String),
    /// To an address; nothing is known of what is there.
    Nameless,
    /// Whoever called the hook did not say.
    Unknown,
}

impl Remote {
    /// The remote's name and URL, as git passes them to a pre-push hook.
    pub(super) fn of(args: &[OsString]) -> anyhow::Result<Self> {
        match args {
            [] => Ok(Self::Unknown),
            [name] => Ok(Self::Named(name.to_string_lossy().into_owned())),
            // Git repeats the URL where a remote has no name.
            [name, url] if name == url => Ok(Self::Nameless),
            [name, _] => Ok(Self::Named(name.to_string_lossy().into_owned())),
            _ => bail!("a pre-push hook gets the name and the URL of a remote, and nothing else"),
        }
    }

    /// What the other side has, as far as we know.
    pub(super) fn known(&self) -> Vec<Hidden> {
        match self {
            Self::Named(name) => vec![Hidden::References(format!("refs/remotes/{name}/"))],
            Self::Nameless => Vec::new(),
            Self::Unknown => vec![Hidden::References("refs/remotes/".to_owned())],
        }
    }

    /// What people call it. An address may hold a password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Named(name) => name.escape_debug().to_string(),
            Self::Nameless => "a remote without a name".to_owned(),
            Self::Unknown => "a remote".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_without_a_name_is_not_told_by_its_address() {
        let args = |args: &[&str]| Remote::of(&args.iter().map(Into::into).collect::<Vec<_>>());
        let url = "https://me:word@host/app";
        assert_eq!(args(&[url, url]).unwrap(), Remote::Nameless);
        assert!(!args(&[url, url]).unwrap().name().contains("word"));
        assert_eq!(
            args(&["origin", url]).unwrap(),
            Remote::Named("origin".to_owned())
        );
        assert_eq!(args(&[]).unwrap(), Remote::Unknown);
        assert!(args(&["a", "b", "c"]).is_err());
    }
}
