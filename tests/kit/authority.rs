//! A certificate authority of a test's own.

use super::cli::text;
use super::engine::run;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// The authority; what it made is gone when it is dropped.
pub struct Authority {
    dir: TempDir,
}

/// A certificate and its key, as files.
pub struct Certified {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its key, PEM.
    pub key: String,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Self { dir };
        let (file, key) = (authority.file(), authority.at("ca.key"));
        let fixed = "req -x509 -newkey rsa:2048 -nodes -days 2";
        let extension = ["-addext", "basicConstraints=critical,CA:TRUE"];
        let names = [
            "-subj",
            "/CN=test authority",
            "-keyout",
            &key,
            "-out",
            &file,
        ];
        openssl(fixed, &[&extension[..], &names].concat());
        authority
    }

    /// Its own certificate.
    pub fn file(&self) -> String {
        self.at("ca.pem")
    }

    /// A certificate for whoever listens on, or comes from, this machine.
    pub fn issue(&self, name: &str) -> Certified {
        let at = |end: &str| self.at(&format!("{name}.{end}"));
        let (certificate, key, request, names) = (at("pem"), at("key"), at("csr"), at("names"));
        let subject = format!("/CN={name}");
        let fixed = "req -newkey rsa:2048 -nodes";
        let files = ["-keyout", &key, "-out", &request];
        openssl(fixed, &[&["-subj", &subject][..], &files].concat());
        fs::write(&names, "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
        let (authority, authority_key) = (self.file(), self.at("ca.key"));
        let fixed = "x509 -req -days 2 -CAcreateserial";
        let by = ["-CA", &authority, "-CAkey", &authority_key];
        let files = ["-extfile", &names, "-in", &request, "-out", &certificate];
        openssl(fixed, &[&by[..], &files].concat());
        Certified { certificate, key }
    }

    /// A home directory whose `certs.d` knows this authority for a host, and a client's certificate.
    pub fn home(&self, host: &str, client: Option<&Certified>) -> (PathBuf, PathBuf) {
        let home = self.dir.path().join("home");
        let folder = home.join(".docker/certs.d").join(host);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(self.file(), folder.join("ca.crt")).unwrap();
        if let Some(client) = client {
            fs::copy(&client.certificate, folder.join("client.cert")).unwrap();
            fs::copy(&client.key, folder.join("client.key")).unwrap();
        }
        (home, folder)
    }

    fn at(&self, name: &str) -> String {
        text(&self.dir.path().join(name)).to_owned()
    }
}

fn openssl(fixed: &str, more: &[&str]) {
    let fixed: Vec<&str> = fixed.split(' ').collect();
    run("openssl", &[&fixed, more].concat());
}
