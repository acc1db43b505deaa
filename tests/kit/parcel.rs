//! An image that takes a while to fetch, in a registry of our own.

use super::cli::{image, layout_of};
use super::fake::{Answer, Fake, Request};
use super::{Bundle, Image, Layer, Report, Run, Secrets};
use sha2::{Digest as _, Sha256};

/// An image with a layer of some size, its one secret at the end, and the path of that layer.
pub struct Parcel {
    /// The secret.
    pub secret: String,
    /// The image.
    pub layout: Bundle,
    /// The end of the layer's path in a registry.
    pub layer: String,
}

impl Parcel {
    /// One made from a seed.
    pub fn new(seed: &str) -> Self {
        let secret = Secrets::new(seed).github();
        // Noise does not compress, so that the layer has many bytes to break in.
        let mut noise = Sha256::digest(seed).to_vec();
        while noise.len() < 200_000 {
            let more = Sha256::digest(&noise[noise.len() - 32..]);
            noise.extend_from_slice(&more);
        }
        let layer = Layer::new()
            .file("noise", noise)
            .file("etc/token", format!("token={secret}\n"));
        let image = Image::new().layer("COPY . /", &layer);
        let digest = image.layers[0].blob.digest();
        Self {
            secret,
            layout: layout_of(&image),
            layer: format!("/blobs/{digest}"),
        }
    }

    /// A registry that has it as `app:1`.
    pub fn serve(&self, mood: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) -> Fake {
        Fake::serving(&self.layout, mood)
    }

    /// The layer as stored.
    pub fn bytes(&self) -> Vec<u8> {
        let path = self.layer.replacen(':', "/", 1);
        self.layout.get(&path[1..]).to_vec()
    }
}

/// Scans `app:1`.
pub fn scan(registry: &Fake, flags: &[&str]) -> Run {
    let target = registry.target("app:1");
    image([target.as_str()].into_iter().chain(flags.iter().copied())).run()
}

/// Insists on a secret.
#[track_caller]
pub fn expect_secret(run: Run, secret: &str) -> Report {
    let report = run.expect(1).report();
    assert!(report.has(secret), "{:#}", report.0);
    report
}
