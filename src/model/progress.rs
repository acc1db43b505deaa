//! How long work tells how far it has come. Readers report to these traits and know nothing of
//! terminals; `()` is for those who do not want to know.

/// Takes reports from any thread.
pub trait Progress: Sync {
    /// A stream begins to be read: what people call it, and its size as stored in bytes, if known.
    fn begin(&self, label: &str, bytes: Option<u64>) -> Box<dyn Meter>;
}

/// One stream; it ends when the meter is dropped.
pub trait Meter: Send {
    /// That many bytes more, as stored, were read.
    fn advance(&self, bytes: u64);
}

impl Progress for () {
    fn begin(&self, _: &str, _: Option<u64>) -> Box<dyn Meter> {
        Box::new(())
    }
}

impl Meter for () {
    fn advance(&self, _: u64) {}
}
