fn main() {
    let rules = residue::ruleset::RuleSet::builtin().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for (r, w) in rules.rules().iter().zip(rules.windows()) {
        if let Some(w) = w { for a in &w.anchors { if seen.insert(a.literal.clone()) || true {
            println!("{}\t{}\t{}\t{}", r.id, String::from_utf8_lossy(&a.literal), a.before, w.length);
        } } }
    }
}
