//! An engine that only its own program can reach, over ssh: it is run, and what it writes is read. The
//! name of an image is one argument behind `--`, so it can be no flag.

use super::Kind;
use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

/// What docker and podman say of an image that they do not have.
const UNKNOWN: [&str; 2] = ["no such image", "image not known"];

/// An engine's program, and what is said before its commands.
pub(super) struct Program(&'static str, &'static [&'static str]);

impl Program {
    /// The one in the search path; it knows by itself what the environment and contexts say.
    pub(super) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Docker => Self("docker", &[]),
            Kind::Podman => Self("podman", &["--remote"]),
        }
    }

    /// Whether its engine has the image.
    pub(super) fn has_image(&self, name: &str) -> Result<bool, String> {
        let output = Command::new(self.0)
            .args(self.1)
            .args(["image", "inspect", "--format", "{{.Id}}", "--", name])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("`{}` cannot be run: {error}", self.0))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let is_unknown = || {
            let said = said.to_ascii_lowercase();
            UNKNOWN.iter().any(|word| said.contains(word))
        };
        match output.status.success() {
            true => Ok(true),
            false if is_unknown() => Ok(false),
            false => Err(said.lines().next().unwrap_or("it says nothing").to_owned()),
        }
    }

    /// The archive that it writes.
    pub(super) fn save(&self, name: &str) -> Result<Box<dyn Read + Send>, String> {
        let mut child = Command::new(self.0)
            .args(self.1)
            .args(["save", "--", name])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("`{}` cannot be run: {error}", self.0))?;
        let stdout = child.stdout.take().ok_or("it has no output")?;
        Ok(Box::new(Output { child, stdout }))
    }
}

/// What a program writes; that it failed is an error where its output ends.
struct Output {
    child: Child,
    stdout: ChildStdout,
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stdout.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        match self.child.wait()?.success() {
            true => Ok(0),
            false => Err(io::Error::other("the program that writes the image failed")),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
