//! Looking up hosts that a registry named, and nobody else did: only public addresses are answered.
//! The check is on the very addresses that are then connected to, so a name that means something
//! else a moment later gains nothing.

use super::policy;
use std::fmt;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// A resolver that knows public addresses only.
#[derive(Default)]
pub(super) struct PublicOnly(DefaultResolver);

impl fmt::Debug for PublicOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicOnly")
    }
}

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = self.0.resolve(uri, config, timeout)?;
        // The proxy is the user's choice, wherever it is.
        let is_proxy = config
            .proxy()
            .is_some_and(|proxy| Some(proxy.host()) == uri.host());
        if is_proxy {
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

/// A host that a registry named is inside a private network.
#[derive(Debug, thiserror::Error)]
#[error("the registry sends us to a private address, where nothing was asked for")]
pub(super) struct PrivateAddress;
