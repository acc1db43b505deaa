//! Configuration and infrastructure: what programs write down about each other, in their own files.

use crate::{Case, made};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Passwords as people choose and as programs draw them.
const PASSWORDS: &[&str] = &["{password}", "{base62:24}", "{lower:7}{digits:2}"];

const PASSWORD_PLACES: &[&str] = &[
    // Maven, Gradle, NuGet, Composer, Bundler, pip, conda
    "<servers>\n  <server>\n    <id>releases</id>\n    <username>ci</username>\n    <password>@@</password>\n  </server>\n</servers>",
    "<proxy><host>proxy</host><username>ci</username><password>@@</password></proxy>",
    "signing.password=@@\n",
    "nexusUsername=ci\nnexusPassword=@@\n",
    "systemProp.http.proxyPassword=@@\n",
    "<packageSourceCredentials>\n  <acme>\n    <add key=\"Username\" value=\"ci\" />\n    <add key=\"ClearTextPassword\" value=\"@@\" />\n  </acme>\n</packageSourceCredentials>",
    "{\"http-basic\": {\"repo.acme.internal\": {\"username\": \"ci\", \"password\": \"@@\"}}}",
    "---\nBUNDLE_GEMS__ACME__INTERNAL: \"ci:@@\"\n",
    "export BUNDLE_GEMS__ACME__INTERNAL=ci:@@\n",
    "[global]\nindex-url = https://ci:@@@pypi.acme.internal/simple\n",
    "channels:\n  - https://ci:@@@conda.acme.internal/main\n",
    // databases
    "[client]\nuser = root\npassword = @@\n",
    "[mysqldump]\nuser=backup\npassword=\"@@\"\n",
    "db.acme.internal:5432:app:app:@@\n",
    "CREATE USER 'app'@'%' IDENTIFIED BY '@@';",
    "GRANT ALL PRIVILEGES ON app.* TO 'app'@'localhost' IDENTIFIED BY '@@';",
    "CREATE LOGIN app WITH PASSWORD = '@@';",
    "CREATE ROLE app LOGIN PASSWORD '@@';",
    "db.createUser({user: \"app\", pwd: \"@@\", roles: []})",
    "requirepass @@\n",
    "user default on >@@ ~* +@all\n",
    // .NET, Java, PHP, Python, Ruby
    "{\"ConnectionStrings\": {\"Default\": \"Server=db;Database=app;User Id=sa;Password=@@;\"}}",
    "<add name=\"Main\" connectionString=\"Data Source=db;Initial Catalog=app;User ID=sa;Password=@@\" />",
    "spring.datasource.password=@@\n",
    "spring:\n  datasource:\n    url: jdbc:postgresql://db/app\n    username: app\n    password: @@\n",
    "javax.persistence.jdbc.password = @@\n",
    "<property name=\"hibernate.connection.password\">@@</property>",
    "<property name=\"javax.persistence.jdbc.password\" value=\"@@\"/>",
    "<Resource name=\"jdbc/app\" username=\"app\" password=\"@@\" driverClassName=\"x\"/>",
    "server.ssl.key-store-password=@@\n",
    "define('DB_PASSWORD', '@@');\n",
    "define( 'DB_PASSWORD', '@@' );\n",
    "define(\"DB_PASSWORD\", \"@@\");\n",
    "$databases['default']['default'] = array('username' => 'app', 'password' => '@@');",
    "DATABASES = {'default': {'ENGINE': 'x', 'USER': 'app', 'PASSWORD': '@@'}}",
    "        'PASSWORD': '@@',\n",
    "EMAIL_HOST_PASSWORD = '@@'\n",
    "production:\n  adapter: postgresql\n  username: app\n  password: @@\n",
    "'mysql' => [\n    'username' => 'app',\n    'password' => '@@',\n],",
    "MAIL_PASSWORD=@@\n",
    // containers and machines
    "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: @@\n",
    "services:\n  db:\n    environment:\n      - MYSQL_ROOT_PASSWORD=@@\n",
    "env:\n- name: DB_PASSWORD\n  value: \"@@\"\n",
    "apiVersion: v1\nkind: Secret\nstringData:\n  password: @@\n",
    "postgresql:\n  auth:\n    postgresPassword: \"@@\"\n",
    "helm install app acme/app --set auth.password=@@\n",
    "db_password = \"@@\"\n",
    "\"attributes\": {\n  \"username\": \"app\",\n  \"password\": \"@@\",\n",
    "\"db_password\": {\n  \"value\": \"@@\",\n  \"type\": \"string\"\n}",
    "\"db_password\": {\"sensitive\": true, \"type\": \"string\", \"value\": \"@@\"}",
    "ansible_password: @@\n",
    "host1 ansible_host=10.0.0.8 ansible_user=root ansible_ssh_pass=@@\n",
    "ansible_become_pass=@@\n",
    "chpasswd:\n  expire: false\n  list: |\n    root:@@\n    app:x\n",
    "chpasswd:\n  users:\n    - name: app\n      password: @@\n      type: text\n",
    "users:\n  - name: app\n    plain_text_passwd: @@\n    lock_passwd: false\n",
    "Environment=DB_PASSWORD=@@\n",
    "Environment=\"DB_PASSWORD=@@\"\n",
    "Environment=\"PORT=80\" \"DB_PASSWORD=@@\"\n",
    "SetEnv DB_PASSWORD @@\n",
    "fastcgi_param DB_PASSWORD @@;\n",
    "fastcgi_param DB_PASSWORD \"@@\";\n",
    "AuthLDAPBindPassword \"@@\"\n",
    "AuthLDAPBindPassword @@\n",
    "rootpw --plaintext @@\n",
    "d-i passwd/root-password password @@\n",
    "username=svc\npassword=@@\ndomain=ACME\n",
    "net use z: \\\\srv\\share /user:ACME\\svc @@\n",
    "mount -t cifs //srv/share /mnt -o username=svc,password=@@\n",
    "wpa_passphrase=@@\n",
    "network={\n  ssid=\"acme\"\n  psk=\"@@\"\n}",
    "<AutoLogon><Password><Value>@@</Value><PlainText>true</PlainText></Password></AutoLogon>",
    // CI and build
    "env:\n  DB_PASSWORD: @@\n",
    "variables:\n  DEPLOY_PASSWORD: \"@@\"\n",
    "environment {\n  DB_PASSWORD = '@@'\n}\n",
    "withEnv([\"DB_PASSWORD=@@\"]) {",
    "- run: docker login -u ci -p @@ registry.acme.internal\n",
    // command lines
    "curl -u app:@@ https://api.acme.internal/\n",
    "curl --user 'app:@@' https://api.acme.internal/\n",
    "wget --user=app --password=@@ https://api.acme.internal/x\n",
    "wget --http-user=app --http-password='@@' https://api.acme.internal/x\n",
    "mysql -h db -u app -p'@@' app < dump.sql\n",
    "PGPASSWORD=@@ psql -h db -U app\n",
    "export PGPASSWORD='@@'\n",
    "sshpass -p '@@' ssh root@10.0.0.8\n",
    "ldapsearch -x -D cn=admin -w @@ -b dc=acme\n",
    "mongo --username app --password @@ db/app\n",
    "openssl pkcs12 -in a.p12 -passin pass:@@ -nodes\n",
    "openssl rsa -in key.pem -passin pass:@@ -out plain.pem\n",
    "keytool -list -keystore a.jks -storepass @@\n",
    "smbclient //srv/share -U svc%@@\n",
    "rabbitmqctl add_user app @@\n",
    "gpg --batch --passphrase @@ -d x.gpg\n",
    "lftp -u backup,@@ sftp://10.0.0.9\n",
    "sqlcmd -S db -U sa -P @@ -Q 'select 1'\n",
    "echo @@ | sudo -S apt-get update\n",
    "echo '@@' | docker login --username ci --password-stdin registry.acme.internal\n",
    "az login --service-principal -u 0 -p @@ --tenant acme\n",
    "net user deploy @@ /add\n",
    "htpasswd -b /etc/nginx/.htpasswd app @@\n",
    "redis-cli -h cache -a @@ ping\n",
    "influx -username app -password @@\n",
    "isql -U app -P @@ -S db\n",
];

/// Keys of a shape of their own, or drawn by a program.
const PAIRS: &[(&str, &str)] = &[
    (
        "[default]\naws_access_key_id = AKIA{base32:16}\naws_secret_access_key = @@\n",
        "{b64:40}",
    ),
    (
        "\"type\": \"service_account\",\n\"private_key\": \"@@\\n\",\n\"client_email\": \"ci@acme-prod.iam.gserviceaccount.com\"",
        "{escape:{pem:pkcs8}}",
    ),
    (
        "{\"client_id\": \"{digits:12}-{lan:32}.apps.googleusercontent.com\", \"client_secret\": \"@@\", \"type\": \"authorized_user\"}",
        "GOCSPX-{b64u:28}",
    ),
    (
        "{\"clientId\": \"{uuid}\", \"clientSecret\": \"@@\", \"tenantId\": \"{uuid}\"}",
        "{base62:3}8Q~{base62:34}",
    ),
    ("\"refreshToken\": \"@@\"", "0.A{b64u:160}"),
    (
        "users:\n- name: admin\n  user:\n    token: @@\n",
        "{base62:40}",
    ),
    (
        "  user:\n    username: admin\n    password: @@\n",
        "{base62:24}",
    ),
    ("APP_KEY=base64:@@\n", "{b64:42}A="),
    ("'key' => 'base64:@@',", "{b64:42}0="),
    ("SECRET_KEY = '@@'\n", "{lan:50}"),
    ("SECRET_KEY = '@@'\n", "django-insecure-{lan:50}"),
    (
        "define('AUTH_KEY',         '@@');\n",
        "{base62:20}|{base62:10}#{base62:10}^{base62:21}",
    ),
    (
        "define( 'LOGGED_IN_SALT', '@@' );\n",
        "{base62:20}!{base62:10}%{base62:10}({base62:21}",
    ),
    ("secret_key_base: @@\n", "{hex:128}"),
    ("RAILS_MASTER_KEY=@@\n", "{hex:32}"),
    ("export RAILS_MASTER_KEY='@@'\n", "{hex:32}"),
    ("PrivateKey = @@\n", "{b64:42}4="),
    (
        "[Interface]\nPrivateKey = @@\nAddress = 10.0.0.2/32\n",
        "{b64:42}A=",
    ),
    ("PresharedKey = @@\n", "{b64:42}A="),
    ("Unseal Key 1: @@\n", "{b64:44}"),
    ("Unseal Key 2: @@\n", "{hex:66}"),
    ("\"unseal_keys_b64\": [\n    \"@@\"", "{b64:43}="),
    ("\"keys_base64\":[\"@@\"]", "{b64:43}="),
    ("Initial Root Token: @@\n", "hvs.{base62:24}"),
    ("\"root_token\": \"@@\"", "s.{base62:24}"),
    ("<secret>@@</secret>", "{b64:44}"),
    ("<apiToken>@@</apiToken>", "{hex:34}"),
    ("<passphrase>@@</passphrase>", "{password}"),
    ("JENKINS_API_TOKEN=@@\n", "11{hex:32}"),
    (
        "curl -X POST https://ci.acme.internal/job/app/build --user admin:@@\n",
        "11{hex:32}",
    ),
    ("{\"github-oauth\": {\"github.com\": \"@@\"}}", "{hex:40}"),
    (
        "{\"gitlab-token\": {\"gitlab.acme.internal\": \"@@\"}}",
        "{b64u:20}",
    ),
    (
        "{\"bearer\": {\"repo.acme.internal\": \"@@\"}}",
        "{base62:40}",
    ),
    (":rubygems_api_key: @@\n", "{hex:32}"),
    ("---\n:rubygems_api_key: @@\n", "rubygems_{hex:48}"),
    ("[registry]\ntoken = \"@@\"\n", "{base62:32}"),
    ("\"_private_key\": \"@@\"", "{hex:64}"),
    ("<ca>\nx\n</ca>\n<key>\n@@\n</key>\n", "{pem:pkcs8}"),
    (
        "-----BEGIN OpenVPN Static key V1-----\n@@\n-----END OpenVPN Static key V1-----\n",
        "{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}\n{hex:32}",
    ),
    ("root:@@:19700:0:99999:7:::\n", "$6${alnum:16}${base62:86}"),
    ("admin:@@\n", "$2y$10${base62:53}"),
    ("    passwd: @@\n", "$6${alnum:16}${base62:86}"),
    ("rootpw --iscrypted @@\n", "$6${alnum:16}${base62:86}"),
    (
        "d-i passwd/root-password-crypted password @@\n",
        "$6${alnum:16}${base62:86}",
    ),
    (
        "CREATE USER `app`@`%` IDENTIFIED WITH 'mysql_native_password' AS '@@';",
        "*{HEX:40}",
    ),
    (
        "ALTER ROLE app WITH LOGIN PASSWORD '@@';",
        "SCRAM-SHA-256$4096:{b64:22}==${b64:43}=:{b64:43}=",
    ),
    ("enable secret 5 @@\n", "$1${alnum:4}${base62:22}"),
    ("requirepass \"@@\"\n", "{hex:40}"),
    ("ssh_keys:\n  rsa_private: |\n    @@", "{pem:openssh}"),
    ("erlang.cookie: @@\n", "{upper:20}"),
    ("keyFile: |\n  @@\n", "{pem:ec}"),
    (
        "encryption:\n  - secretbox:\n      keys:\n      - name: key1\n        secret: @@\n",
        "{b64:43}=",
    ),
];

/// Base64 of a value, as manifests hold it.
const ENCODED: &[&str] = &[
    "apiVersion: v1\nkind: Secret\ndata:\n  password: @@\n",
    "apiVersion: v1\nkind: Secret\ndata:\n  DB_PASSWORD: @@\n",
    "{\"kind\":\"Secret\",\"data\":{\"db-password\":\"@@\"}}",
    "  admin_password: \"@@\"\n",
    "//registry.npmjs.org/:_password=\"@@\"\n",
];

/// What is found inside a text in base64.
const INSIDE: &[(&str, &str)] = &[
    ("  tls.key: @@\n", "{pem:ec}"),
    ("  ssh-privatekey: @@\n", "{pem:openssh}"),
    ("    client-key-data: @@\n", "{pem:rsa}"),
    ("  token: @@\n", "ghp_{base62:30}{crc32}"),
    (
        "write_files:\n- encoding: b64\n  content: @@\n",
        "glpat-{b64u:20}",
    ),
    (
        "x = \"data:text/plain;base64,@@\"",
        "npm_{base62:30}{crc32}",
    ),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, password) in PASSWORDS.iter().enumerate() {
        for (index, place) in PASSWORD_PLACES.iter().enumerate() {
            let secret =
                made(password, kind * 1000 + index).replace(['@', '%', '&', ',', ';'], "-");
            cases.push(Case::new(
                &place.replace("{uuid}", &made("{uuid}", index)),
                &secret,
            ));
        }
        for (index, place) in ENCODED.iter().enumerate() {
            let secret = made(password, kind * 1000 + 500 + index);
            cases.push(Case::written_as(place, &secret, STANDARD.encode(&secret)));
        }
    }
    for (index, (place, template)) in INSIDE.iter().enumerate() {
        let secret = made(template, index);
        cases.push(Case::written_as(place, &secret, STANDARD.encode(&secret)));
    }
    for (index, (place, template)) in PAIRS.iter().enumerate() {
        cases.push(Case::new(&filled(place, index), &made(template, index)));
    }
    cases
}

/// The place with ids made up where it has templates; braces of its own are left.
fn filled(place: &str, index: usize) -> String {
    ["{uuid}", "{base32:16}", "{digits:12}", "{lan:32}"]
        .iter()
        .fold(place.to_owned(), |place, template| {
            place.replace(template, &made(template, index))
        })
}
