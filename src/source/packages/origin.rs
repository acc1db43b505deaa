//! Whether a package is known to be public. Records don't say from where a package was fetched, so this
//! goes by whom they name: a maintainer of a distribution, or a page on a forge that the public uses. A
//! package of a company's own names neither, as a rule, and gets no discount.

use super::table::Origin;

/// Who makes the packages of distributions, by the domain of their mail addresses.
const DISTRIBUTIONS: &[&str] = &[
    "almalinux.org",
    "alpinelinux.org",
    "amazon.com",
    "canonical.com",
    "centos.org",
    "debian.net",
    "debian.org",
    "fedoraproject.org",
    "kali.org",
    "opensuse.org",
    "oracle.com",
    "redhat.com",
    "rockylinux.org",
    "suse.com",
    "suse.de",
    "ubuntu.com",
];

/// Who makes the packages of distributions, by the beginning of the name that rpm packages have it by.
const VENDORS: &[&str] = &[
    "AlmaLinux",
    "Amazon",
    "CentOS",
    "Fedora",
    "Oracle",
    "Red Hat",
    "Rocky",
    "SUSE",
    "openSUSE",
];

/// Where the sources of public packages are kept and described.
const FORGES: &[&str] = &[
    "apache.org",
    "bitbucket.org",
    "codeberg.org",
    "crates.io",
    "debian.org",
    "docs.rs",
    "freedesktop.org",
    "github.com",
    "github.io",
    "gitlab.com",
    "gnome.org",
    "gnu.org",
    "kde.org",
    "kernel.org",
    "launchpad.net",
    "mozilla.org",
    "pypi.org",
    "python.org",
    "pythonhosted.org",
    "readthedocs.io",
    "readthedocs.org",
    "sourceforge.net",
    "sr.ht",
];

/// What a maintainer tells, `Name <mail@domain>`.
pub(super) fn of_maintainer(maintainer: &str) -> Origin {
    let domain = maintainer.rsplit_once('@').map(|(_, domain)| domain);
    let domain = domain.map(|domain| domain.trim_end_matches('>').trim());
    known(domain, DISTRIBUTIONS)
}

/// What the vendor of an rpm package tells.
pub(super) fn of_vendor(vendor: &str) -> Origin {
    match VENDORS.iter().any(|known| vendor.starts_with(known)) {
        true => Origin::Public,
        false => Origin::Unknown,
    }
}

/// What the address of a page tells, `https://host/path`.
pub(super) fn of_page(address: &str) -> Origin {
    let rest = address.split_once("://").map(|(_, rest)| rest);
    let host = rest.map(|rest| rest.split(['/', '?', '#', ':']).next().unwrap_or(rest));
    known(host, FORGES)
}

fn known(host: Option<&str>, among: &[&str]) -> Origin {
    let is_of = |host: &str, domain: &str| {
        let rest = host.len().checked_sub(domain.len());
        rest.and_then(|at| Some((host.get(..at)?, host.get(at..)?)))
            .is_some_and(|(front, end)| {
                end.eq_ignore_ascii_case(domain) && (front.is_empty() || front.ends_with('.'))
            })
    };
    match host.is_some_and(|host| among.iter().any(|domain| is_of(host, domain))) {
        true => Origin::Public,
        false => Origin::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_known_by_the_mail_of_its_maintainers() {
        let public = [
            "Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.org>",
            "ncopa@alpinelinux.org",
            "Ubuntu Developers <ubuntu-devel-discuss@lists.Ubuntu.com>",
        ];
        for maintainer in public {
            assert_eq!(of_maintainer(maintainer), Origin::Public, "{maintainer}");
        }
        for maintainer in [
            "",
            "Me",
            "a@notdebian.org",
            "x@debian.org.example",
            "é@é",
            "@",
        ] {
            assert_eq!(of_maintainer(maintainer), Origin::Unknown, "{maintainer}");
        }
    }

    #[test]
    fn a_forge_is_known_by_its_host() {
        for address in [
            "https://github.com/a/b",
            "http://WWW.gnu.org",
            "https://github.com:443/x",
        ] {
            assert_eq!(of_page(address), Origin::Public, "{address}");
        }
        for address in [
            "github.com/a",
            "https://git.corp.example/github.com",
            "https://user@evil.example/?github.com",
            "https://mygithub.com/",
        ] {
            assert_eq!(of_page(address), Origin::Unknown, "{address}");
        }
    }
}
