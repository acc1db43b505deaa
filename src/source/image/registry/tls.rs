//! Whose certificates are trusted: the system's, those that were named, and those that docker and
//! podman keep for a registry (`certs.d/HOST`, with the client's own certificate).

use super::access::{Access, certificates};
use super::address::Host;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

/// Where systems keep their bundle, the first that exists counts.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Folders with a folder for each registry.
const PER_HOST: [&str; 2] = ["/etc/containers/certs.d", "/etc/docker/certs.d"];

/// For the registry itself.
pub(super) fn of_host(host: &Host, access: &Access) -> TlsConfig {
    let mut more = Vec::new();
    let mut client = None;
    for folder in folders(host) {
        let (authorities, pair) = read(&folder);
        more.extend(authorities);
        client = client.or(pair);
    }
    TlsConfig::builder()
        .root_certs(roots(access, more))
        .client_cert(client)
        .disable_verification(access.insecure)
        .build()
}

/// For hosts that the registry names.
pub(super) fn elsewhere(access: &Access) -> TlsConfig {
    TlsConfig::builder()
        .root_certs(roots(access, Vec::new()))
        .disable_verification(access.insecure)
        .build()
}

/// The system's authorities and the given ones. Without a bundle the web's authorities, as they were
/// when this was built, take its place, unless others are given.
fn roots(access: &Access, more: Vec<Vec<u8>>) -> RootCerts {
    let system = bundle().map(|pem| certificates(&pem)).unwrap_or_default();
    let all: Vec<_> = system
        .iter()
        .chain(&access.authorities)
        .chain(&more)
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    match all.is_empty() {
        true => RootCerts::WebPki,
        false => RootCerts::from(all),
    }
}

/// `SSL_CERT_FILE` names another bundle, as for OpenSSL and Go.
fn bundle() -> Option<Vec<u8>> {
    if let Some(file) = env::var_os("SSL_CERT_FILE") {
        return fs::read(file).ok();
    }
    BUNDLES.iter().find_map(|file| fs::read(file).ok())
}

fn folders(host: &Host) -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(|home| {
        let home = PathBuf::from(home);
        [
            home.join(".config/containers/certs.d"),
            home.join(".docker/certs.d"),
        ]
    });
    let system = PER_HOST.iter().map(PathBuf::from);
    let all = home.into_iter().flatten().chain(system);
    all.map(|folder| folder.join(host.authority())).collect()
}

/// The authorities (`*.crt`) and the client's certificate and key (`*.cert`, `*.key`) in a folder.
fn read(folder: &Path) -> (Vec<Vec<u8>>, Option<ClientCert>) {
    let mut authorities = Vec::new();
    let mut client = None;
    let Ok(entries) = fs::read_dir(folder) else {
        return (authorities, None);
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => authorities.extend(certificates(&fs::read(&path).unwrap_or_default())),
            Some("cert") => client = client.or_else(|| pair(&path)),
            _ => {}
        }
    }
    (authorities, client)
}

fn pair(certificate: &Path) -> Option<ClientCert> {
    let chain: Vec<_> = certificates(&fs::read(certificate).ok()?)
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    let key = PrivateKey::from_pem(&fs::read(certificate.with_extension("key")).ok()?).ok()?;
    (!chain.is_empty()).then(|| ClientCert::new_with_certs(&chain, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_certificates_gives_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.crt"), "no certificate").unwrap();
        fs::write(folder.path().join("b.cert"), "no certificate").unwrap();
        let (authorities, client) = read(folder.path());
        assert!(authorities.is_empty() && client.is_none());
        assert!(read(Path::new("/no/such/folder")).0.is_empty());
    }
}
