//! What git writes to a hook's standard input: one line for each reference that is to change
//! (githooks(5), pre-push and pre-receive).

use anyhow::Context as _;
use residue::source::git::{Hidden, Range};

/// A reference that is to change.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The reference on the side that receives.
    pub(super) name: String,
    /// What it is now, by its full name in hex; `None` if it is new.
    pub(super) old: Option<String>,
    /// What it becomes; `None` if it is deleted.
    pub(super) new: Option<String>,
}

/// `<local ref> <local object> <remote ref> <remote object>`
pub(super) fn pushed(text: &[u8]) -> anyhow::Result<Vec<Change>> {
    changes(
        text,
        "<local ref> <local sha> <remote ref> <remote sha>",
        |line| {
            // The first may be any expression, blanks included: `main@{1 day ago}`.
            let mut words = line.rsplitn(4, ' ');
            let (old, name, new) = (words.next()?, words.next()?, words.next()?);
            words.next().map(|_| [old, new, name])
        },
    )
}

/// `<old object> <new object> <ref>`
pub(super) fn received(text: &[u8]) -> anyhow::Result<Vec<Change>> {
    changes(text, "<old sha> <new sha> <ref>", |line| {
        let mut words = line.splitn(3, ' ');
        Some([words.next()?, words.next()?, words.next()?])
    })
}

/// What the changes bring; deletions bring nothing. `None` if there is nothing else.
pub(super) fn range(changes: &[Change], mut hidden: Vec<Hidden>) -> Option<Range> {
    let brought = changes.iter().filter_map(|change| {
        let new = change.new.clone()?;
        Some((change.name.clone(), new))
    });
    let objects: Vec<_> = brought.collect();
    let old = changes.iter().filter_map(|change| change.old.clone());
    hidden.extend(old.map(Hidden::IfPresent));
    (!objects.is_empty()).then(|| Range {
        objects,
        hidden,
        may_be_empty: true,
        ..Range::default()
    })
}

fn changes(
    text: &[u8],
    form: &str,
    split: impl Fn(&str) -> Option<[&str; 3]>,
) -> anyhow::Result<Vec<Change>> {
    let text = String::from_utf8_lossy(text);
    let lines = (1..).zip(text.lines());
    let parsed = lines.map(|(number, line)| {
        let words = split(line).filter(|[.., name]| !name.is_empty());
        let change = words.and_then(|[old, new, name]| {
            Some(Change {
                name: name.to_owned(),
                old: object(old)?,
                new: object(new)?,
            })
        });
        change.with_context(|| {
            let line = line.escape_debug();
            format!("line {number} of the hook's standard input is not `{form}`: `{line}`")
        })
    });
    parsed.collect()
}

/// An object's full name; the outer `None` if it is none, the inner one for all zeros.
fn object(hex: &str) -> Option<Option<String>> {
    let is_name = matches!(hex.len(), 40 | 64) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let is_zero = hex.bytes().all(|b| b == b'0');
    is_name.then(|| (!is_zero).then(|| hex.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn change(name: &str, old: Option<&str>, new: Option<&str>) -> Change {
        Change {
            name: name.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        }
    }

    #[test]
    fn every_line_of_a_push_is_a_change() {
        let text = format!(
            "refs/heads/a {A} refs/heads/b {B}\nmain@{{1 day ago}} {A} refs/heads/c {ZERO}\n\
             (delete) {ZERO} refs/heads/d {B}\n"
        );
        let expected = [
            change("refs/heads/b", Some(B), Some(A)),
            change("refs/heads/c", None, Some(A)),
            change("refs/heads/d", Some(B), None),
        ];
        assert_eq!(pushed(text.as_bytes()).unwrap(), expected);
        assert_eq!(pushed(b"").unwrap(), []);
    }

    #[test]
    fn every_line_of_a_receipt_is_a_change() {
        let long = A.repeat(2)[..64].to_owned();
        let text = format!("{ZERO} {A} refs/heads/a\n{long} {long} refs/heads/b");
        let expected = [
            change("refs/heads/a", None, Some(A)),
            change("refs/heads/b", Some(&long), Some(&long)),
        ];
        assert_eq!(received(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn what_git_never_writes_is_refused_with_its_line() {
        for bad in [
            "\n",
            "refs/heads/a\n",
            &format!("{A} refs/heads/b {B}\n"),
            &format!("refs/heads/a {A} refs/heads/b {}\n", &B[1..]),
            &format!("refs/heads/a {A}  {B}\n"),
            &format!("refs/heads/a HEAD refs/heads/b {B}\n"),
        ] {
            let text = format!("refs/heads/x {A} refs/heads/x {ZERO}\n{bad}");
            let error = pushed(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("line 2 "), "{bad}: {error}");
        }
        for bad in [
            "\u{1b}[2J",
            A,
            &format!("{A} {B}"),
            &format!("{A} {B} "),
            &format!("a {B} c"),
        ] {
            let error = received(bad.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains('\u{1b}'), "{error}");
        }
    }

    #[test]
    fn deletions_alone_leave_nothing_to_scan() {
        let deletion = change("refs/heads/d", Some(B), None);
        assert!(range(&[deletion], Vec::new()).is_none());
        let both = [change("x", Some(B), None), change("y", None, Some(A))];
        let range = range(&both, Vec::new()).unwrap();
        assert_eq!(range.objects, [("y".to_owned(), A.to_owned())]);
        assert_eq!(range.hidden.len(), 1);
    }
}
