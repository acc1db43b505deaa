//! Requests about one repository: authorised, redirected and repeated as the registry asks and `policy`
//! allows.
//!
//! Redirects are followed here and not by the library below, because each is a decision of its own:
//! which addresses it may lead to, and that no credentials go along.

use super::access::Access;
use super::address::{Endpoint, Host, Repository};
use super::agents::{Agents, timed};
use super::auth::Auth;
use super::error::{Cause, RegistryError};
use super::policy::{self, Reach, Refusal};
use super::retry;
use jiff::Timestamp;
use std::sync::Arc;
use std::thread;
use ureq::Body;
use ureq::http::{Response, StatusCode, Uri, header};

/// Most redirects of one request.
const REDIRECTS: usize = 5;

/// A repository, or the registry as such, spoken to.
pub(super) struct Client {
    /// What it is about.
    pub(super) repository: Repository,
    /// How it is talked to.
    pub(super) access: Arc<Access>,
    agents: Arc<Agents>,
    auth: Auth,
}

/// One request.
pub(super) struct Ask<'a> {
    /// The path below the repository, as in `manifests/latest`.
    pub(super) path: String,
    /// Media types that are understood.
    pub(super) accept: &'a str,
    /// What of it is wanted.
    pub(super) part: Part,
}

/// What of an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// What follows so many bytes.
    From(u64),
    /// Nothing but whether it is there.
    Head,
}

impl Client {
    /// A client over connections that may be shared with those of other repositories.
    pub(super) fn new(endpoint: &Endpoint, agents: Arc<Agents>, access: Arc<Access>) -> Self {
        Self {
            auth: Auth::new(endpoint, &access),
            repository: endpoint.repository.clone(),
            agents,
            access,
        }
    }

    /// Gets something, trying again what may pass. The answer has a status of success.
    pub(super) fn get(&self, ask: &Ask<'_>) -> Result<Response<Body>, RegistryError> {
        self.again(|| self.exchange(ask))
    }

    /// Tries until it succeeds, or fails with what will not pass.
    pub(super) fn again<T>(
        &self,
        attempt: impl Fn() -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        let mut tries = 1;
        loop {
            let error = match attempt() {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let Some(pause) = retry::pause(&error, tries, self.access.wait()) else {
                return Err(error);
            };
            thread::sleep(pause);
            tries += 1;
        }
    }

    /// One request and, if the registry asks who we are, one more.
    pub(super) fn exchange(&self, ask: &Ask<'_>) -> Result<Response<Body>, RegistryError> {
        let header = self.auth.header();
        let used = header.as_ref().map(|header| header.as_str());
        let response = self.follow(ask, used)?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.judged(response);
        }
        let answer = self.auth.answer(self, &response, used)?;
        let response = self.follow(ask, Some(answer.as_str()))?;
        match response.status() {
            StatusCode::UNAUTHORIZED => Err(self.error(self.auth.rejected())),
            _ => self.judged(response),
        }
    }

    /// One request, redirects followed.
    fn follow(&self, ask: &Ask<'_>, auth: Option<&str>) -> Result<Response<Body>, RegistryError> {
        let host = &self.repository.host;
        let mut uri = self.uri(&self.repository.path(&ask.path))?;
        let mut reach = Reach::Registry;
        for _ in 0..=REDIRECTS {
            let agent = self.agents.of(reach);
            let mut request = match ask.part {
                Part::Whole => agent.get(uri.clone()),
                Part::Head => agent.head(uri.clone()),
                Part::From(at) => agent
                    .get(uri.clone())
                    .header(header::RANGE, format!("bytes={at}-")),
            };
            request = request.header(header::ACCEPT, ask.accept);
            let may_carry = policy::may_carry_credentials(host, &uri);
            if let Some(auth) = auth.filter(|_| may_carry) {
                request = request.header(header::AUTHORIZATION, auth);
            }
            let response = timed(request, &self.access)
                .call()
                .map_err(|error| RegistryError::of(&authority(&uri), error))?;
            let Some(to) = redirection(&response) else {
                return Ok(response);
            };
            let to = resolved(&uri, to)
                .parse()
                .map_err(|_| self.error(Refusal::NoAddress))?;
            reach = policy::redirect(host, self.agents.is_private(), &uri, &to)
                .map_err(|refusal| self.error(refusal))?;
            uri = to;
        }
        Err(self.error(Cause::Circles))
    }

    /// Asks a token server; `basic` goes along. Redirects are not followed, because what goes along
    /// is meant for nobody else.
    pub(super) fn ask_realm(
        &self,
        uri: &Uri,
        basic: Option<&str>,
        form: Option<&[(&str, &str)]>,
    ) -> Result<Response<Body>, RegistryError> {
        let reach = policy::realm(self.agents.is_private(), &self.uri("/v2/")?, uri)
            .map_err(|refusal| self.error(refusal))?;
        let agent = self.agents.of(reach);
        let answer = match form {
            Some(form) => {
                timed(agent.post(uri.clone()), &self.access).send_form(form.iter().copied())
            }
            None => {
                let mut request = agent.get(uri.clone());
                if let Some(basic) = basic {
                    request = request.header(header::AUTHORIZATION, basic);
                }
                timed(request, &self.access).call()
            }
        };
        answer.map_err(|error| RegistryError::of(&authority(uri), error))
    }

    /// An error of this registry.
    pub(super) fn error(&self, cause: impl Into<Cause>) -> RegistryError {
        RegistryError::new(&self.repository.host, cause)
    }

    /// A path on this registry.
    fn uri(&self, path: &str) -> Result<Uri, RegistryError> {
        let text = format!("{}://{}{path}", self.agents.scheme, self.repository.host);
        text.parse().map_err(|_| self.error(Refusal::NoAddress))
    }

    /// The answer, if its status is one of success.
    pub(super) fn judged(&self, response: Response<Body>) -> Result<Response<Body>, RegistryError> {
        let wait = || retry::after(response.headers(), Timestamp::now());
        let cause = match response.status() {
            status if status.is_success() => return Ok(response),
            StatusCode::NOT_FOUND if is_page(&response) => Cause::NoSuchPage,
            StatusCode::NOT_FOUND => Cause::NotFound,
            StatusCode::FORBIDDEN => Cause::Unauthorised(
                "refuses access; the account that is logged in may not read this repository".into(),
            ),
            StatusCode::TOO_MANY_REQUESTS => Cause::RateLimited(wait()),
            status => Cause::Status(status.as_u16(), wait()),
        };
        Err(self.error(cause))
    }
}

/// The host of an address, as errors tell it.
fn authority(uri: &Uri) -> Host {
    Host::serving(uri.authority().map_or("", |authority| authority.as_str()))
}

/// Whether an answer is meant for people.
fn is_page(response: &Response<Body>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// Where a redirect leads to.
fn redirection(response: &Response<Body>) -> Option<&str> {
    let status = response.status().as_u16();
    let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(header::LOCATION)?;
    to.to_str().ok().filter(|_| is_redirect)
}

/// A location, which may leave out scheme and host (RFC 9110, 10.2.2).
fn resolved(from: &Uri, to: &str) -> String {
    let authority = from.authority().map_or("", |authority| authority.as_str());
    let scheme = from.scheme_str().unwrap_or("https");
    match to {
        _ if to.starts_with("//") => format!("{scheme}:{to}"),
        _ if to.starts_with('/') => format!("{scheme}://{authority}{to}"),
        _ => to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved_against_where_they_were_found() {
        let from: Uri = "https://ghcr.io:444/v2/a/blobs/x".parse().unwrap();
        for (to, expected) in [
            ("https://s.example/x?y=1", "https://s.example/x?y=1"),
            ("//s.example/x", "https://s.example/x"),
            ("/other", "https://ghcr.io:444/other"),
        ] {
            assert_eq!(resolved(&from, to), expected);
        }
    }
}
