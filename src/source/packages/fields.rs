//! Stanzas of fields, as dpkg's control files and the metadata of wheels have them (RFC 822): a name, a
//! colon and a value on each line; a blank line ends the stanza.

use super::lines;
use memchr::memmem;

/// The fields of one stanza. They are looked for when they are asked for, so that a record of nothing but
/// fields takes no memory.
pub(super) struct Fields<'t>(&'t [u8]);

/// Every stanza of a text.
pub(super) fn stanzas(text: &[u8]) -> impl Iterator<Item = Fields<'_>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memmem::find(text, b"\n\n");
        rest = end.map(|end| &text[end + 2..]);
        Some(Fields(&text[..end.unwrap_or(text.len())]))
    })
}

impl<'t> Fields<'t> {
    /// The first value of that name, compared without case; none if it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&'t str> {
        self.all(name).next()
    }

    /// All values of that name; lines that continue them are left out.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'t str> {
        let fields = lines(self.0).filter_map(move |line| {
            let (front, value) = line.split_at_checked(name.len())?;
            let is_it = front.eq_ignore_ascii_case(name.as_bytes());
            let value = value.strip_prefix(b":").filter(|_| is_it)?;
            Some(std::str::from_utf8(value).ok()?.trim())
        });
        fields.filter(|value| !value.is_empty())
    }
}
