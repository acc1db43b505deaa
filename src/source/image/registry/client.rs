//! Requests to one registry: authorised, redirected and repeated as it asks and `policy` allows.
//!
//! Redirects are followed here and not by the library below, because each is a decision of its own:
//! which addresses it may lead to, and that no credentials go along.

use super::access::Access;
use super::address::{Address, Host};
use super::auth::Auth;
use super::error::{Cause, RegistryError};
use super::policy::{self, Reach, Transport};
use super::resolver::PublicOnly;
use super::{retry, tls};
use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::{Response, StatusCode, Uri, header};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

/// Most redirects of one request.
const REDIRECTS: usize = 5;
/// Time for looking up a host and connecting to it.
const CONNECT: Duration = Duration::from_secs(15);

/// A registry, spoken to about one repository, or about itself.
pub(super) struct Client {
    pub(super) address: Address,
    pub(super) access: Arc<Access>,
    auth: Auth,
    agents: Agents,
    scheme: &'static str,
    /// Whether the registry itself is at a private address.
    at_private: bool,
}

/// One agent for each reach.
pub(super) struct Agents {
    registry: Agent,
    public: Agent,
    anywhere: Agent,
}

/// One request.
pub(super) struct Ask<'a> {
    /// The path below the repository, as in `manifests/latest`.
    pub(super) path: String,
    /// Media types that are understood.
    pub(super) accept: &'a str,
    /// Bytes to leave out at the beginning.
    pub(super) from: u64,
}

impl Client {
    /// A client for the repository of `address`. Connects only where it has to find out whether
    /// there is TLS.
    pub(super) fn new(address: Address, access: Arc<Access>) -> Result<Self, RegistryError> {
        let agents = Agents::new(&address.host, &access);
        let scheme = agents.scheme(&address.host, policy::transport(&address.host, &access))?;
        Ok(Self {
            at_private: is_private(&address.host),
            auth: Auth::new(&address, &access),
            agents,
            scheme,
            access,
            address,
        })
    }

    /// Gets something, trying again what may pass. The answer has a status of success.
    pub(super) fn get(&self, ask: &Ask<'_>) -> Result<Response<Body>, RegistryError> {
        let mut tries = 1;
        loop {
            let error = match self.exchange(ask) {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let Some(pause) = retry::pause(&error, tries, self.access.patience) else {
                return Err(error);
            };
            thread::sleep(pause);
            tries += 1;
        }
    }

    /// One request and, if the registry asks who we are, one more.
    fn exchange(&self, ask: &Ask<'_>) -> Result<Response<Body>, RegistryError> {
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
        let host = &self.address.host;
        let path = self.address.path(&ask.path);
        let mut uri = self.uri(&format!("{}://{host}{path}", self.scheme))?;
        let mut reach = Reach::Registry;
        for _ in 0..=REDIRECTS {
            let mut request = self
                .agents
                .of(reach)
                .get(uri.clone())
                .header(header::ACCEPT, ask.accept);
            if ask.from > 0 {
                request = request.header(header::RANGE, format!("bytes={}-", ask.from));
            }
            let may_carry = policy::may_carry_credentials(host, &uri);
            if let Some(auth) = auth.filter(|_| may_carry) {
                request = request.header(header::AUTHORIZATION, auth);
            }
            let response = request
                .call()
                .map_err(|error| RegistryError::of(host, error))?;
            let Some(to) = redirection(&response) else {
                return Ok(response);
            };
            let to = self.uri(&resolved(&uri, to))?;
            reach = policy::redirect(host, self.at_private, &uri, &to)
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
        let reach = policy::realm(&self.address.host, self.at_private, uri)
            .map_err(|refusal| self.error(refusal))?;
        let agent = self.agents.of(reach);
        let answer = match form {
            Some(form) => agent.post(uri.clone()).send_form(form.iter().copied()),
            None => {
                let mut request = agent.get(uri.clone());
                if let Some(basic) = basic {
                    request = request.header(header::AUTHORIZATION, basic);
                }
                request.call()
            }
        };
        answer.map_err(|error| RegistryError::of(&self.address.host, error))
    }

    /// An error of this registry.
    pub(super) fn error(&self, cause: impl Into<Cause>) -> RegistryError {
        RegistryError::new(&self.address.host, cause)
    }

    fn uri(&self, text: &str) -> Result<Uri, RegistryError> {
        text.parse()
            .map_err(|_| self.error(policy::Refusal::NoAddress))
    }

    fn judged(&self, response: Response<Body>) -> Result<Response<Body>, RegistryError> {
        let cause = match response.status() {
            status if status.is_success() => return Ok(response),
            StatusCode::NOT_FOUND => Cause::NotFound,
            StatusCode::FORBIDDEN => Cause::Unauthorised(
                "refuses access; the account that is logged in may not read this repository".into(),
            ),
            StatusCode::TOO_MANY_REQUESTS => Cause::RateLimited(retry_after(&response)),
            status => Cause::Status(status.as_u16()),
        };
        Err(self.error(cause))
    }
}

impl Agents {
    fn new(host: &Host, access: &Access) -> Self {
        let config = |tls| {
            let builder = Config::builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .user_agent(concat!("residue/", env!("CARGO_PKG_VERSION")))
                .timeout_resolve(Some(CONNECT))
                .timeout_connect(Some(CONNECT))
                .timeout_recv_response(Some(access.patience))
                .timeout_per_read(Some(access.patience))
                .tls_config(tls);
            // Proxies are for what is outside of this machine.
            match policy::is_loopback(host.name()) {
                true => builder.proxy(None).build(),
                false => builder.build(),
            }
        };
        let connector = DefaultConnector::default;
        let elsewhere = config(tls::elsewhere(access));
        let own = config(tls::of_host(host, access));
        Self {
            registry: Agent::with_parts(own, connector(), DefaultResolver::default()),
            public: Agent::with_parts(elsewhere.clone(), connector(), PublicOnly::default()),
            anywhere: Agent::with_parts(elsewhere, connector(), DefaultResolver::default()),
        }
    }

    const fn of(&self, reach: Reach) -> &Agent {
        match reach {
            Reach::Registry => &self.registry,
            Reach::Public => &self.public,
            Reach::Anywhere => &self.anywhere,
        }
    }

    /// The scheme that the host speaks, of those that it may.
    fn scheme(&self, host: &Host, transport: Transport) -> Result<&'static str, RegistryError> {
        match transport {
            Transport::Https => return Ok("https"),
            Transport::Http => return Ok("http"),
            Transport::Either => {}
        }
        let ping = |scheme| self.registry.get(format!("{scheme}://{host}/v2/")).call();
        match ping("https") {
            Ok(_) => Ok("https"),
            // An authority that is not trusted is told as such: there is TLS.
            Err(error) => match RegistryError::of(host, error) {
                error if matches!(error.cause, Cause::Certificate(_)) => Err(error),
                _ => ping("http")
                    .map(|_| "http")
                    .map_err(|error| RegistryError::of(host, error)),
            },
        }
    }
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

/// The seconds that a registry asks to wait; a date is taken for no answer.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Whether a host is inside a private network, as far as this machine can tell.
fn is_private(host: &Host) -> bool {
    let addresses = (host.name(), 0).to_socket_addrs();
    addresses.is_ok_and(|mut all| all.any(|address| !policy::is_public(address.ip())))
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
