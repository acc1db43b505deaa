//! Real image tools: found, started on private sockets and folders, and stopped again whatever
//! happens.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest time that an engine may take to answer or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the programs are all there. Where one is missing the test has nothing to do, unless
/// `RESIDUE_REQUIRE_SERVICES=1` says that it must be there.
pub fn available(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let missing: Vec<_> = programs
        .iter()
        .filter(|name| !folders.iter().any(|folder| folder.join(name).is_file()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    skip(&format!("{missing:?} is not installed"));
    false
}

/// Says that this machine lacks what a test needs; where nothing may be lacking, the test fails.
#[track_caller]
pub fn skip(reason: &str) {
    let required = std::env::var_os("RESIDUE_REQUIRE_SERVICES").is_some_and(|value| value == "1");
    assert!(!required, "{reason}");
    eprintln!("skipped: {reason}");
}

/// Runs a program to its end, insists on success, and gives its standard output.
#[track_caller]
pub fn run(program: &str, args: &[&str]) -> Vec<u8> {
    output(Command::new(program).args(args))
}

#[track_caller]
fn output(command: &mut Command) -> Vec<u8> {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {message}");
    output.stdout
}

/// Writes a shell script that can be run. Another process does it: a file that this one has open cannot be
/// run by its children.
pub fn program(path: &Path, script: &str) {
    let write = "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
    let path = path.to_str().unwrap();
    run("sh", &["-c", write, "sh", script, path]);
}

/// A Docker engine of its own, without network, storing nothing outside a temporary folder.
pub struct Docker {
    engine: Child,
    dir: TempDir,
}

impl Docker {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let log = std::fs::File::create(at("log")).unwrap();
        let engine = Command::new("dockerd")
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
            .arg("--storage-driver=vfs")
            .arg("--data-root")
            .arg(at("data"))
            .arg("--exec-root")
            .arg(at("exec"))
            .arg("--pidfile")
            .arg(at("pid"))
            .arg("--host")
            .arg(format!("unix://{}", at("socket").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let docker = Self { engine, dir };
        docker.wait_until_ready();
        docker
    }

    fn wait_until_ready(&self) {
        let begin = Instant::now();
        while !self
            .command(&["version"])
            .output()
            .unwrap()
            .status
            .success()
        {
            assert!(begin.elapsed() < PATIENCE, "dockerd: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        let socket = self.host();
        // The classic builder needs no helper, and its images have the older history.
        command
            .env("DOCKER_BUILDKIT", "0")
            .args(["--host", &socket]);
        command.args(args).stderr(Stdio::piped());
        command
    }

    /// Where it listens, as `DOCKER_HOST` says it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.dir.path().join("socket").display())
    }

    /// Whether it can run commands in an image, which needs more of the machine than a test may have
    /// everywhere.
    pub fn can_run(&self) -> bool {
        let context = tempfile::tempdir().unwrap();
        std::fs::copy(busybox(), context.path().join("busybox")).unwrap();
        let dockerfile = "FROM scratch\nCOPY busybox /bin/sh\nRUN echo\n";
        std::fs::write(context.path().join("Dockerfile"), dockerfile).unwrap();
        let folder = context.path().to_str().unwrap();
        let mut build = self.command(&["build", "-q", "--network", "none", folder]);
        let output = build.stdin(Stdio::null()).output().unwrap();
        if !output.status.success() {
            skip(&String::from_utf8_lossy(&output.stderr));
        }
        output.status.success()
    }

    /// Builds a folder with the engine's BuildKit, without the client's help, which is a program of its own.
    #[track_caller]
    pub fn buildkit(&self, context: &Path, name: &str, argument: &str) {
        let tar = run("tar", &["-C", context.to_str().unwrap(), "-cf", "-", "."]);
        let (key, value) = argument.split_once('=').unwrap();
        let request = format!(
            "POST /build?version=2&t={name}&networkmode=none&buildargs=%7B%22{key}%22%3A%22{value}%22%7D HTTP/1.1\r\n\
             Host: docker\r\nContent-Type: application/x-tar\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            tar.len()
        );
        let mut stream = UnixStream::connect(self.dir.path().join("socket")).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(&tar).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.contains("\"moby.image.id\""), "{answer}");
    }

    /// Runs a client command and gives its standard output.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Vec<u8> {
        output(&mut self.command(args))
    }
}

impl Drop for Docker {
    /// Asks it to stop, so that it takes its own helpers down, and insists after a while.
    fn drop(&mut self) {
        let id = self.engine.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if matches!(self.engine.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.engine.kill();
        let _ = self.engine.wait();
    }
}

/// Podman's service with a store of its own.
pub struct Podman {
    service: Child,
    dir: TempDir,
}

impl Podman {
    /// Starts it and waits until it listens.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("socket");
        let service = Self::command(&dir)
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", socket.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        while UnixStream::connect(&socket).is_err() {
            assert!(begin.elapsed() < PATIENCE, "podman does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { service, dir }
    }

    fn command(dir: &TempDir) -> Command {
        let mut command = Command::new("podman");
        command.arg("--root").arg(dir.path().join("root"));
        command.arg("--runroot").arg(dir.path().join("run"));
        command.args(["--storage-driver", "vfs"]);
        command
    }

    /// Where it listens, as `CONTAINER_HOST` says it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.dir.path().join("socket").display())
    }

    /// Runs a command in its store and gives its standard output.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Vec<u8> {
        output(Self::command(&self.dir).args(args))
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

/// A containerd of its own.
pub struct Containerd {
    daemon: Child,
    dir: TempDir,
}

impl Containerd {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Only what stores content is needed, and the rest wants more than a test may have.
        let config = "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n";
        std::fs::write(dir.path().join("config.toml"), config).unwrap();
        let daemon = Command::new("containerd")
            .arg("--config")
            .arg(dir.path().join("config.toml"))
            .arg("--root")
            .arg(dir.path().join("root"))
            .arg("--state")
            .arg(dir.path().join("state"))
            .arg("--address")
            .arg(dir.path().join("socket"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let containerd = Self { daemon, dir };
        let begin = Instant::now();
        while !containerd
            .command(&["version"])
            .output()
            .unwrap()
            .status
            .success()
        {
            assert!(begin.elapsed() < PATIENCE, "containerd does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        containerd
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("ctr");
        command.arg("--address").arg(self.dir.path().join("socket"));
        command.args(args).stderr(Stdio::piped());
        command
    }

    /// Where it keeps everything.
    pub fn root(&self) -> String {
        self.dir.path().join("root").display().to_string()
    }

    /// Runs a client command and gives its standard output.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Vec<u8> {
        output(&mut self.command(args))
    }
}

impl Drop for Containerd {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Buildah with a store of its own.
pub struct Buildah {
    dir: TempDir,
}

impl Buildah {
    /// An empty store.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    /// Runs a command in the store.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Vec<u8> {
        let mut command = Command::new("buildah");
        command.arg("--root").arg(self.dir.path().join("root"));
        command.arg("--runroot").arg(self.dir.path().join("run"));
        output(command.args(["--storage-driver", "vfs"]).args(args))
    }
}

/// The static shell that `FROM scratch` images run.
pub fn busybox() -> PathBuf {
    let places = ["/bin/busybox", "/usr/bin/busybox"].map(Path::new);
    let found = places.into_iter().find(|place| place.is_file());
    found.expect("busybox is installed").to_owned()
}
