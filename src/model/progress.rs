//! How long work tells how far it has come. Readers report to these traits and know nothing of
//! terminals; `()` is for those who do not want to know.

/// Takes reports from any thread.
pub trait Progress: Sync {
    /// A stream begins to be read: what people call it, and its size as stored in bytes, if known.
    fn begin(&self, label: &str, bytes: Option<u64>) -> Box<dyn Meter>;

    /// A target of many parts was opened, and that much of it is going to be read; nothing, if that
    /// shows only while it is.
    fn expect(&self, _target: &str, _ahead: Option<Ahead>) {}
}

/// What is to be read of a target. What an earlier target has as well is read there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ahead {
    /// Its images, one for each platform.
    pub images: usize,
    /// Their layers, those of earlier targets left out.
    pub layers: usize,
    /// The size of these layers as stored, in bytes; none if one of them does not say.
    pub bytes: Option<u64>,
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
