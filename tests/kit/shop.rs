//! An image that leaks in several ways, and what a report must say of it wherever it is read from.

use super::{Bundle, Image, Index, Layer, Report, Secrets};

/// Two platforms of an image that leaks in a file, in a deleted file and in its environment.
pub struct Shop {
    /// In a file.
    pub kept: String,
    /// In a file that a later layer deletes.
    pub deleted: String,
    /// In the environment.
    pub variable: String,
}

impl Shop {
    /// One made from a seed.
    pub fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        Self {
            kept: secrets.github(),
            deleted: secrets.npm(),
            variable: secrets.github(),
        }
    }

    /// Both platforms, as `1`.
    pub fn layout(&self) -> Bundle {
        let base = Layer::new()
            .file("etc/token", format!("token={}\n", self.kept))
            .file(
                "root/.npmrc",
                format!("//registry.npmjs.org/:_authToken={}\n", self.deleted),
            );
        let image = |arch: &str| {
            Image::new()
                .set("architecture", arch)
                .runtime("Env", vec![format!("API_TOKEN={}", self.variable)])
                .layer("COPY . /", &base)
                .layer("RUN rm /root/.npmrc", &Layer::new().whiteout("root/.npmrc"))
        };
        let both = Index::new().image(&image("amd64")).image(&image("arm64"));
        Index::new().nested("1", &both).layout()
    }
}

/// What a report says, without where it was read from.
pub fn told(report: &Report) -> Vec<String> {
    let mut all: Vec<String> = report
        .findings()
        .iter()
        .flat_map(|finding| {
            let places = finding.places();
            let tell = |place: super::report::Place<'_>| {
                let (line, column) = place.position();
                format!(
                    "{} {} {} {} {:?} {line}:{column}",
                    finding.rule(),
                    finding.plain(),
                    place.kind(),
                    place.path(),
                    place.layer(),
                )
            };
            places.into_iter().map(tell).collect::<Vec<_>>()
        })
        .collect();
    all.sort();
    all
}
