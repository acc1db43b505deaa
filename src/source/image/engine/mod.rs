//! Images that an engine on this machine holds, asked for over the API that Docker and podman share
//! (Docker Engine API, "Export an image"). The engine writes its archive to us and not to disk.
//!
//! An engine that is not running, or that this user may not use, is told as such at once; nothing
//! waits for it.

mod api;
mod container;
mod hosts;
mod program;
#[cfg(unix)]
mod socket;

use api::Api;
pub(super) use container::Container;
use hosts::Host;
use program::Program;
use std::fmt;
use std::io::Read;

/// The engines that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Docker, or whatever `DOCKER_HOST` and docker's contexts name.
    Docker,
    /// Podman's service.
    Podman,
}

/// All of them, the one that is asked first in front.
pub(super) const KINDS: [Kind; 2] = [Kind::Docker, Kind::Podman];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        })
    }
}

/// Why an engine did not hand something out.
#[derive(Debug, thiserror::Error)]
pub(in crate::source::image) enum EngineError {
    /// Nobody listens.
    #[error("no {kind} engine answers at {host}; is it running? {}", hint(.kind))]
    NotRunning {
        /// Which engine.
        kind: Kind,
        /// Where it should be.
        host: String,
    },
    /// This user may not.
    #[error("this user may not use the {kind} engine at {host}; join its group, or be root")]
    Forbidden {
        /// Which engine.
        kind: Kind,
        /// Where it is.
        host: String,
    },
    /// It has no such image.
    #[error("the {kind} engine has no image {name}; `{kind} pull {name}` gets it")]
    NoImage {
        /// Which engine.
        kind: Kind,
        /// The image.
        name: String,
    },
    /// It has no such container.
    #[error("the {kind} engine has no container {name}; `{kind} ps --all` lists what it has")]
    NoContainer {
        /// Which engine.
        kind: Kind,
        /// The container.
        name: String,
    },
    /// Something else.
    #[error("the {kind} engine at {host} fails: {reason}")]
    Failed {
        /// Which engine.
        kind: Kind,
        /// Where it is.
        host: String,
        /// What happened.
        reason: String,
    },
}

impl EngineError {
    /// Whether the engine did not answer at all.
    pub(in crate::source::image) const fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::NotRunning { .. } | Self::Forbidden { .. } | Self::Failed { .. }
        )
    }
}

const fn hint(kind: &Kind) -> &'static str {
    match kind {
        Kind::Docker => "DOCKER_HOST or a docker context name another",
        Kind::Podman => "`podman system service` starts it, CONTAINER_HOST names another",
    }
}

/// An engine.
pub(super) struct Engine {
    kind: Kind,
    host: Host,
    way: Way,
}

/// How it is spoken to.
enum Way {
    Api(Api),
    Program(Program),
}

impl Engine {
    /// The engine of that kind, if one answers.
    pub(super) fn connect(kind: Kind) -> Result<Self, EngineError> {
        let host = hosts::of(kind);
        let way = match &host {
            Host::Ssh(_) => Way::Program(Program::of(kind)),
            Host::Unix(_) | Host::Tcp { .. } => Way::Api(Api::connect(kind, &host)?),
        };
        Ok(Self { kind, host, way })
    }

    /// Whether it has the image.
    pub(super) fn has(&self, name: &str) -> Result<bool, EngineError> {
        match &self.way {
            Way::Api(api) => api.has_image(name),
            Way::Program(program) => program.has_image(name),
        }
        .map_err(|reason| self.failed(reason))
    }

    /// Makes sure that it has the image.
    pub(super) fn find(&self, name: &str) -> Result<(), EngineError> {
        match self.has(name)? {
            true => Ok(()),
            false => Err(EngineError::NoImage {
                kind: self.kind,
                name: name.to_owned(),
            }),
        }
    }

    /// The archive of an image that it has, as it is written.
    pub(super) fn save(&self, name: &str) -> Result<Box<dyn Read + Send>, EngineError> {
        match &self.way {
            Way::Api(api) => api.image(name),
            Way::Program(program) => program.save(name),
        }
        .map_err(|reason| self.failed(reason))
    }

    fn failed(&self, reason: String) -> EngineError {
        EngineError::Failed {
            kind: self.kind,
            host: self.host.to_string(),
            reason,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} engine at {}", self.kind, self.host)
    }
}
