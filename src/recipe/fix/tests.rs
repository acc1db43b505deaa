//! Recipes before and after, and what holds of any.

use super::*;
use proptest::prelude::*;

/// The recipe without every `needle…`, and the numbers of those that are left.
fn fixed(text: &str) -> (String, Vec<usize>) {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric();
    let secrets = text.match_indices("needle").map(|(at, _)| {
        let length = text[at..].find(|sign| !is_sign(sign));
        Spelled {
            at: at..length.map_or(text.len(), |length| at + length),
            name: "API_KEY".to_owned(),
        }
    });
    let secrets: Vec<_> = secrets.collect();
    let recipe = Recipe::of(text).unwrap_or_else(|| panic!("{text}"));
    let fixed = recipe.fix(text, &secrets).unwrap();
    (fixed.text, fixed.left)
}

/// Insists on what becomes of a recipe.
#[track_caller]
fn becomes(text: &str, expected: &str) {
    let (new, left) = fixed(text);
    assert_eq!(new, expected, "from\n{text}");
    assert!(left.is_empty(), "{left:?}");
}

const HINT: &str =
    "is a secret and not set here. A RUN that needs it takes it with --mount=type=secret,";
const START: &str = "; a container is given it when it starts.\n";

#[test]
fn a_variable_becomes_a_mount_where_it_is_used() {
    becomes(
        "FROM a\nENV TOKEN=needle\n# use it\nRUN curl $TOKEN\nRUN echo $TOKENS\nUSER b\n",
        "FROM a\n# use it\nRUN --mount=type=secret,id=token,env=TOKEN curl $TOKEN\nRUN echo $TOKENS\nUSER b\n",
    );
    becomes(
        "ARG T=needle\nFROM a AS b\nARG T\nENV U=${T}\nRUN --network=none x \\\n  -u ${U:-none}\nFROM b\nRUN y \"$T\"\n",
        "FROM a AS b\nRUN --mount=type=secret,id=t,env=U --network=none x \\\n  -u ${U:-none}\nFROM b\nRUN --mount=type=secret,id=t,env=T y \"$T\"\n",
    );
    becomes(
        "FROM a\nARG T=needle\nRUN one $T\nARG T=public\nRUN two $T\nFROM b\nRUN three $T\n",
        "FROM a\nRUN --mount=type=secret,id=t,env=T one $T\nARG T=public\nRUN two $T\nFROM b\nRUN three $T\n",
    );
}

#[test]
fn other_variables_of_the_instruction_stay() {
    becomes(
        "FROM a\nENV A=1 \\\n    T=needle \\\n    B=\"2\"\nRUN x $T\n",
        "FROM a\nENV A=1 \\\n    B=\"2\"\nRUN --mount=type=secret,id=t,env=T x $T\n",
    );
    becomes(
        "FROM a\nENV T=needle1 U='needle2' A=1\nRUN x $T $U\n",
        "FROM a\nENV A=1\nRUN --mount=type=secret,id=t,env=T --mount=type=secret,id=u,env=U x $T $U\n",
    );
    becomes("FROM a\nLABEL k=needle l=m\n", "FROM a\nLABEL l=m\n");
}

#[test]
fn what_nobody_is_seen_to_use_is_told_in_a_comment() {
    becomes(
        "FROM a\nENV T needle\nCMD [\"x\"]\n",
        &format!("FROM a\n# T {HINT}id=t,env=T{START}CMD [\"x\"]\n"),
    );
    becomes(
        "FROM a\r\nENV A=1 T=needle\r\nWORKDIR /$T\r\n",
        &format!("FROM a\r\n# T {HINT}id=t,env=T{START}ENV A=1\r\nWORKDIR /$T\r\n")
            .replace("starts.\n", "starts.\r\n"),
    );
}

#[test]
fn a_command_takes_its_secret_from_a_variable() {
    becomes(
        "FROM a\nRUN curl -H \"Key: needle1\" \\\n  b?k=needle2\n",
        "FROM a\nRUN --mount=type=secret,id=api_key,env=API_KEY curl -H \"Key: ${API_KEY}\" \\\n  b?k=${API_KEY}\n",
    );
    becomes(
        "FROM a\nRUN export NPM_TOKEN=\"needle\" && npm ci\n",
        "FROM a\nRUN --mount=type=secret,id=npm_token,env=NPM_TOKEN export NPM_TOKEN=\"${NPM_TOKEN}\" && npm ci\n",
    );
}

#[test]
fn where_a_variable_would_not_be_read_a_comment_is_left() {
    for text in [
        "FROM a\nRUN echo 'needle'\nUSER b\n",
        "FROM a\nRUN [\"echo\", \"needle\"]\nUSER b\n",
        "FROM a\nRUN <<EOF\necho needle\nEOF\nUSER b\n",
        "FROM a\nHEALTHCHECK CMD curl needle\nUSER b\n",
        "FROM a\nENTRYPOINT [\"x\", \\\n  \"needle\"]\nUSER b\n",
        "FROM a\nONBUILD ENV A=needle\nUSER b\n",
        "FROM a\nCOPY <<EOF /x\nneedle\nEOF\nUSER b\n",
    ] {
        let (new, left) = fixed(text);
        assert!(
            new.starts_with("FROM a\n# A secret was spelled here.") && new.ends_with(".\nUSER b\n"),
            "{new}"
        );
        assert!(left.is_empty(), "{new}");
    }
}

#[test]
fn a_comment_with_a_secret_is_taken_out() {
    becomes(
        "# old: needle\nFROM a\n  # needle\nUSER b\n",
        "FROM a\nUSER b\n",
    );
    becomes(
        "services:\n  # was needle\n  a:\n    image: b\n",
        "services:\n  a:\n    image: b\n",
    );
}

#[test]
fn what_cannot_be_taken_out_is_said() {
    for text in [
        "FROM needle/a\nUSER b\n",
        "services:\n  a:\n    image: b\n    command: x needle\n",
        "services: {a: {image: b, environment: {T: needle}}}\n",
        "services:\n  a:\n    image: b\n    environment:\n      T: &t needle\n      U: *t\n",
    ] {
        assert_eq!(fixed(text), (text.to_owned(), vec![0]));
    }
}

#[test]
fn a_variable_of_a_service_becomes_a_file() {
    becomes(
        "# the shop\nservices:\n  db:\n    image: postgres   # pinned later\n    environment:\n      LANG: C\n      DB_PASSWORD: \"needle\"  # TODO\n    ports: [1]\n\nvolumes: {}\n",
        "# the shop\nservices:\n  db:\n    image: postgres   # pinned later\n    environment:\n      LANG: C\n      DB_PASSWORD_FILE: /run/secrets/db_password  # TODO\n    secrets:\n      - db_password\n    ports: [1]\n\nvolumes: {}\nsecrets:\n  db_password:\n    environment: DB_PASSWORD\n",
    );
    becomes(
        "services:\n    db:\n        environment:\n        - LANG=C\n        - \"T=needle\"\n        image: a",
        "services:\n    db:\n        environment:\n        - LANG=C\n        - T_FILE=/run/secrets/t\n        secrets:\n            - t\n        image: a\nsecrets:\n    t:\n        environment: T",
    );
    becomes(
        "services:\n  db:\n    image: a\n    environment: {T: needle, U: v}\n",
        "services:\n  db:\n    image: a\n    environment: {T_FILE: /run/secrets/t, U: v}\n    secrets:\n      - t\nsecrets:\n  t:\n    environment: T\n",
    );
    becomes(
        "services:\n  db:\n    environment:\n      T: |\n        one\n        needle\n      U: v\n    image: a\n",
        "services:\n  db:\n    environment:\n      T_FILE: /run/secrets/t\n      U: v\n    secrets:\n      - t\n    image: a\nsecrets:\n  t:\n    environment: T\n",
    );
}

#[test]
fn lists_that_are_there_are_added_to() {
    becomes(
        "secrets:\n  old:\n    file: ./old\nservices:\n  a:\n    image: b\n    secrets:\n      - old\n    environment:\n      T: needle\n  b:\n    image: b\n    secrets: [old]\n    environment:\n      T: needle\n      OLD: needle2\n",
        "secrets:\n  old:\n    file: ./old\n  t:\n    environment: T\n  b_old:\n    environment: B_OLD\nservices:\n  a:\n    image: b\n    secrets:\n      - old\n      - t\n    environment:\n      T_FILE: /run/secrets/t\n  b:\n    image: b\n    secrets: [old, b_old, t]\n    environment:\n      T_FILE: /run/secrets/t\n      OLD_FILE: /run/secrets/b_old\n",
    );
}

#[test]
fn a_build_argument_becomes_a_secret_of_the_build() {
    becomes(
        "services:\n  a:\n    build:\n      context: .\n      args:\n        T: needle\n    image: b\n",
        "services:\n  a:\n    build:\n      context: .\n      secrets:\n        - t\n    image: b\nsecrets:\n  t:\n    environment: T\n",
    );
    becomes(
        "services:\n  a:\n    build:\n      args:\n        - A=1\n        - T=needle\n",
        "services:\n  a:\n    build:\n      args:\n        - A=1\n      secrets:\n        - t\nsecrets:\n  t:\n    environment: T\n",
    );
}

#[test]
fn other_recipes_are_not_fixed() {
    let text = "apiVersion: v1\nkind: Secret\nstringData:\n  a: needle\n";
    assert_eq!(Recipe::of(text).unwrap().fix(text, &[]), None);
}

proptest! {
    #[test]
    fn what_is_said_to_be_out_is_out_and_the_rest_is_the_same_kind(
        dockerfile in "(FROM a( AS b)?\n)((ENV|ARG|LABEL) ([AB]=needle1|A=\\$B|B='x needle2' |A=1 \\\\\n  B=needle3)\n|RUN (x |\\$A |needle4 |'needle5' |\"needle6\" |\\\\\n |\\\\needle7 ){1,4}y\n|#( needle8)?\n|\n|FROM b\n|CMD needle9\n){0,8}",
        compose in "(#needle1\n)?services:\n  a:\n    image: x\n(    environment:\n((      [AB]: (needle2|\"needle3\"|'x needle4'|\\|\n        needle5| >-\n        needle6\n        y) ?(#x)?\n){1,3}|(    - [AB]=needle7\n){1,3}))?(    secrets: (\\[s\\]|\n    - s)\n)?(    build:\n      args:\n(        [AB]: needle8\n){1,2})?(secrets:\n  (s|a):\n    file: x\n)?",
    ) {
        for text in [dockerfile, compose] {
            let Some(recipe) = Recipe::of(&text) else {
                continue;
            };
            let (new, left) = fixed(&text);
            let again = Recipe::of(&new).unwrap();
            prop_assert_eq!(std::mem::discriminant(&again), std::mem::discriminant(&recipe));
            if left.is_empty() {
                prop_assert!(!new.contains("needle"), "{}", new);
            }
        }
    }
}
