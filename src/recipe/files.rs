//! The files that a recipe names: what a build copies, and what services are started with. Whether one
//! of them holds a secret, the scan says.

use super::Recipe;
use super::dockerfile::{Dockerfile, Instruction, What};
use super::yaml::{Id, Yaml};
use crate::model::Way;
use memchr::memmem;
use std::collections::BTreeSet;

/// The keys that a compose file may begin with (compose specification, top-level elements), without those that
/// begin with `x-`.
const COMPOSE_KEYS: [&[u8]; 9] = [
    b"configs",
    b"include",
    b"models",
    b"name",
    b"networks",
    b"secrets",
    b"services",
    b"version",
    b"volumes",
];
/// The keys that the description of a Helm chart may begin with (Helm documentation, "The Chart.yaml File"), but for
/// those above.
const CHART_KEYS: [&[u8]; 13] = [
    b"annotations",
    b"apiVersion",
    b"appVersion",
    b"dependencies",
    b"deprecated",
    b"description",
    b"home",
    b"icon",
    b"keywords",
    b"kubeVersion",
    b"maintainers",
    b"sources",
    b"type",
];
/// What such a description has, and hardly anything else that begins like it.
const CHART_VERSION: &[u8] = b"\nversion:";

/// A file or folder that a recipe names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// Its path from the folder of the recipe, or from the build context.
    pub path: String,
    /// Whether signs in the path stand for others, as in those of `filepath.Match`.
    pub is_pattern: bool,
    /// The line that names it, from 1.
    pub line: u64,
    /// What is done with it.
    pub way: Way,
}

/// A build that a compose file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The folder that `COPY` reads from, as a path from the folder of the recipe.
    pub context: String,
    /// The Dockerfile, as a path from the context.
    pub dockerfile: String,
}

/// Whether a text begins like a recipe that names files. It looks at the first line that says something, and
/// hardly any further, because this is asked of every file.
pub fn may_name_files(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut lines = text.split(|&byte| byte == b'\n');
    let first = lines.find(|line| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#") && line != b"---"
    });
    let Some(line) = first else { return false };
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let bare = line.trim_ascii_start();
    let end = bare.iter().take_while(|byte| is_sign(byte)).count();
    let (word, behind) = bare.split_at(end);
    match behind.first() {
        Some(b':') => {
            word.starts_with(b"x-")
                || COMPOSE_KEYS.contains(&word)
                || (CHART_KEYS.contains(&word) && memmem::find(text, CHART_VERSION).is_some())
        }
        Some(b' ' | b'\t') => {
            word.eq_ignore_ascii_case(b"FROM") || word.eq_ignore_ascii_case(b"ARG")
        }
        _ => false,
    }
}

impl Recipe {
    /// The files that it names, in the order of its text. What lies elsewhere in any case is left out: URLs, other
    /// images, paths of the host, and paths with variables.
    pub fn named_files(&self, text: &str) -> Vec<NamedFile> {
        match self {
            Self::Dockerfile(file) => copied(file),
            Self::Compose(yaml) => Compose { yaml, text }.named_files(),
            Self::HelmChart(_) => ["*.yaml", "*.yml"].map(values).to_vec(),
            _ => Vec::new(),
        }
    }

    /// The builds that it asks for.
    pub fn builds(&self) -> Vec<Build> {
        match self {
            Self::Compose(yaml) => yaml
                .roots()
                .iter()
                .flat_map(|&root| builds(yaml, root))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Files beside a chart that may hold its values: `values.yaml`, and whatever else is handed to `helm -f`.
fn values(path: &str) -> NamedFile {
    NamedFile {
        path: path.to_owned(),
        is_pattern: true,
        line: 1,
        way: Way::Values,
    }
}

fn copied(file: &Dockerfile) -> Vec<NamedFile> {
    let last = file.stages().next_back();
    let shipped: BTreeSet<usize> = last.map_or_else(BTreeSet::new, |stage| {
        file.chain(stage).into_iter().collect()
    });
    let instructions = file.instructions.iter().enumerate();
    let copied = instructions.flat_map(|(index, one)| copied_by(one, shipped.contains(&index)));
    copied.collect()
}

fn copied_by(one: &Instruction, is_shipped: bool) -> Vec<NamedFile> {
    let What::Copy {
        keyword,
        sources,
        destination,
        is_from_context: true,
    } = &one.what
    else {
        return Vec::new();
    };
    let is_path = |source: &&String| {
        !source.contains(['$', '<']) && !source.contains("://") && !source.starts_with("git@")
    };
    let to = match sources.len() > 1 && !destination.ends_with('/') {
        true => format!("{destination}/"),
        false => destination.clone(),
    };
    let named = sources.iter().filter(is_path).map(|source| NamedFile {
        // Whatever is before it, a source is a path of the context.
        path: source.trim_start_matches('/').to_owned(),
        is_pattern: true,
        line: one.line,
        way: Way::Copy {
            keyword,
            to: to.clone(),
            is_shipped,
        },
    });
    named.collect()
}

/// The builds of the services in a document: `build: FOLDER`, or a mapping with `context` and `dockerfile`.
fn builds(yaml: &Yaml, root: Id) -> Vec<Build> {
    let text = |id: Id| Some(&*yaml.node(id).value.scalar()?.text);
    let services = yaml.get(root, "services");
    let services = services.map_or(&[][..], |id| yaml.node(id).value.children());
    let build = |&service: &Id| {
        let build = yaml.get(service, "build")?;
        let of = |key| text(yaml.get(build, key)?);
        Some(Build {
            context: text(build)
                .or_else(|| of("context"))
                .unwrap_or(".")
                .to_owned(),
            dockerfile: of("dockerfile").unwrap_or("Dockerfile").to_owned(),
        })
    };
    services.iter().filter_map(build).collect()
}

struct Compose<'a> {
    yaml: &'a Yaml,
    text: &'a str,
}

impl Compose<'_> {
    fn named_files(&self) -> Vec<NamedFile> {
        let roots = self.yaml.roots().iter();
        let mut named: Vec<NamedFile> = roots.flat_map(|&root| self.of_document(root)).collect();
        named.sort_by_key(|file| file.line);
        named
    }

    fn of_document(&self, root: Id) -> Vec<NamedFile> {
        let mut named = Vec::new();
        for service in self.below(root, "services") {
            let name = self.yaml.key(service).unwrap_or_default();
            for item in self.entries(service, "env_file") {
                let service = name.to_owned();
                let path = self.yaml.get(item, "path").unwrap_or(item);
                named.extend(self.file(path, Way::EnvFile { service }));
            }
            for item in self.entries(service, "volumes") {
                named.extend(self.volume(item, name));
            }
        }
        for (list, way) in [
            (
                "secrets",
                (|name| Way::Secret { name }) as fn(String) -> Way,
            ),
            ("configs", |name| Way::Config { name }),
        ] {
            for one in self.below(root, list) {
                let name = self.yaml.key(one).unwrap_or_default().to_owned();
                let file = self.yaml.get(one, "file");
                named.extend(file.and_then(|file| self.file(file, way(name))));
            }
        }
        named
    }

    fn below(&self, id: Id, key: &str) -> Vec<Id> {
        let id = self.yaml.get(id, key);
        id.map_or_else(Vec::new, |id| self.yaml.node(id).value.children().to_vec())
    }

    /// The items of a list that may also be a single text.
    fn entries(&self, id: Id, key: &str) -> Vec<Id> {
        let Some(id) = self.yaml.get(id, key) else {
            return Vec::new();
        };
        match self.yaml.node(id).value.scalar() {
            Some(_) => vec![id],
            None => self.yaml.node(id).value.children().to_vec(),
        }
    }

    /// `SOURCE:TARGET[:MODE]`, or a mapping with `source` and `target`. A source that does not look like a path
    /// is the name of a volume.
    fn volume(&self, item: Id, service: &str) -> Option<NamedFile> {
        let text = |id: Id| Some(&*self.yaml.node(id).value.scalar()?.text);
        let of = |key| self.yaml.get(item, key);
        let (at, source, to) = match text(item) {
            Some(short) => {
                let (source, rest) = short.split_once(':')?;
                (item, source, rest.split(':').next()?)
            }
            None => {
                let source = of("source")?;
                (source, text(source)?, text(of("target")?)?)
            }
        };
        let way = Way::Volume {
            service: service.to_owned(),
            to: to.to_owned(),
        };
        source
            .starts_with('.')
            .then(|| self.named(at, source, way))?
    }

    fn file(&self, id: Id, way: Way) -> Option<NamedFile> {
        let path = &self.yaml.node(id).value.scalar()?.text;
        self.named(id, path, way)
    }

    fn named(&self, id: Id, path: &str, way: Way) -> Option<NamedFile> {
        let start = self.yaml.node(id).span.start;
        let is_elsewhere = path.starts_with(['/', '~']) || path.contains('$');
        (!is_elsewhere && !path.is_empty()).then(|| NamedFile {
            path: path.to_owned(),
            is_pattern: false,
            line: 1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..start]).count() as u64,
            way,
        })
    }
}
