//! What a registry has to offer: the tags of a repository, and the repositories of a host
//! (distribution-spec, "Listing Tags"; Docker's catalog, which many registries refuse). Lists come in
//! pages.

use super::address::Endpoint;
use super::client::{Ask, Client, Part};
use super::error::{Cause, RegistryError};
use super::registries::Registries;
use oci_spec::distribution::Reference;
use serde_json::Value;
use std::collections::BTreeSet;

/// Names that are asked for at once; registries may give fewer, and refuse to give more.
const PAGE: usize = 1_000;
/// Most pages of one list. Some registries leave out of a page what the caller may not see.
const PAGES: usize = 10_000;
/// Most names of one list.
const NAMES: usize = 100_000;

/// A list, sorted, and why it may not be whole.
#[derive(Debug, Default)]
pub(in crate::source::image) struct Listing {
    /// The names.
    pub(in crate::source::image) names: BTreeSet<String>,
    /// What ended it early.
    pub(in crate::source::image) failure: Option<RegistryError>,
}

/// How a list is asked for.
#[derive(Clone, Copy)]
pub(in crate::source::image) struct Asking<'a> {
    /// How registries are talked to.
    pub(in crate::source::image) registries: &'a Registries,
    /// Largest page, in bytes.
    pub(in crate::source::image) limit: u64,
    /// Whether the scan is over.
    pub(in crate::source::image) is_stopped: &'a dyn Fn() -> bool,
}

impl Asking<'_> {
    /// The tags of the reference's repository, from where the registry itself is to be had: a mirror
    /// may hold some of them only.
    pub(in crate::source::image) fn tags(&self, repository: &Reference) -> Listing {
        let own = self.registries.conf().endpoints(repository).pop();
        self.list(own, repository.registry(), ("tags/list", "tags"))
    }

    /// The repositories of a host, `host[:port]`.
    pub(in crate::source::image) fn repositories(&self, host: &str) -> Listing {
        let own = self.registries.conf().registry(host);
        self.list(own, host, ("_catalog", "repositories"))
    }

    fn list(&self, endpoint: Option<Endpoint>, host: &str, what: (&str, &str)) -> Listing {
        let mut listing = Listing::default();
        let blocked = || RegistryError::new(&host, Cause::Blocked);
        let client = endpoint.ok_or_else(blocked);
        let client = client.and_then(|endpoint| self.registries.client(&endpoint));
        let read = client.and_then(|client| self.read(&client, what, &mut listing.names));
        listing.failure = read.err();
        listing
    }

    /// Reads page after page; what came before a failure stays.
    fn read(
        &self,
        client: &Client,
        (path, field): (&str, &str),
        names: &mut BTreeSet<String>,
    ) -> Result<(), RegistryError> {
        let mut query = format!("n={PAGE}");
        for _ in 0..PAGES {
            let (page, next) = self.page(client, &format!("{path}?{query}"), field)?;
            names.extend(page);
            match next {
                None => return Ok(()),
                Some(next) if next == query => return Err(client.error(Cause::EndlessList)),
                Some(_) if names.len() > NAMES || (self.is_stopped)() => break,
                Some(next) => query = next,
            }
        }
        Err(client.error(Cause::LongList(names.len())))
    }

    /// One page, and the query of the next.
    fn page(
        &self,
        client: &Client,
        path: &str,
        field: &str,
    ) -> Result<(Vec<String>, Option<String>), RegistryError> {
        let ask = Ask {
            path: path.to_owned(),
            accept: "application/json",
            part: Part::Whole,
        };
        let page = client.document(&ask, self.limit)?;
        let names = names(&page.bytes, field).ok_or_else(|| client.error(Cause::NoRegistry))?;
        Ok((names, page.next))
    }
}

/// The names on a page; a repository whose tags were all deleted has `null`.
fn names(bytes: &[u8], field: &str) -> Option<Vec<String>> {
    let page: Value = serde_json::from_slice(bytes).ok()?;
    match page.get(field)? {
        Value::Null => Some(Vec::new()),
        list => {
            let names = list.as_array()?.iter();
            names.map(|name| name.as_str().map(str::to_owned)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_list_of_names_or_none() {
        let read = |text: &str| names(text.as_bytes(), "tags");
        assert_eq!(read(r#"{"tags":["1","2"]}"#).unwrap(), ["1", "2"]);
        assert_eq!(read(r#"{"tags":null}"#), Some(Vec::new()));
        for text in [r#"{"tags":[1]}"#, r#"{"tags":"1"}"#, "{}", "<html>"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
