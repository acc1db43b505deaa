//! Where an image is to be had: a host, a repository on it, and a tag or digest.

use super::super::digest::Digest;
use oci_spec::distribution::Reference;
use std::fmt;

/// The name that references use for Docker's own registry.
const DOCKER: &str = "docker.io";
/// The host that serves it.
const DOCKER_HOST: &str = "registry-1.docker.io";

/// A registry: host and, where it is not the scheme's own, port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

    /// How references call it.
    pub(super) fn familiar(&self) -> &str {
        match self.0.as_str() {
            DOCKER_HOST => DOCKER,
            name => name,
        }
    }

    /// How the credential file of docker calls it, best first: it has a name of its own for its
    /// registry.
    pub(super) fn logins(&self) -> Vec<&str> {
        match self.0.as_str() {
            DOCKER_HOST => vec!["https://index.docker.io/v1/", DOCKER, DOCKER_HOST],
            name => vec![name],
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

/// A repository of a registry, or the registry as such.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Repository {
    /// The registry.
    pub(super) host: Host,
    /// The name, as in `library/alpine`; empty for the registry as such.
    pub(super) name: String,
}

impl Repository {
    /// The registry that serves names which begin with `host`, without any repository in it.
    pub(super) fn none_of(host: &str) -> Self {
        Self {
            host: Host::serving(host),
            name: String::new(),
        }
    }

    /// What lies below it, as a path on the host.
    pub(super) fn path(&self, rest: &str) -> String {
        match self.name.as_str() {
            "" => format!("/v2/{rest}"),
            name => format!("/v2/{name}/{rest}"),
        }
    }

    /// What a token has to allow (Docker's token authentication, "Resource Scope").
    pub(super) fn scope(&self) -> String {
        match self.name.as_str() {
            "" => "registry:catalog:*".to_owned(),
            name => format!("repository:{name}:pull"),
        }
    }
}

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The repository.
    pub(super) repository: Repository,
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
            repository: Repository {
                host: Host::serving(reference.registry()),
                name: reference.repository().to_owned(),
            },
            reference: digest.or(reference.tag()).unwrap_or("latest").to_owned(),
            digest: digest.and_then(|text| Digest::parse(text).ok()),
        }
    }
}

/// Where a repository is spoken to, and how far that place is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Endpoint {
    /// The repository there.
    pub(super) repository: Repository,
    /// Whether it stands in for the registry that was named: then nothing that was given for that
    /// one is meant for it.
    pub(super) is_mirror: bool,
    /// Whether any certificate will do, and plain http.
    pub(super) insecure: bool,
}

impl Endpoint {
    /// The repository itself.
    pub(super) const fn own(repository: Repository) -> Self {
        Self {
            repository,
            is_mirror: false,
            insecure: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> (String, String, String) {
        let address = Address::of(&text.parse().unwrap());
        let Repository { host, name } = address.repository;
        (host.authority().to_owned(), name, address.reference)
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
