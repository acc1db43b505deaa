//! What kind of recipe a text is, and what stands where in it.

use super::*;
use crate::model::{ExistingSecret, Role, Way};
use proptest::prelude::*;

/// The role and the name of the place where `needle` stands; the text must be a recipe.
fn told(text: &str) -> Option<(Role, String)> {
    let recipe = Recipe::of(text).unwrap_or_else(|| panic!("{text}"));
    let setting = recipe.setting(text, text.find("needle").unwrap())?;
    Some((setting.role, setting.name.to_string()))
}

#[test]
fn a_place_is_told_by_its_role_and_name() {
    let table = [
        ("FROM a\nENV A=b \\\n  KEY=needle\n", Role::DockerEnv, "KEY"),
        ("ARG KEY=needle\nFROM a\n", Role::DockerArg, "KEY"),
        ("from a\nlabel key=\"x needle\"\n", Role::DockerLabel, "key"),
        ("FROM a\nRUN one \\\n  -p needle\n", Role::DockerRun, ""),
        ("FROM a\nCOPY needle /\n", Role::DockerCopy, ""),
        (
            "FROM a\nCMD [\"a\", \"needle\"]\n",
            Role::DockerStart,
            "CMD",
        ),
        (
            "FROM a\nHEALTHCHECK CMD a \\\n  needle\n",
            Role::DockerStart,
            "HEALTHCHECK",
        ),
        (
            "services:\n  db:\n    image: x\n    environment:\n      KEY: \"needle\"\n",
            Role::ComposeEnvironment,
            "KEY",
        ),
        (
            "services:\n  db:\n    image: x\n    environment:\n    - A=b\n    - KEY=needle\n",
            Role::ComposeEnvironment,
            "KEY",
        ),
        (
            "services: {db: {build: {args: {KEY: needle}}}}\n",
            Role::ComposeBuildArg,
            "KEY",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: KEY\n      value: needle\n",
            Role::KubernetesEnv,
            "KEY",
        ),
        (
            "a: 1\n---\napiVersion: v1\nkind: Secret\nstringData:\n  KEY: needle\n",
            Role::KubernetesSecret,
            "KEY",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  app.ini: |\n    a = 1\n    b = needle\n",
            Role::KubernetesConfigMap,
            "app.ini",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nbinaryData:\n  app.ini: needle\n",
            Role::KubernetesConfigMap,
            "app.ini",
        ),
        (
            "[Unit]\n[Service]\nEnvironment=A=b \"KEY=x needle\"\n",
            Role::SystemdEnvironment,
            "KEY",
        ),
        (
            "on: push\njobs:\n  a:\n    runs-on: x\n    env:\n      KEY: needle\n",
            Role::GithubWorkflow,
            "KEY",
        ),
        (
            "variables:\n  KEY: needle\ntest:\n  script: [make]\n",
            Role::GitlabPipeline,
            "KEY",
        ),
    ];
    for (text, role, name) in table {
        assert_eq!(told(text), Some((role, name.to_owned())), "{text}");
    }
}

/// Path, line and way of each file that a recipe names.
fn named(text: &str) -> Vec<(String, u64, Way)> {
    assert!(files::may_name_files(text.as_bytes()), "{text}");
    let recipe = Recipe::of(text).unwrap_or_else(|| panic!("{text}"));
    let named = recipe.named_files(text).into_iter();
    named.map(|one| (one.path, one.line, one.way)).collect()
}

#[test]
fn a_compose_file_names_files_in_many_ways() {
    let text = "\
# the stack
---
x-common: &common
  restart: always
services:
  web:
    <<: *common
    image: a
    env_file:
      - .env
      - path: ./more.env
        required: false
    volumes:
      - ./key.pem:/etc/key.pem:ro
      - data:/data
      - /etc/host:/etc/host
      - ~/home:/x
      - ./$NAME:/y
      - type: bind
        source: ../conf
        target: /conf
      - /anonymous
  db:
    image: b
    env_file: db.env
secrets:
  password:
    file: ./password.txt
  outside:
    external: true
configs:
  app:
    file: app.ini
";
    let service = "web".to_owned();
    let volume = |to: &str| Way::Volume {
        service: service.clone(),
        to: to.to_owned(),
    };
    let env_file = |service: &str| Way::EnvFile {
        service: service.to_owned(),
    };
    let expected = [
        (".env", 10, env_file("web")),
        ("./more.env", 11, env_file("web")),
        ("./key.pem", 14, volume("/etc/key.pem")),
        ("../conf", 20, volume("/conf")),
        ("db.env", 25, env_file("db")),
        (
            "./password.txt",
            28,
            Way::Secret {
                name: "password".into(),
            },
        ),
        ("app.ini", 33, Way::Config { name: "app".into() }),
    ];
    let expected = expected.map(|(path, line, way)| (path.to_owned(), line, way));
    assert_eq!(named(text), expected);
}

#[test]
fn a_dockerfile_names_what_it_takes_from_its_context() {
    let text = "ARG A\nFROM a AS one\nCOPY /abs rel* \\\n  /to\nFROM one\n\
        ADD https://example.com/x git@example.com:y.git $A z /d/\n\
        COPY <<EOF /here\nx\nEOF\nCOPY --from=one p /p\nCOPY --exclude=q . /q\n\
        FROM one AS other\nCOPY other .\nFROM one\nCOPY last /last\n";
    let copy = |to: &str, is_shipped| Way::Copy {
        keyword: "COPY",
        to: to.to_owned(),
        is_shipped,
    };
    let add = Way::Copy {
        keyword: "ADD",
        to: "/d/".to_owned(),
        is_shipped: false,
    };
    let expected = [
        ("abs", 3, copy("/to/", true)),
        ("rel*", 3, copy("/to/", true)),
        ("z", 6, add),
        ("other", 13, copy(".", false)),
        ("last", 15, copy("/last", true)),
    ];
    let expected = expected.map(|(path, line, way)| (path.to_owned(), line, way));
    assert_eq!(named(text), expected);
}

#[test]
fn what_begins_like_nothing_that_names_files_is_told_at_its_first_line() {
    for text in [
        "",
        "# only a comment",
        "FROMAGE is cheese",
        "from",
        "apiVersion: v1\nkind: Pod\n",
        "key = services:",
        "jobs:\n",
    ] {
        assert!(!files::may_name_files(text.as_bytes()), "{text}");
    }
    assert!(files::may_name_files("\u{feff}\n # x\n  from a".as_bytes()));
    assert!(files::may_name_files(
        b"apiVersion: v2\nname: a\nversion: 1\n"
    ));
}

#[test]
fn a_value_is_told_by_the_way_to_it_and_what_stands_beside_it() {
    let told = |text: &str| {
        let setting = Yaml::parse(text)
            .unwrap()
            .setting(text.find("needle").unwrap());
        setting.map(|setting| (setting.role, setting.name))
    };
    for (text, name, secret) in [
        ("a:\n  b: needle\n", "a.b", ExistingSecret::Unknown),
        (
            "b: needle\nexistingSecret: ''\n",
            "b",
            ExistingSecret::Unset,
        ),
        (
            "a: {b: needle, tlsExistingSecret: x}\n",
            "a.b",
            ExistingSecret::Set,
        ),
        ("a:\n- needle\n", "a.", ExistingSecret::Unknown),
    ] {
        assert_eq!(
            told(text),
            Some((Role::Value(secret), name.to_owned())),
            "{text}"
        );
    }
    assert_eq!(told("# needle\na: b\n"), None);
}

#[test]
fn what_tells_software_nothing_has_no_role() {
    for text in [
        "FROM a\nUSER needle\n",
        "# needle\nFROM a\n",
        "services:\n  db:\n    image: needle\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: needle\n",
        "[Service]\nExecStart=/bin/needle\n",
    ] {
        assert_eq!(told(text), None, "{text}");
    }
}

#[test]
fn other_texts_are_no_recipes() {
    for text in [
        "",
        "FROM the start it was clear\n",
        "services: none of them has a mapping\n",
        "services:\n  db:\n    port: 1\n",
        "jobs:\n  - a\n",
        "a: [services:\n",
        "? [a, b]\n: services:\n",
        "{\"jobs:\": 1}",
    ] {
        assert!(Recipe::of(text).is_none(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_upsets_it(
        text in "(services:\n|jobs:\n|apiVersion: v1\n|  |a: |- |\\? |\\[|\\]|\\{|\\}|&x |\\*x|\\||>|\"|'|b|é|#|---|\n|image: x\n|script: x\n){0,30}",
        offset in 0_usize..100,
    ) {
        if let Some(recipe) = Recipe::of(&text) {
            recipe.setting(&text, offset);
            recipe.named_files(&text);
            recipe.builds();
        }
        files::may_name_files(text.as_bytes());
        if let Some(yaml) = Yaml::parse(&text) {
            for offset in 0..text.len() {
                yaml.setting(offset);
                if let Some(id) = yaml.at(offset) {
                    prop_assert!(yaml.node(id).span.contains(&offset));
                }
            }
        }
    }
}
