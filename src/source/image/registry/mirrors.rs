//! Mirrors, and what else podman, skopeo and buildah are told of registries: `registries.conf`, version 2,
//! and the files beside it (containers-registries.conf(5), containers-registries.conf.d(5)). Of the
//! longest prefix that fits, the mirrors are tried first, the registry itself last.

use super::address::{Address, Endpoint, Host, Repository};
use oci_spec::distribution::Reference;
use serde::Deserialize;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// What the files say, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Conf {
    #[serde(default, rename = "registry")]
    entries: Vec<Entry>,
}

/// What is said of the names that begin with a prefix.
#[derive(Debug, Deserialize)]
struct Entry {
    prefix: Option<String>,
    location: Option<String>,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    mirror: Vec<Mirror>,
    #[serde(default, rename = "mirror-by-digest-only")]
    by_digest_only: bool,
}

#[derive(Debug, Deserialize)]
struct Mirror {
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default, rename = "pull-from-mirror")]
    pull: Pull,
}

/// Which references a mirror is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pull {
    #[default]
    All,
    DigestOnly,
    TagOnly,
}

impl Conf {
    /// What the files of this machine say. One that makes no sense is the matter of the tools that it is
    /// for.
    pub(super) fn read() -> Self {
        let mut all = Self::default();
        for file in files() {
            let text = fs::read_to_string(file).unwrap_or_default();
            let conf: Self = toml::from_str(&text).unwrap_or_default();
            all.add(conf);
        }
        all
    }

    /// What is said later of a prefix takes the place of what was said before.
    fn add(&mut self, more: Self) {
        for entry in more.entries {
            self.entries.retain(|other| other.names() != entry.names());
            self.entries.push(entry);
        }
    }

    /// Where an image may be had, in the order to try, the registry itself last. Nowhere, if it is
    /// blocked.
    pub(super) fn endpoints(&self, image: &Reference) -> Vec<Endpoint> {
        let name = format!("{}/{}", image.registry(), image.repository());
        let address = Address::of(image);
        self.places(&address.repository, &name, address.digest.is_some())
    }

    /// The registry as such.
    pub(super) fn registry(&self, host: &str) -> Option<Endpoint> {
        self.places(&Repository::none_of(host), host, false).pop()
    }

    fn places(&self, own: &Repository, name: &str, is_by_digest: bool) -> Vec<Endpoint> {
        let entries = self.entries.iter().filter_map(|entry| {
            let prefix = entry.names()?;
            Some((prefix.len(), entry, below(prefix, name)?))
        });
        let Some((_, entry, rest)) = entries.max_by_key(|(length, ..)| *length) else {
            return vec![Endpoint::own(own.clone())];
        };
        if entry.blocked {
            return Vec::new();
        }
        let mirrors = entry
            .mirror
            .iter()
            .filter(|mirror| mirror.serves(is_by_digest, entry.by_digest_only));
        let mirrors = mirrors.filter_map(|mirror| {
            Some(Endpoint {
                repository: moved(&mirror.location, rest)?,
                is_mirror: true,
                insecure: mirror.insecure,
            })
        });
        let location = entry.location.as_ref();
        let repository = location.and_then(|location| moved(location, rest));
        let repository = repository.unwrap_or_else(|| own.clone());
        let last = Endpoint {
            is_mirror: repository.host != own.host,
            insecure: entry.insecure,
            repository,
        };
        mirrors.chain([last]).collect()
    }
}

impl Entry {
    /// The prefix of the names that it speaks of.
    fn names(&self) -> Option<&str> {
        self.prefix.as_deref().or(self.location.as_deref())
    }
}

impl Mirror {
    fn serves(&self, is_by_digest: bool, by_digest_only: bool) -> bool {
        match self.pull {
            Pull::All => is_by_digest || !by_digest_only,
            Pull::DigestOnly => is_by_digest,
            Pull::TagOnly => !is_by_digest,
        }
    }
}

/// The user's file or that of the system, then those of the folders beside both; only the one that the
/// environment names, if it does.
fn files() -> Vec<PathBuf> {
    if let Some(file) = env::var_os("CONTAINERS_REGISTRIES_CONF") {
        return vec![file.into()];
    }
    let own = env::var_os("HOME").map(|home| PathBuf::from(home).join(".config/containers"));
    let folders: Vec<PathBuf> = own.into_iter().chain(["/etc/containers".into()]).collect();
    let mut mains = folders.iter().map(|folder| folder.join("registries.conf"));
    let main = mains.find(|file| file.is_file());
    // What the user says is said last.
    let more = folders.iter().rev();
    let more = more.flat_map(|folder| sorted(&folder.join("registries.conf.d")));
    main.into_iter().chain(more).collect()
}

/// The `*.conf` of a folder.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "conf")
        })
        .collect();
    files.sort();
    files
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

fn moved(location: &str, rest: &str) -> Option<Repository> {
    let whole = format!("{location}{rest}");
    let (host, name) = whole.split_once('/')?;
    Some(Repository {
        host: Host::serving(host),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(file: &str, reference: &str) -> Vec<Endpoint> {
        let mut conf = Conf::default();
        conf.add(toml::from_str(file).unwrap());
        conf.endpoints(&reference.parse().unwrap())
    }

    fn tried(file: &str, reference: &str) -> Vec<String> {
        let all = endpoints(file, reference).into_iter();
        all.map(|endpoint| endpoint.repository)
            .map(|repository| format!("{}/{}", repository.host, repository.name))
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

    #[test]
    fn a_mirror_may_be_for_tags_alone_and_needs_no_tls_if_that_is_said() {
        let file = r#"
            [[registry]]
            location = "ghcr.io"
            [[registry.mirror]]
            location = "tags.local/x"
            pull-from-mirror = "tag-only"
            insecure = true
            [[registry.mirror]]
            location = "digests.local/x"
            pull-from-mirror = "digest-only"
        "#;
        let conf: Conf = toml::from_str("[[registry]]\nlocation = \"h\"\ninsecure = true").unwrap();
        assert!(conf.registry("h").unwrap().insecure && !conf.registry("i").unwrap().insecure);
        let tagged = endpoints(file, "ghcr.io/a:1");
        assert_eq!(tagged.len(), 2);
        assert!(tagged[0].is_mirror && tagged[0].insecure);
        assert!(!tagged[1].is_mirror && !tagged[1].insecure);
        let digest = format!("ghcr.io/a@sha256:{}", "ab".repeat(32));
        assert_eq!(tried(file, &digest), ["digests.local/x/a", "ghcr.io/a"]);
    }

    #[test]
    fn a_registry_may_be_blocked_and_what_is_said_last_counts() {
        let blocked = "[[registry]]\nlocation = \"ghcr.io\"\nblocked = true\n";
        assert!(endpoints(blocked, "ghcr.io/a").is_empty());
        assert_eq!(tried(blocked, "quay.io/a"), ["quay.io/a"]);
        let mut conf = Conf::default();
        conf.add(toml::from_str(blocked).unwrap());
        conf.add(toml::from_str("[[registry]]\nprefix = \"ghcr.io\"\n").unwrap());
        assert_eq!(conf.entries.len(), 1);
        assert!(!conf.entries[0].blocked);
    }
}
