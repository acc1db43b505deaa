//! What goes wrong with registries, told so that somebody knows what to do next.

use super::address::Host;
use super::policy::Refusal;
use super::resolver::PrivateAddress;
use std::io;
use std::time::Duration;

/// Why a registry did not hand something out.
#[derive(Debug, thiserror::Error)]
#[error("{host}: {cause}")]
pub(in crate::source::image) struct RegistryError {
    /// The registry.
    host: String,
    /// What happened.
    pub(super) cause: Cause,
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cause {
    /// The registry does not have it, or does not say so to strangers.
    #[error(
        "there is no such image or blob; check the name and the tag, and log in if it is private"
    )]
    NotFound,
    /// It wants other credentials.
    #[error("{0}")]
    Unauthorised(String),
    /// Too many requests.
    #[error("too many requests; log in for a higher limit, or try again {}", after(.0))]
    RateLimited(Option<Duration>),
    /// Any other status.
    #[error("answers with status {0}")]
    Status(u16),
    /// No such name.
    #[error("no such host; check the spelling, and whether this machine has a network")]
    UnknownHost,
    /// The certificate is not to be trusted.
    #[error(
        "its certificate is not trusted ({0}); name the authority that signed it with --ca-file, \
         or accept any with --insecure"
    )]
    Certificate(String),
    /// The connection broke.
    #[error("the connection fails: {0}")]
    Connection(String),
    /// Nothing came in time.
    #[error("nothing came for too long; --registry-timeout gives it more time")]
    TooSlow,
    /// It asked for something that is not done.
    #[error("{0}, which is not followed")]
    Refused(#[from] Refusal),
    /// It sends to a private address.
    #[error("{0}")]
    Private(PrivateAddress),
    /// Redirects without end.
    #[error("redirects without end")]
    Circles,
    /// Not the protocol of registries.
    #[error("does not answer like a registry; is this the address of a web page?")]
    NoRegistry,
    /// A list whose pages lead back to themselves.
    #[error("its list leads from a page back to the same page; the names until there are scanned")]
    EndlessList,
    /// A list beyond every measure, or beyond the time of the scan.
    #[error("its list goes on after {0} names, which are scanned")]
    LongList(usize),
    /// A manifest or a list beyond every measure.
    #[error("a manifest or a page of a list is larger than {0} bytes")]
    TooLarge(u64),
}

fn after(wait: &Option<Duration>) -> String {
    wait.map_or_else(
        || "later".to_owned(),
        |wait| format!("in {} s", wait.as_secs()),
    )
}

impl RegistryError {
    /// A failure of `host`.
    pub(super) fn new(host: &Host, cause: impl Into<Cause>) -> Self {
        Self {
            host: host.to_string(),
            cause: cause.into(),
        }
    }

    /// What the library below says, in the words of this one.
    pub(super) fn of(host: &Host, error: ureq::Error) -> Self {
        let cause = match error {
            ureq::Error::HostNotFound => Cause::UnknownHost,
            ureq::Error::Timeout(_) => Cause::TooSlow,
            ureq::Error::Rustls(error) => Cause::Certificate(error.to_string()),
            ureq::Error::Io(error) => of_io(error),
            ureq::Error::Other(other) => match other.downcast::<PrivateAddress>() {
                Ok(private) => Cause::Private(*private),
                Err(other) => Cause::Connection(other.to_string()),
            },
            other => Cause::Connection(other.to_string()),
        };
        Self::new(host, cause)
    }

    /// Whether the registry says that it does not have it.
    pub(in crate::source::image) const fn is_not_found(&self) -> bool {
        matches!(self.cause, Cause::NotFound)
    }
}

fn of_io(error: io::Error) -> Cause {
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::TimedOut => Cause::TooSlow,
        // What TLS does not like comes wrapped as invalid data.
        io::ErrorKind::InvalidData if text.contains("certificate") => Cause::Certificate(text),
        _ if text.contains("lookup address") || text.contains("not known") => Cause::UnknownHost,
        _ => Cause::Connection(text),
    }
}
