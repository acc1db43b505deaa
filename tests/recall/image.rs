//! The places of an image: files that are there, deleted or overwritten, and what its documents say.

use crate::Group;
use crate::kinds::ASSIGNED;
use crate::kit::attestation::statement;
use crate::kit::cli::scan;
use crate::kit::{Image, Index, Layer};
use crate::stored::{Spot, groups as judged, texts};
use serde_json::{Map, Value, json};

/// A group for every place.
pub(crate) fn groups() -> Vec<Group> {
    let image = documents(layers());
    let index = Index::new().image(&image).attested(&image, &[provenance()]);
    let report = scan(&index.layout()).expect(1).report();
    report.expect_gaps(&[]);
    judged(&report, &spots())
}

fn spots() -> Vec<Spot> {
    let all: Vec<_> = texts().map(|(_, kind, _)| kind).collect();
    let assigned: Vec<_> = ASSIGNED.iter().map(|secret| secret.kind).collect();
    vec![
        Spot::new("file of a layer", &all, |place| {
            place.path().starts_with("present/")
        }),
        Spot::new("deleted file", &all, |place| {
            place.path().starts_with("deleted/") && place.state() == "deleted"
        }),
        Spot::new("overwritten file", &all, |place| {
            place.path().starts_with("overwritten/") && place.state() == "overwritten"
        }),
        Spot::new("variable of the config", &assigned, |place| {
            place.kind() == "config" && place.path().contains("Env")
        }),
        Spot::new("label", &all, |place| {
            place.kind() == "config" && place.path().contains("Labels")
        }),
        Spot::new("command", &all, |place| {
            place.kind() == "config" && place.path().contains("Cmd")
        }),
        Spot::new("build argument in the history", &assigned, |place| {
            place.kind() == "history"
        }),
        Spot::new("annotation", &all, |place| place.kind() == "annotation"),
        Spot::new("attestation", &assigned, |place| {
            place.kind() == "attestation"
        }),
    ]
}

fn layers() -> Image {
    let filled = |folder: &str| {
        let layer = Layer::new().dir(folder);
        texts().fold(layer, |layer, (number, _, text)| {
            layer.file(&format!("{folder}/{number}"), text)
        })
    };
    let each = |layer: Layer, change: &dyn Fn(Layer, usize) -> Layer| {
        texts().fold(layer, |layer, (number, ..)| change(layer, number))
    };
    let deleted = each(Layer::new(), &|layer, number| {
        layer.whiteout(&format!("deleted/{number}"))
    });
    let overwritten = each(Layer::new(), &|layer, number| {
        layer.file(&format!("overwritten/{number}"), "nothing\n")
    });
    Image::new()
        .layer("COPY present /present", &filled("present"))
        .layer("COPY deleted /deleted", &filled("deleted"))
        .layer("RUN rm /deleted/*", &deleted)
        .layer("COPY overwritten /overwritten", &filled("overwritten"))
        .layer("RUN ./overwrite", &overwritten)
}

fn documents(image: Image) -> Image {
    let variables: Vec<String> = ASSIGNED
        .iter()
        .map(|secret| format!("{}={}", secret.name, secret.value))
        .collect();
    let labels: Map<String, Value> = texts()
        .map(|(number, _, text)| (format!("note.{number}"), text.into()))
        .collect();
    let command: Vec<&str> = texts().map(|(.., text)| text).collect();
    let image = variables.iter().fold(image, |image, variable| {
        image.instruction(&format!("|1 {variable} /bin/sh -c make"))
    });
    let image = texts().fold(image, |image, (number, _, text)| {
        image.annotation(&format!("internal.acme.note.{number}"), text)
    });
    image
        .runtime("Env", variables)
        .runtime("Labels", labels)
        .runtime("Cmd", command)
}

/// What BuildKit says of a build with all secrets as its arguments.
fn provenance() -> Value {
    let arguments: Vec<Value> = ASSIGNED
        .iter()
        .map(|secret| json!({format!("build-arg:{}", secret.name): secret.value}))
        .collect();
    statement(
        "https://slsa.dev/provenance/v1",
        json!({"buildDefinition": {"externalParameters": {"request": {"args": arguments}}}}),
    )
}
