//! Reading JSON whose errors must not quote it.

use super::Wrong;
use serde::de::DeserializeOwned;

/// Reads a text; what is wrong is told by line and kind alone.
///
/// # Errors
/// The line, and what kind of error it is.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    serde_json::from_str(text).map_err(|error| {
        let problem = match error.classify() {
            serde_json::error::Category::Data => "a value is not of the kind that belongs there",
            serde_json::error::Category::Eof => "it ends too soon",
            _ => "it is not JSON",
        };
        (error.line() as u64, problem.to_owned())
    })
}
