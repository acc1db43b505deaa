//! Running processes: what `/proc` says of their environment and command line (proc(5)). Each variable
//! is a text of its own, as those of an image are; a command line is one text, because a flag and its
//! value belong together.

use super::Source;
use crate::model::{Counter, EntryPart, Kind, Limits, Origin, Place, Shortfall, Target, Where};
use crate::unpack::Sink;
use crate::unpack::batch::{Batcher, Context};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What all processes together are called.
const TARGET: &str = "processes";
/// Where the kernel tells of them.
const PROC: &str = "/proc";

/// Which processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Processes {
    /// Those of these numbers.
    Named(Vec<u32>),
    /// All that this user may look at; others are a note.
    All,
}

/// Processes to scan.
pub struct ProcessSource {
    processes: Processes,
    context: Context,
    /// Where the kernel tells of them.
    root: PathBuf,
}

/// What of a process is read.
#[derive(Debug, Clone, Copy)]
enum Part {
    Environment,
    CommandLine,
}

impl ProcessSource {
    /// These processes; `context` is what the detector needs around a match.
    pub fn new(processes: Processes, context: Context) -> Self {
        Self {
            processes,
            context,
            root: PROC.into(),
        }
    }

    fn process(&self, number: u32, batcher: &mut Batcher<'_>, sink: &dyn Sink) -> io::Result<()> {
        let folder = self.root.join(number.to_string());
        let name = name(&folder);
        for part in [Part::Environment, Part::CommandLine] {
            let bytes = read(&folder.join(part.file()))?;
            sink.count(Counter::Files, 1);
            part.texts(&bytes, &mut |line, label, text| {
                let path = format!("{number} ({name}), {}{label}", part.file());
                let origin = Origin::Record {
                    line,
                    path: path.into_bytes().into(),
                    part: EntryPart::Content,
                };
                batcher.text(origin, text);
            });
        }
        Ok(())
    }

    fn named(&self, numbers: &[u32], batcher: &mut Batcher<'_>, sink: &dyn Sink) {
        for &number in numbers {
            if let Err(error) = self.process(number, batcher, sink) {
                let kind = match error.kind() {
                    io::ErrorKind::NotFound => Kind::Missing,
                    _ => Kind::Unreadable,
                };
                sink.shortfall(Shortfall::new(
                    kind,
                    format!("process {number}"),
                    error.to_string(),
                ));
            }
        }
    }

    fn all(&self, batcher: &mut Batcher<'_>, sink: &dyn Sink) {
        let numbers = match self.numbers() {
            Ok(numbers) => numbers,
            Err(error) => {
                let place = self.root.display().to_string();
                return sink.shortfall(Shortfall::new(Kind::Target, place, error.to_string()));
            }
        };
        let mut refused = 0;
        for number in numbers {
            if sink.stopped() {
                break;
            }
            match self.process(number, batcher, sink) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => refused += 1,
                // What has ended in the meantime is no process any more.
                Err(_) | Ok(()) => {}
            }
        }
        if refused > 0 {
            let detail = format!("{refused} of other users, which this one may not look at");
            sink.shortfall(Shortfall::new(Kind::OtherUser, TARGET, detail));
        }
    }

    fn numbers(&self) -> io::Result<Vec<u32>> {
        let entries = fs::read_dir(&self.root)?.flatten();
        let mut numbers: Vec<u32> = entries
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }
}

impl Source for ProcessSource {
    fn read(&self, sink: &dyn Sink) {
        let mut batcher = Batcher::new(sink, self.context);
        match &self.processes {
            Processes::Named(numbers) => self.named(numbers, &mut batcher, sink),
            Processes::All => self.all(&mut batcher, sink),
        }
        batcher.finish();
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        let Origin::Record { path, .. } = origin else {
            return Vec::new();
        };
        vec![Place::new(TARGET.into(), Where::Config, Arc::clone(path))]
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target {
            name: TARGET.to_owned(),
            via: None,
            images: Vec::new(),
            base: None,
            is_former: false,
        }]
    }
}

impl Part {
    const fn file(self) -> &'static str {
        match self {
            Self::Environment => "environ",
            Self::CommandLine => "cmdline",
        }
    }

    /// The texts in a file of this kind, each with a number and a label.
    fn texts(self, bytes: &[u8], tell: &mut dyn FnMut(u64, String, &[u8])) {
        match self {
            Self::Environment => {
                let variables = bytes
                    .split(|&byte| byte == 0)
                    .filter(|text| !text.is_empty());
                for (number, variable) in (1..).zip(variables) {
                    let name = variable
                        .split(|&byte| byte == b'=')
                        .next()
                        .unwrap_or_default();
                    let label = format!(" {}", String::from_utf8_lossy(name));
                    tell(number, label, variable);
                }
            }
            Self::CommandLine => {
                let spaced = |&byte: &u8| if byte == 0 { b' ' } else { byte };
                let line: Vec<u8> = bytes.iter().map(spaced).collect();
                tell(0, String::new(), &line);
            }
        }
    }
}

/// At most as much as a batch takes: the kernel allows far less.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(Limits::BATCH as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The program's name, as `ps` shows it.
fn name(folder: &Path) -> String {
    let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
    name.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_texts_of_their_own_and_a_command_line_is_one() {
        let mut told = Vec::new();
        let mut tell = |number: u64, label: String, text: &[u8]| {
            told.push((number, label, String::from_utf8_lossy(text).into_owned()));
        };
        Part::Environment.texts(b"A=1\0B=x=y\0\0", &mut tell);
        Part::CommandLine.texts(b"app\0--key\0k", &mut tell);
        let text = |number, label: &str, text: &str| (number, label.to_owned(), text.to_owned());
        let expected = [
            text(1, " A", "A=1"),
            text(2, " B", "B=x=y"),
            text(0, "", "app --key k"),
        ];
        assert_eq!(told, expected);
    }
}
