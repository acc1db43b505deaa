//! Standard input: a text, or a record on each line.

mod kit;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::Secrets;
use kit::cli::{residue, stdin};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn tokens<const N: usize>(seed: &str) -> [String; N] {
    let mut secrets = Secrets::new(seed);
    std::array::from_fn(|_| secrets.github())
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn any_bytes_are_one_text() {
    let [token] = tokens("raw");
    let report = stdin([], format!("a\n  {token}")).expect(1).report();
    report.expect_gaps(&[]);
    let place = report.finding(&token).in_file("stdin");
    assert_eq!((place.kind(), place.position()), ("file", (2, 3)));
    assert_eq!(report.counted("files"), 1);
    let named = stdin(["--name", "web.log"], token.as_str())
        .expect(1)
        .report();
    named.finding(&token).in_file("web.log");
    stdin([], "").expect(0).report().expect_gaps(&[]);

    let wide = token.encode_utf16().flat_map(u16::to_be_bytes);
    assert!(
        stdin([], wide.collect::<Vec<u8>>())
            .expect(1)
            .report()
            .has(&token)
    );
}

#[test]
fn each_record_is_a_text_of_its_own() {
    let [one, two, three, named] = tokens("records");
    let input = lines(&[
        json!({"content": format!("x\ny {one}"), "origin": "wiki/Deploy"}),
        json!({"origin": {"path": "mail/7", "id": 7}, "content": two, "more": true}),
        json!({"content_base64": STANDARD.encode(format!("\u{0}{three}"))}),
        json!({"content": "nothing", "origin": format!("https://x/{named}")}),
    ]);
    let report = stdin(["--jsonl"], input).expect(1).report();
    report.expect_gaps(&[]);
    assert_eq!(report.counted("files"), 4);
    let place = report.finding(&one).in_file("wiki/Deploy");
    assert_eq!((place.kind(), place.position()), ("file", (2, 3)));
    report.finding(&two).in_file("mail/7");
    report.finding(&three).in_file("line 3");
    assert_eq!(report.finding(&named).places()[0].kind(), "metadata");
}

#[test]
fn records_of_one_name_stay_apart() {
    let [one, two] = tokens("apart");
    // Taken for one text, they would overlap, and only one secret can stand at a place.
    let input = lines(&[
        json!({"content": one, "origin": "same"}),
        json!({"content": two, "origin": "same"}),
        json!({"content": one, "origin": "same"}),
    ]);
    let report = stdin(["--jsonl"], input).expect(1).report();
    assert_eq!(report.finding(&one).paths(), ["same"]);
    assert_eq!(report.finding(&two).paths(), ["same"]);
}

#[test]
fn a_bad_line_is_a_gap_that_does_not_quote_it_and_is_searched_as_it_stands() {
    let [good, bad] = tokens("bad");
    let mut input = format!("{{\"content\": [\"{bad}\"]}}\n{bad}\n\n");
    input += &lines(&[
        json!({"origin": bad}),
        json!({"content": good, "origin": "x"}),
    ]);
    input += &format!("{{\"content\": \"{bad}");
    let run = stdin(["--jsonl"], input).expect(1);
    let report = run.report();
    report.expect_gaps(&["corrupt"]);
    assert!(report.has(&good));
    let told = report.0["coverage"].to_string();
    assert!(!told.contains(&bad), "{told}");
    let places = report.finding(&bad).paths();
    assert_eq!(places, ["line 1", "line 2", "line 4", "line 6"]);
    let gaps = report.0["coverage"]["gaps"].as_array().unwrap();
    let places: Vec<_> = gaps
        .iter()
        .map(|gap| gap["place"].as_str().unwrap())
        .collect();
    let expected = ["line 1", "line 2", "line 4", "line 6"];
    assert_eq!(places, expected.map(|line| format!("stdin, {line}")));
}

#[test]
fn a_line_too_long_to_keep_is_a_gap_and_the_next_is_read() {
    let [token] = tokens("long");
    let mut input = lines(&[json!({"content": "x".repeat(5 << 20)})]);
    input += &lines(&[json!({"content": token, "origin": "next"})]);
    let report = stdin(["--jsonl", "--max-memory", "16MiB"], input)
        .expect(1)
        .report();
    report.expect_gaps(&["limit"]);
    report.finding(&token).in_file("next");
}

#[test]
fn a_stalled_input_ends_in_time_with_what_it_had() {
    let [token] = tokens("stalled");
    let record = lines(&[json!({"content": token, "origin": "x"})]);
    let flags = ["--format", "json", "--show-secrets", "--timeout", "1s"];
    for (form, input) in [(&["stdin"][..], &token), (&["stdin", "--jsonl"], &record)] {
        let begin = Instant::now();
        let args = form.iter().chain(&flags).copied();
        let run = residue(args).start(input.as_str()).end();
        assert!(begin.elapsed() < Duration::from_secs(20));
        let report = run.expect(1).report();
        report.expect_gaps(&["timeout"]);
        assert!(report.has(&token), "{form:?}");
    }
}
