//! Files and addresses with a syntax of their own.

use crate::{Case, made};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PASSWORDS: &[&str] = &[
    "{password}",
    "{base62:24}",
    "{lower:7}{digits:2}",
    "tulips-in-may",
];

const PLAIN: &[&str] = &[
    "machine git.acme.internal login deploy password @@\n",
    "machine git.acme.internal\n  login deploy\n  password @@\n",
    "default login deploy password @@\n",
    "db.acme.internal:5432:app:app:@@\n",
    "*:*:*:app:@@\n",
    "//registry.acme.internal/:_authToken=@@\n",
    "//npm.pkg.acme.internal/:_authToken=\"@@\"\n",
    "[pypi]\nusername = deploy\npassword = @@\n",
    "[distutils]\nindex-servers =\n    acme\n\n[acme]\nrepository: https://pypi.acme.internal\nusername: deploy\npassword: @@\n",
    "[client]\nuser=root\npassword=@@\n",
    "[client]\nuser = root\npassword = \"@@\"\n",
    "<server>\n  <id>nexus</id>\n  <username>deploy</username>\n  <password>@@</password>\n</server>",
    "<add key=\"ClearTextPassword\" value=\"@@\" />",
];

/// Bytes that a URL escapes are escaped.
const URLS: &[&str] = &[
    "https://deploy:@@@git.acme.internal\n",
    "https://deploy:@@@git.acme.internal/app.git",
    "DATABASE_URL=postgres://app:@@@db.acme.internal:5432/app\n",
    "DATABASE_URL=\"postgresql://app:@@@db/app?sslmode=require\"\n",
    "mysql://root:@@@10.0.0.7/app",
    "mongodb+srv://app:@@@cluster0.acme.mongodb.net/test",
    "redis://:@@@cache:6379/0",
    "\"amqp://svc:@@@mq:5672/vhost\"",
    "http_proxy=http://build:@@@proxy.acme.internal:3128\n",
    "ftp://backup:@@@10.0.0.9/dumps",
    "pip install --index-url https://ci:@@@pypi.acme.internal/simple app",
    "git clone https://ci:@@@gitlab.acme.internal/group/app.git\n",
    "jdbc:postgresql://db.acme.internal:5432/app?user=app&password=@@",
    "\"url\": \"smtp://mailer:@@@smtp.acme.internal:587\"",
];

/// Base64 of `user:password`.
const BASIC: &[&str] = &[
    "{\"auths\":{\"registry.acme.internal\":{\"auth\":\"@@\"}}}",
    "{\n\t\"auths\": {\n\t\t\"https://index.docker.io/v1/\": {\n\t\t\t\"auth\": \"@@\"\n\t\t}\n\t}\n}",
    "_auth=@@\n",
    "//npm.acme.internal/:_auth=@@\n",
    "Authorization: Basic @@\r\n",
    "curl -H \"Authorization: Basic @@\" https://api.acme.internal/\n",
    "proxy_set_header Authorization \"Basic @@\";",
];

/// Secrets of one kind of place.
const PAIRS: &[(&str, &str)] = &[
    ("  user:\n    token: @@\n", "{jwt}"),
    (
        "users:\n- name: admin\n  user:\n    token: @@\n",
        "{base62:40}",
    ),
    ("root:@@:19700:0:99999:7:::\n", "$6${alnum:16}${base62:86}"),
    (
        "app:@@:19700:0:99999:7:::\n",
        "$y$j9T${base62:22}${base62:43}",
    ),
    ("admin:@@\n", "$apr1${alnum:8}${base62:22}"),
    ("admin:@@\n", "$2y$10${base62:53}"),
    ("[default]\naws_secret_access_key = @@\n", "{b64:40}"),
    ("AWS_SECRET_ACCESS_KEY=@@\n", "{b64:40}"),
    ("ENV AWS_SECRET_ACCESS_KEY=@@\n", "{b64:40}"),
    ("\"identitytoken\": \"@@\"", "{b64u:60}"),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, password) in PASSWORDS.iter().enumerate() {
        for (index, place) in PLAIN.iter().chain(URLS).chain(BASIC).enumerate() {
            let secret = made(password, kind * 1000 + index);
            cases.push(Case::written_as(place, &secret, written(place, &secret)));
        }
    }
    for (index, (place, template)) in PAIRS.iter().enumerate() {
        cases.push(Case::new(place, &made(template, index)));
    }
    cases
}

fn written(place: &str, secret: &str) -> String {
    match place {
        place if BASIC.contains(&place) => STANDARD.encode(format!("deploy:{secret}")),
        place if URLS.contains(&place) => percent_encoded(secret),
        _ => secret.to_owned(),
    }
}

fn percent_encoded(secret: &str) -> String {
    let escaped = |c: char| match c {
        '!' | '@' | '#' | '+' | '*' | '/' => format!("%{:02X}", u32::from(c)),
        _ => c.to_string(),
    };
    secret.chars().map(escaped).collect()
}
