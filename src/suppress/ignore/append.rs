//! Writes a new entry at the end of an ignore file, and leaves what stands there as it is.

use super::lookup::folders;
use super::{Entry, FILE, globs, parse};
use crate::suppress::{SuppressError, file};
use std::fmt;
use std::path::{Path, PathBuf};

/// Adds an entry to a file, which is made if it is not there. `now` is in seconds since the Unix
/// epoch.
///
/// # Errors
/// When the entry would not be read again as it is, is over already or stands there; when the file
/// cannot be read, understood or written.
pub fn append(path: &Path, entry: &Entry, now: i64) -> Result<(), SuppressError> {
    let line = line(entry, now)?;
    let is_new = !path.exists();
    let mut text = match is_new {
        true => String::new(),
        false => file::read(path)?,
    };
    check(&path.display().to_string(), &text, entry)?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&line);
    match is_new {
        true => file::create(path, &text),
        false => file::replace(path, &text),
    }
}

/// Refuses an entry that stands in the text already, or whose glob makes no sense.
fn check(file: &str, text: &str, entry: &Entry) -> Result<(), SuppressError> {
    let present = parse::entries(file, text)?;
    if let Some(same) = present.iter().find(|other| other.fits_the_same(entry)) {
        return Err(SuppressError::Duplicate {
            file: file.to_owned(),
            line: same.line,
        });
    }
    let line = text.lines().count() as u64 + 1;
    let at_the_end = Entry {
        line,
        ..entry.clone()
    };
    globs(file, &[at_the_end]).map(drop)
}

/// Where a new entry belongs: in the closest file above a folder, else in a new one at the root of
/// its repository, or in the folder itself where there is none.
pub fn home(folder: &Path) -> PathBuf {
    let real = folder.canonicalize();
    let real = real.unwrap_or_else(|_| folder.to_owned());
    let present = folders(&real)
        .map(|above| above.join(FILE))
        .find(|file| file.is_file());
    let root = folders(&real).last().unwrap_or(&real);
    present.unwrap_or_else(|| root.join(FILE))
}

/// The entry as a line that reads back as the same entry.
fn line(entry: &Entry, now: i64) -> Result<String, SuppressError> {
    let refused = |problem: &str| Err(SuppressError::Entry(problem.to_owned()));
    if let Some(day) = entry.until.filter(|day| day.is_over(now)) {
        return refused(&format!("{day} is over; name a later day"));
    }
    let line = entry.to_string();
    match parse::entry(&line) {
        Ok(Some(same))
            if same
                == (Entry {
                    line: 0,
                    ..entry.clone()
                })
                && !has_control(&line) =>
        {
            Ok(line + "\n")
        }
        Err(problem) => refused(&problem),
        Ok(_) => refused(
            "it cannot be written on one line: paths, rules and owners hold no blank, and a reason \
             no line break",
        ),
    }
}

fn has_control(line: &str) -> bool {
    line.chars().any(char::is_control)
}

/// The entry as a line of an ignore file.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut blank = "";
        let mut put = |before: &str, value: Option<&dyn fmt::Display>| {
            let Some(value) = value else { return Ok(()) };
            write!(f, "{blank}{before}{value}")?;
            blank = " ";
            Ok(())
        };
        put("", self.fingerprint.as_ref().map(|id| id as _))?;
        put("rule:", self.rule.as_ref().map(|id| id as _))?;
        put("path:", self.path.as_ref().map(|glob| glob as _))?;
        put("owner=", self.owner.as_ref().map(|name| name as _))?;
        put("until=", self.until.as_ref().map(|day| day as _))?;
        let reason = Some(&self.reason).filter(|reason| !reason.is_empty());
        put("# ", reason.map(|text| text as _))
    }
}
