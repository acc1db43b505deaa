//! Mirrors, as podman, skopeo and buildah are told of them: `registries.conf`, version 2
//! (containers-registries.conf(5)). The mirrors of the longest prefix that fits are tried first, the
//! registry itself last.

use super::address::{Address, Host};
use serde::Deserialize;
use std::env;
use std::fs;
use std::path::PathBuf;

/// The file, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
struct File {
    #[serde(default)]
    registry: Vec<Entry>,
}

/// What is said of the names that begin with a prefix.
#[derive(Debug, Deserialize)]
struct Entry {
    prefix: Option<String>,
    location: Option<String>,
    #[serde(default)]
    mirror: Vec<Mirror>,
    #[serde(default, rename = "mirror-by-digest-only")]
    by_digest_only: bool,
}

#[derive(Debug, Deserialize)]
struct Mirror {
    location: String,
}

/// Where `address` may be had, in the order to try; `name` is the registry and repository as the
/// user's reference says them.
pub(super) fn endpoints(address: &Address, name: &str) -> Vec<Address> {
    let file = path().and_then(|path| fs::read_to_string(path).ok());
    // A file that makes no sense is the matter of the tools that it is for.
    let file: File = file
        .and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default();
    choose(&file, address, name)
}

fn path() -> Option<PathBuf> {
    if let Some(file) = env::var_os("CONTAINERS_REGISTRIES_CONF") {
        return Some(file.into());
    }
    let home = env::var_os("HOME")
        .map(|home| PathBuf::from(home).join(".config/containers/registries.conf"));
    let system = PathBuf::from("/etc/containers/registries.conf");
    home.into_iter().chain([system]).find(|path| path.is_file())
}

fn choose(file: &File, address: &Address, name: &str) -> Vec<Address> {
    let entries = file.registry.iter().filter_map(|entry| {
        let prefix = entry.prefix.as_ref().or(entry.location.as_ref())?;
        let rest = below(prefix, name)?;
        Some((prefix.len(), entry, rest))
    });
    let Some((_, entry, rest)) = entries.max_by_key(|(length, ..)| *length) else {
        return vec![address.clone()];
    };
    let may_mirror = !entry.by_digest_only || address.digest.is_some();
    let mirrors = entry
        .mirror
        .iter()
        .filter(|_| may_mirror)
        .map(|mirror| &mirror.location);
    let mut all: Vec<_> = mirrors
        .filter_map(|location| moved(address, location, rest))
        .collect();
    let own = entry
        .location
        .as_ref()
        .and_then(|location| moved(address, location, rest));
    all.push(own.unwrap_or_else(|| address.clone()));
    all
}

/// What follows `prefix` in `name`, if it ends where a part of the name does.
fn below<'n>(prefix: &str, name: &'n str) -> Option<&'n str> {
    if let Some(domain) = prefix.strip_prefix("*.") {
        let host = name.split('/').next()?;
        let is_below = host.strip_suffix(domain)?.ends_with('.');
        return is_below.then(|| name.strip_prefix(host)).flatten();
    }
    let rest = name.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn moved(address: &Address, location: &str, rest: &str) -> Option<Address> {
    let whole = format!("{location}{rest}");
    let (host, repository) = whole.split_once('/')?;
    Some(Address {
        host: Host::serving(host),
        repository: repository.to_owned(),
        ..address.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(file: &str, reference: &str) -> Vec<String> {
        let reference: oci_spec::distribution::Reference = reference.parse().unwrap();
        let name = format!("{}/{}", reference.registry(), reference.repository());
        let all = choose(
            &toml::from_str(file).unwrap(),
            &Address::of(&reference),
            &name,
        );
        all.iter()
            .map(|address| format!("{}/{}", address.host, address.repository))
            .collect()
    }

    #[test]
    fn mirrors_come_before_the_registry() {
        let file = r#"
            unqualified-search-registries = ["docker.io"]
            [[registry]]
            prefix = "docker.io"
            location = "docker.io"
            [[registry.mirror]]
            location = "mirror.example/hub"
            [[registry]]
            location = "docker.io/me"
            [[registry.mirror]]
            location = "mine.example/me"
        "#;
        let hub = [
            "mirror.example/hub/library/alpine",
            "registry-1.docker.io/library/alpine",
        ];
        assert_eq!(tried(file, "alpine"), hub);
        let mine = ["mine.example/me/app", "registry-1.docker.io/me/app"];
        assert_eq!(tried(file, "me/app:1"), mine);
        assert_eq!(tried(file, "ghcr.io/a/b"), ["ghcr.io/a/b"]);
        assert_eq!(
            tried(file, "docker.io/mean/b")[0],
            "mirror.example/hub/mean/b"
        );
    }

    #[test]
    fn a_mirror_may_be_for_digests_alone_and_a_prefix_for_a_domain() {
        let file = r#"
            [[registry]]
            prefix = "*.example.com"
            location = "cache.local/x"
            mirror-by-digest-only = true
            [[registry.mirror]]
            location = "fast.local/y"
        "#;
        assert_eq!(tried(file, "a.example.com/b/c"), ["cache.local/x/b/c"]);
        let digest = format!("a.example.com/b/c@sha256:{}", "ab".repeat(32));
        assert_eq!(
            tried(file, &digest),
            ["fast.local/y/b/c", "cache.local/x/b/c"]
        );
        assert_eq!(tried(file, "notexample.com/b"), ["notexample.com/b"]);
    }
}
