//! The files in which programs keep each other's credentials: each with a fresh secret, which is found
//! by the rule that is meant for it, at its line and column, in one scan of them all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use kit::cli::{dir, put, text};
use residue::ruleset::template;

/// The file, the rule, and the text: the secret stands in `«»`, what else is generated in `‹›`, both as
/// templates of rules.
const FILES: &[(&str, &str, &str)] = &[
    (
        ".aws/credentials",
        "aws-secret-access-key",
        "[default]\naws_access_key_id = ‹AKIA{base32:16}›\naws_secret_access_key = «{b64:40}»\n",
    ),
    (
        ".config/gcloud/application_default_credentials.json",
        "gcp-application-default-credentials",
        "{\n  \"client_id\": \"‹{digits:12}›-‹{lan:32}›.apps.googleusercontent.com\",\n  \"client_secret\": \"‹GOCSPX-{b64u:28}›\",\n  \"refresh_token\": \"«1//0{b64u:90}»\",\n  \"type\": \"authorized_user\"\n}\n",
    ),
    (
        ".azure/service_principal_entries.json",
        "azure-client-secret",
        "[{\"client_id\": \"‹{uuid}›\", \"tenant\": \"‹{uuid}›\",\n  \"client_secret\": \"«{base62:3}8Q~{base62:34}»\"}]\n",
    ),
    (
        ".kube/config",
        "kubeconfig-token",
        "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: «{base62:40}»\n",
    ),
    (
        "chart/values.yaml",
        "generic-secret-quoted",
        "postgresql:\n  auth:\n    username: app\n    postgresPassword: \"«{password}»\"\n",
    ),
    (
        "terraform.tfstate",
        "generic-secret-quoted",
        "{\"resources\": [{\"type\": \"aws_db_instance\", \"instances\": [{\n  \"attributes\": {\n    \"username\": \"app\",\n    \"password\": \"«{base62:24}»\"\n}}]}]}\n",
    ),
    (
        "prod.tfvars",
        "digitalocean-token",
        "region = \"ams3\"\ndo_token = \"«dop_v1_{hex:64}»\"\n",
    ),
    (
        "compose.yaml",
        "generic-secret-bare",
        "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: «{base62:20}»\n",
    ),
    (
        ".env",
        "stripe-secret-key",
        "# shop\r\nPORT=8080\r\nexport STRIPE_KEY='«sk_live_{base62:24}»' # console\r\n",
    ),
    (
        "application.properties",
        "generic-secret-bare",
        "spring.datasource.username=app\nspring.datasource.password=«{base62:20}»\n",
    ),
    (
        "appsettings.json",
        "connection-string-password",
        "{\"ConnectionStrings\": {\n  \"Default\": \"Server=db.acme.internal;Database=app;User Id=sa;Password=«{base62:20}»;Encrypt=True\"\n}}\n",
    ),
    (
        "config/master.env",
        "generic-secret-bare",
        "RAILS_ENV=production\nRAILS_MASTER_KEY=«{hex:32}»\n",
    ),
    (
        "laravel.env",
        "laravel-app-key",
        "APP_NAME=shop\nAPP_KEY=base64:«{b64:42}A=»\n",
    ),
    (
        "settings.py",
        "django-insecure-key",
        "DEBUG = False\nSECRET_KEY = '«django-insecure-{lan:50}»'\n",
    ),
    (
        "wp-config.php",
        "wordpress-database-password",
        "<?php\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '«{base62:20}»' );\n",
    ),
    (
        ".m2/settings.xml",
        "generic-secret-bare",
        "<settings><servers><server>\n  <id>releases</id>\n  <username>ci</username>\n  <password>«{base62:20}»</password>\n</server></servers></settings>\n",
    ),
    (
        "gradle.properties",
        "generic-secret-bare",
        "signing.keyId=24875D73\nsigning.password=«{base62:20}»\n",
    ),
    (
        "NuGet.config",
        "generic-secret-named",
        "<configuration><packageSourceCredentials><acme>\n  <add key=\"Username\" value=\"ci\" />\n  <add key=\"ClearTextPassword\" value=\"«{base62:20}»\" />\n</acme></packageSourceCredentials></configuration>\n",
    ),
    (
        "auth.json",
        "composer-token",
        "{\n  \"gitlab-token\": {\n    \"gitlab.acme.internal\": \"«{base62:26}»\"\n  }\n}\n",
    ),
    (
        ".bundle/config",
        "bundler-gem-credentials",
        "---\nBUNDLE_GEMS__ACME__INTERNAL: \"ci:«{base62:20}»\"\n",
    ),
    (
        ".gem/credentials",
        "rubygems-api-key",
        "---\n:rubygems_api_key: «rubygems_{hex:48}»\n",
    ),
    (
        "pip.conf",
        "url-password",
        "[global]\nindex-url = https://ci:«{base62:20}»@pypi.acme.internal/simple\n",
    ),
    (
        ".condarc",
        "url-password",
        "channels:\n  - https://ci:«{base62:20}»@conda.acme.internal/main\n",
    ),
    (
        ".bash_history",
        "curl-user-password",
        "ls -la\ncurl -u deploy:«{base62:20}» https://nexus.acme.internal/repository/x\n",
    ),
    (
        ".zsh_history",
        "mysql-command-password",
        ": 1767225600:0;mysql -h db -u root -p«{base62:20}» app\n",
    ),
    (".ssh/id_ed25519", "private-key", "«{pem:openssh}»\n"),
    ("key.ppk", "putty-private-key", "«{pem:putty}»\n"),
    ("backup.asc", "pgp-private-key", "«{pem:pgp}»\n"),
    (
        "wg0.conf",
        "wireguard-private-key",
        "[Interface]\nAddress = 10.0.0.2/32\nPrivateKey = «{b64:42}A=»\n",
    ),
    (
        "client.ovpn",
        "private-key",
        "client\nremote vpn.acme.internal 1194\n<key>\n«{pem:pkcs8}»\n</key>\n",
    ),
    (
        "vault-init.txt",
        "vault-unseal-key",
        "Unseal Key 1: «{b64:43}=»\n",
    ),
    (
        "keys.txt",
        "age-secret-key",
        "# created: 2026-01-01T00:00:00Z\n«AGE-SECRET-KEY-1{bech32:58}»\n",
    ),
    (
        "dump.sql",
        "sql-password",
        "CREATE DATABASE app;\nCREATE USER 'app'@'%' IDENTIFIED BY '«{base62:20}»';\n",
    ),
    (
        ".github/workflows/ci.yml",
        "npm-access-token",
        "jobs:\n  publish:\n    env:\n      NODE_AUTH_TOKEN: «npm_{base62:30}{crc32}»\n",
    ),
    (
        ".gitlab-ci.yml",
        "dockerhub-pat",
        "variables:\n  DOCKER_AUTH: \"«dckr_pat_{b64u:27}»\"\n",
    ),
    (
        ".circleci/config.yml",
        "generic-secret-bare",
        "jobs:\n  build:\n    environment:\n      DEPLOY_PASSWORD: «{base62:20}»\n",
    ),
    (
        "Jenkinsfile",
        "generic-secret-quoted",
        "pipeline {\n  environment {\n    DB_PASSWORD = '«{base62:20}»'\n  }\n}\n",
    ),
    (
        "user-data",
        "cloud-init-chpasswd",
        "#cloud-config\nchpasswd:\n  expire: false\n  list: |\n    root:«{base62:16}»\n",
    ),
    (
        "app.service",
        "generic-secret-bare",
        "[Service]\nEnvironment=PORT=80\nEnvironment=DB_PASSWORD=«{base62:20}»\n",
    ),
    (
        "nginx.conf",
        "nginx-header-secret",
        "location / {\n  proxy_set_header X-Api-Key \"«{base62:40}»\";\n}\n",
    ),
    (
        "apache.conf",
        "web-server-variable",
        "<VirtualHost *:443>\n  SetEnv DB_PASSWORD «{base62:20}»\n</VirtualHost>\n",
    ),
    (
        "fetch.sh",
        "generic-secret-bare",
        "#!/bin/sh\nwget --user=ci --password=«{base62:20}» https://files.acme.internal/x\n",
    ),
    (
        ".netrc",
        "netrc-password",
        "machine git.acme.internal\n  login deploy\n  password «{base62:20}»\n",
    ),
    (
        ".pgpass",
        "pgpass-password",
        "db.acme.internal:5432:app:app:«{base62:20}»\n",
    ),
    (
        ".npmrc",
        "npm-access-token",
        "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=«npm_{base62:30}{crc32}»\n",
    ),
    (
        ".pypirc",
        "pypirc-password",
        "[pypi]\nusername = acme\npassword = «{base62:20}»\n",
    ),
    (
        "rclone.conf",
        "rclone-obscured-password",
        "[backup]\ntype = sftp\nhost = backup.acme.dev\npass = «{b64u:32}»\n",
    ),
];

#[test]
fn each_is_found_by_its_rule_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let written: Vec<Written> = FILES
        .iter()
        .map(|(path, _, content)| Written::of(path, content))
        .collect();
    for ((path, ..), file) in FILES.iter().zip(&written) {
        put(&folder, path, &file.content);
    }
    let report = dir(["--no-repo-config", text(folder.path())])
        .run()
        .expect(1)
        .report();
    let problems = FILES
        .iter()
        .zip(&written)
        .filter_map(|((path, rule, _), file)| {
            let findings = report.findings();
            let at = |finding: &kit::Finding<'_>| {
                finding
                    .places()
                    .iter()
                    .any(|place| place.path() == *path && place.position() == file.position)
            };
            let told: Vec<&str> = findings
                .iter()
                .filter(|finding| at(finding))
                .map(|finding| finding.rule())
                .collect();
            (told != [*rule])
                .then(|| format!("{path}: {rule} at {:?}, found {told:?}", file.position))
        });
    let problems: Vec<String> = problems.collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A file with its secret, and where the secret begins: line and column, from 1.
struct Written {
    content: String,
    position: (u64, u64),
}

impl Written {
    fn of(path: &str, template: &str) -> Self {
        let (mut content, mut position) = (String::new(), (0, 0));
        for (number, part) in template.split_inclusive(['«', '»', '‹', '›']).enumerate() {
            match part.strip_suffix(['»', '›']) {
                Some(inner) => {
                    let seed = template::seed(path, number);
                    content += &String::from_utf8(template::expand(inner, seed).unwrap()).unwrap();
                }
                None => content += part.trim_end_matches(['«', '‹']),
            }
            if part.ends_with('«') {
                let line = content.rsplit('\n').next().unwrap_or_default();
                position = (content.lines().count().max(1) as u64, line.len() as u64 + 1);
                position.0 += u64::from(line.is_empty() && content.ends_with('\n'));
            }
        }
        Self { content, position }
    }
}
