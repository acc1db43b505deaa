//! A structured file that its parser refuses is searched like any other, and no message quotes it.

mod kit;

use kit::cli::{put, residue, text};
use kit::{Run, Secrets};

/// Files of formats that something reads, each broken at or around the token.
fn broken(token: &str) -> [(&'static str, String); 12] {
    [
        (
            "deployment.yaml",
            format!("apiVersion: v1\nkind: Pod\nspec:\n\t- token: {token}\n  bad: [{token}\n"),
        ),
        (
            "compose.yaml",
            format!(
                "services:\n  app:\n    image: a\n    environment:\n      T: {token}\n   x: {{{token}\n"
            ),
        ),
        (
            "workflow.yml",
            format!("jobs:\n  a:\n    runs-on: x\n    env: &a {{T: {token}, <<: *{token}\n"),
        ),
        (
            ".gitlab-ci.yml",
            format!("a:\n  script:\n  - \"{token}\n  - 'b: {token}\nscript:\n\t%{token}\n"),
        ),
        (
            "Dockerfile",
            format!("FROM a\nRUN --mount={token} <<EOF\nENV T={token}\nFOO [\"{token}\n"),
        ),
        (
            "app.service",
            format!("[Service]\nEnvironment={token}\n[{token}\n"),
        ),
        (
            ".docker/config.json",
            format!("{{\"auths\": {{\"a.dev\": {{\"auth\": \"{token}\", {token}}}"),
        ),
        (
            "terraform.tfstate",
            format!("{{\"version\": \"{token}\", \"resources\": [{{\"token\": \"{token}\""),
        ),
        (
            "account.json",
            format!("{{\"type\": \"service_account\", \"private_key_id\": \"{token}\",,}}"),
        ),
        (
            "lib/apk/db/installed",
            format!("P:{token}\nZ:Q1{token}\nF:..\n"),
        ),
        (
            "x-1.dist-info/RECORD",
            format!("{token},sha256={token},{token}\n\"{token}"),
        ),
        (
            ".cargo-checksum.json",
            format!("{{\"files\": {{\"{token}\": 7}}, \"package\": \"{token}\""),
        ),
    ]
}

/// Nothing that a run says, wherever, holds the token.
#[track_caller]
fn expect_silence(run: &Run, token: &str, name: &str) {
    for said in [run.text(), run.stderr.clone()] {
        assert!(!said.contains(token), "{name}: {said}");
    }
}

#[test]
fn the_secret_is_found_and_no_message_quotes_it() {
    for (index, (name, _)) in broken("").into_iter().enumerate() {
        let token = Secrets::new(name).github();
        let folder = tempfile::tempdir().expect("a folder");
        put(&folder, name, &broken(&token)[index].1);
        for format in ["human", "json", "sarif"] {
            let run = residue(["dir", "--format", format, text(folder.path())]).run();
            expect_silence(&run, &token, name);
            assert!(run.expect(1).text().contains("github-pat"), "{name}");
        }
        let fix = residue(["fix", "--dry-run", text(folder.path())]).run();
        expect_silence(&fix, &token, name);
    }
}

#[test]
fn settings_of_our_own_are_refused_without_a_quotation() {
    let token = Secrets::new("settings").github();
    for (name, content) in [
        (".residue.toml", format!("token = {token}\n")),
        (".residue.toml", format!("[{token}]\n\"{token}\" = 1\n")),
        (
            ".gitleaks.toml",
            format!("[[rules]]\nid = \"a\"\nregex = \"({token}\"\n"),
        ),
        (
            ".residueignore",
            format!("rule:{token} until:{token}\n{token}\n"),
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        put(&folder, name, content);
        let run = residue(["dir", text(folder.path())]).run();
        expect_silence(&run, &token, name);
    }
}
