//! Many images in one run: lists, tags, whole registries. Each is looked up, told apart in the report,
//! and what they share is read once.

#![allow(
    clippy::unwrap_used,
    reason = "a registry that does not start is a failed test"
)]

mod kit;

use kit::cli::{Residue, image, residue, text, written};
use kit::engine::available;
use kit::fake::{Answer, Fake, Request};
use kit::registry::Real;
use kit::{Bundle, Image, Index, Layer, Report, Secrets};
use std::fs;

/// `residue audit` with a report that can be asked for plain secrets.
fn audit(target: &str) -> Residue {
    residue(["audit", "--format", "json", "--show-secrets", target])
}

/// Three tags on one base: each leaks a token of its own, and the base one that all have.
struct Line {
    base: String,
    own: [String; 3],
}

impl Line {
    const TAGS: [&str; 3] = ["1.0", "1.1", "2.0"];

    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        Self {
            base: secrets.github(),
            own: [secrets.github(), secrets.github(), secrets.github()],
        }
    }

    fn layout(&self) -> Bundle {
        let base = Layer::new().file("etc/base", self.base.as_str());
        let images = self.own.iter().map(|own| {
            Image::new()
                .layer("ADD base /", &base)
                .layer("COPY app /", &Layer::new().file("app/own", own.as_str()))
        });
        let tagged = Self::TAGS.into_iter().zip(images);
        let index = tagged.fold(Index::new(), |index, (tag, image)| {
            index.tagged(tag, &image)
        });
        index.layout()
    }

    /// Which of its own tokens a report has.
    fn told(&self, report: &Report) -> [bool; 3] {
        [0, 1, 2].map(|number| report.has(&self.own[number]))
    }
}

/// The names of the targets of a report.
fn targets(report: &Report) -> Vec<&str> {
    let targets = report.0["targets"].as_array().unwrap().iter();
    targets
        .map(|target| target["name"].as_str().unwrap())
        .collect()
}

/// A page of a list, and where the next one is.
fn page(body: &str, next: Option<&str>) -> Option<Answer> {
    let answer = Answer::ok(body);
    Some(match next {
        Some(next) => answer.header("Link", &format!("<{next}>; rel=\"next\"")),
        None => answer,
    })
}

/// Lists the tags of a [`Line`] on two pages.
fn in_pages(request: &Request) -> Option<Answer> {
    let (path, query) = request.path.split_once('?')?;
    let is_last = query.contains("last=1.1");
    match (path.ends_with("/tags/list"), is_last) {
        (true, false) => page(
            r#"{"name":"a","tags":["1.1","2.0"]}"#,
            Some("http://169.254.1.1/elsewhere?last=1.1&n=2"),
        ),
        (true, true) => page(r#"{"name":"a","tags":["1.0"]}"#, None),
        (false, _) => None,
    }
}

#[test]
fn a_list_names_images_and_its_wrong_lines_are_refused_by_number() {
    let line = Line::new("list");
    let dir = written(&line.layout());
    let layout = text(dir.path());
    let list = dir.path().join("fleet.txt");
    let content = format!("# the fleet\noci:{layout}:1.0\n\noci:{layout}:2.0 # newest\n");
    fs::write(&list, &content).unwrap();

    let first = format!("oci:{layout}:1.1");
    let named = image([first.as_str(), "--from-file", text(&list)]).run();
    let report = named.expect(1).report();
    assert_eq!(line.told(&report), [true; 3]);
    assert_eq!(targets(&report).len(), 3);
    assert_eq!(report.counted("layers"), 4);
    let piped = image(["--from-file", "-"]).stdin(content).run();
    assert_eq!(line.told(&piped.expect(1).report()), [true, false, true]);

    fs::write(&list, "alpine\n\noci:/no/such\n").unwrap();
    let run = image(["--from-file", text(&list)]).run().expect(2);
    assert!(run.stderr.contains("fleet.txt:3: "), "{}", run.stderr);
    for (list, word) in [
        ("# none\n", "names no image"),
        ("-\n", "standard input:1: `-`"),
    ] {
        let run = image(["--from-file", "-"]).stdin(list).run().expect(2);
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
    let run = image(["-", "--from-file", "-"]).stdin("").run().expect(2);
    assert!(
        run.stderr.contains("standard input is either"),
        "{}",
        run.stderr
    );
    image(["--from-file", "/no/such/list"]).run().expect(2);
}

#[test]
fn tags_are_listed_page_by_page_and_chosen_by_a_pattern() {
    let line = Line::new("tags");
    let registry = Fake::serving(&line.layout(), in_pages);
    for (target, flags, expected) in [
        (registry.target("a"), vec!["--all-tags"], [true; 3]),
        (registry.target("a:1.*"), vec![], [true, true, false]),
        (registry.target("a:{1.0,2.?}"), vec![], [true, false, true]),
        (format!("{}/a:*", registry.host), vec![], [true; 3]),
    ] {
        let run = image([target.as_str()].into_iter().chain(flags)).run();
        let report = run.expect(1).report();
        report.expect_gaps(&[]);
        assert_eq!(line.told(&report), expected, "{target}");
        let tags = targets(&report);
        assert!(tags.is_sorted() && tags.len() == expected.iter().filter(|one| **one).count());
    }
    // Each blob once for each of the four runs, and nothing from where the link pointed.
    let base = registry.asked();
    let base = base
        .iter()
        .filter(|request| request.path.contains("/blobs/"));
    let most = base.map(|request| request.before + 1).max();
    assert_eq!(most, Some(4));
}

#[test]
fn what_no_tag_fits_and_what_is_no_repository_is_told() {
    let registry = Fake::serving(&Line::new("none").layout(), in_pages);
    let run = image([registry.target("a:9.*").as_str()]).run().expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(
        run.text().contains("there are: 1.0, 1.1, 2.0"),
        "{}",
        run.text()
    );
    for target in ["oci:x", "docker://app:1", "docker-daemon:app"] {
        image([target, "--all-tags"]).run().expect(2);
    }
    let run = image(["docker://app:[1"]).run().expect(2);
    assert!(run.stderr.contains("no pattern"), "{}", run.stderr);
}

#[test]
fn lists_that_break_off_or_never_end_are_gaps_and_lose_no_image() {
    let line = Line::new("broken");
    let first = r#"{"tags":["1.0"]}"#;
    let circle = |request: &Request| match request.path.contains("/tags/list") {
        true => page(first, Some("/v2/a/tags/list?last=1.0")),
        false => None,
    };
    let cut = move |request: &Request| match request.path.contains("last=1.0") {
        true => Some(Answer::status(403)),
        false => circle(request),
    };
    let html = move |request: &Request| match request.path.contains("last=1.0") {
        true => page("<html>", None),
        false => circle(request),
    };
    let layout = line.layout();
    let registries = [
        (Fake::serving(&layout, circle), "back to the same page"),
        (Fake::serving(&layout, cut), "refuses access"),
        (
            Fake::serving(&layout, html),
            "does not answer like a registry",
        ),
    ];
    for (registry, word) in registries {
        let run = image([registry.target("a").as_str(), "--all-tags"]).run();
        let report = run.incomplete();
        report.expect_gaps(&["target"]);
        assert_eq!(line.told(&report), [true, false, false]);
        assert!(run.text().contains(word), "{}", run.text());
    }
}

#[test]
fn an_audit_scans_every_tag_of_every_repository_below_the_prefix() {
    let line = Line::new("audit");
    let registry = Fake::serving(&line.layout(), |request| {
        let (path, query) = request.path.split_once('?')?;
        match path {
            "/v2/_catalog" if query.contains("last=b") => {
                page(r#"{"repositories":["team/a","teamwork"]}"#, None)
            }
            "/v2/_catalog" => page(
                r#"{"repositories":["b","Bad Name"]}"#,
                Some("/v2/_catalog?last=b&n=2"),
            ),
            "/v2/team/a/tags/list" => page(r#"{"tags":["1.0"]}"#, None),
            "/v2/b/tags/list" => page(r#"{"tags":["2.0","1.1"]}"#, None),
            _ => page(r#"{"tags":null}"#, None),
        }
    });
    let report = audit(&registry.host).run().expect(1).report();
    assert_eq!(line.told(&report), [true; 3]);
    let expected = ["b:1.1", "b:2.0", "team/a:1.0"].map(|name| format!("{}/{name}", registry.host));
    assert_eq!(targets(&report), expected);
    report.expect_gaps(&["corrupt"]);

    let report = audit(&format!("{}/team", registry.host))
        .run()
        .expect(1)
        .report();
    assert_eq!(line.told(&report), [true, false, false]);
    report.expect_gaps(&[]);
    let run = audit(&format!("{}/none", registry.host)).run().expect(3);
    assert!(run.text().contains("no such repository"), "{}", run.text());
}

#[test]
fn a_registry_that_refuses_its_catalog_is_a_gap_that_says_what_to_do() {
    for status in [401, 403, 404, 405] {
        let layout = Line::new("refused").layout();
        let registry = Fake::serving(&layout, move |request| {
            let is_catalog = request.path.starts_with("/v2/_catalog");
            is_catalog.then(|| Answer::status(status))
        });
        let run = audit(&registry.host).run().expect(3);
        run.report().expect_gaps(&["target"]);
        assert!(run.text().contains("--all-tags"), "{}", run.text());
    }
    for target in ["team", "ghcr.io/Team"] {
        audit(target).run().expect(2);
    }
}

#[test]
fn a_real_registry_is_audited() {
    if !available(&["docker-registry", "skopeo"]) {
        return;
    }
    let line = Line::new("real");
    let dir = written(&line.layout());
    let registry = Real::start("", "");
    for tag in Line::TAGS {
        let name = format!(
            "team/{}:{tag}",
            &tag[..1].replace('1', "one").replace('2', "two")
        );
        registry.push(dir.path(), tag, &name, &["--dest-tls-verify=false"]);
    }
    let report = audit(&registry.host).run().expect(1).report();
    report.expect_gaps(&[]);
    assert_eq!(line.told(&report), [true; 3]);
    assert_eq!(report.counted("layers"), 4);
    let one = audit(&format!("{}/team/two", registry.host)).run();
    assert_eq!(line.told(&one.expect(1).report()), [false, false, true]);
}
