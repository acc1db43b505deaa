//! What a registry has to offer: the tags of a repository, and the repositories of a host
//! (distribution-spec, "Listing Tags"; Docker's catalog, which many registries refuse).
//!
//! Lists come in pages, each with a `Link` to the next. Only the query of that link is taken, so that
//! no answer decides which host or path is asked next.

use super::access::Access;
use super::address::{Address, Host};
use super::client::{Ask, Client};
use super::error::{Cause, RegistryError};
use super::mirrors;
use oci_spec::distribution::Reference;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;
use ureq::http::{HeaderMap, header};

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
    pub(in crate::source::image) access: &'a Arc<Access>,
    /// Largest page, in bytes.
    pub(in crate::source::image) limit: u64,
    /// Whether the scan is over.
    pub(in crate::source::image) is_stopped: &'a dyn Fn() -> bool,
}

impl Asking<'_> {
    /// The tags of the reference's repository, from where the registry itself is to be had: a mirror
    /// may hold some of them only.
    pub(in crate::source::image) fn tags(&self, repository: &Reference) -> Listing {
        let address = Address::of(repository);
        let name = format!("{}/{}", repository.registry(), repository.repository());
        let own = mirrors::endpoints(&address, &name).pop();
        self.list(own.unwrap_or(address), "tags/list", "tags")
    }

    /// The repositories of a host, `host[:port]`.
    pub(in crate::source::image) fn repositories(&self, host: &str) -> Listing {
        self.list(Address::of_host(host), "_catalog", "repositories")
    }

    fn list(&self, address: Address, path: &str, field: &str) -> Listing {
        let mut listing = Listing::default();
        let client = Client::new(address, Arc::clone(self.access));
        let read = client.and_then(|client| self.read(&client, (path, field), &mut listing.names));
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
        let response = client.get(&Ask {
            path: path.to_owned(),
            accept: "application/json",
            from: 0,
        })?;
        let next = next(response.headers());
        let mut bytes = Vec::new();
        let mut body = response.into_body().into_reader().take(self.limit + 1);
        body.read_to_end(&mut bytes)
            .map_err(|error| client.error(Cause::Connection(error.to_string())))?;
        if bytes.len() as u64 > self.limit {
            return Err(client.error(Cause::TooLarge(self.limit)));
        }
        let names = names(&bytes, field).ok_or_else(|| client.error(Cause::NoRegistry))?;
        Ok((names, next))
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

/// The query of the link to the next page (RFC 8288).
fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(header::LINK).iter();
    links
        .filter_map(|link| link.to_str().ok())
        .find_map(next_query)
}

fn next_query(links: &str) -> Option<String> {
    let mut targets = links.split('<').skip(1);
    targets.find_map(|link| {
        let (address, parameters) = link.split_once('>')?;
        let is_next = parameters
            .split([';', ','])
            .any(|one| one.trim().replace('"', "").eq_ignore_ascii_case("rel=next"));
        let query = address.split_once('?')?.1;
        is_next.then(|| query.to_owned())
    })
}

impl Address {
    /// A host, without any repository on it.
    fn of_host(name: &str) -> Self {
        Self {
            host: Host::serving(name),
            repository: String::new(),
            reference: String::new(),
            digest: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_however_the_link_is_written() {
        for link in [
            r#"</v2/_catalog?last=b&n=2>; rel="next""#,
            "<https://elsewhere.example/x?last=b&n=2>;rel=next",
            r#"</v2/x?a=1>; rel="prev", </v2/x?last=b&n=2>; title=x; rel="next""#,
        ] {
            assert_eq!(next_query(link).as_deref(), Some("last=b&n=2"), "{link}");
        }
        for link in [
            "",
            "</v2/x?a=1>; rel=\"prev\"",
            "</v2/x>; rel=\"next\"",
            "<",
        ] {
            assert_eq!(next_query(link), None, "{link}");
        }
    }

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
