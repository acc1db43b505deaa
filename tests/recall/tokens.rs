//! Tokens that are known by their own shape: the place must not matter.

use crate::{Case, made};

const TOKENS: &[&str] = &[
    "ghp_{base62:30}{crc32}",
    "github_pat_{base62:22}_{base62:59}",
    "glpat-{b64u:20}",
    "AKIA{base32:16}",
    "sk-ant-api03-{b64u:93}AA",
    "sk-proj-{b64u:74}T3BlbkFJ{b64u:74}",
    "xoxb-{digits:12}-{digits:13}-{base62:24}",
    "https://hooks.slack.com/services/T{UAN:8}/B{UAN:10}/{base62:24}",
    "sk_live_{base62:24}",
    "npm_{base62:30}{crc32}",
    "pypi-AgEIcHlwaS5vcmc{b64u:150}",
    "hf_{alpha:34}",
    "AIza{base62:35}",
    "SG.{b64u:22}.{b64u:43}",
    "dop_v1_{hex:64}",
    "dapi{hex:32}",
    "dp.st.prod_main.{base62:43}",
    "glsa_{base62:32}_{crc32le:glsa_}",
    "shpat_{hex:32}",
    "lin_api_{base62:40}",
    "sntryu_{hex:64}",
    "hvs.{b64u:95}",
    "pul-{hex:40}",
    "PMAK-{hex:24}-{hex:34}",
    "gsk_{base62:20}WGdyb3FY{base62:24}",
    "dckr_pat_{b64u:27}",
    "AGE-SECRET-KEY-1{bech32:58}",
    "sbp_{hex:40}",
    "{digits:10}:AA{b64u:33}",
    "{jwt}",
];

/// Names say nothing here on purpose, where the place does not need a telling one.
const PLACES: &[&str] = &[
    "VALUE=@@",
    "export VALUE=@@\n",
    "export VALUE=\"@@\"\r\nNEXT=1\r\n",
    "VALUE='@@' ./run\n",
    "VALUE = @@\n",
    "ENV VALUE=@@\n",
    "ENV VALUE @@\n",
    "ARG VALUE=\"@@\"\n",
    "RUN curl -H \"X-Key: @@\" https://api.acme.internal/\n",
    "RUN echo @@ > /root/.token && ./login\n",
    "|1 VALUE=@@ /bin/sh -c make",
    "    environment:\n      VALUE: @@\n",
    "    environment:\n      - VALUE=@@\n",
    "        - name: VALUE\n          value: \"@@\"\n",
    "{\"value\":\"@@\"}",
    "{\n  \"value\": \"@@\",\n  \"next\": 1\n}",
    "\"{\\\"value\\\":\\\"@@\\\"}\"",
    "\"line one\\n@@\\nline three\"",
    "value = \"@@\"\n",
    "value: '@@'\n",
    "value.of.key=@@\n",
    "<add key=\"value\" value=\"@@\" />",
    "<value>@@</value>",
    "VALUE = '@@'  # from the console",
    "const value = `@@`;",
    "const value string = \"@@\"",
    "private static final String VALUE = \"@@\";",
    "define('VALUE', '@@');",
    "'value' => '@@',",
    "  value = \"@@\"\n}\n",
    "    proxy_set_header X-Key \"@@\";",
    "curl -H 'Authorization: Bearer @@' https://api.acme.internal/",
    "Authorization: token @@\r\n",
    ": 1767225600:0;tool login @@\n",
    "  412  tool --key @@ run\n",
    "https://x:@@@git.acme.internal/app.git",
    "https://api.acme.internal/?key=@@&page=2",
    "@@",
    "[@@]",
    "# @@\n",
    "| value | @@ |\n",
    "value,@@,next\n",
    "value\t@@\tnext\n",
    "(@@)",
    "\u{1}\u{0}value\u{0}@@\u{0}next",
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, token) in TOKENS.iter().enumerate() {
        for (index, place) in PLACES.iter().enumerate() {
            if fits(token, place) {
                cases.push(Case::new(place, &made(token, kind * 1000 + index)));
            }
        }
    }
    cases
}

/// Nobody makes a token with a colon in it the password of a URL.
fn fits(token: &str, place: &str) -> bool {
    !place.starts_with("https://x:")
        || !token
            .split(['{', '}'])
            .step_by(2)
            .any(|part| part.contains(':'))
}
