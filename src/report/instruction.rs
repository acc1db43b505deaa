//! Build instructions as people wrote them. What an image's history records is wrapped in shell
//! calls and builder marks; a report's one line has no room for either.

/// Longest instruction shown in one line, in bytes.
const LONGEST: usize = 120;

/// The instruction on one line: white space collapsed, the builders' wrapping removed, cut at 120
/// bytes. Takes and gives bytes, because only the caller knows how to make them harmless.
pub(super) fn brief(recorded: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(recorded.len());
    for word in recorded
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(b' ');
        }
        line.extend_from_slice(shortened(word));
    }
    cut(unwrap(&line))
}

/// The classic builder names what it copies by a digest (`file:`, `dir:`, `multi:` and 64 digits),
/// of which twelve digits are enough to tell one from another.
fn shortened(word: &[u8]) -> &[u8] {
    const DIGITS: usize = 64;
    const SHOWN: usize = 12;
    let start = word.len().saturating_sub(DIGITS);
    let (kind, digest) = word.split_at(start);
    let is_digest = digest.len() == DIGITS && digest.iter().all(u8::is_ascii_hexdigit);
    if is_digest && [&b"file:"[..], b"dir:", b"multi:"].contains(&kind) {
        &word[..start + SHOWN]
    } else {
        word
    }
}

/// Removes what the classic builder (`/bin/sh -c #(nop)`) and BuildKit (`# buildkit`) add.
fn unwrap(line: &[u8]) -> Vec<u8> {
    const SHELL: &[u8] = b"/bin/sh -c ";
    let line = line.strip_suffix(b" # buildkit").unwrap_or(line);
    let run = |command: &[u8]| [b"RUN ", command].concat();
    if let Some(command) = line
        .strip_prefix(b"RUN ")
        .and_then(|rest| rest.strip_prefix(SHELL))
    {
        return run(command);
    }
    match line.strip_prefix(SHELL) {
        Some(command) => command
            .strip_prefix(b"#(nop) ")
            .map_or_else(|| run(command), <[u8]>::to_vec),
        None => line.to_vec(),
    }
}

fn cut(mut line: Vec<u8>) -> Vec<u8> {
    if line.len() > LONGEST {
        let is_boundary = |&at: &usize| line[at] & 0xc0 != 0x80;
        let end = (LONGEST - 3..=LONGEST).rev().find(is_boundary);
        line.truncate(end.unwrap_or(LONGEST));
        line.extend_from_slice("…".as_bytes());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(recorded: &str) -> String {
        String::from_utf8(brief(recorded.as_bytes())).unwrap()
    }

    #[test]
    fn builders_wrapping_is_removed() {
        let table = [
            (
                "/bin/sh -c #(nop) COPY file:ab in /app ",
                "COPY file:ab in /app",
            ),
            (
                "/bin/sh -c apt-get update \t&& true",
                "RUN apt-get update && true",
            ),
            ("RUN /bin/sh -c rm /x # buildkit", "RUN rm /x"),
            ("COPY . /app # buildkit", "COPY . /app"),
            ("|1 A=b /bin/sh -c make", "|1 A=b /bin/sh -c make"),
            ("", ""),
        ];
        for (recorded, expected) in table {
            assert_eq!(shown(recorded), expected);
        }
    }

    #[test]
    fn what_the_classic_builder_copied_keeps_twelve_digits() {
        let digest = "0123456789abcdef".repeat(4);
        for kind in ["file", "dir", "multi"] {
            let line = shown(&format!("COPY {kind}:{digest} in /app"));
            assert_eq!(line, format!("COPY {kind}:0123456789ab in /app"));
        }
        let line = format!("RUN fetch sha256:{digest}");
        assert_eq!(shown(&line), line);
    }

    #[test]
    fn a_long_instruction_is_cut_between_characters() {
        for pad in 0..4 {
            let line = shown(&format!("{}{}", "x".repeat(pad), "é".repeat(200)));
            assert!(line.ends_with("é…") && line.len() <= LONGEST + "…".len());
        }
    }
}
