//! Ctrl-C and its like. The first signal ends the scan early, so that what was found until then is
//! reported for what it is, incomplete; the second one ends the process as if nobody had listened.

use anyhow::Context as _;
use residue::scan::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The signals that ask a process to come to an end.
const ENDING: [i32; 2] = [SIGINT, SIGTERM];

/// Listens for the rest of the process.
pub(super) struct Signals {
    /// The number of the last one; 0 as long as there was none.
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Interrupts what listens to `stop` when a signal comes.
    ///
    /// # Errors
    /// When the operating system refuses to tell.
    pub(super) fn interrupt(stop: &Stop) -> anyhow::Result<Self> {
        let caught = Arc::<AtomicUsize>::default();
        for signal in ENDING {
            // In this order: the flag is not yet set when the first signal asks whether it is.
            flag::register_conditional_default(signal, stop.interrupt())
                .and_then(|_| flag::register(signal, stop.interrupt()))
                .and_then(|_| {
                    flag::register_usize(
                        signal,
                        Arc::clone(&caught),
                        signal.unsigned_abs() as usize,
                    )
                })
                .context("cannot listen for signals")?;
        }
        Ok(Self { caught })
    }

    /// The signal that came, if one did.
    pub(super) fn caught(&self) -> Option<u8> {
        let number = self.caught.load(Ordering::Relaxed);
        u8::try_from(number).ok().filter(|&number| number > 0)
    }
}
