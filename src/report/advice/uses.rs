//! How it would be done right, for a file that a recipe hands on with the secret in it.

use crate::model::{FileUse, Way};
use crate::recipe::secret_id;

/// The advice for one use of a file; none where that depends on what the secret is in it.
pub(super) fn words(seen: &FileUse) -> Option<String> {
    let FileUse { recipe, line, .. } = seen;
    let words = match &seen.way {
        Way::Copy {
            keyword,
            to,
            is_shipped,
        } => format!(
            "`{keyword}` in {recipe}:{line} {}",
            copied(seen, to, *is_shipped)
        ),
        Way::EnvFile { service } => format!(
            "{recipe}:{line} hands all of {file} to the service {service} with `env_file:`, for everybody to read who may \
             inspect the container. Define the secret under the top-level `secrets:`, list it under the service's, and \
             set NAME_FILE: /run/secrets/name where the image knows that form; {OUT}",
            file = seen.file
        ),
        Way::Volume { service, to } => format!(
            "{recipe}:{line} mounts {} into the service {service}. Define the file under the top-level `secrets:`, and list \
             it under the service's, with `target: {}` if it has to be found there; {OUT}",
            if seen.is_folder {
                "the folder of the file"
            } else {
                "the file"
            },
            if seen.is_folder { "/path" } else { to }
        ),
        Way::Secret { name } => format!(
            "{recipe}:{line} hands the file on as the secret {name}, as it should be, but it lies among the sources: {OUT} \
             Or take the value from a variable with `environment:`, in a swarm from `docker secret create {name} -` with \
             `external: true`."
        ),
        Way::Config { name } => format!(
            "{recipe}:{line} has the file as the config {name}, which is kept from nobody: move it to the top-level \
             `secrets:` and the service's; {OUT}"
        ),
        Way::Values => return None,
    };
    Some(words)
}

/// What goes for every file that services are started with.
const OUT: &str = "keep the file itself out of the repository and of every build context.";

/// What a build does with the file.
fn copied(seen: &FileUse, to: &str, is_shipped: bool) -> String {
    let file = &seen.file;
    if seen.is_folder {
        return format!(
            "copies the folder of this file into the image, where it stays. If the image needs nothing of it, name \
             {file} in .dockerignore; if it does, keep the secret elsewhere and mount it when the container is started."
        );
    }
    let kept = match is_shipped {
        true => "copies the file into the image, where it stays whatever later instructions delete",
        false => "copies the file into a build stage, and the build cache keeps it",
    };
    let name = file.rsplit('/').next().unwrap_or(file);
    let id = secret_id(name);
    let id = id.trim_matches('_');
    let target = match (to.starts_with('/'), to.ends_with('/')) {
        (true, true) => format!("{to}{name}"),
        (true, false) => to.to_owned(),
        _ => format!("/run/secrets/{id}"),
    };
    format!(
        "{kept}. Take it out there and name {file} in .dockerignore: what the build needs comes with `RUN \
         --mount=type=secret,id={id},target={target} ...` and `docker build --secret id={id},src={file} .`, what the \
         container needs is mounted when it is started."
    )
}
