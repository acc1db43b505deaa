//! What kind of recipe a text is, and what stands where in it.

use super::*;
use crate::model::Role;
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
        }
        if let Some(yaml) = Yaml::parse(&text) {
            for offset in 0..text.len() {
                if let Some(id) = yaml.at(offset) {
                    prop_assert!(yaml.node(id).span.contains(&offset));
                }
            }
        }
    }
}
