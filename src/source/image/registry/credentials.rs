//! Who the user is to a registry: what was given for this run, else what `docker login` and `podman
//! login` left behind, helpers included. Nothing of it is ever printed, what a helper says neither.
//!
//! Which files there are is decided here, because the library below looks for podman's in some of the
//! places only where podman looks (containers-auth.json(5)).

use super::access::Access;
use super::address::{Host, Repository};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// Longest time that a credential helper gets.
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

/// A file of credentials, and how it calls the repository, best first.
struct File {
    path: PathBuf,
    names: Vec<String>,
}

impl Login {
    /// As a header's value (RFC 7617).
    pub(super) fn basic(&self) -> Zeroizing<String> {
        let mut pair = Zeroizing::new(format!("{}:", self.user).into_bytes());
        pair.extend_from_slice(&self.password);
        Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(&*pair)))
    }
}

/// The credentials for a repository.
pub(super) fn lookup(repository: &Repository, access: &Access) -> Lookup {
    if let Some((user, password)) = &access.login {
        return Lookup::Found(Credential::Login(Login {
            user: user.clone(),
            password: Zeroizing::new(password.expose().to_vec()),
        }));
    }
    // A helper may wait for somebody to type, or forever.
    let (sender, receiver) = mpsc::channel();
    let files = files(repository);
    let patience = HELPER.min(access.wait());
    thread::spawn(move || sender.send(from_files(&files)));
    receiver.recv_timeout(patience).unwrap_or_else(|_| {
        let seconds = patience.as_secs();
        Lookup::Broken(format!(
            "the credential helper did not answer within {seconds} s"
        ))
    })
}

/// The files of docker and podman, in the order in which they count: what the environment names comes
/// before what lies at its usual place.
fn files(repository: &Repository) -> Vec<File> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from);
    let home = |path: &str| folder("HOME").map(|home| home.join(path));
    let docker = folder("DOCKER_CONFIG").or_else(|| home(".docker"));
    let docker = docker.map(|folder| folder.join("config.json"));
    let podman = [
        folder("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")),
        run_folder().map(|folder| folder.join("auth.json")),
        folder("XDG_CONFIG_HOME")
            .or_else(|| home(".config"))
            .map(|folder| folder.join("containers/auth.json")),
    ];
    let of_docker = |path| File {
        path,
        names: docker_names(&repository.host),
    };
    let of_podman = |path| File {
        path,
        names: podman_names(repository),
    };
    let named = folder("REGISTRY_AUTH_FILE").map(of_podman);
    let usual = podman.into_iter().flatten().map(of_podman);
    named
        .into_iter()
        .chain(docker.map(of_docker))
        .chain(usual)
        .collect()
}

/// Where podman keeps its file if there is no session: `/run/containers/UID`.
#[cfg(unix)]
fn run_folder() -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    // Whom this process belongs to, the kernel tells by its folder.
    let uid = fs::metadata("/proc/self").ok()?.uid();
    Some(Path::new("/run/containers").join(uid.to_string()))
}

#[cfg(not(unix))]
fn run_folder() -> Option<PathBuf> {
    None
}

fn docker_names(host: &Host) -> Vec<String> {
    host.logins().into_iter().map(str::to_owned).collect()
}

/// Podman may have credentials for a part of a registry: the longest name counts.
fn podman_names(repository: &Repository) -> Vec<String> {
    let mut name = format!("{}/{}", repository.host.familiar(), repository.name);
    let mut names = Vec::new();
    while let Some(end) = name.rfind('/') {
        if end + 1 < name.len() {
            names.push(name.clone());
        }
        name.truncate(end);
    }
    names.extend(docker_names(&repository.host));
    names
}

/// What the first file that knows the repository says.
fn from_files(files: &[File]) -> Lookup {
    let mut broken = None;
    for file in files {
        let content = match fs::read(&file.path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                let path = file.path.display();
                broken = broken.or_else(|| Some(format!("{path} cannot be read: {error}")));
                continue;
            }
        };
        let content = Zeroizing::new(content);
        for name in &file.names {
            match get_credential_from_reader(content.as_slice(), name) {
                Ok(credential) => return Lookup::Found(of(credential)),
                Err(error) => broken = broken.or_else(|| reason(&error, &file.path)),
            }
        }
    }
    broken.map_or(Lookup::None, Lookup::Broken)
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
fn reason(error: &CredentialRetrievalError, file: &Path) -> Option<String> {
    let file = file.display();
    Some(match error {
        CredentialRetrievalError::HelperCommunicationError => {
            format!("the credential helper that {file} names cannot be run")
        }
        CredentialRetrievalError::MalformedHelperResponse => {
            format!("the answer of the credential helper that {file} names makes no sense")
        }
        CredentialRetrievalError::CredentialDecodingError
        | CredentialRetrievalError::CredentialMismatchError
        | CredentialRetrievalError::ConfigReadError => {
            format!("the credentials in {file} make no sense")
        }
        CredentialRetrievalError::HelperFailure { .. }
        | CredentialRetrievalError::NoCredentialConfigured
        | CredentialRetrievalError::ConfigNotFound => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    fn repository(host: &str, name: &str) -> Repository {
        Repository {
            host: Host::serving(host),
            name: name.to_owned(),
        }
    }

    #[test]
    fn what_was_given_counts_before_any_file() {
        let access = Access {
            login: Some(("me".to_owned(), Secret::new(b"a:b"))),
            ..Access::default()
        };
        let found = lookup(&repository("ghcr.io", "a/b"), &access);
        let Lookup::Found(Credential::Login(login)) = found else {
            panic!("nothing found");
        };
        assert_eq!(login.basic().as_str(), "Basic bWU6YTpi");
    }

    #[test]
    fn podman_may_have_credentials_for_a_part_of_a_registry() {
        let names = podman_names(&repository("h:5000", "team/app"));
        assert_eq!(names, ["h:5000/team/app", "h:5000/team", "h:5000"]);
        let hub = podman_names(&repository("docker.io", "library/alpine"));
        assert_eq!(hub[..2], ["docker.io/library/alpine", "docker.io/library"]);
        assert!(hub.contains(&"docker.io".to_owned()));
        assert_eq!(podman_names(&repository("h", "")), ["h"]);
    }

    #[test]
    fn the_first_file_that_knows_the_registry_counts_and_a_broken_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = dir.path().join(name);
            fs::write(&path, content).unwrap();
            File {
                path,
                names: vec!["h".to_owned()],
            }
        };
        let other = file("a", r#"{"auths":{"i":{"auth":"bWU6eA=="}}}"#);
        let broken = file("b", "no json");
        let good = file("c", r#"{"auths":{"h":{"auth":"bWU6eA=="}}}"#);
        assert!(matches!(from_files(&[other]), Lookup::None));
        let Lookup::Broken(reason) = from_files(std::slice::from_ref(&broken)) else {
            panic!("a broken file was taken for none");
        };
        assert!(reason.contains("make no sense"), "{reason}");
        assert!(matches!(from_files(&[broken, good]), Lookup::Found(_)));
    }
}
