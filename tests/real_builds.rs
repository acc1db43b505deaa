//! Images that real builders make of one Dockerfile, and the lines that they are told by.

#![allow(
    clippy::unwrap_used,
    reason = "a builder that does not build is a failed test"
)]

mod kit;

use kit::cli::{image, put, text};
use kit::engine::{Buildah, Docker, available, busybox};
use kit::report::Place;
use kit::{Report, Secrets};
use serde_json::Value;
use tempfile::TempDir;

/// What is built, and the secret of each of its lines.
struct Source {
    context: TempDir,
    /// Each with the kind of place where it is found, and the line that it is told by.
    secrets: Vec<(String, &'static str, u64)>,
    given: String,
}

impl Source {
    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        let context = tempfile::tempdir().unwrap();
        std::fs::copy(busybox(), context.path().join("busybox")).unwrap();
        let mut next = || secrets.github();
        let (given, env, label, run, made, exec) = (next(), next(), next(), next(), next(), next());
        let (first, check, entry, command) = (next(), next(), next(), next());
        let (copied, single, added, staged) = (next(), next(), next(), next());
        for (path, secret) in [
            ("conf/deep/a.txt", &copied),
            ("single.txt", &single),
            ("added.txt", &added),
            ("staged.txt", &staged),
        ] {
            put(&context, path, format!("token = {secret}\n"));
        }
        let dockerfile = format!(
            "# syntax is that of every builder\n\
             FROM scratch AS base\n\
             COPY busybox /bin/sh\n\
             FROM base AS tools\n\
             COPY staged.txt /tools/\n\
             RUN echo built > /out\n\
             FROM base\n\
             ARG GIVEN\n\
             ENV LANG=C \\\n    TOKEN=\"{env}\"\n\
             LABEL owner=\"the team\" \\\n      key={label}\n\
             WORKDIR /app\n\
             COPY conf/ single.txt ./\n\
             COPY --from=tools /tools /out /x/\n\
             ADD added.txt /etc/\n\
             RUN echo {run} > /dev/null && \\\n    # why\n    echo 'two  blanks'\n\
             RUN echo {made} > /made\n\
             RUN [\"/bin/sh\", \"-c\", \"echo {exec}\"]\n\
             HEALTHCHECK --interval=30s CMD check {check} || exit 1\n\
             CMD start {first}\n\
             ENTRYPOINT [\"/bin/sh\", \"-c\", \"echo \\\"$LANG\\\" {entry}\"]\n\
             CMD [\"{command}\", \"two words\"]\n\
             USER 1000\n"
        );
        put(&context, "Dockerfile", dockerfile);
        let secrets = vec![
            (given.clone(), "history", 8),
            (env.clone(), "config", 10),
            (env, "history", 9),
            (label.clone(), "config", 12),
            (label, "history", 11),
            (copied, "file", 14),
            (single, "file", 14),
            (staged, "file", 15),
            (added, "file", 16),
            (run, "history", 17),
            (made.clone(), "history", 20),
            (made, "file", 20),
            (exec, "history", 21),
            (check, "history", 22),
            (first, "history", 23),
            (entry.clone(), "config", 24),
            (entry, "history", 24),
            (command.clone(), "config", 25),
            (command, "history", 25),
        ];
        Self {
            context,
            secrets,
            given,
        }
    }

    fn dockerfile(&self) -> String {
        text(&self.context.path().join("Dockerfile")).to_owned()
    }

    /// Every secret is told by its line, but files by none where `untold` says so.
    #[track_caller]
    fn expect(&self, report: &Report, untold: impl Fn(&str, u64) -> bool) {
        for (secret, kind, line) in &self.secrets {
            let finding = report.finding(secret);
            let places = finding.places().into_iter();
            // Docker writes a config for each layer as well, which no image claims.
            let is_own = |place: &Place<'_>| !place.path().contains("/json: ");
            let places = places.filter(|place| place.kind() == *kind && is_own(place));
            let places: Vec<_> = places.collect();
            assert!(!places.is_empty(), "{kind}, line {line}");
            let expected = match untold(kind, *line) {
                true => Value::Null,
                false => (*line).into(),
            };
            for place in places {
                let told = &place.0["dockerfile"];
                let told = told.get("line").unwrap_or(told);
                assert_eq!(*told, expected, "{kind}, line {line}: {:?}", place.path());
            }
        }
        report.expect_gaps(&[]);
        assert_eq!(report.notes(), Vec::<&str>::new());
    }
}

#[test]
fn docker_tells_its_steps_and_each_is_found() {
    if !available(&["dockerd", "docker", "busybox", "tar"]) {
        return;
    }
    let source = Source::new("docker builds");
    let docker = Docker::start();
    if !docker.can_run() {
        return;
    }
    let argument = format!("GIVEN={}", source.given);
    let folder = text(source.context.path());
    docker.run(&[
        "build",
        "-q",
        "--network",
        "none",
        "--build-arg",
        &argument,
        "-t",
        "classic:1",
        folder,
    ]);
    docker.buildkit(source.context.path(), "buildkit:1", &argument);
    for target in ["classic:1", "buildkit:1"] {
        let target = format!("docker-daemon:{target}");
        let run = image(["--dockerfile", &source.dockerfile(), &target]);
        let report = run
            .env("DOCKER_HOST", &docker.host())
            .run()
            .expect(1)
            .report();
        source.expect(&report, |_, _| false);
    }
}

#[test]
fn buildah_tells_its_steps_and_each_is_found() {
    if !available(&["buildah", "busybox"]) {
        return;
    }
    let source = Source::new("buildah builds");
    let buildah = Buildah::new();
    let argument = format!("GIVEN={}", source.given);
    let folder = text(source.context.path());
    for (layers, untold) in [("--layers=true", false), ("--layers=false", true)] {
        let common = ["bud", "-q", "--isolation", "chroot", layers];
        buildah.run(
            &[
                &common[..],
                &["--build-arg", &argument, "-t", "built:1", folder],
            ]
            .concat(),
        );
        let layout = tempfile::tempdir().unwrap();
        let to = format!("oci:{}:1", layout.path().display());
        buildah.run(&["push", "-q", "built:1", &to]);
        let target = format!("oci:{}", layout.path().display());
        let report = image(["--dockerfile", &source.dockerfile(), &target])
            .run()
            .expect(1)
            .report();
        // One layer of all steps: any of them may have brought a file.
        source.expect(&report, |kind, _| untold && kind == "file");
    }
}
