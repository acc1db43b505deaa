//! Outcomes built by hand, for the tests of all formats: one with every kind of place and state,
//! one with nothing, one whose every scanned byte is hostile.

use super::{Format, View};
use crate::model::*;
use std::sync::Arc;

/// A report with everything, under the default policy.
pub(super) fn view() -> View {
    View::new(&outcome(), &Policy::default(), false)
}

/// A report with no findings and no gaps.
pub(super) fn clean_view() -> View {
    let outcome = Outcome {
        findings: Vec::new(),
        coverage: coverage(&[]),
        ..outcome()
    };
    View::new(&outcome, &Policy::default(), false)
}

/// A report on an image that attacks its reader.
pub(super) fn hostile_view() -> View {
    View::new(&hostile(), &Policy::default(), false)
}

/// The text of a report, colours stripped.
pub(super) fn rendered(format: &str, view: &View) -> String {
    let format = Format::from_name(format).unwrap();
    let mut out = anstream::StripStream::new(Vec::new());
    (format.render)(view, &mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

/// The secret of the worst finding.
pub(super) fn secret() -> String {
    ["correct", "horse", "battery", "staple"].join("-")
}

/// The password that another finding is about.
pub(super) const PASSWORD: &str = "hunter2!";

/// Two platforms of one image and a second target; every kind of place and state.
pub(super) fn outcome() -> Outcome {
    Outcome {
        targets: vec![
            target("oci:app:1.2", &["linux/amd64", "linux/arm64"]),
            target("docker-archive:tools.tar", &["linux/amd64"]),
            Target {
                via: None,
                base: Some(String::new()),
                ..target(".", &[])
            },
        ],
        findings: vec![key(), password(), allowed(), doubtful()],
        coverage: coverage(&[
            Shortfall::new(
                Kind::Truncated,
                "oci:app:1.2 (linux/arm64) layer 4 sha256:4444444444444444",
                format!(
                    "the gzip stream ends after 12582912 bytes, near \"{}\"",
                    secret()
                ),
            ),
            Shortfall::new(
                Kind::PlatformAbsent,
                "oci:app:1.2 (windows/amd64)",
                "the index names it, the layout does not hold it",
            ),
        ]),
        identity: Identity::default(),
    }
}

fn target(name: &str, platforms: &[&str]) -> Target {
    let image = |(number, platform): (usize, &&str)| Image {
        name: None,
        platform: Some((*platform).to_owned()),
        digest: Some(digest(70 + number)),
        layers: 6,
    };
    Target {
        name: name.to_owned(),
        images: platforms.iter().enumerate().map(image).collect(),
        via: None,
        base: None,
        is_former: false,
    }
}

fn coverage(shortfalls: &[Shortfall]) -> Coverage {
    let coverage = Coverage::default();
    for (counter, number) in Counter::ALL
        .into_iter()
        .zip([3, 14, 9, 0, 0, 31_204, 1_288_490_188])
    {
        coverage.count(counter, number);
    }
    for shortfall in shortfalls {
        coverage.record(shortfall.clone());
    }
    coverage
}

fn digest(number: usize) -> String {
    format!("sha256:{}", format!("{number:02}").repeat(32))
}

/// A layer with its instruction.
fn layer(index: usize, instruction: &str) -> LayerPlace {
    LayerPlace {
        index,
        digest: digest(10 + index).into(),
        diff_id: Some(digest(40 + index).into()),
        instruction: Some(instruction.into()),
    }
}

fn in_layer(path: &str, layer: LayerPlace, state: State) -> Place {
    Place {
        target: "oci:app:1.2".into(),
        platform: Some("linux/amd64".into()),
        kind: Where::File,
        path: path.as_bytes().into(),
        member: None,
        layer: Some(layer),
        state: Some(state),
        raw: false,
        commits: None,
        package: None,
        built_by: Some(BuildLine {
            file: "Dockerfile".into(),
            line: 7,
        }),
        kinship: Kinship::NONE,
    }
}

fn in_document(kind: Where, pointer: &str) -> Place {
    Place {
        target: "oci:app:1.2".into(),
        platform: Some("linux/arm64".into()),
        kind,
        path: pointer.as_bytes().into(),
        member: None,
        layer: None,
        state: None,
        raw: false,
        commits: None,
        package: None,
        built_by: None,
        kinship: Kinship::NONE,
    }
}

fn at(place: Place, line: u64, column: u64) -> Occurrence {
    let position = Position {
        offset: 0,
        line,
        column,
    };
    Occurrence::new(place, position)
}

/// A place in the history of a repository.
fn in_history(kind: Where, path: &str, commits: Commits) -> Place {
    Place {
        commits: Some(Arc::new(commits)),
        ..Place::new(".".into(), kind, path.as_bytes().into())
    }
}

/// The commit with this digit all over its name, whose message ends like this.
fn commit(digit: u8, summary: &str) -> Commit {
    Commit {
        id: object(digit),
        author: (*b"Ada Example").into(),
        email: (*b"ada@example.com").into(),
        time: 1_700_000_000 + i64::from(digit) * 86_400,
        summary: summary.as_bytes().into(),
    }
}

fn object(digit: u8) -> ObjectId {
    ObjectId::new(&[digit * 0x11; 20]).unwrap()
}

/// A secret that a commit brought and another one may have removed.
fn commits(removed: Option<Commit>) -> Commits {
    Commits {
        object: object(7),
        introduced: Some(commit(1, &format!("Use {} for now", secret()))),
        at_head: removed.is_none(),
        removed,
        refs: [
            "refs/heads/main",
            "refs/heads/next",
            "refs/tags/v1",
            "refs/tags/v2",
        ]
        .map(str::to_owned)
        .to_vec(),
        more_refs: 3,
    }
}

/// A package of dpkg that is public.
fn package(name: &str, version: &str) -> Arc<Package> {
    Arc::new(Package {
        name: name.into(),
        version: Some(version.into()),
        ecosystem: Ecosystem::Dpkg,
        is_public: true,
    })
}

/// A key in every kind of place.
fn key() -> Finding {
    let copy = "COPY .env /app/ # buildkit";
    let remove = format!(
        "RUN /bin/sh -c rm /app/.env && curl -H {} \t x # buildkit",
        secret()
    );
    let mut occurrences = vec![
        at(
            in_layer(
                "app/.env",
                layer(2, copy),
                State::Deleted(layer(5, &remove)),
            ),
            12,
            9,
        ),
        at(
            in_layer(
                "etc/app.conf",
                layer(3, "/bin/sh -c #(nop) ADD file:ab12 in /etc/ "),
                State::Overwritten(layer(4, "/bin/sh -c sed -i s/a/b/ /etc/app.conf")),
            ),
            1,
            1,
        ),
        at(
            in_layer(
                &format!("srv/{}.json", secret()),
                layer(4, "COPY srv /srv"),
                State::Present,
            ),
            3,
            14,
        ),
    ];
    occurrences[1].place.package = Some(package("app-common", "1.2-3"));
    occurrences[1].encodings = vec!["base64".into(), "gzip".into()];
    occurrences[2].place.kind = Where::Metadata;
    occurrences.extend([
        at(in_document(Where::Config, "config.Env[3]"), 1, 8),
        at(in_document(Where::History, "history[2].created_by"), 1, 20),
        at(
            in_document(Where::Attestation, "predicate.buildDefinition.args"),
            7,
            3,
        ),
        at(
            in_history(
                Where::File,
                "app/.env",
                commits(Some(commit(2, "Remove it"))),
            ),
            12,
            9,
        ),
        at(in_history(Where::File, "deploy.sh", commits(None)), 3, 5),
        at(
            in_history(Where::Message, &object(1).to_string(), commits(None)),
            1,
            5,
        ),
    ]);
    Finding {
        fingerprint: Identity::default().fingerprint(secret().as_bytes()),
        rule: "aws-secret-access-key".to_owned(),
        title: "AWS access key pair".to_owned(),
        severity: Severity::Critical,
        confidence: Confidence::Confirmed,
        is_example: false,
        reasons: vec![
            "The key id decodes to a valid account number.".to_owned(),
            "A key id stands 1 line above; both belong together, which nothing but a real pair or \
             a careful copy of one does."
                .to_owned(),
        ],
        aliases: vec!["generic-api-key".to_owned()],
        secret: Secret::new(secret().as_bytes()),
        written: Vec::new(),
        parts: vec![Part {
            name: "access-key-id".to_owned(),
            value: Secret::new(["AKIA", "EXAMPLE0EXAMPLE0"].concat().as_bytes()),
        }],
        key_pair: None,
        remediation: "Deactivate the key in IAM, create a new one for what still needs it, and \
                      search CloudTrail for calls made with the old one."
            .to_owned(),
        reference: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/".to_owned()),
        occurrences,
        change: None,
        known: false,
    }
}

/// A password in more places than a person wants to read, in another target.
fn password() -> Finding {
    let place = |number: usize| {
        let path = format!("opt/site-{number:02}/wp-config.php");
        let mut place = in_layer(&path, layer(1, "COPY . /opt"), State::Present);
        place.target = "docker-archive:tools.tar".into();
        at(place, 40, 24)
    };
    let mut occurrences: Vec<Occurrence> = (0..14).map(place).collect();
    occurrences[13].suppression = Some(Arc::new(Suppression {
        kind: SuppressionKind::Inline,
        source: Spelling::Gitleaks.name().to_owned(),
        reason: String::new(),
        owner: None,
        until: None,
    }));
    Finding {
        fingerprint: Identity::default().fingerprint(PASSWORD.as_bytes()),
        rule: "generic-password".to_owned(),
        title: "Assigned password".to_owned(),
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        is_example: false,
        reasons: vec!["Assigned to a name that says password.".to_owned()],
        aliases: Vec::new(),
        secret: Secret::new(PASSWORD.as_bytes()),
        written: Vec::new(),
        parts: Vec::new(),
        key_pair: None,
        remediation: String::new(),
        reference: None,
        occurrences,
        change: None,
        known: false,
    }
}

/// A finding that somebody accepted, with a reason that says too much; one of its places is in the
/// other target.
fn allowed() -> Finding {
    let accepted = Arc::new(Suppression {
        kind: SuppressionKind::Ignore,
        source: ".residueignore:3".to_owned(),
        reason: format!("never mind \x1b[1m{}", secret()),
        owner: Some("payments".to_owned()),
        until: "2027-06-30".parse().ok(),
    });
    let mut finding = password();
    finding.fingerprint = Identity::default().fingerprint(b"accepted-risk!");
    finding.secret = Secret::new(b"accepted-risk!");
    finding.occurrences.truncate(2);
    finding.occurrences[0].place.target = "oci:app:1.2".into();
    for place in &mut finding.occurrences {
        place.suppression = Some(Arc::clone(&accepted));
    }
    finding
}

/// Below the default confidence.
fn doubtful() -> Finding {
    Finding {
        severity: Severity::Low,
        confidence: Confidence::Low,
        rule: "generic-api-key".to_owned(),
        title: "Assigned key".to_owned(),
        secret: Secret::new(b"hidden-but-real"),
        fingerprint: Identity::default().fingerprint(b"hidden-but-real"),
        ..password()
    }
}

/// The public half of a key, held by a certificate that says this everywhere.
fn key_pair(text: &str) -> KeyPair {
    let certificate = Certificate {
        subject: text.to_owned(),
        names: vec![text.to_owned()],
        issuer: text.to_owned(),
        expires: "2027-06-30".parse().ok(),
        is_expired: true,
        is_long_over: false,
        is_endless: false,
        is_self_signed: false,
    };
    let holders = [
        Holder::Certificate(certificate),
        Holder::Bare(text.to_owned()),
    ];
    KeyPair {
        public: PublicKey {
            spki: [7; 32],
            ssh: None,
            holder: None,
        },
        held: holders
            .map(|holder| (text.to_owned(), Arc::new(holder)))
            .to_vec(),
    }
}

/// An image whose paths, instructions and errors try to leak, to steer and to lie.
pub(super) fn hostile() -> Outcome {
    let steer = format!(
        "\x1b[2J\u{202e}x\n::add-mask::{0}\n##[set-output]{0} hidden-but-real {1}",
        secret(),
        "w".repeat(80)
    );
    let mut path = b"caf\xe9/\x1b]0;title\x07/../".to_vec();
    path.extend_from_slice(secret().as_bytes());
    let mut place = in_layer("", layer(0, &steer), State::Deleted(layer(1, &steer)));
    place.path = Arc::from(path);
    place.package = Some(package(&steer, &secret()));
    let mut finding = Finding {
        reasons: vec![format!("{} ::add-mask::x", "r".repeat(85)), steer.clone()],
        key_pair: Some(key_pair(&steer)),
        occurrences: vec![at(place, 1, 1)],
        ..key()
    };
    finding.title.push_str("\x1b[0m");
    Outcome {
        findings: vec![finding, doubtful()],
        coverage: coverage(&[Shortfall::new(Kind::Corrupt, steer.clone(), steer)]),
        ..outcome()
    }
}
