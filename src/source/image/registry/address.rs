//! Where an image is to be had: a host, a repository on it, and a tag or digest.

use super::super::digest::Digest;
use oci_spec::distribution::Reference;
use std::fmt;

/// The name that references use for Docker's own registry.
const DOCKER: &str = "docker.io";
/// The host that serves it.
const DOCKER_HOST: &str = "registry-1.docker.io";

/// A registry: host and, where it is not the scheme's own, port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host(String);

impl Host {
    /// The registry that serves names which begin with `name`.
    pub(super) fn serving(name: &str) -> Self {
        match name {
            DOCKER | "index.docker.io" => Self(DOCKER_HOST.to_owned()),
            _ => Self(name.to_owned()),
        }
    }

    /// `host[:port]`.
    pub(super) fn authority(&self) -> &str {
        &self.0
    }

    /// The host without its port and without the brackets of IPv6.
    pub(super) fn name(&self) -> &str {
        bare(&self.0)
    }

    /// How credential files call it, best first: docker's has a name of its own for its registry.
    pub(super) fn logins(&self) -> &'static [&'static str] {
        match self.0.as_str() {
            DOCKER_HOST => &["https://index.docker.io/v1/", DOCKER, DOCKER_HOST],
            _ => &[],
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host of an authority.
pub(super) fn bare(authority: &str) -> &str {
    if let Some((name, _)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return name;
    }
    authority
        .split_once(':')
        .map_or(authority, |(name, _)| name)
}

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The registry.
    pub(super) host: Host,
    /// The repository, as in `library/alpine`.
    pub(super) repository: String,
    /// A tag or a digest, as in the path of a manifest.
    pub(super) reference: String,
    /// The digest, where one is named.
    pub(super) digest: Option<Digest>,
}

impl Address {
    /// Where a reference is served. Of tag and digest the digest counts, as everywhere.
    pub(super) fn of(reference: &Reference) -> Self {
        let digest = reference.digest();
        Self {
            host: Host::serving(reference.registry()),
            repository: reference.repository().to_owned(),
            reference: digest.or(reference.tag()).unwrap_or("latest").to_owned(),
            digest: digest.and_then(|text| Digest::parse(text).ok()),
        }
    }
}

impl Address {
    /// What lies below the repository, as a path on the host; below the host, if no repository is
    /// meant.
    pub(super) fn path(&self, rest: &str) -> String {
        match self.repository.as_str() {
            "" => format!("/v2/{rest}"),
            repository => format!("/v2/{repository}/{rest}"),
        }
    }

    /// What a token has to allow (Docker's token authentication, "Resource Scope").
    pub(super) fn scope(&self) -> String {
        match self.repository.as_str() {
            "" => "registry:catalog:*".to_owned(),
            repository => format!("repository:{repository}:pull"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> (String, String, String) {
        let address = Address::of(&text.parse().unwrap());
        let host = address.host.authority().to_owned();
        (host, address.repository, address.reference)
    }

    #[test]
    fn names_are_completed_as_docker_does() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        for (text, host, repository, reference) in [
            ("alpine", DOCKER_HOST, "library/alpine", "latest"),
            ("me/app:1", DOCKER_HOST, "me/app", "1"),
            ("docker.io/me/app", DOCKER_HOST, "me/app", "latest"),
            ("localhost/app", "localhost", "app", "latest"),
            ("localhost:5000/a/b:v", "localhost:5000", "a/b", "v"),
            ("ghcr.io/a/b", "ghcr.io", "a/b", "latest"),
        ] {
            let expected = (host.to_owned(), repository.to_owned(), reference.to_owned());
            assert_eq!(address(text), expected, "{text}");
        }
        assert_eq!(address(&format!("ghcr.io/a/b:v1@{digest}")).2, digest);
    }

    #[test]
    fn the_host_is_what_stands_before_the_port() {
        for (authority, host) in [
            ("localhost:5000", "localhost"),
            ("127.0.0.1:5000", "127.0.0.1"),
            ("[::1]:5000", "::1"),
            ("ghcr.io", "ghcr.io"),
        ] {
            assert_eq!(Host::serving(authority).name(), host);
        }
    }
}
