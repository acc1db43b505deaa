//! Proving to a registry who we are: basic credentials, or a token that a token server hands out
//! (distribution-spec; Docker's token authentication; RFC 7617, RFC 6750).
//!
//! The first request goes without; what the registry then asks for is answered, and the answer kept
//! until it is refused, as a token is that ran out in the middle of a large blob.

use super::access::Access;
use super::address::{Endpoint, Repository};
use super::client::Client;
use super::credentials::{self, Credential, Lookup};
use super::error::{Cause, RegistryError};
use super::policy::Refusal;
use http_auth::{ChallengeParser, ChallengeRef};
use serde::Deserialize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use ureq::Body;
use ureq::http::{Response, Uri, header};
use zeroize::Zeroizing;

/// What a token server is told about this program.
const CLIENT_ID: &str = "residue";

/// What is known of the way into one repository.
pub(super) struct Auth {
    repository: Repository,
    access: Arc<Access>,
    lookup: OnceLock<Lookup>,
    header: Mutex<Option<Zeroizing<String>>>,
}

/// What a registry asks for.
#[derive(Debug, PartialEq, Eq)]
enum Challenge {
    Basic,
    Bearer {
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

/// The answer of a token server; both names of the token are in use.
#[derive(Deserialize)]
struct Granted {
    token: Option<String>,
    access_token: Option<String>,
}

impl Auth {
    /// Nothing is known yet.
    pub(super) fn new(endpoint: &Endpoint, access: &Arc<Access>) -> Self {
        Self {
            repository: endpoint.repository.clone(),
            access: Arc::clone(access),
            lookup: OnceLock::new(),
            header: Mutex::default(),
        }
    }

    /// What to send along.
    pub(super) fn header(&self) -> Option<Zeroizing<String>> {
        self.locked().clone()
    }

    /// Answers a refusal of a request that went with `used`. Of several threads that were refused
    /// together the first asks, and the others take its answer.
    pub(super) fn answer(
        &self,
        client: &Client,
        refusal: &Response<Body>,
        used: Option<&str>,
    ) -> Result<Zeroizing<String>, RegistryError> {
        let mut header = self.locked();
        let newer = header.take().filter(|header| Some(header.as_str()) != used);
        if let Some(newer) = newer {
            return Ok(header.insert(newer).clone());
        }
        let challenges = refusal.headers().get_all(header::WWW_AUTHENTICATE);
        let challenge = challenges
            .iter()
            .filter_map(|value| challenge(value.to_str().ok()?))
            .max_by_key(|challenge| matches!(challenge, Challenge::Bearer { .. }));
        let answer = match challenge {
            Some(Challenge::Basic) => match self.lookup() {
                Lookup::Found(Credential::Login(login)) => login.basic(),
                _ => return Err(client.error(self.rejected())),
            },
            Some(Challenge::Bearer {
                realm,
                service,
                scope,
            }) => self.token(client, &realm, service.as_deref(), scope.as_deref())?,
            None => return Err(client.error(self.rejected())),
        };
        Ok(header.insert(answer).clone())
    }

    /// Why there is no way in.
    pub(super) fn rejected(&self) -> Cause {
        let host = self.repository.host.familiar();
        Cause::Unauthorised(match self.lookup() {
            Lookup::Found(_) => {
                format!("rejects the credentials; `docker login {host}` renews them")
            }
            Lookup::Broken(reason) => format!("wants credentials, and {reason}"),
            Lookup::None => format!(
                "wants credentials, or has no such image; check the name, then `docker login {host}`, or \
                 give --username and --password-stdin"
            ),
        })
    }

    fn lookup(&self) -> &Lookup {
        self.lookup
            .get_or_init(|| credentials::lookup(&self.repository, &self.access))
    }

    /// Gets a token, with what is known of the user.
    fn token(
        &self,
        client: &Client,
        realm: &str,
        service: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Zeroizing<String>, RegistryError> {
        let pull = self.repository.scope();
        let mut fields = vec![("scope", scope.unwrap_or(&pull))];
        fields.extend(service.map(|service| ("service", service)));
        let response = match self.lookup() {
            Lookup::Found(Credential::Identity(token)) => {
                fields.extend([
                    ("grant_type", "refresh_token"),
                    ("client_id", CLIENT_ID),
                    ("refresh_token", token.as_str()),
                ]);
                client.ask_realm(&at(client, realm, &[])?, None, Some(&fields))?
            }
            Lookup::Found(Credential::Login(login)) => {
                let basic = login.basic();
                client.ask_realm(&at(client, realm, &fields)?, Some(&basic), None)?
            }
            Lookup::None | Lookup::Broken(_) => {
                client.ask_realm(&at(client, realm, &fields)?, None, None)?
            }
        };
        if matches!(response.status().as_u16(), 400..=403) {
            return Err(client.error(self.rejected()));
        }
        let answer = client.answer(client.judged(response)?)?;
        granted(&answer).ok_or_else(|| {
            client.error(Cause::Unauthorised(
                "wants a token, and its token server gives none".to_owned(),
            ))
        })
    }

    fn locked(&self) -> MutexGuard<'_, Option<Zeroizing<String>>> {
        self.header.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn granted(answer: &[u8]) -> Option<Zeroizing<String>> {
    let granted: Granted = serde_json::from_slice(answer).ok()?;
    let token = Zeroizing::new(granted.token.or(granted.access_token)?);
    Some(Zeroizing::new(format!("Bearer {}", token.as_str())))
}

/// A token server's address with the fields of the question.
fn at(client: &Client, realm: &str, fields: &[(&str, &str)]) -> Result<Uri, RegistryError> {
    let mut text = realm.to_owned();
    for (name, value) in fields {
        let separator = if text.contains('?') { '&' } else { '?' };
        text.push(separator);
        text.push_str(name);
        text.push('=');
        text.extend(value.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        }));
    }
    text.parse().map_err(|_| client.error(Refusal::NoAddress))
}

/// The challenge in a `WWW-Authenticate`; a bearer one counts for more than a basic one.
fn challenge(header: &str) -> Option<Challenge> {
    let challenges = ChallengeParser::new(header).filter_map(Result::ok);
    challenges
        .filter_map(|challenge| read(&challenge))
        .max_by_key(|challenge| matches!(challenge, Challenge::Bearer { .. }))
}

fn read(challenge: &ChallengeRef<'_>) -> Option<Challenge> {
    let param = |name: &str| {
        let mut params = challenge.params.iter();
        let found = params.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    if challenge.scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    let is_bearer = challenge.scheme.eq_ignore_ascii_case("bearer");
    let realm = param("realm").filter(|_| is_bearer)?;
    Some(Challenge::Bearer {
        realm,
        service: param("service"),
        scope: param("scope"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_and_the_stronger_one_counts() {
        let bearer = Challenge::Bearer {
            realm: "https://auth.example/token".to_owned(),
            service: Some("registry.example".to_owned()),
            scope: Some("repository:a/b:pull".to_owned()),
        };
        let text = "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",\
                    scope=\"repository:a/b:pull\"";
        assert_eq!(challenge(text), Some(bearer));
        assert_eq!(challenge("basic realm=\"x\""), Some(Challenge::Basic));
        let both = challenge("Basic realm=\"x\", Bearer realm=\"https://y\"");
        assert!(matches!(both, Some(Challenge::Bearer { .. })));
        assert_eq!(challenge("Negotiate"), None);
        assert_eq!(challenge("Bearer service=\"x\""), None);
        assert_eq!(challenge(""), None);
    }
}
