//! Standard input as text: all of it as one file, or a record on each line, which is the door for
//! any other producer of texts.
//!
//! A record is a JSON object with `content` or, for bytes that are no UTF-8, `content_base64`, and
//! `origin`, which names it: a string, or an object with `path`. Other keys are left to the
//! producer. A line that is no record is a gap and is told by its number, never by its content; it is
//! searched as it stands.

mod record;

use self::record::{Record, RecordError};
use super::Source;
use super::input::Stdin;
use super::metered::Metered;
use crate::model::{Counter, EntryPart, Options, Origin, Place, Progress, Shortfall, Target};
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use crate::unpack::decode::shortfall_kind;
use crate::unpack::open::{Bounds, File, Unpacker};
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

/// Bytes that are read at once.
const BUFFER: usize = 256 << 10;

/// How standard input is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As one file.
    Raw,
    /// A JSON object on each line.
    Jsonl,
}

/// Standard input to scan.
pub struct StdinSource<'a> {
    form: Form,
    name: Arc<str>,
    bounds: Bounds<'a>,
    context: Context,
    progress: &'a dyn Progress,
}

impl<'a> StdinSource<'a> {
    /// What standard input is called if the user does not say.
    pub const NAME: &'static str = "stdin";

    /// Standard input under this name; `context` is what the detector needs around a match.
    pub fn new(
        form: Form,
        name: &str,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            form,
            name: name.into(),
            bounds: Bounds::new(&options.limits),
            context,
            progress,
        }
    }

    /// Bytes of the longest record. It is in memory three times: as it stands, decoded from JSON,
    /// and decoded from base64.
    const fn longest(&self) -> u64 {
        self.bounds.limits.memory / 8
    }

    fn raw(&self, input: &mut dyn Read, sink: &dyn Sink) -> io::Result<()> {
        let mut unpacker = Unpacker::new(sink, self.context, self.bounds.clone());
        let origin = Origin::Record {
            line: 0,
            path: self.name.as_bytes().into(),
            part: EntryPart::Content,
        };
        let file = File {
            origin: &origin,
            size: None,
            place: &|| (*self.name).to_owned(),
        };
        let (_, result) = unpacker.file(&file, &mut |buffer| input.read(buffer));
        unpacker.finish();
        sink.count(Counter::Files, 1);
        result
    }

    fn records(&self, input: &mut dyn BufRead, sink: &dyn Sink) -> io::Result<()> {
        let mut unpacker = Unpacker::new(sink, self.context, self.bounds.clone());
        let result = self.each_record(input, &mut unpacker, sink);
        unpacker.finish();
        result
    }

    fn each_record(
        &self,
        input: &mut dyn BufRead,
        unpacker: &mut Unpacker<'_>,
        sink: &dyn Sink,
    ) -> io::Result<()> {
        let mut text = Vec::new();
        for line in 1.. {
            let record = match next_line(input, self.longest(), &mut text)? {
                _ if sink.stopped() => break,
                Line::End => break,
                Line::Blank => continue,
                Line::Text => Record::parse(&text),
                Line::TooLong => Err(RecordError::TooLong(self.longest())),
            };
            match record {
                Ok(record) => record.search(line, unpacker, sink),
                Err(error) => {
                    let place = format!("{}, line {line}", self.name);
                    sink.shortfall(Shortfall::new(error.kind(), place, error.to_string()));
                    Record::as_it_stands(&text).search(line, unpacker, sink);
                    rest_of_line(input, &mut text, sink)?;
                }
            }
        }
        Ok(())
    }
}

impl Source for StdinSource<'_> {
    fn read(&self, sink: &dyn Sink) {
        let meter = self.progress.begin(&self.name, None);
        let mut input = Metered::new(Stdin::new(sink), meter);
        let result = match self.form {
            Form::Raw => self.raw(&mut input, sink),
            Form::Jsonl => self.records(&mut BufReader::with_capacity(BUFFER, input), sink),
        };
        if let Err(error) = result {
            let (kind, detail) = shortfall_kind(&error);
            sink.shortfall(Shortfall::new(kind, &*self.name, detail));
        }
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        let Origin::Record { path, part, .. } = origin else {
            return Vec::new();
        };
        vec![Place::new(
            Arc::clone(&self.name),
            part.place(),
            Arc::clone(path),
        )]
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target {
            name: (*self.name).to_owned(),
            images: Vec::new(),
            via: None,
            base: Some(String::new()),
            is_former: false,
        }]
    }
}

/// What stands on the next line.
enum Line {
    /// Nothing more; the input has ended.
    End,
    /// Nothing but white space.
    Blank,
    /// Something that may be a record.
    Text,
    /// More than is kept.
    TooLong,
}

/// Reads a line of at most `longest` bytes; the rest of a longer one is still to be read.
fn next_line(input: &mut dyn BufRead, longest: u64, text: &mut Vec<u8>) -> io::Result<Line> {
    text.clear();
    let size = input.take(longest + 1).read_until(b'\n', text)?;
    Ok(match size as u64 {
        0 => Line::End,
        size if size > longest && !text.ends_with(b"\n") => Line::TooLong,
        _ if text.trim_ascii().is_empty() => Line::Blank,
        _ => Line::Text,
    })
}

/// Passes over what is left of the line that `text` is the beginning of.
fn rest_of_line(input: &mut dyn BufRead, text: &mut Vec<u8>, sink: &dyn Sink) -> io::Result<()> {
    while !text.ends_with(b"\n") && !sink.stopped() {
        text.clear();
        if input.take(BUFFER as u64).read_until(b'\n', text)? == 0 {
            break;
        }
    }
    Ok(())
}
