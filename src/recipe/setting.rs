//! What stands at a place of a recipe: which variable, key or command.

use super::Recipe;
use super::dockerfile::{Dockerfile, What};
use super::yaml::{Id, Yaml};
use crate::model::{ExistingSecret, Role, Setting};

impl Recipe {
    /// What the byte at `offset` of the recipe's text belongs to, if it is a place where secrets are told
    /// to software.
    pub fn setting(&self, text: &str, offset: usize) -> Option<Setting> {
        match self {
            Self::Dockerfile(file) => in_dockerfile(file, offset),
            Self::Compose(yaml) => in_compose(yaml, offset),
            Self::Kubernetes(yaml) => in_kubernetes(yaml, offset),
            Self::GithubWorkflow(yaml) => in_pipeline(yaml, offset, Role::GithubWorkflow),
            Self::GitlabPipeline(yaml) => in_pipeline(yaml, offset, Role::GitlabPipeline),
            Self::SystemdUnit => in_unit(text, offset),
            Self::HelmChart(_) => None,
        }
    }
}

impl Yaml {
    /// What the byte at `offset` belongs to, if the text is no recipe: a value, by the keys on the way to it
    /// with dots between them.
    pub fn setting(&self, offset: usize) -> Option<Setting> {
        let id = self.at(offset)?;
        let way = keys(self, id);
        let name = way.get(1..)?.join(".");
        let parent = self.node(id).parent?;
        let beside = self.node(parent).value.children().iter();
        let mut secrets = beside.filter(|&&id| self.key(id).is_some_and(is_existing_secret));
        let is_set = |id: &Id| {
            let name = self.node(*id).value.scalar();
            name.is_some_and(|name| !["", "null", "~"].contains(&&*name.text))
        };
        let secret = match secrets.clone().next() {
            None => ExistingSecret::Unknown,
            Some(_) if secrets.any(is_set) => ExistingSecret::Set,
            Some(_) => ExistingSecret::Unset,
        };
        setting(Role::Value(secret), &name)
    }
}

/// Whether charts take the name of a Secret under a key.
fn is_existing_secret(key: &str) -> bool {
    key.starts_with("existingSecret") || key.ends_with("ExistingSecret")
}

fn setting(role: Role, name: &str) -> Option<Setting> {
    let name = name.into();
    Some(Setting { role, name })
}

fn in_dockerfile(file: &Dockerfile, offset: usize) -> Option<Setting> {
    let mut instructions = file.instructions.iter();
    let one = instructions.find(|one| one.span.contains(&offset))?;
    let mut variables = one.variables().iter();
    let variable = variables.find(|variable| variable.span.contains(&offset));
    let name = variable.map_or("", |variable| &variable.name);
    match one.what {
        What::Env(_) => setting(Role::DockerEnv, name),
        What::Arg(_) => setting(Role::DockerArg, name),
        What::Label(_) => setting(Role::DockerLabel, name),
        What::Run { .. } => setting(Role::DockerRun, ""),
        What::Copy { .. } => setting(Role::DockerCopy, ""),
        What::Start { keyword, .. } => setting(Role::DockerStart, keyword),
        _ => None,
    }
}

/// The keys on the way to a node, an item of a list without one.
fn keys(yaml: &Yaml, id: Id) -> Vec<&str> {
    let way = yaml.way(id);
    way.iter().map(|&id| yaml.key(id).unwrap_or("")).collect()
}

/// The name of a variable: its key, or what stands before `=` in an item of a list.
fn variable<'y>(yaml: &'y Yaml, id: Id, key: &'y str) -> &'y str {
    let item = || yaml.node(id).value.scalar()?.text.split_once('=');
    match key {
        "" => item().map_or("", |(name, _)| name),
        key => key,
    }
}

fn in_compose(yaml: &Yaml, offset: usize) -> Option<Setting> {
    let id = yaml.at(offset)?;
    match *keys(yaml, id) {
        ["", "services", _, "environment", key] => {
            setting(Role::ComposeEnvironment, variable(yaml, id, key))
        }
        ["", "services", _, "build", "args", key] => {
            setting(Role::ComposeBuildArg, variable(yaml, id, key))
        }
        _ => None,
    }
}

fn in_kubernetes(yaml: &Yaml, offset: usize) -> Option<Setting> {
    let id = yaml.at(offset)?;
    let text = |id: Id, key: &str| Some(&*yaml.node(yaml.get(id, key)?).value.scalar()?.text);
    let way = yaml.way(id);
    let kind = text(*way.first()?, "kind");
    match (kind, &*keys(yaml, id)) {
        (Some("Secret"), ["", "data" | "stringData", key]) => setting(Role::KubernetesSecret, key),
        (Some("ConfigMap"), ["", "data" | "binaryData", key]) => {
            setting(Role::KubernetesConfigMap, key)
        }
        (_, [.., "env", "", "value"]) => {
            let item = yaml.node(id).parent?;
            setting(Role::KubernetesEnv, text(item, "name").unwrap_or(""))
        }
        _ => None,
    }
}

fn in_pipeline(yaml: &Yaml, offset: usize, role: Role) -> Option<Setting> {
    let id = yaml.at(offset)?;
    match *keys(yaml, id) {
        [.., "env" | "variables", key] => setting(role, key),
        [.., "variables", key, "value"] => setting(role, key),
        _ => setting(role, ""),
    }
}

/// `Environment=NAME=value "OTHER=with blanks"` (systemd.exec(5)).
fn in_unit(text: &str, offset: usize) -> Option<Setting> {
    let (before, after) = text.split_at_checked(offset)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(text.len(), |at| offset + at);
    let assigned = text[start..end].strip_prefix("Environment=")?;
    let at = offset.checked_sub(end - assigned.len())?;
    let name = assigned
        .get(..at)?
        .rsplit_once('=')
        .map_or("", |(name, _)| name);
    let name = name.rsplit([' ', '"', '\'']).next().unwrap_or(name);
    setting(Role::SystemdEnvironment, name)
}
