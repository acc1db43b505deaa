//! Which images of a target are meant, of those that an archive or a layout holds.

use super::super::digest::Digest;
use super::super::reference::parse;
use super::TargetError;

/// Which images of a target are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Selection {
    /// All of them.
    All,
    /// Those of this tag or name.
    Name(String),
    /// The one of this manifest or config digest.
    Digest(Digest),
}

impl Selection {
    /// The selection in `:NAME`, `:@DIGEST` or `@DIGEST`; all images where there is none.
    pub(super) fn parse(wanted: Option<&str>) -> Result<Self, TargetError> {
        let Some(wanted) = wanted else {
            return Ok(Self::All);
        };
        let name = wanted.strip_prefix(':').unwrap_or(wanted);
        match name.strip_prefix('@') {
            _ if name.is_empty() => Ok(Self::All),
            None => Ok(Self::Name(name.to_owned())),
            Some(digest) => {
                Digest::parse(digest)
                    .map(Self::Digest)
                    .map_err(|error| TargetError::BadDigest {
                        text: wanted.to_owned(),
                        reason: error.to_string(),
                    })
            }
        }
    }

    /// Whether every image is meant.
    pub(in super::super) fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// Whether an image of this name is meant. Names are compared as they stand and, so that `app`
    /// finds `docker.io/library/app:latest`, in the normal form of registries.
    pub(in super::super) fn takes_name(&self, name: &str) -> bool {
        let normal = |name: &str| parse(name).map(|reference| reference.whole());
        match self {
            Self::All => true,
            Self::Digest(_) => false,
            Self::Name(wanted) => {
                wanted == name
                    || matches!((normal(wanted), normal(name)), (Ok(one), Ok(two)) if one == two)
            }
        }
    }

    /// Whether the image with this manifest or config digest is meant.
    pub(in super::super) fn takes_digest(&self, digest: &Digest) -> bool {
        match self {
            Self::All => true,
            Self::Digest(wanted) => wanted == digest,
            Self::Name(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_their_normal_form() {
        for (wanted, given, same) in [
            ("app", "docker.io/library/app:latest", true),
            ("app:1", "docker.io/library/app:1", true),
            ("1.0", "1.0", true),
            ("app:1", "app:2", false),
            ("Not A Name", "app", false),
        ] {
            assert_eq!(
                Selection::Name(wanted.to_owned()).takes_name(given),
                same,
                "{wanted} {given}"
            );
        }
    }
}
