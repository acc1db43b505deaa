//! The arguments about other images: the one that an image is built on, and an older one.

use anyhow::bail;
use clap::Args;
use residue::source::image::{Base, Target};

/// Which images the scanned ones are compared with.
#[derive(Debug, Args)]
#[command(next_help_heading = "Other images")]
pub(in crate::cli) struct RelativeArgs {
    /// Tell what comes from this base image; `auto` looks among the images that are scanned and those of
    /// earlier scans, and asks no registry
    #[arg(long, value_name = "REF|auto")]
    base: Option<String>,

    /// Tell only what this older image does not have, and what has become of its secrets
    #[arg(long, value_name = "REF")]
    since: Option<String>,
}

impl RelativeArgs {
    /// The base image.
    ///
    /// # Errors
    /// When it can be none.
    pub(in crate::cli) fn base(&self) -> anyhow::Result<Option<Base>> {
        Ok(match self.base.as_deref() {
            None => None,
            Some("auto") => Some(Base::Auto),
            Some(text) => Some(Base::Image(Box::new(one("--base", text)?))),
        })
    }

    /// The older image.
    ///
    /// # Errors
    /// When it can be none.
    pub(in crate::cli) fn since(&self) -> anyhow::Result<Option<Target>> {
        let since = self.since.as_deref();
        since.map(|text| one("--since", text)).transpose()
    }

    /// Whether layers have to prove what they are unpacked: a config can claim anything.
    pub(in crate::cli) const fn needs_proof(&self) -> bool {
        self.base.is_some()
    }
}

/// The one image of this name.
fn one(flag: &str, text: &str) -> anyhow::Result<Target> {
    let target = Target::parse(text)?;
    if !target.is_one() {
        bail!("{flag} takes the name of an image, and `{text}` is a stream or stands for many");
    }
    Ok(target)
}
