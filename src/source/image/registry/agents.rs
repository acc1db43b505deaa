//! Connections to a registry, and to the hosts that it sends us to: one agent for each reach that
//! `policy` knows, kept for all repositories of the registry.

use super::access::Access;
use super::address::Host;
use super::error::{Cause, RegistryError};
use super::policy::{self, Reach, Transport};
use super::resolver::{Noting, PublicOnly, Seen};
use super::tls;
use std::sync::Arc;
use std::time::Duration;
use ureq::config::Config;
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, RequestBuilder};

/// Time for looking up a host and connecting to it.
const CONNECT: Duration = Duration::from_secs(15);

/// The ways to one registry and on from it.
pub(super) struct Agents {
    registry: Agent,
    public: Agent,
    anywhere: Agent,
    seen: Arc<Seen>,
    /// `https` or `http`.
    pub(super) scheme: &'static str,
}

impl Agents {
    /// For `host`. Connects only where it has to find out whether there is TLS.
    pub(super) fn new(host: &Host, access: &Access) -> Result<Self, RegistryError> {
        let elsewhere = config(host, tls::elsewhere(access));
        let own = config(host, tls::of_host(host, access));
        let seen = Arc::new(Seen::default());
        let connector = DefaultConnector::default;
        let registry = Agent::with_parts(own, connector(), Noting::new(&seen));
        Ok(Self {
            scheme: scheme(&registry, host, access)?,
            registry,
            public: Agent::with_parts(elsewhere.clone(), connector(), PublicOnly::default()),
            anywhere: Agent::with_parts(elsewhere, connector(), DefaultResolver::default()),
            seen,
        })
    }

    /// The agent that reaches so far and no farther.
    pub(super) const fn of(&self, reach: Reach) -> &Agent {
        match reach {
            Reach::Registry => &self.registry,
            Reach::Public => &self.public,
            Reach::Anywhere => &self.anywhere,
        }
    }

    /// Whether the registry is inside a private network, as far as it was connected to. Behind a proxy
    /// nobody here knows, and it counts as outside.
    pub(super) fn is_private(&self) -> bool {
        self.seen.is_private()
    }
}

/// A request that is not waited for longer than the user has patience or the scan has time.
pub(super) fn timed<B>(request: RequestBuilder<B>, access: &Access) -> RequestBuilder<B> {
    let wait = access.wait();
    request
        .config()
        .timeout_connect(Some(CONNECT.min(wait)))
        .timeout_recv_response(Some(wait))
        .timeout_per_read(Some(wait))
        .build()
}

fn config(host: &Host, tls: TlsConfig) -> Config {
    let builder = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("residue/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(CONNECT))
        .tls_config(tls);
    // Proxies are for what is outside of this machine.
    match policy::is_loopback(host.name()) {
        true => builder.proxy(None).build(),
        false => builder.build(),
    }
}

/// The scheme that a host speaks, of those that it may.
fn scheme(agent: &Agent, host: &Host, access: &Access) -> Result<&'static str, RegistryError> {
    match policy::transport(host, access) {
        Transport::Https => return Ok("https"),
        Transport::Http => return Ok("http"),
        Transport::Either => {}
    }
    let ping = |scheme| {
        let request = agent.get(format!("{scheme}://{host}/v2/"));
        timed(request, access)
            .call()
            .map(|_| scheme)
            .map_err(|error| RegistryError::of(host, error))
    };
    ping("https").or_else(|error| match error.cause {
        // There is TLS, only that somebody is not trusted, or that nobody is there at all.
        Cause::Certificate(_)
        | Cause::OtherHost(_)
        | Cause::ClientCertificate(_)
        | Cause::Unreachable => Err(error),
        _ => ping("http"),
    })
}
