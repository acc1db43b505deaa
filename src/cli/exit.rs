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
        Self::ALL
            .into_iter()
            .fold(String::new(), |mut table, exit| {
                // Writing to a string cannot fail.
                let _ = writeln!(table, "  {}  {}", exit.code(), exit.meaning());
                table
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3]);
    }
}
