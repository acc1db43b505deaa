//! Debian's `docker-registry` on loopback.

use super::engine::run;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest time that a registry may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A `docker-registry` that stores nothing outside a temporary folder.
pub struct Real {
    server: Child,
    dir: TempDir,
    /// `127.0.0.1:PORT`.
    pub host: String,
}

impl Real {
    /// Starts it; `more` is appended to its configuration (YAML), and `http` to its `http` section.
    pub fn start(http: &str, more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let host = format!("127.0.0.1:{port}");
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: {host}\n{http}\n{more}\n",
            dir.path().join("store").display()
        );
        std::fs::write(dir.path().join("config.yml"), config).unwrap();
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(dir.path().join("config.yml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        while TcpStream::connect(&host).is_err() {
            assert!(begin.elapsed() < PATIENCE, "docker-registry does not start");
            thread::sleep(Duration::from_millis(50));
        }
        Self { server, dir, host }
    }

    /// Pushes what lies in a layout on disk, all platforms of it.
    pub fn push(&self, layout: &Path, tag: &str, name: &str, flags: &[&str]) {
        let from = format!("oci:{}:{tag}", layout.display());
        let to = format!("docker://{}/{name}", self.host);
        let fixed = [
            "copy",
            "-q",
            "--all",
            "--preserve-digests",
            "--insecure-policy",
        ];
        run("skopeo", &[&fixed[..], flags, &[&from, &to]].concat());
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = &self.dir;
    }
}
