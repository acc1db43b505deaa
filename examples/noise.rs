//! scratch
use residue::detect::{Detector, Scratch, resolve};
use residue::model::{DocumentId, Origin, Piece};
use residue::ruleset::RuleSet;
use std::io::Write;
fn main() {
    let detector = Detector::new(RuleSet::builtin().unwrap(), 1_790_000_000).unwrap();
    let mut bytes = 0u64;
    let mut scratch = Scratch::default();
    let out = std::io::stdout();
    let mut out = std::io::BufWriter::new(out.lock());
    let start = std::time::Instant::now();
    let mut took = std::time::Duration::ZERO;
    let mut stack: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    while let Some(path) = stack.pop() {
        let Ok(meta) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        if meta.is_dir() {
            for e in std::fs::read_dir(&path).into_iter().flatten().flatten() {
                stack.push(e.path());
            }
            continue;
        }
        if !meta.is_file() || meta.len() > 64 << 20 {
            continue;
        }
        let Ok(text) = std::fs::read(&path) else {
            continue;
        };
        bytes += text.len() as u64;
        let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
        let mut found = Vec::new();
        let t = std::time::Instant::now();
        detector.search(&piece, &text, &mut scratch, &mut found);
        took += t.elapsed();
        for m in resolve(found, detector.rules()) {
            let s = usize::try_from(m.span.start).unwrap();
            let from = text[..s]
                .iter()
                .rposition(|&b| b == b'\n')
                .map_or(0, |n| n + 1)
                .max(s.saturating_sub(100));
            let e = usize::try_from(m.span.end).unwrap();
            let to = text[e..]
                .iter()
                .position(|&b| b == b'\n')
                .map_or(text.len(), |n| e + n)
                .min(e + 40);
            writeln!(
                out,
                "{:?}\t{}\t{}:{:?}\t{}\t{}",
                m.confidence,
                detector.rules()[m.rule].id,
                path.display(),
                m.position.line,
                String::from_utf8_lossy(&text[from..to])
                    .escape_debug()
                    .to_string()
                    .chars()
                    .take(260)
                    .collect::<String>(),
                m.reasons.join("; ")
            )
            .unwrap();
        }
    }
    writeln!(
        out,
        "#bytes {bytes} search {:.1}s total {:.1}s {:.0} MB/s",
        took.as_secs_f64(),
        start.elapsed().as_secs_f64(),
        bytes as f64 / 1e6 / took.as_secs_f64()
    )
    .unwrap();
}
