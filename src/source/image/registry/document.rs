//! Manifests and lists: answers that are small enough to be taken whole, or not at all.

use super::super::digest::Digest;
use super::client::{Ask, Client};
use super::error::{Cause, RegistryError};
use super::pace::Paced;
use std::io::Read as _;
use ureq::Body;
use ureq::http::{HeaderMap, Response, header};

/// Largest answer of a token server, in bytes.
const ANSWER: u64 = 1 << 20;

/// A document that was fetched.
pub(super) struct Fetched {
    /// Its content.
    pub(super) bytes: Vec<u8>,
    /// What the registry says it is.
    pub(super) media_type: String,
    /// What the content hashes to, in SHA-256.
    pub(super) digest: Digest,
    /// The query of the next page, if it is one of many.
    pub(super) next: Option<String>,
}

impl Client {
    /// Fetches a document of at most `limit` bytes. If the connection breaks, it is asked for again.
    pub(super) fn document(&self, ask: &Ask<'_>, limit: u64) -> Result<Fetched, RegistryError> {
        self.again(|| {
            let response = self.exchange(ask)?;
            let media_type = response.headers().get(header::CONTENT_TYPE);
            let media_type = media_type.and_then(|value| value.to_str().ok());
            let media_type = media_type.unwrap_or_default().to_owned();
            let next = next(response.headers());
            let bytes = self.whole(response, limit)?;
            Ok(Fetched {
                digest: Digest::of(&bytes),
                bytes,
                media_type,
                next,
            })
        })
    }

    /// What a token server says.
    pub(super) fn answer(&self, response: Response<Body>) -> Result<Vec<u8>, RegistryError> {
        self.whole(response, ANSWER)
    }

    fn whole(&self, response: Response<Body>, limit: u64) -> Result<Vec<u8>, RegistryError> {
        let body = Paced::new(response.into_body().into_reader(), self.access.wait());
        let mut bytes = Vec::new();
        body.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| self.error(error))?;
        match bytes.len() as u64 > limit {
            true => Err(self.error(Cause::TooLarge(limit))),
            false => Ok(bytes),
        }
    }
}

/// The query of the link to the next page (RFC 8288). Only the query is taken, so that no answer
/// decides which host or path is asked next.
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
}
