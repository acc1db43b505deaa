//! How it would be done right, for the places where a secret is told to software: what a rule's own
//! advice, to revoke it where it was issued, cannot know. The words are those of the place: the variable's
//! name, and the means that the builder, the orchestrator or the service manager has.

mod uses;

use crate::model::{ExistingSecret, Finding, Occurrence, Role, Setting, Way, Where};
use crate::recipe::secret_id;

/// Most pieces of advice for one secret.
const MOST: usize = 5;
/// What every image needs that a secret was built into.
const REBUILD: &str = "Once it is revoked, rebuild the image without it, and delete the tags and digests that \
    have it: no later layer takes it out.";

/// What to do about the places of a secret that are not suppressed, each thing once, in the order of the
/// places.
pub(super) fn of(finding: &Finding) -> Vec<String> {
    let places = finding.occurrences.iter();
    let places = places.filter(|place| place.suppression.is_none());
    let places: Vec<&Occurrence> = places.collect();
    let mut advice: Vec<String> = Vec::new();
    let mut settings: Vec<Setting> = places.iter().filter_map(|place| setting(place)).collect();
    if settings.is_empty() && places.iter().any(|place| is_instruction(place)) {
        settings.push(named(Role::DockerRun, ""));
    }
    let uses = places.iter().flat_map(|place| &place.uses);
    let uses = uses.filter_map(uses::words);
    for words in settings.iter().map(words).chain(uses) {
        if advice.len() < MOST && !advice.contains(&words) {
            advice.push(words);
        }
    }
    if places.iter().any(|place| is_built_in(place)) {
        advice.push(REBUILD.to_owned());
    }
    advice
}

fn named(role: Role, name: &str) -> Setting {
    let name = name.to_owned();
    Setting { role, name }
}

/// What a place is: what the recipe says that it stands in, or what made that part of an image.
fn setting(occurrence: &Occurrence) -> Option<Setting> {
    let place = &occurrence.place;
    if let Some(setting) = &occurrence.setting {
        let is_value = matches!(setting.role, Role::Value(_));
        let is_of_chart = || occurrence.uses.iter().any(|one| one.way == Way::Values);
        return (!is_value || is_of_chart()).then(|| setting.clone());
    }
    if let Some(layer) = &place.layer {
        let keyword = layer.instruction.as_deref()?.split(' ').next()?;
        return match (place.kind, keyword) {
            (Where::File, "COPY" | "ADD") => Some(named(Role::DockerCopy, "")),
            _ => None,
        };
    }
    let path = String::from_utf8_lossy(&place.path);
    let path = path.strip_suffix(" (base64)").unwrap_or(&path);
    let (_, key) = path.split_once('.')?;
    match (place.kind, key.split_once(' ')) {
        (Where::Config, Some((key, name))) if key.starts_with("Env[") => {
            Some(named(Role::DockerEnv, name))
        }
        (Where::Config, _) => match key.strip_prefix("Labels.") {
            Some(label) => Some(named(Role::DockerLabel, label)),
            None => Some(named(Role::DockerStart, keyword(key)?)),
        },
        (Where::History, Some((_, argument))) => Some(named(Role::DockerArg, argument)),
        _ => None,
    }
}

/// The instruction that sets a key of a config to what containers are started or checked with.
fn keyword(key: &str) -> Option<&'static str> {
    match key.split(['.', '[']).next()? {
        "Cmd" => Some("CMD"),
        "Entrypoint" => Some("ENTRYPOINT"),
        "Healthcheck" => Some("HEALTHCHECK"),
        _ => None,
    }
}

/// Whether a place is an instruction as a whole, which does not say what kind it is.
fn is_instruction(occurrence: &Occurrence) -> bool {
    occurrence.place.kind == Where::History
}

/// Whether a place is a part of an image that the image was built with.
fn is_built_in(occurrence: &Occurrence) -> bool {
    let place = &occurrence.place;
    place.layer.is_some() || matches!(place.kind, Where::Config | Where::History)
}

/// The advice for a place.
fn words(setting: &Setting) -> String {
    let name = match &*setting.name {
        "" => "the value",
        name => name,
    };
    let key = match &*setting.name {
        "" => "SECRET",
        name => name,
    };
    let id = secret_id(key);
    match setting.role {
        Role::DockerEnv => format!(
            "Take {name} out of ENV. What the build needs comes with `RUN --mount=type=secret,id={id},env={key} \
             ...` and `docker build --secret id={id},env={key} .`; what the container needs comes when it is \
             started, as a mounted secret that {key}_FILE names, or with --env-file."
        ),
        Role::DockerArg => format!(
            "Do not hand {name} over as a build argument, the history keeps it: use `RUN \
             --mount=type=secret,id={id},env={key} ...` and `docker build --secret id={id},env={key} .`"
        ),
        Role::DockerLabel => format!("Take the label {name} out: labels are for everybody to read."),
        Role::DockerRun => "Keep it out of the instruction, the history has every one in full: mount it with `RUN \
             --mount=type=secret,id=token,env=TOKEN ...`, use $TOKEN there, and build with `docker build \
             --secret id=token,env=TOKEN .`"
            .to_owned(),
        Role::DockerCopy => "Do not copy the file into the image: name it in .dockerignore; mount it while building \
             with `RUN --mount=type=secret,id=file,target=/path ...`, and into the container when it is started."
            .to_owned(),
        Role::DockerStart => format!(
            "Take it out of {name}, which everybody can read who has the image, or sees the container's processes: let the \
             program read it from a file that is mounted when the container is started (`docker run --mount \
             type=bind,source=FILE,target=/run/secrets/token,readonly`, `secrets:` of compose, a Secret of Kubernetes)."
        ),
        Role::ComposeEnvironment => format!(
            "Take {name} out of `environment`: set {key}_FILE: /run/secrets/{id} where the image knows that form, \
             list {id} under the service's `secrets:`, and define it under the top-level `secrets:` with \
             `file:` or `environment:`; in a swarm with `docker secret create {id} -` and `external: true`."
        ),
        Role::ComposeBuildArg => format!(
            "Take {name} out of `build.args`: list {id} under `build.secrets`, define it under the top-level \
             `secrets:`, and read it with `RUN --mount=type=secret,id={id},env={key} ...`"
        ),
        Role::KubernetesEnv => format!(
            "Take the value of {name} out of the manifest: `kubectl create secret generic NAME \
             --from-file={key}=FILE`, and in its place `valueFrom: {{secretKeyRef: {{name: NAME, key: {key}}}}}`."
        ),
        Role::KubernetesSecret => format!(
            "A Secret in a file is encoded and not encrypted: keep {name} in an external store (External Secrets \
             Operator, a CSI secrets store), or seal the manifest (Sealed Secrets, SOPS) before it is committed."
        ),
        Role::KubernetesConfigMap => format!(
            "Move {name} from the ConfigMap to a Secret (`kubectl create secret generic NAME \
             --from-file={key}=FILE`), and refer to it with `secretKeyRef` or mount it as a file."
        ),
        Role::SystemdEnvironment => format!(
            "Take {name} out of Environment=, which every user can read: use `LoadCredentialEncrypted={id}:FILE` (made \
             with `systemd-creds encrypt`) and read $CREDENTIALS_DIRECTORY/{id}."
        ),
        Role::GithubWorkflow => format!(
            "Store it as a secret of the repository or the environment (`gh secret set {key}`), and refer to it as \
             ${{{{ secrets.{key} }}}}; with a cloud, let the job sign in by OpenID Connect instead."
        ),
        Role::GitlabPipeline => format!(
            "Store {name} as a masked and protected variable in the project's settings (`glab variable set {key} \
             --masked --protected`), or fetch it from a vault with `secrets:`, and refer to it as ${key}."
        ),
        Role::Value(secret) => chart_value(name, secret),
    }
}

/// The advice for a value of a Helm chart, by the keys on the way to it.
fn chart_value(name: &str, secret: ExistingSecret) -> String {
    let (before, key) = name.rsplit_once('.').unwrap_or(("", name));
    let existing = match before {
        "" => "existingSecret".to_owned(),
        before => format!("{before}.existingSecret"),
    };
    let create = format!("`kubectl create secret generic NAME --from-file={key}=FILE`");
    match secret {
        ExistingSecret::Set => format!(
            "Take {name} out of the chart's values: beside it a Secret is named, so the chart needs no value."
        ),
        ExistingSecret::Unset => format!(
            "Take {name} out of the chart's values: make a Secret ({create}), and name it in {existing}."
        ),
        ExistingSecret::Unknown => format!(
            "Take {name} out of the chart's values: make a Secret ({create}), and let the chart refer to it, with \
             {existing} if it knows that, or with `secretKeyRef` in a template of your own. What has to be a value is \
             handed over with `--set-file {name}=FILE`, or from a file that SOPS has encrypted."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// The advice for the first finding of the sample, at one place.
    fn told(edit: impl FnOnce(&mut Occurrence)) -> Vec<String> {
        let mut finding = sample::outcome().findings.remove(0);
        finding.occurrences.truncate(1);
        let place = &mut finding.occurrences[0];
        place.place.layer = None;
        edit(place);
        of(&finding)
    }

    #[test]
    fn a_place_in_a_recipe_gets_its_own_advice() {
        let advice =
            told(|place| place.setting = Some(named(Role::ComposeEnvironment, "DB_PASSWORD")));
        assert_eq!(advice.len(), 1);
        assert!(
            advice[0].contains("DB_PASSWORD_FILE: /run/secrets/db_password"),
            "{advice:?}"
        );
    }

    #[test]
    fn a_part_of_an_image_is_told_by_what_made_it() {
        let value = |kind, path: &str| {
            let path = path.to_owned();
            told(move |place| {
                place.place.kind = kind;
                place.place.path = path.into_bytes().into();
            })
        };
        for (kind, path, words) in [
            (Where::Config, "config.Env[3] API_KEY", "API_KEY out of ENV"),
            (Where::Config, "config.Labels.key", "the label key"),
            (Where::Config, "config.Cmd", "out of CMD"),
            (
                Where::Config,
                "config.Healthcheck.Test",
                "out of HEALTHCHECK",
            ),
            (
                Where::History,
                "history[2].created_by API_KEY",
                "API_KEY over as a build argument",
            ),
            (
                Where::History,
                "history[2].created_by",
                "out of the instruction",
            ),
        ] {
            let advice = value(kind, path);
            assert!(advice[0].contains(words), "{path}: {advice:?}");
            assert_eq!(advice[1], REBUILD);
        }
        assert_eq!(value(Where::Config, "config.StopSignal"), [REBUILD]);
        assert_eq!(value(Where::File, "app/.env"), Vec::<String>::new());
    }

    #[test]
    fn what_was_copied_into_a_layer_is_to_be_mounted() {
        let mut finding = sample::outcome().findings.remove(0);
        finding.occurrences.truncate(1);
        let layer = finding.occurrences[0].place.layer.as_mut().unwrap();
        layer.instruction = Some("COPY . /app".into());
        assert!(of(&finding)[0].contains(".dockerignore"));
    }

    #[test]
    fn suppressed_places_need_no_advice() {
        let mut finding = sample::outcome().findings.remove(0);
        for place in &mut finding.occurrences {
            place.setting = Some(named(Role::DockerEnv, "KEY"));
            place.suppression = Some(std::sync::Arc::new(crate::model::Suppression {
                kind: crate::model::SuppressionKind::Inline,
                source: String::new(),
                reason: String::new(),
                owner: None,
                until: None,
            }));
        }
        assert_eq!(of(&finding), Vec::<String>::new());
    }
}
