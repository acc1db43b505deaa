//! The arguments about registries.

use anyhow::{Context as _, bail};
use clap::Args;
use residue::config;
use residue::model::Secret;
use residue::source::image::Access;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

/// Longest password on standard input, in bytes; identity tokens are long.
const PASSWORD: u64 = 64 << 10;

/// How registries are talked to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Registries")]
pub(in crate::cli) struct RegistryArgs {
    /// Log in with this name; by default as `docker login` and `podman login` left it
    #[arg(long, value_name = "NAME", requires = "password_stdin")]
    username: Option<String>,

    /// Read the password or token from standard input
    #[arg(long, requires = "username")]
    password_stdin: bool,

    /// Trust the authorities in this PEM file too; may be given often
    #[arg(long = "ca-file", value_name = "FILE")]
    authorities: Vec<PathBuf>,

    /// Accept any certificate, and plain http where there is no TLS
    #[arg(long)]
    insecure: bool,

    /// Speak plain http to this host; loopback needs no permission; may be given often
    #[arg(long, value_name = "HOST[:PORT]")]
    plain_http: Vec<String>,

    /// Blobs that are fetched at the same time
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,

    /// How long a registry may keep silent
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = config::duration)]
    registry_timeout: Duration,
}

impl RegistryArgs {
    /// The wishes as one value. Reads what they refer to.
    ///
    /// # Errors
    /// When a file of certificates or the password cannot be read.
    pub(in crate::cli) fn access(&self) -> anyhow::Result<Access> {
        let mut access = Access {
            login: self.login()?,
            insecure: self.insecure,
            plain_http: self.plain_http.clone(),
            patience: self.registry_timeout,
            jobs: self.jobs.into(),
            ..Access::default()
        };
        for file in &self.authorities {
            access.trust(file)?;
        }
        Ok(access)
    }

    fn login(&self) -> anyhow::Result<Option<(String, Secret)>> {
        let Some(user) = &self.username else {
            return Ok(None);
        };
        let mut password = Vec::new();
        let stdin = std::io::stdin().lock();
        stdin
            .take(PASSWORD)
            .read_to_end(&mut password)
            .context("cannot read the password from standard input")?;
        while password
            .last()
            .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
        {
            password.pop();
        }
        if password.is_empty() {
            bail!("there is no password on standard input");
        }
        Ok(Some((user.clone(), Secret::new(&password))))
    }

    /// Whether standard input is taken by the password.
    pub(in crate::cli) const fn takes_stdin(&self) -> bool {
        self.password_stdin
    }
}
