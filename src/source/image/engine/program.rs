//! An engine that only docker's own program can reach, over ssh: it is run, and what it writes is
//! read. The name of an image is one argument behind `--`, so it can be no flag.

use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Docker's program.
pub(super) struct Program(&'static str);

impl Program {
    /// The one in the search path; it knows `DOCKER_HOST` and contexts by itself.
    pub(super) const fn docker() -> Self {
        Self("docker")
    }

    /// Whether its engine has the image.
    pub(super) fn has_image(&self, name: &str) -> Result<bool, String> {
        let output = Command::new(self.0)
            .args(["image", "inspect", "--format", "{{.Id}}", "--", name])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("`{}` cannot be run: {error}", self.0))?;
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.success() {
            true => Ok(true),
            false if said.to_ascii_lowercase().contains("no such image") => Ok(false),
            false => Err(said.lines().next().unwrap_or("it says nothing").to_owned()),
        }
    }

    /// The archive that it writes.
    pub(super) fn save(&self, name: &str) -> Result<Box<dyn Read + Send>, String> {
        let mut child = Command::new(self.0)
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
