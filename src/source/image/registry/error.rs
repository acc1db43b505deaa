//! What goes wrong with registries, told so that somebody knows what to do next.

use super::policy::Refusal;
use super::resolver::PrivateAddress;
use std::fmt::Display;
use std::io;
use std::time::Duration;

/// Why a registry did not hand something out.
#[derive(Debug, thiserror::Error)]
#[error("{host}: {cause}")]
pub(in crate::source::image) struct RegistryError {
    /// The host that did not: the registry, or one that it sent us to.
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
    /// The same, said by a page for people.
    #[error("there is no such page; is this the address of a registry? Check host and name")]
    NoSuchPage,
    /// It wants other credentials.
    #[error("{0}")]
    Unauthorised(String),
    /// Too many requests.
    #[error("too many requests; log in for a higher limit, or try again {}", after(.0))]
    RateLimited(Option<Duration>),
    /// Any other status, and the time that it asks to wait.
    #[error("answers with status {status}{}", asking(.1), status = .0)]
    Status(u16, Option<Duration>),
    /// No such name.
    #[error("no such host; check the spelling, and whether this machine has a network")]
    UnknownHost,
    /// Nobody is there.
    #[error(
        "nobody answers at this address; check it, and whether this machine may reach it; a proxy is \
         named by HTTPS_PROXY"
    )]
    Unreachable,
    /// The proxy did not connect.
    #[error("the proxy that the environment names does not connect: {0}")]
    Proxy(String),
    /// The certificate is not to be trusted.
    #[error(
        "its certificate is not trusted ({0}); name the authority that signed it with --ca-file, \
         or accept any with --insecure"
    )]
    Certificate(String),
    /// The certificate is for somebody else.
    #[error("its certificate is for another host ({0}); check the address")]
    OtherHost(String),
    /// It wants to see a certificate of ours.
    #[error(
        "wants a client certificate that it knows ({0}); it is read from \
         ~/.docker/certs.d/HOST[:PORT]/client.cert, its key from client.key beside it"
    )]
    ClientCertificate(String),
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
    /// `registries.conf` forbids it.
    #[error("registries.conf blocks it")]
    Blocked,
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

fn asking(wait: &Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| {
        format!(" and asks to come back in {} s", wait.as_secs())
    })
}

impl RegistryError {
    /// A failure of `host`.
    pub(super) fn new(host: &impl Display, cause: impl Into<Cause>) -> Self {
        Self {
            host: host.to_string(),
            cause: cause.into(),
        }
    }

    /// What the library below says, in the words of this one.
    pub(super) fn of(host: &impl Display, error: ureq::Error) -> Self {
        Self::new(host, error)
    }

    /// Whether the registry says that it does not have it.
    pub(in crate::source::image) const fn is_not_found(&self) -> bool {
        matches!(self.cause, Cause::NotFound | Cause::NoSuchPage)
    }
}

impl From<ureq::Error> for Cause {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::HostNotFound => Self::UnknownHost,
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                Self::Unreachable
            }
            ureq::Error::Timeout(_) => Self::TooSlow,
            ureq::Error::ConnectProxyFailed(reason) => Self::Proxy(reason),
            ureq::Error::Rustls(error) => of_tls(error.to_string()),
            ureq::Error::Io(error) => error.into(),
            ureq::Error::Other(other) => match other.downcast::<PrivateAddress>() {
                Ok(private) => Self::Private(*private),
                Err(other) => Self::Connection(other.to_string()),
            },
            other => Self::Connection(other.to_string()),
        }
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            io::ErrorKind::TimedOut => Self::TooSlow,
            // What TLS does not like comes wrapped as invalid data.
            io::ErrorKind::InvalidData => of_tls(text),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Self::Unreachable,
            io::ErrorKind::ConnectionRefused => {
                let advice = "does a registry listen there, and the proxy, if one is named?";
                Self::Connection(format!("it is refused; {advice}"))
            }
            _ if text.contains("lookup address") || text.contains("not known") => Self::UnknownHost,
            _ => Self::Connection(text),
        }
    }
}

/// What TLS failed with. An alert is what the other side did not like, and about certificates it can
/// only mean ours.
fn of_tls(text: String) -> Cause {
    let is_about_certificates = text.to_ascii_lowercase().contains("certificate");
    match is_about_certificates {
        true if text.contains("alert") => Cause::ClientCertificate(text),
        true if text.contains("not valid for name") => Cause::OtherHost(text),
        true => Cause::Certificate(text),
        false => Cause::Connection(text),
    }
}
