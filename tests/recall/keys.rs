//! Private keys: the most frequent secret of images, mangled in every way that a string can be.

use crate::{Case, made};

const KINDS: &[&str] = &[
    "{pem:rsa}",
    "{pem:ec}",
    "{pem:pkcs8}",
    "{pem:encrypted}",
    "{pem:openssh}",
    "{pem:pgp}",
    "{pem:putty}",
];

const AS_IT_IS: &[&str] = &[
    "@@",
    "@@\n",
    "Bag Attributes\n    localKeyID: 01\n@@\n-----BEGIN CERTIFICATE-----\n",
    "KEY=\"@@\"\n",
    "KEY = '''@@'''\n",
    "key = \"\"\"\n@@\n\"\"\"\n",
    "cat > key.pem <<EOF\n@@\nEOF\n",
    "<key>@@</key>",
];

const ESCAPED: &[&str] = &[
    "KEY=\"@@\"\n",
    "KEY=@@\n",
    "{\"private_key\":\"@@\"}",
    "{\"private_key\": \"@@\\n\", \"next\": 1}",
    "const key = \"@@\";",
    "ENV KEY=\"@@\"\n",
];

const INDENTED: &[&str] = &["key: |\n@@\n", "data:\n  id_rsa: |-\n@@\nnext: 1\n"];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, template) in KINDS.iter().enumerate() {
        let mut put = |places: &[&str], write: &dyn Fn(&str) -> String| {
            for place in places {
                let key = made(template, kind * 1000 + cases.len());
                cases.push(Case::written_as(place, &key, write(&key)));
            }
        };
        put(AS_IT_IS, &str::to_owned);
        put(AS_IT_IS, &|key| key.replace('\n', "\r\n"));
        put(ESCAPED, &|key| key.replace('\n', "\\n"));
        put(ESCAPED, &|key| key.replace('\n', "\\\\n"));
        put(ESCAPED, &|key| key.replace('\n', "\\r\\n"));
        put(INDENTED, &|key| indented(key, "    "));
        put(INDENTED, &|key| indented(key, "\t"));
        put(&["@@\n"], &|key| indented(key, "# "));
        put(&["@@\n"], &|key| indented(key, "/// "));
    }
    cases.extend(on_one_line());
    cases
}

fn indented(key: &str, by: &str) -> String {
    let mut lines = key.split('\n').map(|line| format!("{by}{line}"));
    lines.next().map_or(String::new(), |first| {
        lines.fold(first.trim_start_matches(by).to_owned(), |all, line| {
            all + "\n" + &line
        })
    })
}

/// Spaces in place of line ends, as shells leave them; formats with headers do not survive that.
fn on_one_line() -> Vec<Case> {
    let kinds = ["{pem:rsa}", "{pem:ec}", "{pem:pkcs8}", "{pem:openssh}"];
    let cases = kinds.iter().enumerate().map(|(index, template)| {
        let key = made(template, 9000 + index);
        Case::written_as("KEY=\"@@\"\n", &key, key.replace('\n', " "))
    });
    cases.collect()
}
