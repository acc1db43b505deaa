//! The config of an image, its history and its annotations are searched value by value.

mod kit;

use kit::cli::scan;
use kit::{Image, Index, Report, Secrets};
use serde_json::{Value, json};

fn report(image: &Image) -> Report {
    let report = scan(&Index::new().tagged("1", image).layout())
        .expect(1)
        .report();
    report.expect_gaps(&[]);
    report
}

#[test]
fn every_value_that_a_container_starts_with_is_searched() {
    let mut secrets = Secrets::new("runtime");
    type ValueOf = fn(&str) -> Value;
    let cases: [(&str, ValueOf); 8] = [
        ("Env", |token| {
            json!(["A=b", format!("GITHUB_TOKEN={token}")])
        }),
        ("Cmd", |token| json!(["serve", "--token", token])),
        ("Entrypoint", |token| json!(["/entry", token])),
        ("Labels", |token| json!({"org.acme.token": token})),
        (
            "Healthcheck",
            |token| json!({"Test": ["CMD", "curl", "-H", token]}),
        ),
        ("OnBuild", |token| json!([format!("RUN echo {token}")])),
        ("Shell", |token| json!(["/bin/sh", "-c", token])),
        ("User", |token| json!(token)),
    ];
    for (key, value) in cases {
        let token = secrets.github();
        let report = report(&Image::new().runtime(key, value(&token)));
        let place = report.finding(&token).in_the("config");
        assert!(place.path().contains(key), "{} is not {key}", place.path());
        assert_eq!(report.finding(&token).places().len(), 1, "{key}");
    }
}

#[test]
fn a_variable_is_searched_under_its_own_name() {
    let mut secrets = Secrets::new("names");
    let password = secrets.password();
    let image = Image::new().runtime("Env", json!(["A=b", format!("DB_PASSWORD={password}")]));
    report(&image).finding(&password).in_the("config");
}

#[test]
fn keys_that_no_specification_knows_are_searched_too() {
    let mut secrets = Secrets::new("unknown keys");
    let tokens: Vec<_> = (0..5).map(|_| secrets.github()).collect();
    let image = Image::new()
        .set("author", tokens[0].as_str())
        .set("comment", format!("built with {}", tokens[1]))
        .set(
            "container_config",
            json!({"Cmd": ["/bin/sh", "-c", tokens[2]]}),
        )
        .set("io.acme.custom", json!({"deep": [[{"er": tokens[3]}]]}))
        .set(&format!("key {}", tokens[4]), 1);
    let report = report(&image);
    for token in &tokens {
        report.finding(token).in_the("config");
    }
}

#[test]
fn the_buildinfo_inside_the_config_is_decoded() {
    use base64::Engine as _;
    let token = Secrets::new("buildinfo").github();
    let info = json!({"frontend": "dockerfile.v0", "attrs": {"build-arg:TOKEN": token}});
    let encoded = base64::engine::general_purpose::STANDARD.encode(info.to_string());
    let report = report(&Image::new().set("moby.buildkit.buildinfo.v1", encoded));
    report.finding(&token).in_the("config");
}

#[test]
fn json_escapes_are_undone_before_matching() {
    let mut secrets = Secrets::new("escapes");
    let (key, first, second) = (
        secrets.private_key(),
        secrets.password(),
        secrets.password(),
    );
    let image = Image::new().runtime(
        "Env",
        json!([
            format!("TLS_KEY={key}"),
            format!("DATABASE_URL=postgres://app:{first}&{second}@db.internal/x"),
        ]),
    );
    // Go writes `&`, `<` and `>` as escapes, which splits a password in two for a text search.
    let report = report(&image.reworded(|config| config.replace('&', r"\u0026")));
    report.finding(&key).in_the("config");
    report
        .finding(&format!("{first}&{second}"))
        .in_the("config");
}

#[test]
fn history_is_searched_and_build_arguments_are_taken_apart() {
    let mut secrets = Secrets::new("history");
    let (token, one, two) = (secrets.github(), secrets.password(), secrets.password());
    let image = Image::new()
        .instruction(&format!("ENV GITHUB_TOKEN={token}"))
        .instruction(&format!(
            "|2 DB_PASSWORD={one} API_SECRET={two} /bin/sh -c make install"
        ));
    let report = report(&image);
    for secret in [&token, &one, &two] {
        report.finding(secret).in_the("history");
    }
}

#[test]
fn annotations_of_manifest_and_index_are_searched() {
    let mut secrets = Secrets::new("annotations");
    let (inner, outer) = (secrets.github(), secrets.github());
    let image = Image::new().annotation("org.acme.build", &inner);
    let index = Index::new()
        .tagged("1", &image)
        .annotation("org.acme.push", &outer);
    let report = scan(&index.layout()).expect(1).report();
    report.finding(&inner).in_the("annotation");
    report.finding(&outer).in_the("annotation");
}

#[test]
fn a_config_of_odd_shape_is_searched_as_far_as_it_goes() {
    let mut secrets = Secrets::new("odd shapes");
    let token = secrets.github();
    let env = json!([format!("GITHUB_TOKEN={token}")]);
    for image in [
        Image::new().set("created", Value::Null),
        Image::new().set("architecture", 7),
        Image::new().set("variant", json!({"no": "string"})),
        Image::new().history_entry(Value::Null),
        Image::new().history_entry(json!({"created_by": null, "empty_layer": "yes"})),
        Image::new().runtime("Labels", json!(["no", "map"])),
        Image::new().runtime("Cmd", json!("no list")),
    ] {
        let image = image.runtime("Env", env.clone());
        let run = scan(&Index::new().tagged("1", &image).layout()).expect(1);
        run.report().finding(&token).in_the("config");
    }
}
