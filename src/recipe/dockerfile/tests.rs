//! What is read of Dockerfiles, in all their spellings.

use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> Dockerfile {
    Dockerfile::parse("Dockerfile", text).unwrap()
}

/// Name, value and line of each variable of the instruction at `index`.
fn variables(file: &Dockerfile, index: usize) -> Vec<(&str, Option<&str>, u64)> {
    let variables = file.instructions[index].variables().iter();
    variables
        .map(|one| (&*one.name, one.value.as_deref(), one.line))
        .collect()
}

#[test]
fn variables_are_read_in_every_spelling() {
    let text = "FROM scratch\n\
        ENV A=b C=\"d e\" \\\n    # a comment\n    F='g\\h' I=j\\ k\n\
        ENV OLD all of this\n\
        ARG X\nARG Y=1 Z\n\
        LABEL \"a b\"=c d=\"e\\\"f\"\n";
    let file = parsed(text);
    assert_eq!(
        variables(&file, 1),
        [
            ("A", Some("b"), 2),
            ("C", Some("d e"), 2),
            ("F", Some("g\\h"), 4),
            ("I", Some("j k"), 4)
        ]
    );
    assert_eq!(variables(&file, 2), [("OLD", Some("all of this"), 5)]);
    assert_eq!(variables(&file, 3), [("X", None, 6)]);
    assert_eq!(variables(&file, 4), [("Y", Some("1"), 7), ("Z", None, 7)]);
    assert_eq!(
        variables(&file, 5),
        [("a b", Some("c"), 8), ("d", Some("e\"f"), 8)]
    );
    let spelled = |variable: &Variable| &text[variable.span.clone()];
    let spelled: Vec<_> = file.instructions[1]
        .variables()
        .iter()
        .map(spelled)
        .collect();
    assert_eq!(spelled, ["A=b", "C=\"d e\"", "F='g\\h'", "I=j\\ k"]);
}

#[test]
fn another_escape_sign_is_heeded() {
    let file = parsed("# escape=`\nFROM scratch\nENV P=c:\\x `\n  Q=`\"\n");
    assert_eq!(
        variables(&file, 1),
        [("P", Some("c:\\x"), 3), ("Q", Some("\""), 4)]
    );
}

#[test]
fn a_command_is_one_line_whatever_its_spelling() {
    let file = parsed(
        "FROM scratch\nRUN --mount=type=cache,target=/c apk add \\\n  # why\n  curl   git\n\
         RUN [\"make\", \"all\"]\nRUN <<EOF\necho one\nEOF\nUSER me\n",
    );
    let told = |index: usize| match &file.instructions[index].what {
        What::Run {
            command,
            in_shell,
            has_documents,
        } => (command.clone(), *in_shell, *has_documents),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(1), ("apk add curl git".to_owned(), true, false));
    assert_eq!(told(2), ("make all".to_owned(), false, false));
    assert!(told(3).2);
    assert_eq!(file.instructions[4].line, 9);
}

#[test]
fn a_stage_is_made_by_those_it_is_built_on() {
    let file = parsed(
        "ARG V=1\nFROM alpine:$V AS base\nRUN one\nFROM scratch AS other\nRUN two\n\
         FROM Base\nRUN three\n",
    );
    let stages: Vec<_> = file.stages().collect();
    assert_eq!(stages, [1, 3, 5]);
    assert_eq!(file.chain(5), [2, 6]);
    assert_eq!(file.chain(3), [4]);
}

#[test]
fn prose_is_no_dockerfile() {
    for text in [
        "FROM the beginning it was clear\nthat nothing works.\n",
        "",
        "# only a comment\n",
        "RUN before any stage\n",
        "kind: Deployment\n",
    ] {
        assert!(Dockerfile::parse("notes.txt", text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_upsets_it(text in "(FROM a\n)?((ENV|ARG|RUN|COPY|LABEL|ONBUILD RUN|HEALTHCHECK CMD|é|<<EOF|\\[|\"|'|\\\\|\\$|=|#|--x=| |a|\r?\n|`){0,6}\n?){0,6}") {
        spans_are_in(&text);
    }
}

/// The parser ends the last instruction in the middle of a character.
#[test]
fn an_end_within_a_character_upsets_nothing() {
    for others in 0..8 {
        let odd = "\u{fffd}".repeat(others);
        spans_are_in(&format!(
            "# es{odd}pe=\\\nARG \u{fffd}=onA\nFROM a AS b\nARG T\nENV A=cape=\\\nARG \u{fffd}=on\u{fffd}\rFROM a AS b\n\
             ARG T\nENV A1 \\\n# =1 \\\n # esca{odd}e{odd}"
        ));
    }
}

/// Insists that all that is read stands in the text, if it is a Dockerfile.
fn spans_are_in(text: &str) {
    if let Ok(file) = Dockerfile::parse("x", text) {
        for one in &file.instructions {
            assert!(text.get(one.span.clone()).is_some(), "{one:?}");
            for variable in one.variables() {
                assert!(text.get(variable.span.clone()).is_some(), "{variable:?}");
            }
        }
    }
}
