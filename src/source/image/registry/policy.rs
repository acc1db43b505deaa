//! Who may be talked to, over what, and who may be told a password. A registry's answers name other
//! hosts (redirects to object stores, token servers), and a hostile one would name hosts inside the
//! network that the scan runs in. Every such decision is one function here, with nothing but its
//! arguments to decide by.

use super::access::Access;
use super::address::{Host, bare};
use std::net::IpAddr;
use ureq::http::Uri;

/// How a registry may be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// Over TLS alone.
    Https,
    /// Over TLS, or over plain http where there is none.
    Either,
    /// Over plain http.
    Http,
}

/// Whom a request that a registry asked for may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The registry itself.
    Registry,
    /// Any public address.
    Public,
    /// Any address: the registry is at a private one itself.
    Anywhere,
}

/// What a registry may not ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// A token server without TLS.
    #[error("it names a token server that is not to be had over https")]
    PlainRealm,
    /// A redirect from TLS to plain http.
    #[error("it redirects from https to plain http")]
    Downgrade,
    /// Something that is no address of the web.
    #[error("it names an address that is neither http nor https")]
    NoAddress,
    /// A private address, spelled out. Names are judged by what they turn out to mean.
    #[error("it sends us to a private address, where nothing was asked for")]
    Private,
}

/// How `host` may be spoken to. Loopback needs no TLS: nobody listens in between.
pub(super) fn transport(host: &Host, access: &Access) -> Transport {
    let is_named = access
        .plain_http
        .iter()
        .any(|name| name == host.authority());
    if is_named {
        Transport::Http
    } else if access.insecure || is_loopback(host.name()) {
        Transport::Either
    } else {
        Transport::Https
    }
}

/// Whether a host's name means this machine.
pub(super) fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whether credentials for `registry` may go along with a request to `to`.
pub(super) fn may_carry_credentials(registry: &Host, to: &Uri) -> bool {
    to.authority()
        .is_some_and(|to| to.as_str() == registry.authority())
}

/// Whom a token server at `to` may be, if the registry is spoken to at `from`.
pub(super) fn realm(at_private: bool, from: &Uri, to: &Uri) -> Result<Reach, Refusal> {
    let is_own = from.authority() == to.authority();
    match to.scheme_str() {
        Some("https") if is_own => Ok(Reach::Registry),
        Some("http") if is_own && from.scheme() == to.scheme() => Ok(Reach::Registry),
        Some("https") => elsewhere(at_private, to),
        // A registry on this machine may have its token server there too.
        Some("http") if names_loopback(from) && names_loopback(to) => Ok(Reach::Anywhere),
        Some("http") => Err(Refusal::PlainRealm),
        _ => Err(Refusal::NoAddress),
    }
}

/// Whether a redirect of `registry` may be followed.
pub(super) fn redirect(
    registry: &Host,
    at_private: bool,
    from: &Uri,
    to: &Uri,
) -> Result<Reach, Refusal> {
    match (from.scheme_str(), to.scheme_str()) {
        (Some("https"), Some("http")) => Err(Refusal::Downgrade),
        (_, Some("https" | "http")) if may_carry_credentials(registry, to) => Ok(Reach::Registry),
        (_, Some("https" | "http")) => elsewhere(at_private, to),
        _ => Err(Refusal::NoAddress),
    }
}

/// Whom another host than the registry may be. What a proxy is asked to reach is not looked up here, so
/// at least no address inside its network is handed to it.
fn elsewhere(at_private: bool, to: &Uri) -> Result<Reach, Refusal> {
    let name = host(to);
    let is_private = is_loopback(name)
        || name
            .parse()
            .is_ok_and(|address: IpAddr| !is_public(address));
    match (at_private, is_private) {
        (true, _) => Ok(Reach::Anywhere),
        (false, true) => Err(Refusal::Private),
        (false, false) => Ok(Reach::Public),
    }
}

fn names_loopback(uri: &Uri) -> bool {
    is_loopback(host(uri))
}

fn host(uri: &Uri) -> &str {
    bare(uri.authority().map_or("", |authority| authority.as_str()))
}

/// Whether an address belongs to the internet, and not to a machine, a link, or a private network
/// (RFC 6890 and its registries).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            let is_benchmark = first == 198 && (18..20).contains(&second);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || first == 0
                || first >= 240
                || is_shared
                || is_benchmark)
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                return is_public(IpAddr::V4(v4));
            }
            // NAT64 (RFC 6052) reaches IPv4 addresses through their last 32 bits.
            if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = v6.segments() {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                return is_public(IpAddr::from([a, b, c, d]));
            }
            !(v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_multicast())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> Host {
        Host::serving(name)
    }

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn plain_http_is_for_this_machine_and_for_hosts_that_were_named() {
        let access = Access {
            plain_http: vec!["old.example:5000".to_owned()],
            ..Access::default()
        };
        for (name, expected) in [
            ("ghcr.io", Transport::Https),
            ("10.0.0.1:5000", Transport::Https),
            ("old.example:5000", Transport::Http),
            ("old.example", Transport::Https),
            ("localhost:5000", Transport::Either),
            ("[::1]:5000", Transport::Either),
            ("127.1.2.3", Transport::Either),
            ("localhost.example.com", Transport::Https),
        ] {
            assert_eq!(transport(&host(name), &access), expected, "{name}");
        }
        let insecure = Access {
            insecure: true,
            ..Access::default()
        };
        assert_eq!(transport(&host("ghcr.io"), &insecure), Transport::Either);
    }

    #[test]
    fn credentials_go_to_the_very_host_alone() {
        let registry = host("ghcr.io");
        assert!(may_carry_credentials(
            &registry,
            &uri("https://ghcr.io/v2/")
        ));
        for other in [
            "https://ghcr.io.evil.example/v2/",
            "https://evil.example/ghcr.io/",
            "https://ghcr.io:8443/v2/",
            "https://user@ghcr.io/v2/",
            "https://blobs.ghcr.io/",
        ] {
            assert!(!may_carry_credentials(&registry, &uri(other)), "{other}");
        }
    }

    #[test]
    fn a_token_server_elsewhere_needs_tls_and_a_public_address() {
        let of = |from: &str, private, to: &str| realm(private, &uri(from), &uri(to));
        let (ghcr, inner) = ("https://ghcr.io/v2/", "https://10.0.0.1/v2/");
        let own = of(ghcr, false, "https://ghcr.io/token");
        assert_eq!(own, Ok(Reach::Registry));
        let hub = "https://auth.docker.io/token";
        assert_eq!(of(ghcr, false, hub), Ok(Reach::Public));
        assert_eq!(of(inner, true, hub), Ok(Reach::Anywhere));
        for plain in ["http://auth.example/token", "http://127.0.0.1:9/token"] {
            assert_eq!(of(ghcr, false, plain), Err(Refusal::PlainRealm), "{plain}");
            assert_eq!(of(inner, true, plain), Err(Refusal::PlainRealm), "{plain}");
        }
        // Nor over plain http to the very host that is spoken to over TLS.
        let downgraded = of(ghcr, false, "http://ghcr.io/token");
        assert_eq!(downgraded, Err(Refusal::PlainRealm));
        let here = "http://localhost:5000/v2/";
        let own = of(here, true, "http://localhost:5000/token");
        assert_eq!(own, Ok(Reach::Registry));
        let beside = of(here, true, "http://127.0.0.1:9/token");
        assert_eq!(beside, Ok(Reach::Anywhere));
        for inside in [
            "https://10.0.0.1/token",
            "https://[fd00::1]/",
            "https://localhost/",
        ] {
            assert_eq!(of(ghcr, false, inside), Err(Refusal::Private), "{inside}");
            assert!(of(inner, true, inside).is_ok(), "{inside}");
        }
        assert_eq!(of(ghcr, false, "ftp://x/y"), Err(Refusal::NoAddress));
    }

    #[test]
    fn a_redirect_keeps_tls_and_stays_out_of_private_networks() {
        let registry = host("ghcr.io");
        let from = uri("https://ghcr.io/v2/a/blobs/x");
        let to = |private, at: &str| redirect(&registry, private, &from, &uri(at));
        assert_eq!(to(false, "https://store.example/x"), Ok(Reach::Public));
        assert_eq!(to(true, "https://store.example/x"), Ok(Reach::Anywhere));
        assert_eq!(to(false, "https://ghcr.io/y"), Ok(Reach::Registry));
        assert_eq!(to(false, "https://169.254.169.254/"), Err(Refusal::Private));
        assert_eq!(to(true, "http://ghcr.io/y"), Err(Refusal::Downgrade));
        assert_eq!(to(false, "ftp://store.example/x"), Err(Refusal::NoAddress));
    }

    #[test]
    fn private_addresses_are_told_in_every_spelling() {
        for text in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a9fe:a9fe",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
