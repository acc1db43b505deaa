//! A package as each package manager installs it: its files, and the record it leaves of them.

use super::{Bundle, Layer, Node};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use data_encoding::HEXLOWER;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The name of every package of the kit.
pub const NAME: &str = "libexample";
/// Its version.
pub const VERSION: &str = "1.2";

/// An installed package with one file.
#[derive(Clone)]
pub struct Package {
    /// Where its file stands.
    pub path: String,
    /// What is in the file.
    pub content: Vec<u8>,
    /// The records.
    pub records: Bundle,
}

/// A package manager, by its word in reports, and what installs a file with it.
pub type Manager = (&'static str, fn(&str) -> Package);

/// All of them.
pub const MANAGERS: [Manager; 4] = [
    ("dpkg", dpkg),
    ("apk", apk),
    ("python", python),
    ("cargo", cargo),
];

/// Installed by dpkg, from Debian.
pub fn dpkg(content: &str) -> Package {
    let path = "usr/share/libexample/test.pem";
    let sum = HEXLOWER.encode(&Md5::digest(content));
    let status = format!(
        "Package: {NAME}\nStatus: install ok installed\nMaintainer: A <a@debian.org>\n\
         Version: {VERSION}\n\n"
    );
    let records = Bundle::default()
        .put(
            "var/lib/dpkg/info/libexample.md5sums",
            format!("{sum}  {path}\n"),
        )
        .put("var/lib/dpkg/status", status);
    Package::new(path, content, records)
}

/// Installed by apk, from Alpine.
pub fn apk(content: &str) -> Package {
    let sum = STANDARD.encode(Sha1::digest(content));
    let record = format!(
        "P:{NAME}\nV:{VERSION}\nm:A <a@alpinelinux.org>\nF:usr/share/libexample\nR:test.pem\n\
         Z:Q1{sum}\n\n"
    );
    let records = Bundle::default().put("lib/apk/db/installed", record);
    Package::new("usr/share/libexample/test.pem", content, records)
}

/// Installed by pip, from the public index.
pub fn python(content: &str) -> Package {
    let site = "usr/lib/python3/site-packages";
    let info = format!("{site}/libexample-1.2.dist-info");
    let sum = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
    let size = content.len();
    let metadata = format!(
        "Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n\
         Project-URL: Source, https://github.com/example/libexample\n\nText.\n"
    );
    let records = Bundle::default()
        .put(&format!("{info}/METADATA"), metadata)
        .put(
            &format!("{info}/RECORD"),
            format!("libexample/tests/test.pem,sha256={sum},{size}\n"),
        );
    Package::new(
        &format!("{site}/libexample/tests/test.pem"),
        content,
        records,
    )
}

/// Written by `cargo vendor`, from the public registry.
pub fn cargo(content: &str) -> Package {
    let sum = HEXLOWER.encode(&Sha256::digest(content));
    let record = format!(r#"{{"files":{{"tests/test.pem":"{sum}"}},"package":"{sum}"}}"#);
    let manifest = format!(
        "[package]\nname = \"{NAME}\"\nversion = \"{VERSION}\"\n\
         repository = \"https://github.com/example/libexample\"\n"
    );
    let records = Bundle::default()
        .put("app/vendor/libexample/.cargo-checksum.json", record)
        .put("app/vendor/libexample/Cargo.toml", manifest);
    Package::new("app/vendor/libexample/tests/test.pem", content, records)
}

impl Package {
    fn new(path: &str, content: &str, records: Bundle) -> Self {
        Self {
            path: path.to_owned(),
            content: content.as_bytes().to_vec(),
            records,
        }
    }

    /// The file and the records.
    pub fn files(&self) -> Bundle {
        let node = Node::File(self.content.clone());
        self.records.clone().with(&self.path, node)
    }

    /// The layer of an instruction that installs it.
    pub fn layer(&self) -> Layer {
        add(Layer::new(), &self.files())
    }

    /// A layer of the records alone.
    pub fn records(&self) -> Layer {
        add(Layer::new(), &self.records)
    }
}

fn add(layer: Layer, files: &Bundle) -> Layer {
    let names = files.entries.iter().map(|entry| entry.0.as_str());
    names.fold(layer, |layer, name| layer.file(name, files.get(name)))
}
