//! Every kind of secret in the syntax of the files that such things are written to.

use crate::Group;
use crate::kinds::{self, Assigned, Kind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Where the name of an assigned secret goes.
const NAME: &str = "$NAME";
/// Where its value goes.
const VALUE: &str = "@@";

/// Assignments, by what the file is.
const ASSIGNMENTS: &[(&str, &[&str])] = &[
    (
        "dotenv",
        &[
            "$NAME=@@\n",
            "HOST=db\r\n$NAME=@@\r\nPORT=1\r\n",
            "$NAME = @@\n",
            "$NAME=\"@@\"\n",
            "$NAME='@@'\n",
            "export $NAME=@@\n",
            "export $NAME=\"@@\" # of the console\n",
            "# $NAME=@@\n",
        ],
    ),
    (
        "shells",
        &[
            "$NAME=@@ ./run --now\n",
            "setenv $NAME @@\n",
            "set -gx $NAME @@\n",
            "$env:$NAME = \"@@\"\n",
            "SET $NAME=@@\r\n",
            "setx $NAME \"@@\"\r\n",
            ": 1767225600:0;export $NAME=@@\n",
            "  412  export $NAME=@@ && make\n",
            "env $NAME=@@ make -j4\n",
        ],
    ),
    (
        "Dockerfile and image history",
        &[
            "ENV $NAME=@@\n",
            "ENV $NAME @@\n",
            "ENV HOST=db $NAME=@@ \\\n    PORT=1\n",
            "ARG $NAME=@@\n",
            "RUN export $NAME=@@ && ./migrate\n",
            "RUN echo \"$NAME=@@\" >> /etc/environment\n",
            "|2 $NAME=@@ TAG=1 /bin/sh -c ./migrate",
            "/bin/sh -c #(nop)  ENV $NAME=@@",
            "docker run -e $NAME=@@ -d app\n",
            "docker build --build-arg $NAME=@@ .\n",
        ],
    ),
    (
        "compose and Kubernetes",
        &[
            "    environment:\n      $NAME: @@\n",
            "    environment:\n      $NAME: \"@@\"\n",
            "    environment:\n      - $NAME=@@\n",
            "    environment:\n      - \"$NAME=@@\"\n",
            "        env:\n        - name: $NAME\n          value: @@\n",
            "        env:\n        - name: $NAME\n          value: \"@@\"\n",
            "apiVersion: v1\nkind: Secret\nstringData:\n  $NAME: @@\n",
            "{\"name\":\"$NAME\",\"value\":\"@@\"}",
            "{\"name\": \"$NAME\", \"value\": \"@@\"}",
            "  --from-literal=$NAME=@@\n",
            "helm upgrade app acme/app --set env.$NAME=@@\n",
        ],
    ),
    (
        "JSON, TOML, INI, properties, XML",
        &[
            "{\"$NAME\":\"@@\"}",
            "{\n  \"$NAME\": \"@@\",\n  \"next\": 1\n}\n",
            "\"{\\\"$NAME\\\":\\\"@@\\\"}\"",
            "[section]\n$NAME = \"@@\"\n",
            "[section]\n$NAME = @@\n",
            "[section]\n$NAME: @@\n",
            "$NAME=@@\\n",
            "<add key=\"$NAME\" value=\"@@\" />",
            "<entry key=\"$NAME\">@@</entry>",
            "<$NAME>@@</$NAME>",
            "<env name=\"$NAME\" value=\"@@\"/>",
        ],
    ),
    (
        "CI, Terraform, systemd",
        &[
            "env:\n  $NAME: @@\n",
            "      - run: make\n        env:\n          $NAME: '@@'\n",
            "variables:\n  $NAME: \"@@\"\n",
            "environment {\n  $NAME = '@@'\n}\n",
            "withEnv(['$NAME=@@']) {\n",
            "$NAME = \"@@\"\n",
            "    \"$NAME\" = \"@@\"\n",
            "variable \"$NAME\" {\n  default = \"@@\"\n}\n",
            "Environment=$NAME=@@\n",
            "Environment=\"$NAME=@@\"\n",
            "heroku config:set $NAME=@@\n",
            "fly secrets set $NAME=@@\n",
            "- { name: $NAME, value: \"@@\" }\n",
        ],
    ),
    (
        "source code",
        &[
            "$NAME = '@@'\n",
            "$NAME = \"@@\"\n",
            "os.environ[\"$NAME\"] = \"@@\"\n",
            "os.environ.setdefault('$NAME', '@@')\n",
            "os.getenv(\"$NAME\", \"@@\")\n",
            "const $NAME = '@@';\n",
            "const $NAME: string = `@@`;\n",
            "process.env.$NAME = '@@';\n",
            "process.env.$NAME || '@@'\n",
            "  $NAME: '@@',\n",
            "static final String $NAME = \"@@\";\n",
            "const $NAME = \"@@\"\n",
            "$NAME := \"@@\"\n",
            "var $NAME string = \"@@\"\n",
            "os.Setenv(\"$NAME\", \"@@\")\n",
            "define('$NAME', '@@');\n",
            "'$NAME' => '@@',\n",
            "putenv('$NAME=@@');\n",
            "ENV['$NAME'] = '@@'\n",
            "#define $NAME \"@@\"\n",
            "let $NAME = \"@@\";\n",
            "const $NAME: &str = \"@@\";\n",
        ],
    ),
];

/// Something that holds a text, and how it writes it.
type Text = (&'static str, fn(&str) -> String);

/// Texts around or instead of the lines of an example, by what they are found in.
const TEXTS: &[Text] = &[
    ("a line of a comment", |text| each_line(text, "# ")),
    ("a patch", |text| each_line(text, "+")),
    ("an indented block", |text| each_line(text, "        ")),
    ("a block behind tabs", |text| each_line(text, "\t\t")),
    ("lines of Windows", |text| text.replace('\n', "\r\n")),
    ("a here-document", |text| {
        format!("cat > /etc/app <<'EOF'\n{text}\nEOF\n")
    }),
    ("a JSON string", |text| {
        format!("{{\"data\": {}, \"next\": 1}}", quoted(text))
    }),
    ("JSON in JSON", |text| {
        format!(
            "{{\"data\": {}}}",
            quoted(&format!("{{\"file\": {}}}", quoted(text)))
        )
    }),
    ("a notebook", |text| {
        let lines: Vec<String> = text.split_inclusive('\n').map(quoted).collect();
        format!(
            "{{\"cell_type\": \"code\", \"source\": [\n    {}\n   ]}}",
            lines.join(",\n    ")
        )
    }),
    ("a quotation", |text| each_line(text, "> ")),
    ("fenced code", |text| {
        format!("Set it up:\n\n```\n{text}\n```\n")
    }),
    ("CSV", |text| {
        format!("1,\"{}\",x\n", text.replace('"', "\"\""))
    }),
    ("a dump", |text| {
        format!(
            "INSERT INTO `notes` VALUES (1,'{}',NULL);\n",
            text.replace('\\', "\\\\")
                .replace('\'', "\\'")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
        )
    }),
    ("a copied table", |text| {
        format!(
            "COPY notes FROM stdin;\n1\t{}\t\\N\n\\.\n",
            text.replace('\\', "\\\\")
                .replace('\n', "\\n")
                .replace('\t', "\\t")
        )
    }),
    ("an environment of a process", |text| {
        format!("PATH=/bin\0{text}\0HOME=/root\0")
    }),
    ("a program", |text| format!("\u{1}\u{2}\0\0{text}\0\0\u{3}")),
];

/// A group for every kind of file and every kind of text.
pub(crate) fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = ASSIGNMENTS
        .iter()
        .map(|(name, places)| assignments(name, places))
        .collect();
    groups.extend(TEXTS.iter().map(|(name, write)| texts(name, *write)));
    groups.push(logs());
    groups.push(manifests());
    groups
}

fn assignments(name: &str, places: &[&str]) -> Group {
    let cases = places.iter().flat_map(|place| {
        kinds::ASSIGNED.iter().map(move |secret| {
            let text = place
                .replace(NAME, secret.name)
                .replace(VALUE, secret.value);
            (
                format!("{} in {place:?}", secret.kind.rule),
                secret.kind.is_shown_in(text.as_bytes()),
            )
        })
    });
    Group::new(name, cases)
}

fn texts(name: &str, write: fn(&str) -> String) -> Group {
    let case = |kind: &Kind| {
        let text = write(kind.as_str()?);
        Some((kind.rule.to_owned(), kind.is_shown_in(text.as_bytes())))
    };
    Group::new(name, kinds::ALL.iter().filter_map(case))
}

/// Lines of a log, each behind the time; a secret of several lines is taken apart by that.
fn logs() -> Group {
    let lines = kinds::ALL
        .iter()
        .filter_map(|kind| Some((kind, kind.as_str()?.trim_end())));
    let case = |(kind, line): (&Kind, &str)| {
        let text = format!("2026-01-01T00:00:00.000Z stdout F {line}\n");
        (kind.rule.to_owned(), kind.is_shown_in(text.as_bytes()))
    };
    Group::new(
        "a log",
        lines.filter(|(_, line)| !line.contains('\n')).map(case),
    )
}

/// The data of a Kubernetes manifest, each value in base64.
fn manifests() -> Group {
    let case = |secret: &Assigned| {
        let value = STANDARD.encode(secret.value);
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  {}: {value}\n",
            secret.name
        );
        (
            secret.kind.rule.to_owned(),
            secret.kind.is_shown_in(text.as_bytes()),
        )
    };
    Group::new(
        "data of a Kubernetes manifest",
        kinds::ASSIGNED.iter().map(case),
    )
}

fn each_line(text: &str, before: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| format!("{before}{line}"))
        .collect()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}
