//! Recipes: the files that say how software is built and run. Here they are read as what they are,
//! with the place of every part in the text, so that others can say which line of a Dockerfile an image
//! owes a secret to, and how a secret is kept out of the file that spells it.
//!
//! A recipe is known by its content, never by its name. Nothing here decides what is searched.

pub mod dockerfile;
pub mod dockerignore;
pub mod files;
pub mod fix;
mod setting;
pub mod yaml;

use dockerfile::Dockerfile;
use memchr::memmem;
use yaml::Yaml;

/// Largest text that is looked at, in bytes. Recipes are written by hand.
const LARGEST: usize = 256 << 10;

/// A recipe of any kind.
#[derive(Debug)]
pub enum Recipe {
    /// A Dockerfile or Containerfile.
    Dockerfile(Dockerfile),
    /// A compose file, or the stack of a swarm.
    Compose(Yaml),
    /// Manifests of Kubernetes.
    Kubernetes(Yaml),
    /// A workflow of GitHub Actions.
    GithubWorkflow(Yaml),
    /// A pipeline of GitLab CI.
    GitlabPipeline(Yaml),
    /// What says of a Helm chart which one it is.
    HelmChart(Yaml),
    /// A unit of systemd.
    SystemdUnit,
}

/// A kind of YAML recipe: the key that begins a line of such a text, whether a document is one, and what it is then.
type Kind = (&'static str, fn(&Yaml) -> bool, fn(Yaml) -> Recipe);

/// The kinds of YAML recipes. A text is of the first that it fits.
const KINDS: [Kind; 5] = [
    ("services:", is_compose, Recipe::Compose),
    ("apiVersion:", is_kubernetes, Recipe::Kubernetes),
    ("apiVersion:", is_chart, Recipe::HelmChart),
    ("jobs:", is_github, Recipe::GithubWorkflow),
    ("script:", is_gitlab, Recipe::GitlabPipeline),
];

impl Recipe {
    /// What a text is, by its content; `None` of all that is no recipe or too large to be one.
    pub fn of(text: &str) -> Option<Self> {
        if text.len() > LARGEST {
            return None;
        }
        if begins_like_a_dockerfile(text)
            && let Ok(file) = Dockerfile::parse("", text)
        {
            return Some(Self::Dockerfile(file));
        }
        if text.lines().any(|line| line.trim_end() == "[Service]") {
            return Some(Self::SystemdUnit);
        }
        let mut kinds = KINDS
            .into_iter()
            .filter(|(word, ..)| begins_a_line(text, word))
            .peekable();
        kinds.peek()?;
        let yaml = Yaml::parse(text)?;
        let (_, _, of) = kinds.find(|(_, is_one, _)| is_one(&yaml))?;
        Some(of(yaml))
    }
}

/// Whether a word is the first one of a line. Parsing costs as much as searching, and histories have many
/// versions of texts that speak of recipes.
fn begins_a_line(text: &str, word: &str) -> bool {
    let is_first = |at: usize| {
        let before = text[..at].trim_end_matches([' ', '\u{feff}']);
        before.is_empty() || before.ends_with('\n')
    };
    memmem::find_iter(text.as_bytes(), word).any(is_first)
}

/// The name of a variable as ids of secrets are written: small letters, digits and `_`.
pub fn secret_id(variable: &str) -> String {
    let sign = |sign: char| match sign.is_ascii_alphanumeric() {
        true => sign.to_ascii_lowercase(),
        false => '_',
    };
    variable.chars().map(sign).collect()
}

/// Whether the first line that says something is one that a Dockerfile may begin with.
fn begins_like_a_dockerfile(text: &str) -> bool {
    let lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().and_then(|line| line.split_whitespace().next());
    first.is_some_and(|word| {
        ["FROM", "ARG"]
            .iter()
            .any(|one| word.eq_ignore_ascii_case(one))
    })
}

/// Services, each with an image or the way to build one (compose specification, `services`).
fn is_compose(yaml: &Yaml) -> bool {
    let services = yaml
        .roots()
        .iter()
        .find_map(|&root| yaml.get(root, "services"));
    let services = services.map_or(&[][..], |id| yaml.node(id).value.children());
    let is_service = |&id: &usize| {
        ["image", "build"]
            .iter()
            .any(|key| yaml.get(id, key).is_some())
    };
    services.iter().any(is_service)
}

/// Documents with a version and a kind.
fn is_kubernetes(yaml: &Yaml) -> bool {
    let has = |root, key| yaml.get(root, key).is_some();
    let mut roots = yaml.roots().iter();
    roots.any(|&root| has(root, "apiVersion") && has(root, "kind"))
}

/// A chart's API, name and version, and no kind (Helm documentation, "The Chart.yaml File").
fn is_chart(yaml: &Yaml) -> bool {
    let has = |root, key| yaml.get(root, key).is_some();
    let is_api = |root| {
        let api = yaml.get(root, "apiVersion");
        let api = api.and_then(|api| yaml.node(api).value.scalar());
        api.is_some_and(|api| ["v1", "v2"].contains(&&*api.text))
    };
    let mut roots = yaml.roots().iter();
    roots.any(|&root| is_api(root) && has(root, "name") && has(root, "version"))
}

/// Jobs with steps, and when they run.
fn is_github(yaml: &Yaml) -> bool {
    let mut roots = yaml.roots().iter();
    roots.any(|&root| {
        let jobs = yaml.get(root, "jobs");
        let jobs = jobs.map_or(&[][..], |jobs| yaml.node(jobs).value.children());
        let is_job =
            |&job: &usize| yaml.get(job, "runs-on").is_some() || yaml.get(job, "uses").is_some();
        jobs.iter().any(is_job)
    })
}

/// Jobs at the top, each with a script.
fn is_gitlab(yaml: &Yaml) -> bool {
    let mut roots = yaml.roots().iter();
    roots.any(|&root| {
        let mut jobs = yaml.node(root).value.children().iter();
        jobs.any(|&job| yaml.get(job, "script").is_some())
    })
}

#[cfg(test)]
mod tests;
