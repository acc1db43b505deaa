//! The program while it runs: fed on a standard input that then stands still, sent signals, looked
//! at from outside.

use super::cli::Run;
use rustix::process::{Pid, Signal, kill_process};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run that has begun. Its input ends when patience does, so that nothing hangs for ever.
pub struct Running {
    child: Child,
    fed: Receiver<()>,
}

impl Running {
    /// Starts a program on these bytes.
    pub fn start(mut command: Command, input: Vec<u8>) -> Self {
        let pipes = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let (sender, fed) = channel();
        std::thread::spawn(move || {
            // It may have ended before it took everything.
            let _ = stdin.write_all(&input);
            let _ = sender.send(());
            std::thread::sleep(PATIENCE);
        });
        Self { child, fed }
    }

    /// Waits until all input is taken, up to what a pipe holds: so it is being read.
    #[track_caller]
    pub fn fed(self) -> Self {
        self.fed.recv_timeout(PATIENCE).expect("it reads its input");
        self
    }

    /// Waits until something is true of the world around it.
    #[track_caller]
    pub fn once(self, mut is_so: impl FnMut(&Self) -> bool) -> Self {
        let begin = Instant::now();
        while !is_so(&self) {
            assert!(begin.elapsed() < PATIENCE, "it never came to be so");
            std::thread::sleep(Duration::from_millis(10));
        }
        self
    }

    /// Sends a signal.
    pub fn signal(self, signal: Signal) -> Self {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self
    }

    /// Nobody reads what it writes any more.
    pub fn deafened(mut self) -> Self {
        self.child.stdout = None;
        self
    }

    /// A file of `/proc/PID`, as in `limits`.
    pub fn proc(&self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.child.id());
        std::fs::read_to_string(path).unwrap()
    }

    /// A line of `/proc/PID/task/*/status` of each of its threads, as in `NoNewPrivs`.
    pub fn of_threads(&self, key: &str) -> Vec<String> {
        let folder = format!("/proc/{}/task", self.child.id());
        let threads = std::fs::read_dir(folder).unwrap();
        let value = |thread: std::io::Result<std::fs::DirEntry>| {
            let status = std::fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
            let mut lines = status.lines();
            let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            value.unwrap().trim().to_owned()
        };
        threads.map(value).collect()
    }

    /// Waits for its end, and reads what it wrote.
    pub fn end(self) -> Run {
        Run::of(self.child.wait_with_output().unwrap())
    }

    /// Waits for its end without reading anything before.
    #[track_caller]
    pub fn end_unread(self) -> Run {
        self.end_measured().0
    }

    /// The same, with the most memory that it held, in bytes; that of its last moment may be missed.
    #[track_caller]
    pub fn end_measured(mut self) -> (Run, u64) {
        let (begin, mut peak) = (Instant::now(), 0);
        while self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < 4 * PATIENCE, "it did not end");
            peak = peak.max(self.resident().unwrap_or(0));
            std::thread::sleep(Duration::from_millis(5));
        }
        (self.end(), peak)
    }

    /// The most memory that it has held until now, in bytes.
    fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes << 10)
    }
}
