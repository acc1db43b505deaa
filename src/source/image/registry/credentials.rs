//! Who the user is to a registry: what was given for this run, else what `docker login` and `podman
//! login` left behind, helpers included. Nothing of it is ever printed, what a helper says neither.

use super::address::Host;
use crate::model::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// Time that a credential helper gets.
const HELPER: Duration = Duration::from_secs(20);

/// What the looking up came to.
pub(super) enum Lookup {
    /// There are credentials.
    Found(Credential),
    /// There are none.
    None,
    /// There may be some, but they cannot be had, for this reason.
    Broken(String),
}

/// What proves who somebody is.
pub(super) enum Credential {
    /// User and password.
    Login(Login),
    /// A token that is exchanged for others.
    Identity(Zeroizing<String>),
}

/// User and password.
pub(super) struct Login {
    user: String,
    password: Zeroizing<Vec<u8>>,
}

impl Login {
    /// As a header's value (RFC 7617).
    pub(super) fn basic(&self) -> Zeroizing<String> {
        let mut pair = Zeroizing::new(format!("{}:", self.user).into_bytes());
        pair.extend_from_slice(&self.password);
        Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(&*pair)))
    }
}

/// The credentials for a registry.
pub(super) fn lookup(host: &Host, given: Option<&(String, Secret)>) -> Lookup {
    if let Some((user, password)) = given {
        return Lookup::Found(Credential::Login(Login {
            user: user.clone(),
            password: Zeroizing::new(password.expose().to_vec()),
        }));
    }
    // A helper may wait for somebody to type, or forever.
    let (sender, receiver) = mpsc::channel();
    let names: Vec<String> = match host.logins() {
        [] => vec![host.authority().to_owned()],
        names => names.iter().map(|&name| name.to_owned()).collect(),
    };
    thread::spawn(move || sender.send(from_files(&names)));
    receiver.recv_timeout(HELPER).unwrap_or_else(|_| {
        let seconds = HELPER.as_secs();
        Lookup::Broken(format!(
            "the credential helper did not answer within {seconds} s"
        ))
    })
}

/// What the files of docker and podman say, under any of the names.
fn from_files(names: &[String]) -> Lookup {
    let mut broken = None;
    for name in names {
        let sources = [
            docker_credential::get_credential,
            docker_credential::get_podman_credential,
        ];
        for source in sources {
            match source(name) {
                Ok(credential) => return Lookup::Found(of(credential)),
                Err(error) => broken = broken.or_else(|| reason(&error)),
            }
        }
    }
    broken.map_or(Lookup::None, |reason| Lookup::Broken(reason.to_owned()))
}

fn of(credential: DockerCredential) -> Credential {
    match credential {
        DockerCredential::IdentityToken(token) => Credential::Identity(Zeroizing::new(token)),
        DockerCredential::UsernamePassword(user, password) => Credential::Login(Login {
            user,
            password: Zeroizing::new(password.into_bytes()),
        }),
    }
}

/// What is worth telling of a failure. Having no credentials is none, and what a helper printed may
/// hold a password.
const fn reason(error: &CredentialRetrievalError) -> Option<&'static str> {
    match error {
        CredentialRetrievalError::HelperCommunicationError => {
            Some("the credential helper that the docker configuration names cannot be run")
        }
        CredentialRetrievalError::MalformedHelperResponse => {
            Some("the credential helper's answer makes no sense")
        }
        CredentialRetrievalError::CredentialDecodingError
        | CredentialRetrievalError::CredentialMismatchError => {
            Some("the credentials in the configuration file make no sense")
        }
        CredentialRetrievalError::HelperFailure { .. }
        | CredentialRetrievalError::NoCredentialConfigured
        | CredentialRetrievalError::ConfigNotFound
        | CredentialRetrievalError::ConfigReadError => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_counts_before_any_file() {
        let given = ("me".to_owned(), Secret::new(b"a:b"));
        let found = lookup(&Host::serving("ghcr.io"), Some(&given));
        let Lookup::Found(Credential::Login(login)) = found else {
            panic!("nothing found");
        };
        assert_eq!(login.basic().as_str(), "Basic bWU6YTpi");
    }
}
