//! Histories as builders write them, beside the Dockerfiles that they come from.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn file(text: &str) -> Arc<Dockerfile> {
    Arc::new(Dockerfile::parse("Dockerfile", text).unwrap())
}

/// A history of these instructions; `COPY`, `ADD` and `RUN` make layers.
fn history(created_by: &[&str]) -> Vec<Step> {
    let steps = created_by.iter().map(|text| {
        let bare = text.trim_start_matches("/bin/sh -c #(nop) ");
        let is_empty = [
            "ENV",
            "ARG",
            "CMD",
            "LABEL",
            "USER",
            "WORKDIR",
            "ENTRYPOINT",
            "HEALTHCHECK",
        ]
        .iter()
        .any(|keyword| bare.starts_with(keyword));
        json!({"created_by": text, "empty_layer": is_empty})
    });
    let steps: Vec<_> = steps.collect();
    Step::all_of(&json!({"history": steps}), &mut Vec::new())
}

fn built(text: &str, created_by: &[&str]) -> Option<Arc<Built>> {
    let steps = history(created_by);
    let layers = (0..=steps.len())
        .find(|&layers| history::filled(&steps, layers).is_some())
        .unwrap();
    Built::best(&[file(text)], &steps, layers)
}

fn lines(built: &Built) -> Vec<Option<u64>> {
    let steps = 0..built.steps.len();
    steps
        .map(|step| built.of_step(step).map(|line| line.line))
        .collect()
}

const TEXT: &str = "\
# syntax=docker/dockerfile:1
FROM debian:13 AS build
COPY . /src
RUN make

FROM debian:13
ARG TOKEN
ENV A=1 \\
    KEY=two
WORKDIR /app
COPY --from=build --chown=me /src/app conf/ ./
RUN --mount=type=cache,target=/c \\
    apt-get update && \\
    # the client
    apt-get install  curl
LABEL owner=\"the team\"
CMD [\"app\"]
";

#[test]
fn buildkit_and_the_classic_builder_are_understood() {
    let base = ["/bin/sh -c #(nop) ADD file:ab in / ", "CMD [\"bash\"]"];
    let buildkit = [
        "ARG TOKEN=given",
        "ENV A=1 KEY=two",
        "WORKDIR /app",
        "COPY --chown=me /src/app conf/ ./ # buildkit",
        "RUN |1 TOKEN=given /bin/sh -c apt-get update &&     apt-get install  curl # buildkit",
        "LABEL owner=the team",
        "CMD [\"app\"]",
    ];
    let classic = [
        "/bin/sh -c #(nop)  ARG TOKEN",
        "/bin/sh -c #(nop)  ENV A=1 KEY=two",
        "/bin/sh -c #(nop) WORKDIR /app",
        "/bin/sh -c #(nop) COPY multi:cd in /app/ ",
        "|1 TOKEN=given /bin/sh -c apt-get update &&     apt-get install  curl",
        "/bin/sh -c #(nop)  LABEL owner=the team",
        "/bin/sh -c #(nop)  CMD [\"app\"]",
    ];
    for steps in [buildkit, classic] {
        let steps = [&base[..], &steps].concat();
        let built = built(TEXT, &steps).unwrap();
        let own = [7, 8, 10, 11, 12, 16, 17].map(Some);
        assert_eq!(lines(&built), [&[None, None][..], &own].concat());
        let told = |pointer| built.of_value(pointer).map(|line| line.line);
        assert_eq!(told("config.Env[1] KEY"), Some(9));
        assert_eq!(told("config.Env[1] KEY (base64)"), Some(9));
        assert_eq!(told("config.Env[0] PATH"), None);
        assert_eq!(told("config.Labels.owner"), Some(16));
        assert_eq!(told("config.Cmd"), Some(17));
        assert_eq!(told("history[6].created_by"), Some(12));
        assert_eq!(told("history[6].created_by TOKEN"), Some(7));
        assert_eq!(told("history[0].created_by"), None);
        assert_eq!(told("history[99].created_by"), None);
    }
}

#[test]
fn a_layer_of_many_steps_is_told_by_the_one_that_can_bring_files() {
    let told = |text: &str, steps: &[&str]| {
        let mut steps: Vec<_> = steps
            .iter()
            .map(|text| json!({"created_by": text, "empty_layer": true}))
            .collect();
        steps.last_mut().unwrap()["empty_layer"] = false.into();
        let steps = Step::all_of(&json!({"history": steps}), &mut Vec::new());
        let built = Built::best(&[file(text)], &steps, 1).unwrap();
        built.of_layer(0).map(|line| line.line)
    };
    let copy = "/bin/sh -c #(nop) COPY dir:ab in /app/ ";
    let (user, run) = ("/bin/sh -c #(nop) USER me", "/bin/sh -c make");
    assert_eq!(
        told("FROM a\nCOPY b /app\nUSER me\n", &[copy, user]),
        Some(2)
    );
    assert_eq!(told("FROM a\nCOPY b /app\nRUN make\n", &[copy, run]), None);
    assert_eq!(told("FROM a\nUSER me\n", &[user]), None);
}

#[test]
fn a_step_without_a_layer_brought_nothing_where_each_has_its_own() {
    let text = "FROM a\nRUN one\nRUN two\n";
    let told = |config: Value, signed: Value| {
        let mut config = config;
        let step = |text: &str, is_empty: bool| {
            let mut step = json!({"created_by": text, "empty_layer": is_empty});
            step.as_object_mut()
                .unwrap()
                .extend(signed.as_object().unwrap().clone());
            step
        };
        config["history"] = json!([step("/bin/sh -c one", true), step("/bin/sh -c two", false)]);
        let steps = Step::all_of(&config, &mut Vec::new());
        let built = Built::best(&[file(text)], &steps, 1).unwrap();
        built.of_layer(0).map(|line| line.line)
    };
    let docker = json!({"docker_version": "20.10.24"});
    let mut buildah = docker.clone();
    buildah["config"] = json!({"Labels": {"io.buildah.version": "1.28.2"}});
    let nothing = json!({});
    assert_eq!(told(docker.clone(), nothing.clone()), Some(3));
    assert_eq!(told(docker, json!({"author": "kaniko"})), None);
    assert_eq!(told(buildah, nothing.clone()), None);
    assert_eq!(told(nothing.clone(), nothing.clone()), None);
    assert_eq!(
        told(nothing, json!({"comment": "buildkit.dockerfile.v0"})),
        Some(3)
    );
}

#[test]
fn an_image_of_an_earlier_stage_is_told_by_it() {
    let built = built(
        TEXT,
        &["COPY . /src # buildkit", "RUN /bin/sh -c make # buildkit"],
    )
    .unwrap();
    assert_eq!(lines(&built), [Some(3), Some(4)]);
    assert_eq!(built.of_layer(1).map(|line| line.line), Some(4));
    assert_eq!(built.of_layer(2), None);
}

#[test]
fn a_line_that_was_added_since_moves_the_others_and_no_more() {
    let now = "FROM a\nRUN one\nRUN new\nENV A=b\nRUN two\n";
    let built = built(
        now,
        &["RUN /bin/sh -c one", "ENV A=b", "RUN /bin/sh -c two"],
    )
    .unwrap();
    assert_eq!(lines(&built), [Some(2), Some(4), Some(5)]);
}

#[test]
fn another_image_is_told_by_no_line() {
    let steps = [
        "ADD rootfs.tar /",
        "ENV A=b",
        "RUN /bin/sh -c cmake",
        "CMD [\"x\"]",
    ];
    for text in [
        "FROM a\nENV A=c\nRUN make\nCOPY a b\nCMD y\n",
        "FROM a\nRUN one\nRUN two\nUSER me\nCMD y\n",
        "FROM a\n",
    ] {
        assert!(built(text, &steps).is_none(), "{text}");
    }
    assert!(Built::best(&[], &history(&steps), 2).is_none());
}

#[test]
fn a_command_is_told_by_its_words_whatever_the_builder_makes_of_them() {
    let text = "FROM a\n\
        RUN [\"/bin/sh\", \"-c\", \"echo one\"]\n\
        CMD first \"of\"   two\n\
        ENTRYPOINT [\"run\", \"a b\"]\n\
        HEALTHCHECK --interval=30s CMD curl \"x\" || exit 1\n\
        CMD [\"x\", \"y z\"]\n";
    let docker = [
        "/bin/sh -c echo one",
        "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"first \\\"of\\\"   two\"]",
        "/bin/sh -c #(nop)  ENTRYPOINT [\"run\" \"a b\"]",
        "/bin/sh -c #(nop)  HEALTHCHECK &{[\"CMD-SHELL\" \"curl \\\"x\\\" || exit 1\"] \"30s\" \"0s\" \"0s\" '\\x00'}",
        "/bin/sh -c #(nop)  CMD [\"x\" \"y z\"]",
    ];
    let buildah = [
        "/bin/sh -c [\"/bin/sh\", \"-c\", \"echo one\"]",
        "/bin/sh -c #(nop) CMD first \"of\"   two",
        "/bin/sh -c #(nop) ENTRYPOINT [\"run\", \"a b\"]",
        "/bin/sh -c #(nop) HEALTHCHECK --interval=30s CMD curl \"x\" || exit 1",
        "/bin/sh -c #(nop) CMD [\"x\", \"y z\"]",
    ];
    for steps in [docker, buildah] {
        let built = built(text, &steps).unwrap();
        assert_eq!(lines(&built), [2, 3, 4, 5, 6].map(Some));
        let told = |pointer| built.of_value(pointer).map(|line| line.line);
        assert_eq!(told("config.Cmd"), Some(6));
        assert_eq!(told("config.Entrypoint"), Some(4));
        assert_eq!(told("config.Healthcheck.Test"), Some(5));
    }
}

#[test]
fn a_command_of_another_file_is_told_by_no_line() {
    let text = "FROM a\nRUN one\nRUN two\nCMD [\"x\"]\nHEALTHCHECK NONE\n";
    let told = |last: &str, pointer: &str| {
        let steps = [
            "RUN /bin/sh -c one",
            "RUN /bin/sh -c two",
            "CMD [\"x\"]",
            last,
        ];
        let built = built(text, &steps).unwrap();
        built.of_value(pointer).map(|line| line.line)
    };
    assert_eq!(told("USER me", "config.Cmd"), Some(4));
    assert_eq!(told("CMD [\"xx\"]", "config.Cmd"), None);
    assert_eq!(told("CMD [\"/bin/sh\" \"-c\" \"x\"]", "config.Cmd"), None);
    let check = "config.Healthcheck.Test";
    assert_eq!(
        told(
            "HEALTHCHECK &{[\"NONE\"] \"0s\" \"0s\" \"0s\" '\\x00'}",
            check
        ),
        Some(5)
    );
    assert_eq!(
        told("HEALTHCHECK &{[\"CMD\" \"NONE\"] \"0s\"}", check),
        None
    );
}

#[test]
fn of_several_files_the_one_that_fits_best_is_taken() {
    let steps = history(&["ENV A=b", "RUN /bin/sh -c one", "RUN /bin/sh -c two"]);
    let files = [
        file("FROM a\nENV A=b\nRUN one\n"),
        file("FROM a\nENV A=b\nRUN one\nRUN two\n"),
    ];
    let built = Built::best(&files, &steps, 2).unwrap();
    assert!(Arc::ptr_eq(&built.by, &files[1]));
}

proptest! {
    #[test]
    fn lines_come_in_the_order_of_the_steps(
        steps in proptest::collection::vec("(RUN /bin/sh -c|ENV|CMD) [ab](=| )[ab]|COPY [ab] [ab]|ARG [ab]=[ab]", 0..12),
        text in "(\n((RUN|ENV|CMD) [ab](=| )[ab]|COPY [ab] [ab]|ARG [ab](=[ab])?)){1,12}",
    ) {
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        if let Some(built) = built(&format!("FROM a{text}\n"), &steps) {
            let lines: Vec<u64> = lines(&built).into_iter().flatten().collect();
            prop_assert!(!lines.is_empty() && lines.is_sorted_by(|one, next| one < next));
        }
    }
}
