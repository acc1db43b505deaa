//! Where engines listen: what the environment says, what docker's contexts say, and the sockets that
//! they have by default.

use super::Kind;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Docker's socket.
const DOCKER: &str = "/var/run/docker.sock";
/// Podman's socket for root.
const PODMAN: &str = "/run/podman/podman.sock";

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// On a socket.
    Unix(PathBuf),
    /// On a port, `host:port`, with TLS if there is a folder of certificates.
    Tcp {
        /// `host:port`.
        authority: String,
        /// Folder with `ca.pem`, `cert.pem` and `key.pem`.
        certificates: Option<PathBuf>,
    },
    /// On another machine, where the engine's own program finds it.
    Ssh(String),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { authority, .. } => write!(f, "tcp://{authority}"),
            Self::Ssh(host) => write!(f, "ssh://{host}"),
        }
    }
}

impl Host {
    /// What `DOCKER_HOST` and the like say.
    fn parse(text: &str, certificates: Option<PathBuf>) -> Option<Self> {
        if let Some(path) = text.strip_prefix("unix://") {
            return Some(Self::Unix(path.into()));
        }
        if let Some(host) = text.strip_prefix("ssh://") {
            return Some(Self::Ssh(host.to_owned()));
        }
        let authority = ["tcp://", "http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))?;
        Some(Self::Tcp {
            authority: authority.trim_end_matches('/').to_owned(),
            certificates,
        })
    }
}

/// Where an engine of that kind listens.
pub(super) fn of(kind: Kind) -> Host {
    match kind {
        Kind::Docker => docker(),
        Kind::Podman => podman(),
    }
}

fn docker() -> Host {
    let certificates = || {
        let folder = PathBuf::from(env::var_os("DOCKER_CERT_PATH")?);
        let is_wanted = env::var_os("DOCKER_TLS_VERIFY").is_some_and(|value| !value.is_empty());
        is_wanted.then_some(folder)
    };
    let named = env::var("DOCKER_HOST").ok();
    let named = named.and_then(|text| Host::parse(&text, certificates()));
    named
        .or_else(context)
        .unwrap_or_else(|| default(DOCKER, "docker.sock"))
}

fn podman() -> Host {
    let named = env::var("CONTAINER_HOST").ok();
    let named = named.and_then(|text| Host::parse(&text, None));
    named.unwrap_or_else(|| default(PODMAN, "podman/podman.sock"))
}

/// The system's socket, or the user's own where there is no other.
fn default(system: &str, own: &str) -> Host {
    let own = env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join(own));
    let own = own.filter(|path| path.exists() && !Path::new(system).exists());
    Host::Unix(own.unwrap_or_else(|| system.into()))
}

/// What the context says that docker uses by default (`docker context use`).
fn context() -> Option<Host> {
    let folder = match env::var_os("DOCKER_CONFIG") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&env::var_os("HOME")?).join(".docker"),
    };
    let name = match env::var("DOCKER_CONTEXT") {
        Ok(name) => name,
        Err(_) => read(&folder.join("config.json"))?
            .get("currentContext")?
            .as_str()?
            .to_owned(),
    };
    in_context(&folder, &name)
}

fn in_context(folder: &Path, name: &str) -> Option<Host> {
    let id = data_encoding::HEXLOWER.encode(&Sha256::digest(name));
    let about = read(&folder.join("contexts/meta").join(&id).join("meta.json"))?;
    let host = about.pointer("/Endpoints/docker/Host")?.as_str()?;
    let certificates = folder.join("contexts/tls").join(&id).join("docker");
    Host::parse(host, Some(certificates).filter(|folder| folder.is_dir()))
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_docker_writes_them() {
        let parse = |text| Host::parse(text, None).map(|host| host.to_string());
        for text in [
            "unix:///run/x.sock",
            "ssh://me@there",
            "tcp://127.0.0.1:2375",
        ] {
            assert_eq!(parse(text).as_deref(), Some(text));
        }
        assert_eq!(parse("http://x:1/").as_deref(), Some("tcp://x:1"));
        assert_eq!(parse("npipe:////./pipe/x"), None);
    }

    #[test]
    fn a_context_is_found_by_the_hash_of_its_name() {
        let dir = tempfile::tempdir().unwrap();
        // The hash of `remote`, as `docker context create remote` names its folder.
        let id = data_encoding::HEXLOWER.encode(&Sha256::digest("remote"));
        let folder = dir.path().join("contexts/meta").join(id);
        fs::create_dir_all(&folder).unwrap();
        let meta = r#"{"Name":"remote","Endpoints":{"docker":{"Host":"ssh://me@there"}}}"#;
        fs::write(folder.join("meta.json"), meta).unwrap();
        let host = in_context(dir.path(), "remote");
        assert_eq!(host, Some(Host::Ssh("me@there".to_owned())));
        assert_eq!(in_context(dir.path(), "default"), None);
    }
}
