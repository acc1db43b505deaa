//! What the report says to do about a secret in a recipe.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{dir, put, residue, text};
use kit::git::Repo;
use kit::{Report, Secrets};
use serde_json::Value;

/// The advice for a secret.
fn advice(report: &Report, secret: &str) -> Vec<String> {
    let advice = report.finding(secret).0["advice"].as_array().cloned();
    let advice = advice.unwrap_or_default();
    let text = |text: &Value| text.as_str().unwrap().to_owned();
    advice.iter().map(text).collect()
}

#[test]
fn the_advice_is_that_of_the_place() {
    let mut secrets = Secrets::new("places");
    let root = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (before, after, words) in [
        ("FROM a\nENV TOKEN=", "\n", "TOKEN out of ENV"),
        ("FROM a\nARG TOKEN=", "\n", "id=token,env=TOKEN"),
        (
            "FROM a\nRUN curl -u me:",
            " https://example.com\n",
            "out of the instruction",
        ),
        (
            "services:\n  web:\n    image: a\n    environment:\n      - TOKEN=",
            "\n",
            "TOKEN_FILE: /run/secrets/token",
        ),
        (
            "services:\n  web:\n    build:\n      args:\n        TOKEN: ",
            "\n",
            "`build.secrets`",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: TOKEN\n      value: ",
            "\n",
            "secretKeyRef: {name: NAME, key: TOKEN}",
        ),
        (
            "apiVersion: v1\nkind: Secret\nstringData:\n  TOKEN: ",
            "\n",
            "encoded and not encrypted",
        ),
        (
            "[Service]\nEnvironment=TOKEN=",
            "\n",
            "LoadCredentialEncrypted=token",
        ),
        (
            "on: push\njobs:\n  a:\n    runs-on: b\n    env:\n      TOKEN: ",
            "\n",
            "${{ secrets.TOKEN }}",
        ),
        (
            "variables:\n  TOKEN: ",
            "\na:\n  script: make\n",
            "glab variable set TOKEN",
        ),
    ] {
        let token = secrets.github();
        let name = format!("{}.txt", expected.len());
        put(&root, &name, format!("{before}{token}{after}"));
        expected.push((token, words));
    }
    let plain = secrets.github();
    put(&root, "Dockerfile", format!("the token is {plain}\n"));
    let report = dir([text(root.path())]).run().expect(1).report();
    for (token, words) in &expected {
        let advice = advice(&report, token);
        assert!(
            advice.len() == 1 && advice[0].contains(words),
            "{words}: {advice:?}"
        );
    }
    assert_eq!(advice(&report, &plain), Vec::<String>::new());

    let human = residue(["dir", text(root.path())]).run().expect(1).text();
    assert!(
        human.contains("  then      Take TOKEN out of ENV."),
        "{human}"
    );
}

#[test]
fn a_history_tells_the_same() {
    let token = Secrets::new("history").github();
    let git = Repo::new();
    git.commit_file(
        "compose",
        format!("services:\n  a:\n    image: b\n    environment:\n      TOKEN: {token}\n"),
    );
    git.commit_removal("compose");
    let report = git.found(&[]);
    let advice = advice(&report, &token);
    assert!(advice[0].contains("TOKEN_FILE"), "{advice:?}");
}

#[test]
fn a_build_that_copies_a_file_with_a_secret_is_told_beside_it() {
    let mut secrets = Secrets::new("copied");
    let root = tempfile::tempdir().unwrap();
    let dockerfile = "# syntax=docker/dockerfile:1\n\
        FROM a AS build\n\
        COPY stage.txt whole /src/\n\
        FROM a\n\
        COPY --from=build other.txt /x\n\
        COPY named.txt /root/.ssh/\n\
        ADD [\"conf/*.x\", \"https://example.com/y\", \"/etc/\"]\n\
        COPY app ./\n";
    put(&root, "Dockerfile", dockerfile);
    put(
        &root,
        "web/docker/Containerfile.x",
        "FROM a\nCOPY web.txt src /\n",
    );
    put(&root, ".dockerignore", "app/out\n**/*.skip\n");
    let cases = [
        (
            "named.txt",
            "`COPY` in Dockerfile:6 copies the file into the image",
            "id=named_txt,target=/root/.ssh/named.txt",
        ),
        (
            "stage.txt",
            "`COPY` in Dockerfile:3 copies the file into a build stage",
            "id=stage_txt,src=stage.txt .",
        ),
        ("conf/b.x", "`ADD` in Dockerfile:7", "target=/etc/b.x"),
        (
            "app/deep/c",
            "`COPY` in Dockerfile:8 copies the folder",
            "name app/deep/c in",
        ),
        (
            "web/web.txt",
            "`COPY` in web/docker/Containerfile.x:2",
            "target=/web.txt",
        ),
        ("whole/d", "", ""),
        ("other.txt", "", ""),
        ("conf/deep/b.x", "", ""),
        ("app/out/e", "", ""),
        ("app/f.skip", "", ""),
        ("web/src/g", "", ""),
        ("elsewhere/named.txt", "", ""),
    ];
    let cases = cases.map(|(path, who, how)| {
        let token = secrets.github();
        put(&root, path, format!("one {token}\n"));
        (token, path, who, how)
    });
    let report = dir([text(root.path())]).run().expect(1).report();
    for (token, path, who, how) in cases {
        match &*advice(&report, &token) {
            [] => assert_eq!(who, "", "{path}"),
            [told] => assert!(
                !who.is_empty() && told.contains(who) && told.contains(how),
                "{path}: {told}"
            ),
            more => panic!("{path}: {more:?}"),
        }
    }
}

#[test]
fn a_build_context_is_what_the_compose_file_says() {
    let mut secrets = Secrets::new("context");
    let root = tempfile::tempdir().unwrap();
    let compose =
        "services:\n  web:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n";
    put(&root, "stack.yml", compose);
    put(&root, "docker/Dockerfile", "FROM a\nCOPY src /src\n");
    let (inside, outside) = (secrets.github(), secrets.github());
    put(&root, "src/a", format!("one {inside}\n"));
    put(&root, "docker/src/b", format!("one {outside}\n"));
    let report = dir([text(root.path())]).run().expect(1).report();
    let told = advice(&report, &inside);
    assert!(
        told[0].contains("`COPY` in docker/Dockerfile:2"),
        "{told:?}"
    );
    assert_eq!(advice(&report, &outside), Vec::<String>::new());
}

#[test]
fn a_file_of_a_repository_is_told_like_any_other() {
    let token = Secrets::new("copied in a repository").github();
    let git = Repo::new();
    git.commit_file("Dockerfile", "FROM a\nCOPY key /key\n");
    git.commit_file("key", format!("one {token}\n"));
    let told = advice(&git.found(&[]), &token);
    assert!(told[0].contains("`COPY` in Dockerfile:2"), "{told:?}");
}

#[test]
fn a_compose_file_tells_how_services_come_by_a_file() {
    let mut secrets = Secrets::new("handed over");
    let root = tempfile::tempdir().unwrap();
    let compose = "services:\n  web:\n    image: a\n    env_file: web.env\n    volumes:\n      - .:/src\n      \
        - ../keys/key.txt:/etc/key\n      - ./conf:/etc/conf\n    secrets: [db]\n\
        secrets:\n  db:\n    file: db.txt\nconfigs:\n  app:\n    file: app.ini\n";
    put(&root, "deploy/stack.txt", compose);
    let at = |line: u64| format!("deploy/stack.txt:{line} ");
    let cases = [
        ("deploy/web.env", at(4), "NAME_FILE: /run/secrets/name"),
        ("keys/key.txt", at(7), "with `target: /etc/key`"),
        ("deploy/conf/a", at(8), "mounts the folder"),
        ("deploy/db.txt", at(12), "as the secret db, as it should be"),
        ("deploy/app.ini", at(15), "kept from nobody"),
        ("deploy/other", String::new(), ""),
        ("web.env", String::new(), ""),
    ];
    let cases = cases.map(|(path, place, words)| {
        let token = secrets.github();
        put(&root, path, format!("one {token}\n"));
        (token, path, place, words)
    });
    let report = dir([text(root.path())]).run().expect(1).report();
    for (token, path, place, words) in cases {
        let told = advice(&report, &token);
        assert_eq!(told.is_empty(), words.is_empty(), "{path}: {told:?}");
        let is_meant = |told: &String| told.starts_with(&place) && told.contains(words);
        assert!(told.iter().all(is_meant), "{path}: {told:?}");
    }
}

#[test]
fn the_values_of_a_chart_belong_into_a_secret() {
    let mut secrets = Secrets::new("chart");
    let (plain, named, unset) = (secrets.github(), secrets.github(), secrets.github());
    let values = format!(
        "auth:\n  token: {plain}\nnamed:\n  token: {named}\n  existingSecret: mine\n\
         open:\n  token: {unset}\n  existingSecret: \"\"\n"
    );
    let root = tempfile::tempdir().unwrap();
    put(
        &root,
        "chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    );
    put(&root, "chart/values.yaml", &values);
    let alone = secrets.github();
    put(
        &root,
        "other/values.yaml",
        format!("auth:\n  token: {alone}\n"),
    );
    let report = dir([text(root.path())]).run().expect(1).report();
    for (token, words) in [
        (&plain, "auth.existingSecret if it knows that"),
        (
            &named,
            "Take named.token out of the chart's values: beside it a Secret is named",
        ),
        (
            &unset,
            "--from-file=token=FILE`), and name it in open.existingSecret.",
        ),
    ] {
        let told = advice(&report, token);
        assert!(told.len() == 1 && told[0].contains(words), "{told:?}");
    }
    assert_eq!(advice(&report, &alone), Vec::<String>::new());
}
