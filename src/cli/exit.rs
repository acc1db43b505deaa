//! The exit codes. They are a contract: pipelines branch on them.

use residue::model::Policy;
use std::fmt::Write;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything was read and nothing fails.
    Clean,
    /// A finding reached the threshold, or a rule has a problem.
    Found,
    /// The call makes no sense, or its result could not be delivered.
    Refused,
    /// Nothing fails, but not everything was read.
    Incomplete,
}

/// What shells add to the number of the signal that ended a process.
const BY_SIGNAL: u8 = 128;

impl Exit {
    const ALL: [Self; 4] = [Self::Clean, Self::Found, Self::Refused, Self::Incomplete];

    /// The number that the process ends with.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found => Policy::FOUND,
            Self::Refused => 2,
            Self::Incomplete => Policy::INCOMPLETE,
        }
    }

    /// The number after a scan that this signal has interrupted, whatever it found until then.
    pub(super) const fn interrupted(signal: u8) -> u8 {
        BY_SIGNAL.saturating_add(signal)
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Clean => "everything was read and nothing fails",
            Self::Found => "a finding reached --fail-on (--exit-code changes this number)",
            Self::Refused => "wrong usage or configuration, or a report that cannot be written",
            Self::Incomplete => {
                "no finding fails, but something could not be read (see --allow-gap)"
            }
        }
    }

    /// The table for the help.
    pub(super) fn table() -> String {
        let mut table = String::new();
        for exit in Self::ALL {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "  {}  {}", exit.code(), exit.meaning());
        }
        let _ = writeln!(
            table,
            "  {BY_SIGNAL} and more  interrupted, as by Ctrl-C (130); what was found until then is reported"
        );
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3]);
        assert_eq!([2, 15].map(Exit::interrupted), [130, 143]);
    }
}
