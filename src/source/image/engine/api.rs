//! The API itself: a few questions with JSON answers, and archives.

use super::hosts::Host;
#[cfg(unix)]
use super::socket::{Nowhere, SocketConnector};
use super::{EngineError, Kind};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::{Response, StatusCode};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// Time for a sign of life.
const PING: Duration = Duration::from_secs(5);
/// Time for an answer: an engine may write its archive to disk before it sends the first byte.
const ANSWER: Duration = Duration::from_secs(600);

/// An engine's API.
pub(super) struct Api {
    agent: Agent,
    /// `http://docker` for sockets, where the host has no meaning.
    base: String,
}

impl Api {
    /// Finds out whether an engine answers.
    pub(super) fn connect(kind: Kind, host: &Host) -> Result<Self, EngineError> {
        let failed = |reason| EngineError::Failed {
            kind,
            host: host.to_string(),
            reason,
        };
        let api = Self::at(host).map_err(failed)?;
        let ping = api.agent.get(format!("{}/_ping", api.base));
        let ping = ping.config().timeout_recv_response(Some(PING)).build();
        match ping.call() {
            Ok(_) => Ok(api),
            Err(error) => Err(match cause(&error) {
                Some(io::ErrorKind::PermissionDenied) => EngineError::Forbidden {
                    kind,
                    host: host.to_string(),
                },
                Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                    EngineError::NotRunning {
                        kind,
                        host: host.to_string(),
                    }
                }
                _ => failed(error.to_string()),
            }),
        }
    }

    fn at(host: &Host) -> Result<Self, String> {
        let config = Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(PING))
            .timeout_recv_response(Some(ANSWER))
            .timeout_per_read(Some(ANSWER));
        match host {
            #[cfg(unix)]
            Host::Unix(path) => Ok(Self {
                agent: Agent::with_parts(config.build(), SocketConnector(path.clone()), Nowhere),
                base: "http://docker".to_owned(),
            }),
            Host::Tcp {
                authority,
                certificates: None,
            } => Ok(Self {
                agent: config.build().new_agent(),
                base: format!("http://{authority}"),
            }),
            Host::Tcp {
                authority,
                certificates: Some(folder),
            } => Ok(Self {
                agent: config.tls_config(tls(folder)?).build().new_agent(),
                base: format!("https://{authority}"),
            }),
            _ => Err("it cannot be reached from this system".to_owned()),
        }
    }

    /// Whether the engine has the image.
    pub(super) fn has_image(&self, name: &str) -> Result<bool, String> {
        let response = self.get(&format!("/images/{}/json", escaped(name)))?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            status => Err(format!("it answers with status {}", status.as_u16())),
        }
    }

    /// The archive of an image.
    pub(super) fn image(&self, name: &str) -> Result<Box<dyn Read + Send>, String> {
        let response = self.get(&format!("/images/{}/get", escaped(name)))?;
        match response.status().is_success() {
            true => Ok(Box::new(response.into_body().into_reader())),
            false => Err(format!(
                "it answers with status {}",
                response.status().as_u16()
            )),
        }
    }

    fn get(&self, path: &str) -> Result<Response<Body>, String> {
        let answer = self.agent.get(format!("{}{path}", self.base)).call();
        answer.map_err(|error| error.to_string())
    }
}

/// What went wrong below HTTP.
fn cause(error: &ureq::Error) -> Option<io::ErrorKind> {
    match error {
        ureq::Error::Io(error) => Some(error.kind()),
        _ => None,
    }
}

/// A name as a path: references hold nothing else that would need it.
fn escaped(name: &str) -> String {
    name.replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
        .replace(' ', "%20")
}

/// The certificates that docker keeps for an engine behind TLS.
fn tls(folder: &Path) -> Result<TlsConfig, String> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let wrong = |error: ureq::Error| format!("its certificates make no sense: {error}");
    let authority = Certificate::from_pem(&read("ca.pem")?).map_err(wrong)?;
    let own = Certificate::from_pem(&read("cert.pem")?).map_err(wrong)?;
    let key = PrivateKey::from_pem(&read("key.pem")?).map_err(wrong)?;
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from([authority]))
        .client_cert(Some(ClientCert::new_with_certs(&[own], key)))
        .build())
}
