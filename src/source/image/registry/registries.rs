//! The registries of one run. What is known of one is kept for all its images: connections for the
//! whole registry, the way in for each repository.

use super::access::Access;
use super::address::{Endpoint, Host};
use super::agents::Agents;
use super::client::Client;
use super::error::RegistryError;
use super::mirrors::Conf;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How registries are talked to, and those that are.
#[derive(Default)]
pub(in crate::source::image) struct Registries {
    /// The user's decisions.
    pub(in crate::source::image) access: Arc<Access>,
    conf: OnceLock<Conf>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    agents: HashMap<(Host, bool), Arc<Agents>>,
    clients: HashMap<Endpoint, Arc<Client>>,
}

impl Registries {
    /// None is known yet.
    pub(in crate::source::image) fn new(access: Access) -> Self {
        Self {
            access: Arc::new(access),
            ..Self::default()
        }
    }

    /// What `registries.conf` says.
    pub(super) fn conf(&self) -> &Conf {
        self.conf.get_or_init(Conf::read)
    }

    /// The client for an endpoint.
    pub(super) fn client(&self, endpoint: &Endpoint) -> Result<Arc<Client>, RegistryError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.clients.get(endpoint) {
            return Ok(Arc::clone(client));
        }
        let access = self.access_for(endpoint);
        let host = &endpoint.repository.host;
        let key = (host.clone(), endpoint.insecure);
        let agents = match known.agents.get(&key) {
            Some(agents) => Arc::clone(agents),
            None => Arc::new(Agents::new(host, &access)?),
        };
        known.agents.insert(key, Arc::clone(&agents));
        let client = Arc::new(Client::new(endpoint, agents, access));
        known.clients.insert(endpoint.clone(), Arc::clone(&client));
        Ok(client)
    }

    /// The login that was given is for the registry that was named, and not for its mirrors.
    fn access_for(&self, endpoint: &Endpoint) -> Arc<Access> {
        if !endpoint.is_mirror && !endpoint.insecure {
            return Arc::clone(&self.access);
        }
        let login = self.access.login.clone();
        Arc::new(Access {
            login: login.filter(|_| !endpoint.is_mirror),
            insecure: self.access.insecure || endpoint.insecure,
            ..(*self.access).clone()
        })
    }
}
