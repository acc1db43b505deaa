//! What a secret is, where a recipe spells it: the default of a build argument, a variable of a service.
//! That decides how it would be done right.

use serde::{Deserialize, Serialize};

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
}
