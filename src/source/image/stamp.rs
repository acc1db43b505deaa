//! What the operating system knows of a file, as a sign that its content is the same as before. It is how
//! git knows that a file need not be hashed again; and as there, a file that was changed a moment ago has
//! no stamp that could be relied on, because the next change may bear the same.

use std::fs::Metadata;
use std::ops::Range;
#[cfg(unix)]
use std::time::Duration;
use std::time::SystemTime;

/// The stamp of a part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    text: String,
    /// When the file was changed last, and how exactly that is known.
    changed: SystemTime,
    grain: std::time::Duration,
}

impl Stamp {
    /// The stamp of these bytes of a file; `None` where the system does not tell enough.
    #[cfg(unix)]
    pub(super) fn of(about: &Metadata, range: Range<u64>) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        /// As long as the clock of any kernel stands still.
        const TICK: Duration = Duration::from_millis(50);
        /// Of file systems that keep whole seconds, or every other one.
        const SECONDS: Duration = Duration::from_secs(2);
        let seconds = u64::try_from(about.ctime()).ok()?;
        let rest = u32::try_from(about.ctime_nsec()).ok()?;
        let text = format!(
            "{}:{} {} {}.{rest} {}.{} {}-{}",
            about.dev(),
            about.ino(),
            about.size(),
            seconds,
            about.mtime(),
            about.mtime_nsec(),
            range.start,
            range.end,
        );
        Some(Self {
            text,
            changed: SystemTime::UNIX_EPOCH + Duration::new(seconds, rest),
            grain: if rest == 0 { SECONDS } else { TICK },
        })
    }

    /// The stamp of these bytes of a file; `None` where the system does not tell enough.
    #[cfg(not(unix))]
    pub(super) fn of(_about: &Metadata, _range: Range<u64>) -> Option<Self> {
        None
    }

    /// The stamp as a name.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a change from now on would make another stamp.
    pub(super) fn is_settled(&self) -> bool {
        let age = self.changed.elapsed();
        age.is_ok_and(|age| age > self.grain)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_change_makes_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blob");
        let stamp = || Stamp::of(&fs::metadata(&path).unwrap(), 0..4).unwrap();
        fs::write(&path, "abcd").unwrap();
        let first = stamp();
        assert_eq!(first, stamp());
        assert!(!first.is_settled());
        while !stamp().is_settled() {
            std::thread::sleep(Duration::from_millis(10));
        }
        fs::write(&path, "efgh").unwrap();
        assert_ne!(first.text(), stamp().text());
        let other = Stamp::of(&fs::metadata(&path).unwrap(), 1..4).unwrap();
        assert_ne!(other.text(), stamp().text());
    }
}
