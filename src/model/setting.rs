//! What a secret is, where a recipe spells it: the default of a build argument, a variable of a service.
//! That decides how it would be done right.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A place in a recipe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
    /// What kind of place.
    pub role: Role,
    /// The variable, key or label; empty where a place has no name.
    pub name: String,
}

/// A kind of place in a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// A variable that a Dockerfile sets.
    DockerEnv,
    /// A build argument, or its default.
    DockerArg,
    /// A label.
    DockerLabel,
    /// A command that a build runs.
    DockerRun,
    /// A file that a build copies into the image.
    DockerCopy,
    /// What a Dockerfile starts or checks containers with.
    DockerStart,
    /// A variable of a compose service.
    ComposeEnvironment,
    /// A build argument that a compose file hands over.
    ComposeBuildArg,
    /// A variable of a container in a Kubernetes manifest.
    KubernetesEnv,
    /// A value in a Kubernetes Secret that lies among the manifests.
    KubernetesSecret,
    /// A value in a Kubernetes ConfigMap.
    KubernetesConfigMap,
    /// A variable of a systemd unit.
    SystemdEnvironment,
    /// Anything in a GitHub Actions workflow.
    GithubWorkflow,
    /// Anything in a GitLab CI pipeline.
    GitlabPipeline,
    /// A value in a YAML text that is no recipe, by the keys on the way to it. Beside a Helm chart it is one
    /// of the chart's values.
    Value(ExistingSecret),
}

/// What a YAML text has beside a value that charts take from a Secret, if they are given its name: a key that is
/// called `existingSecret`, or begins or ends like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExistingSecret {
    /// No such key.
    Unknown,
    /// The key, without a name.
    Unset,
    /// The key with the name of a Secret.
    Set,
}

/// What a recipe does with a file in which a secret was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileUse {
    /// The path of the recipe, in the target of the file.
    pub recipe: Arc<str>,
    /// The line where it names the file, from 1.
    pub line: u64,
    /// What it does.
    pub way: Way,
    /// The file's path from where the recipe counts: the build context, or its own folder.
    pub file: String,
    /// Whether it names a folder that the file lies in, and not the file.
    pub is_folder: bool,
}

/// What is done with a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A build copies it.
    Copy {
        /// `COPY` or `ADD`.
        keyword: &'static str,
        /// Where to.
        to: String,
        /// Whether that is a stage which the image is made of.
        is_shipped: bool,
    },
    /// A compose service is started with the variables in it.
    EnvFile {
        /// The service.
        service: String,
    },
    /// A compose service has it mounted.
    Volume {
        /// The service.
        service: String,
        /// Where to.
        to: String,
    },
    /// A compose file has it as a secret.
    Secret {
        /// What the secret is called.
        name: String,
    },
    /// A compose file has it as a config.
    Config {
        /// What the config is called.
        name: String,
    },
    /// It lies in the folder of a Helm chart, whose values it may hold.
    Values,
}
