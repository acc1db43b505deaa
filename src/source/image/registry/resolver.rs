//! Looking up hosts. For the registry it is noted what kind of addresses it has; for hosts that a
//! registry named, and nobody else did, only public addresses are answered. Both see the very addresses
//! that are then connected to, so a name that means something else a moment later gains nothing.

use super::policy;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// What kind of addresses a host turned out to have.
#[derive(Debug, Default)]
pub(super) struct Seen {
    private: AtomicBool,
    public: AtomicBool,
}

impl Seen {
    /// Whether the host is inside a private network, and never was outside of it.
    pub(super) fn is_private(&self) -> bool {
        self.private.load(Ordering::Relaxed) && !self.public.load(Ordering::Relaxed)
    }

    fn note(&self, addresses: &ResolvedSocketAddrs) {
        for address in addresses.iter() {
            match policy::is_public(address.ip()) {
                true => self.public.store(true, Ordering::Relaxed),
                false => self.private.store(true, Ordering::Relaxed),
            }
        }
    }
}

/// A resolver that notes what it answers.
pub(super) struct Noting {
    inner: DefaultResolver,
    seen: Arc<Seen>,
}

impl Noting {
    /// One that notes it in `seen`.
    pub(super) fn new(seen: &Arc<Seen>) -> Self {
        Self {
            inner: DefaultResolver::default(),
            seen: Arc::clone(seen),
        }
    }
}

impl Resolver for Noting {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = self.inner.resolve(uri, config, timeout)?;
        if !is_proxy(uri, config) {
            self.seen.note(&all);
        }
        Ok(all)
    }
}

/// A resolver that knows public addresses only.
#[derive(Default)]
pub(super) struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = self.0.resolve(uri, config, timeout)?;
        if is_proxy(uri, config) {
            return Ok(all);
        }
        let mut public = self.empty();
        for &address in all.iter().filter(|address| policy::is_public(address.ip())) {
            public.push(address);
        }
        match public.is_empty() {
            true => Err(ureq::Error::Other(Box::new(PrivateAddress))),
            false => Ok(public),
        }
    }
}

/// Whether the proxy is being looked up. It is the user's choice, wherever it is.
fn is_proxy(uri: &Uri, config: &Config) -> bool {
    config
        .proxy()
        .is_some_and(|proxy| Some(proxy.host()) == uri.host())
}

impl fmt::Debug for Noting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Noting")
    }
}

impl fmt::Debug for PublicOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicOnly")
    }
}

/// A host that a registry named is inside a private network.
#[derive(Debug, thiserror::Error)]
#[error("the registry sends us to a private address, where nothing was asked for")]
pub(super) struct PrivateAddress;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn is_private(addresses: &[&str]) -> bool {
        let seen = Seen::default();
        for address in addresses {
            let mut all = PublicOnly::default().empty();
            let address: IpAddr = address.parse().unwrap();
            all.push((address, 443).into());
            seen.note(&all);
        }
        seen.is_private()
    }

    #[test]
    fn a_host_that_was_ever_outside_is_not_private() {
        assert!(is_private(&["10.0.0.1", "127.0.0.1"]));
        assert!(!is_private(&["1.1.1.1"]));
        // A name that means another address each time opens no way into the network.
        assert!(!is_private(&["10.0.0.1", "1.1.1.1"]));
        assert!(!is_private(&["1.1.1.1", "10.0.0.1"]));
        assert!(!is_private(&[]));
    }
}
