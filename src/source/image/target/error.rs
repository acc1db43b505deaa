//! Why what the user typed can be no target, with what would be one.

/// A target that is refused before any work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No transport, no path of that name, and no reference.
    #[error("`{text}` is no path, and no image can have that name: {reason}; name one of: {forms}")]
    BadReference {
        /// What was typed.
        text: String,
        /// What is wrong with it as a reference.
        reason: String,
        /// The transports that exist.
        forms: String,
    },
    /// The path does not exist, or may not be looked at.
    #[error("cannot open `{path}`: {reason}")]
    Missing {
        /// The path, without transport and tag.
        path: String,
        /// What the operating system says.
        reason: String,
    },
    /// A directory without the files of an OCI layout.
    #[error(
        "`{path}` is a directory, but no OCI layout: it has neither index.json nor oci-layout; \
         a root file system is scanned packed, as in `tar -c -C {path} . | residue image -`"
    )]
    NotALayout {
        /// The directory.
        path: String,
    },
    /// A file where the transport wants a directory, or the other way round.
    #[error("`{path}` is not a {wanted}, which `{transport}:` needs")]
    WrongKind {
        /// The path.
        path: String,
        /// `directory` or `file`.
        wanted: &'static str,
        /// The transport that was typed.
        transport: &'static str,
    },
    /// All tags were asked for of something that has none, or of one of its tags.
    #[error("`{text}` is no repository of a registry; --all-tags takes names without a tag")]
    NoRepository {
        /// What was typed.
        text: String,
    },
    /// What was to be audited is no host.
    #[error("`{text}` is no registry; it is written HOST[:PORT][/PREFIX], as in ghcr.io/team")]
    NoRegistry {
        /// What was typed.
        text: String,
    },
    /// A pattern for tags that is none.
    #[error("`{text}` is no pattern for tags: {reason}")]
    BadPattern {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// One login for several registries.
    #[error(
        "--username and --password-stdin are for one registry, and these images are in several: \
         {registries}; `docker login` keeps a login for each"
    )]
    ManyRegistries {
        /// The registries.
        registries: String,
    },
    /// What follows `@` is no digest.
    #[error("`{text}` does not name an image: {reason}")]
    BadDigest {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A platform that is not `os/arch[/variant]`.
    #[error("`{text}` is not a platform; it is written os/arch[/variant], as in linux/arm64")]
    BadPlatform {
        /// What was typed.
        text: String,
    },
}
