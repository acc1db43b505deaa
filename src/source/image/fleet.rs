//! Targets that stand for many images: all tags of a repository, those that fit a pattern, what a whole
//! registry has, or whatever runs on this machine. They are looked up when reading begins, and what they stand for is sorted, so that
//! two runs on the same registry tell the same.
//!
//! A list that cannot be had in full is a gap; what is known of it is scanned.

use super::containers;
use super::registry::Asking;
use super::target::{Location, Selection, Target, TargetError, reference};
use crate::model::{Kind, Shortfall};
use globset::Glob;
use oci_spec::distribution::Reference;
use std::collections::{BTreeSet, HashSet};

/// Most tags that a message lists.
const LISTED: usize = 10;

/// Which images are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Many {
    /// Those of a repository whose tags fit.
    Tags(Repository, Option<Glob>),
    /// Those of all repositories of a host, `host[:port]`, or below a prefix of their names.
    Catalog(String, Option<String>),
    /// Those of the containers that run, and the containers.
    Running,
}

/// A repository in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    /// As it was typed, with its transport and without a tag.
    pub(super) text: String,
    /// Any image in it.
    pub(super) any: Reference,
}

impl Target {
    /// All tags of the repository that is named.
    ///
    /// # Errors
    /// If it is no repository of a registry, or a tag or digest of one.
    pub fn all_tags(self) -> Result<Self, TargetError> {
        let last = self.text.rsplit('/').next().unwrap_or_default();
        let has_tag = last.contains([':', '@']);
        match self.location {
            Location::Registry(any) | Location::Anywhere(_, any) if !has_tag => {
                let repository = Repository {
                    text: self.text.clone(),
                    any,
                };
                let location = Location::Many(Many::Tags(repository, None));
                Ok(Self { location, ..self })
            }
            _ => Err(TargetError::NoRepository { text: self.text }),
        }
    }

    /// Everything in the registry `HOST[:PORT][/PREFIX]`.
    ///
    /// # Errors
    /// If that can be no registry.
    pub fn registry(text: &str) -> Result<Self, TargetError> {
        let name = text.strip_prefix("docker://").unwrap_or(text);
        let (host, prefix) = name.split_once('/').unwrap_or((name, ""));
        let prefix = prefix.trim_end_matches('/');
        let example = format!("{host}/{}", if prefix.is_empty() { "x" } else { prefix });
        let is_host = reference(text, &example)?.registry() == host;
        if !is_host {
            return Err(TargetError::NoRegistry {
                text: text.to_owned(),
            });
        }
        let prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
        Ok(Self {
            text: text.to_owned(),
            location: Location::Many(Many::Catalog(host.to_owned(), prefix)),
            selection: Selection::All,
        })
    }
}

/// The registries that targets may lead to, as references call them.
pub(super) fn registries(targets: &[Target]) -> BTreeSet<&str> {
    let locations = targets.iter().map(|target| &target.location);
    locations
        .filter_map(|location| match location {
            Location::Registry(image) | Location::Anywhere(_, image) => Some(image.registry()),
            Location::Many(Many::Tags(repository, _)) => Some(repository.any.registry()),
            Location::Many(Many::Catalog(host, _)) => Some(host),
            _ => None,
        })
        .collect()
}

impl Many {
    /// What `REPOSITORY:PATTERN` stands for; `None` if there is no pattern in it. `text` is what was
    /// typed, `name` the same without its transport.
    pub(super) fn pattern(text: &str, name: &str) -> Option<Result<Self, TargetError>> {
        let (repository, tag) = name.rsplit_once(':')?;
        if tag.contains('/') || !tag.contains(['*', '?', '[', '{']) {
            return None;
        }
        let glob = Glob::new(tag).map_err(|error| TargetError::BadPattern {
            text: text.to_owned(),
            reason: error.kind().to_string(),
        });
        let repository = reference(text, repository).map(|any| Repository {
            text: text[..text.len() - tag.len() - 1].to_owned(),
            any,
        });
        Some(repository.and_then(|repository| Ok(Self::Tags(repository, Some(glob?)))))
    }
}

/// The looking up of what targets stand for.
pub(super) struct Fleet<'a> {
    asking: Asking<'a>,
    tell: &'a dyn Fn(Shortfall),
    targets: Vec<Target>,
    texts: HashSet<String>,
}

/// The targets, with each that stands for many replaced by these, or left as it is if nothing is known
/// of them. What cannot be looked up is told as a shortfall.
pub(super) fn expanded(
    targets: &[Target],
    asking: Asking<'_>,
    tell: &dyn Fn(Shortfall),
) -> Vec<Target> {
    let mut fleet = Fleet {
        asking,
        tell,
        targets: Vec::new(),
        texts: targets.iter().map(|one| one.text.clone()).collect(),
    };
    for target in targets {
        let before = fleet.targets.len();
        match &target.location {
            Location::Many(Many::Tags(repository, glob)) => {
                fleet.tagged(&target.text, repository, glob.as_ref());
            }
            Location::Many(Many::Catalog(host, prefix)) => {
                fleet.catalog(&target.text, host, prefix.as_deref());
            }
            Location::Many(Many::Running) => {
                let running = containers::running(&|detail| fleet.gap(&target.text, detail));
                fleet.targets.extend(running);
            }
            _ => {}
        }
        if fleet.targets.len() == before {
            fleet.targets.push(target.clone());
        }
    }
    fleet.targets
}

impl Fleet<'_> {
    /// The tags of a repository that was named; that there is none is not what was asked for.
    fn tagged(&mut self, place: &str, repository: &Repository, glob: Option<&Glob>) {
        if let Some(others) = self.tags(place, repository, glob) {
            let there_are = some(others.iter());
            self.gap(place, format!("no tag fits; {there_are}"));
        }
    }

    /// Adds the tags that fit. If none does, the others, as far as the list could be had.
    fn tags(
        &mut self,
        place: &str,
        repository: &Repository,
        glob: Option<&Glob>,
    ) -> Option<BTreeSet<String>> {
        let listing = self.asking.tags(&repository.any);
        let glob = glob.map(Glob::compile_matcher);
        let fits = |tag: &&String| glob.as_ref().is_none_or(|glob| glob.is_match(tag));
        let mut is_any = false;
        for tag in listing.names.iter().filter(fits) {
            is_any = true;
            self.push(place, format!("{}:{tag}", repository.text));
        }
        if let Some(error) = listing.failure {
            let name = &repository.text;
            self.gap(place, format!("cannot list the tags of {name}: {error}"));
            return None;
        }
        (!is_any).then_some(listing.names)
    }

    fn catalog(&mut self, place: &str, host: &str, prefix: Option<&str>) {
        let listing = self.asking.repositories(host);
        let is_below = |name: &&String| prefix.is_none_or(|prefix| is_below(name, prefix));
        let mut is_any = false;
        for name in listing.names.iter().filter(is_below) {
            is_any = true;
            let text = format!("{host}/{name}");
            match reference(&text, &text) {
                // All tags may have been deleted: then there is nothing to be had.
                Ok(any) => drop(self.tags(place, &Repository { text, any }, None)),
                Err(_) => self.odd(place, name),
            }
        }
        match listing.failure {
            Some(error) => {
                let advice = format!("`residue image {host}/REPOSITORY --all-tags` needs no list");
                let detail =
                    format!("the registry does not list its repositories: {error}; {advice}");
                self.gap(place, detail);
            }
            None if !is_any => {
                let there_are = some(listing.names.iter());
                self.gap(place, format!("no such repository; {there_are}"));
            }
            None => {}
        }
    }

    /// Adds an image, unless it is named already.
    fn push(&mut self, place: &str, text: String) {
        let name = text.strip_prefix("docker://").unwrap_or(&text);
        let name = name.strip_prefix("docker:").unwrap_or(name);
        match reference(&text, name) {
            Err(_) => self.odd(place, &text),
            Ok(image) if self.texts.insert(text.clone()) => self.targets.push(Target {
                text,
                location: Location::Registry(image),
                selection: Selection::All,
            }),
            Ok(_) => {}
        }
    }

    fn odd(&self, place: &str, name: &str) {
        let detail = format!("the registry lists `{name}`, which no image can be called");
        (self.tell)(Shortfall::new(Kind::Corrupt, place, detail));
    }

    fn gap(&self, place: &str, detail: String) {
        (self.tell)(Shortfall::new(Kind::Target, place, detail));
    }
}

/// Whether a repository is `prefix` itself or lies below it.
fn is_below(name: &str, prefix: &str) -> bool {
    let rest = name.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn some<'n>(names: impl ExactSizeIterator<Item = &'n String>) -> String {
    let number = names.len();
    let listed: Vec<&str> = names.take(LISTED).map(String::as_str).collect();
    match number {
        0 => "there are none".to_owned(),
        _ if number > LISTED => {
            let more = number - LISTED;
            format!("there are: {} and {more} more", listed.join(", "))
        }
        _ => format!("there are: {}", listed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(text: &str) -> Many {
        match Target::parse(text).unwrap().location {
            Location::Many(many) => many,
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn a_pattern_stands_for_tags_of_its_repository() {
        for (text, repository, whole) in [
            (
                "ghcr.io/me/app:1.*",
                "ghcr.io/me/app",
                "ghcr.io/me/app:latest",
            ),
            (
                "docker://app:v?",
                "docker://app",
                "docker.io/library/app:latest",
            ),
            ("h:5000/a:{1,2}", "h:5000/a", "h:5000/a:latest"),
        ] {
            let Many::Tags(found, Some(_)) = many(text) else {
                panic!("{text} has a pattern");
            };
            assert_eq!(
                (found.text.as_str(), found.any.whole().as_str()),
                (repository, whole)
            );
        }
        let error = Target::parse("ghcr.io/me/app:[1").unwrap_err().to_string();
        assert!(error.contains("ghcr.io/me/app:[1"), "{error}");
    }

    #[test]
    fn all_tags_are_those_of_a_repository() {
        let all = |text: &str| Target::parse(text).unwrap().all_tags();
        for text in ["app", "docker://ghcr.io/me/app", "localhost:5000/app"] {
            assert!(
                matches!(all(text).unwrap().location, Location::Many(_)),
                "{text}"
            );
        }
        for text in ["app:1", "docker-daemon:app", "-", "app:1.*"] {
            assert!(
                matches!(all(text), Err(TargetError::NoRepository { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_registry_is_a_host_and_perhaps_a_prefix() {
        for (text, host, prefix) in [
            ("localhost:5000", "localhost:5000", None),
            ("docker://ghcr.io/", "ghcr.io", None),
            ("ghcr.io/team/", "ghcr.io", Some("team")),
        ] {
            let expected = Many::Catalog(host.to_owned(), prefix.map(str::to_owned));
            let target = Target::registry(text).unwrap();
            assert_eq!(target.location, Location::Many(expected));
        }
        for text in ["", "team", "team/app", "ghcr.io/Team", "a b"] {
            assert!(Target::registry(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_prefix_ends_where_a_part_of_the_name_does() {
        assert!(is_below("team/app", "team") && is_below("team", "team"));
        assert!(!is_below("teamwork/app", "team") && !is_below("other", "team"));
    }
}
