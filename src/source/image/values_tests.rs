//! What the walk over a document's values finds.

use super::*;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;
use serde_json::json;

fn passages(document: &Value, place: Where) -> Vec<Passage> {
    let mut found = Vec::new();
    visit(document, place, &mut |passage| found.push(passage));
    found
}

#[test]
fn long_keys_are_not_repeated_for_every_value() {
    let long = "k".repeat(100_000);
    let document = json!({ long.as_str(): vec!["value"; 1000] });
    let found = passages(&document, Where::Config);
    let size: usize = found
        .iter()
        .map(|one| one.pointer.len() + one.text.len())
        .sum();
    assert_eq!(found.len(), 1001);
    assert!(size < 100_000 + 1000 * 200, "{size}");
}

fn found(document: &Value, place: Where) -> Vec<(String, Where, String)> {
    let found = passages(document, place);
    found
        .into_iter()
        .map(|one| (one.pointer, one.place, one.text))
        .collect()
}

fn text_at(document: &Value, place: Where, pointer: &str) -> Option<String> {
    let mut found = passages(document, place).into_iter();
    found.find(|one| one.pointer == pointer).map(|one| one.text)
}

#[test]
fn variables_and_command_lines_of_a_config_stand_on_their_own() {
    let config = json!({"config": {
        "Env": ["PATH=/bin", "TOKEN=a&b\nc"],
        "Cmd": ["sh", "-c", "run --key x"],
        "Healthcheck": {"Test": ["CMD", "curl"]},
        "OnBuild": ["RUN one"],
        "Labels": {"org.x.key": "v"},
        "User": "me"
    }});
    for (pointer, text) in [
        ("config.Env[0] PATH", "PATH=/bin"),
        ("config.Env[1] TOKEN", "TOKEN=a&b\nc"),
        ("config.Cmd", "sh -c run --key x"),
        ("config.Healthcheck.Test", "CMD curl"),
        ("config.OnBuild[0]", "RUN one"),
        ("config.Labels.org.x.key", "org.x.key=v"),
        ("config.User", "User=me"),
    ] {
        assert_eq!(
            text_at(&config, Where::Config, pointer).as_deref(),
            Some(text)
        );
    }
}

#[test]
fn history_and_annotations_are_places_of_their_own() {
    let config = json!({"author": "x", "history": [
        {"created_by": "|1 TOKEN=abc /bin/sh -c make", "comment": "c"}
    ]});
    assert_eq!(
        found(&config, Where::Config)[1..],
        [
            (
                "history[0].comment".into(),
                Where::History,
                "comment=c".into()
            ),
            (
                "history[0].created_by".into(),
                Where::History,
                "/bin/sh -c make".into()
            ),
            (
                "history[0].created_by TOKEN".into(),
                Where::History,
                "TOKEN=abc".into()
            ),
        ]
    );
    let manifest = json!({"layers": [{"annotations": {"k": "v"}}]});
    assert!(found(&manifest, Where::Manifest).contains(&(
        "layers[0].annotations.k".into(),
        Where::Annotation,
        "k=v".into()
    )));
}

#[test]
fn base64_is_opened_down_to_the_values_of_its_json() {
    let inner = json!({"attrs": {"build-arg:TOKEN": "abc"}}).to_string();
    let config = json!({"moby.buildkit.buildinfo.v1": BASE64_STANDARD.encode(inner)});
    let pointer = "moby.buildkit.buildinfo.v1 (base64).attrs.build-arg:TOKEN";
    assert_eq!(
        text_at(&config, Where::Config, pointer).as_deref(),
        Some("TOKEN=abc")
    );
    let source = BASE64_STANDARD.encode("FROM scratch\nENV TOKEN=abc\n");
    let statement = json!({"infos": [{"data": source}]});
    assert_eq!(
        text_at(&statement, Where::Attestation, "infos[0].data (base64)").as_deref(),
        Some("FROM scratch\nENV TOKEN=abc\n")
    );
}

#[test]
fn words_and_digests_are_not_taken_for_base64() {
    assert_eq!(decode_text("latest"), None);
    assert_eq!(decode_text(&"ab".repeat(32)), None);
}

#[test]
fn base64_in_base64_ends_somewhere() {
    let mut text = "the innermost text".to_owned();
    for _ in 0..10 {
        text = BASE64_STANDARD.encode(text);
    }
    let layers = passages(&json!({ "a": text }), Where::Config);
    assert_eq!(layers.len(), 1 + BASE64_DEPTH);
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("Env".to_owned()),
        Just("history".to_owned()),
        Just("created_by".to_owned()),
        Just("Cmd".to_owned()),
        ".{0,6}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "\\|?[0-9]{0,3} ?.{0,20}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_text_of_any_document_is_in_some_passage(document in any_json()) {
        // Not as a config, whose history is taken apart.
        let passages = passages(&document, Where::Attestation);
        for text in texts(&document) {
            prop_assert!(passages.iter().any(|one| one.text.contains(text)), "{:?}", text);
        }
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) if !text.is_empty() => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
