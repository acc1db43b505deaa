//! A token server that a real registry believes (Docker's token authentication).

use super::authority::{Authority, Certified};
use super::cli::text;
use super::engine::run;
use super::fake::{Answer, Fake, Request};
use super::{Bundle, Index};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who speaks for whom, in the registry's configuration and in every token.
const NAME: &str = "test";

/// The server.
pub struct TokenServer {
    server: Fake,
    authority: String,
}

impl TokenServer {
    /// One that gives whoever logs in as `login`, `user:password`, what is asked for.
    pub fn start(authority: &Authority, login: &str) -> Self {
        let signer = authority.issue("signer");
        let expected = format!("Basic {}", BASE64.encode(login.as_bytes()));
        let nothing: Bundle = Index::new().layout();
        let server = Fake::serving(&nothing, move |request| {
            Some(match request.authorization() == Some(&expected) {
                true => Answer::ok(json!({ "token": token(&signer, request) }).to_string()),
                false => Answer::status(401),
            })
        });
        Self {
            server,
            authority: authority.file(),
        }
    }

    /// The `auth` section of a registry that asks for its tokens.
    pub fn section(&self) -> String {
        format!(
            "auth:\n  token:\n    realm: http://{}/token\n    service: {NAME}\n    issuer: {NAME}\n    \
             rootcertbundle: {}\n",
            self.server.host, self.authority
        )
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<Request> {
        self.server.asked()
    }
}

/// A signed token for what a request asks (RFC 7515, 7519).
fn token(signer: &Certified, request: &Request) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = now.as_secs();
    let access: Vec<Value> = scopes(&request.path).collect();
    let claims = json!({
        "iss": NAME, "aud": NAME, "sub": "me", "jti": now.to_string(),
        "iat": now, "nbf": now - 10, "exp": now + 300, "access": access,
    });
    let der = run(
        "openssl",
        &["x509", "-in", &signer.certificate, "-outform", "DER"],
    );
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5c": [BASE64.encode(&der)] });
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &signed).unwrap();
    let sign = ["dgst", "-sha256", "-sign", &signer.key, text(file.path())];
    format!(
        "{signed}.{}",
        BASE64URL_NOPAD.encode(&run("openssl", &sign))
    )
}

/// What the `scope` fields of a request ask for: `repository:NAME:pull,push`.
fn scopes(path: &str) -> impl Iterator<Item = Value> {
    let fields = path.split(['?', '&']);
    let scopes = fields.filter_map(|field| field.strip_prefix("scope="));
    scopes.filter_map(|scope| {
        let scope = scope
            .replace("%3A", ":")
            .replace("%2F", "/")
            .replace("%2C", ",");
        let parts: Vec<&str> = scope.split(':').collect();
        let [kind, name, actions] = parts[..] else {
            return None;
        };
        let actions: Vec<&str> = actions.split(',').collect();
        Some(json!({ "type": kind, "name": name, "actions": actions }))
    })
}
