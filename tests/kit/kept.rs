//! Scans of a registry's image with results kept in a folder, and what they fetch.

use super::cli::{Run, layout_of, residue};
use super::fake::{Answer, Fake, Request};
use super::{Bundle, Image, Layer};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The formats that between them show all of a report.
pub const FORMATS: [&str; 3] = ["json", "sarif", "human"];
/// The beginning of 2026.
pub const NOW: &str = "1767225600";

/// A registry with one image, and a folder for results.
pub struct Place {
    pub registry: Fake,
    pub layers: Vec<String>,
    pub results: TempDir,
}

impl Place {
    pub fn of(image: &Image) -> Self {
        Self::serving(&layout_of(image), [image])
    }

    /// What a layout holds under the tag `1`; the layers are those of these images.
    pub fn serving<'i>(layout: &Bundle, images: impl IntoIterator<Item = &'i Image>) -> Self {
        Self::answering(layout, images, |_| None)
    }

    /// The same, with other answers than those of the layout.
    pub fn answering<'i>(
        layout: &Bundle,
        images: impl IntoIterator<Item = &'i Image>,
        answers: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let layers = images.into_iter().flat_map(|image| &image.layers);
        Self {
            registry: Fake::serving(layout, answers),
            layers: layers.map(|layer| layer.blob.digest()).collect(),
            results: tempfile::tempdir().unwrap(),
        }
    }

    /// How often layers were fetched so far.
    fn fetched(&self) -> usize {
        let asked = self.registry.asked();
        let is_layer = |path: &str| self.layers.iter().any(|digest| path.ends_with(&**digest));
        asked
            .iter()
            .filter(|request| is_layer(&request.path))
            .count()
    }

    /// A scan that keeps results if it is to, and how often it fetched a layer.
    pub fn scan(&self, keeps: bool, flags: &[&str], now: &str) -> (Run, usize) {
        let before = self.fetched();
        let target = self.registry.target("app:1");
        let run = residue(
            ["image", &target, "--quiet"]
                .into_iter()
                .chain(flags.iter().copied()),
        );
        let run = run.env("SOURCE_DATE_EPOCH", now);
        let run = match keeps {
            true => run.keeping(self.results.path()),
            false => run,
        };
        let run = run.run();
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        (run, self.fetched() - before)
    }

    /// Insists that a scan tells the same with the cache as without, and returns how many layers it
    /// fetched with it.
    #[track_caller]
    pub fn told_alike(&self, flags: &[&str], now: &str) -> usize {
        let (uncached, _) = self.scan(false, flags, now);
        let (cached, fetched) = self.scan(true, flags, now);
        assert_eq!(cached.text(), uncached.text(), "{}", cached.stderr);
        assert_eq!(
            (cached.code, &cached.stderr),
            (uncached.code, &uncached.stderr)
        );
        fetched
    }

    /// Insists that every format tells the same, and that nothing is fetched from the second time on.
    #[track_caller]
    pub fn read_once(&self) {
        let first = self.told_alike(&["--format", FORMATS[0], "--min-confidence", "low"], NOW);
        assert!(first > 0);
        for format in FORMATS {
            for least in ["low", "medium"] {
                let flags = ["--format", format, "--min-confidence", least];
                assert_eq!(self.told_alike(&flags, NOW), 0, "{format}");
            }
        }
    }
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap);
    let files = all.filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.into_path()).collect()
}

/// The results among them.
pub fn results(folder: &TempDir) -> Vec<PathBuf> {
    let mut files = files(folder.path());
    files.retain(|file| file.file_name().unwrap().len() == 62);
    files
}

/// An image of these layers.
pub fn stack(layers: &[Layer]) -> Image {
    let step = |image: Image, layer| image.layer("RUN step", layer);
    layers.iter().fold(Image::new(), step)
}
