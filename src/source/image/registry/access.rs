//! What the user decided about talking to registries.

use crate::model::Secret;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How registries are talked to.
#[derive(Debug, Clone)]
pub struct Access {
    /// User and password for every registry of this run; without them the credential files of
    /// docker and podman are asked.
    pub login: Option<(String, Secret)>,
    /// Accept any certificate, and plain http where a registry has no TLS.
    pub insecure: bool,
    /// Hosts, `host[:port]`, that are spoken to over plain http.
    pub plain_http: Vec<String>,
    /// Certificates that are trusted besides those of the system, DER.
    pub authorities: Vec<Vec<u8>>,
    /// How long a registry may keep silent, and the time in which something must have come.
    pub patience: Duration,
    /// The end of the scan, after which nothing is waited for.
    pub until: Option<Instant>,
    /// Blobs that are fetched at the same time.
    pub jobs: usize,
}

/// What is wrong with a wish about registries.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The file of certificates cannot be read.
    #[error("cannot read the certificates in `{}`: {reason}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// There is no certificate in it.
    #[error(
        "there is no certificate in `{}`; it takes PEM, that is, text with -----BEGIN CERTIFICATE-----",
        path.display()
    )]
    NoAuthorities {
        /// The file.
        path: PathBuf,
    },
}

impl Default for Access {
    fn default() -> Self {
        Self {
            login: None,
            insecure: false,
            plain_http: Vec::new(),
            authorities: Vec::new(),
            patience: Duration::from_secs(60),
            until: None,
            jobs: 4,
        }
    }
}

impl Access {
    /// How long a registry may keep silent from now on.
    pub(super) fn wait(&self) -> Duration {
        let left = self
            .until
            .map(|end| end.saturating_duration_since(Instant::now()));
        left.map_or(self.patience, |left| left.min(self.patience))
    }

    /// Trusts the certificates of a PEM file too.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn trust(&mut self, path: &Path) -> Result<(), AccessError> {
        let pem = std::fs::read(path).map_err(|error| AccessError::Authorities {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let certificates = certificates(&pem);
        if certificates.is_empty() {
            let path = path.to_owned();
            return Err(AccessError::NoAuthorities { path });
        }
        self.authorities.extend(certificates);
        Ok(())
    }
}

/// The certificates of a PEM text, DER; what is none is passed over.
pub(super) fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    CertificateDer::pem_slice_iter(pem)
        .filter_map(|certificate| Some(certificate.ok()?.to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_waited_for_after_the_end_of_the_scan() {
        let mut access = Access::default();
        assert_eq!(access.wait(), access.patience);
        access.until = Some(Instant::now());
        assert_eq!(access.wait(), Duration::ZERO);
        access.until = Instant::now().checked_add(access.patience * 2);
        assert_eq!(access.wait(), access.patience);
    }
}
