//! The API itself: a few questions with JSON answers, and archives.

use super::hosts::Host;
#[cfg(unix)]
use super::socket::{Nowhere, SocketConnector};
use super::{EngineError, Kind};
use serde_json::Value;
use std::collections::HashSet;
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
/// Time for an answer to a question.
const TOLD: Duration = Duration::from_secs(60);
/// Time for an archive: an engine may write it to disk before it sends the first byte.
const WRITTEN: Duration = Duration::from_secs(600);

/// Largest answer in JSON, in bytes: a container may have changed very many files.
const ANSWERED: u64 = 256 << 20;
/// How the API marks a path that a container deleted.
const DELETED: u64 = 2;

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
            .timeout_recv_response(Some(TOLD))
            .timeout_per_read(Some(WRITTEN));
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
        let about = self.json(&format!("/images/{}/json", escaped(name)))?;
        Ok(about.is_some())
    }

    /// The archive of an image.
    pub(super) fn image(&self, name: &str) -> Result<Box<dyn Read + Send>, String> {
        let response = self.get(&format!("/images/{}/get", escaped(name)), WRITTEN)?;
        match response.status().is_success() {
            true => Ok(Box::new(response.into_body().into_reader())),
            false => Err(status(&response)),
        }
    }

    /// What the engine says of a container.
    pub(super) fn container(&self, id: &str) -> Result<Option<Value>, String> {
        self.json(&format!("/containers/{}/json", escaped(id)))
    }

    /// The ids of the running containers.
    pub(super) fn running(&self) -> Result<Vec<String>, String> {
        let listed = self.json("/containers/json")?.unwrap_or_default();
        let entries = listed.as_array().into_iter().flatten();
        Ok(entries
            .filter_map(|entry| Some(entry.get("Id")?.as_str()?.to_owned()))
            .collect())
    }

    /// The paths that a container added or changed, without a slash in front.
    pub(super) fn changes(&self, id: &str) -> Result<HashSet<Vec<u8>>, String> {
        let listed = self
            .json(&format!("/containers/{}/changes", escaped(id)))?
            .unwrap_or_default();
        let entries = listed.as_array().into_iter().flatten();
        let is_there = |entry: &&Value| entry.get("Kind").and_then(Value::as_u64) != Some(DELETED);
        let path =
            |entry: &Value| Some(entry.get("Path")?.as_str()?.trim_start_matches('/').into());
        Ok(entries.filter(is_there).filter_map(path).collect())
    }

    /// The files of a container, as a tar.
    pub(super) fn export(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
        let response = self.get(&format!("/containers/{}/export", escaped(id)), WRITTEN)?;
        match response.status().is_success() {
            true => Ok(Box::new(response.into_body().into_reader())),
            false => Err(status(&response)),
        }
    }

    /// An answer in JSON; `None` if there is no such thing.
    fn json(&self, path: &str) -> Result<Option<Value>, String> {
        let response = self.get(path, TOLD)?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            code if code.is_success() => {
                let body = response
                    .into_body()
                    .into_with_config()
                    .limit(ANSWERED)
                    .reader();
                let value = serde_json::from_reader(body);
                value
                    .map(Some)
                    .map_err(|_| "its answer is no JSON".to_owned())
            }
            _ => Err(status(&response)),
        }
    }

    fn get(&self, path: &str, patience: Duration) -> Result<Response<Body>, String> {
        let ask = self.agent.get(format!("{}{path}", self.base)).config();
        let ask = ask.timeout_recv_response(Some(patience)).build();
        ask.call().map_err(|error| error.to_string())
    }
}

fn status(response: &Response<Body>) -> String {
    format!("it answers with status {}", response.status().as_u16())
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
