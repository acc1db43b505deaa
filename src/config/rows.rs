//! What counts, row by row, for people who ask.

use super::{Config, Set};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is: the key of a setting, or what a file changes.
    pub key: String,
    /// What holds.
    pub value: String,
    /// Who said so: a file and line, the environment, a flag or nobody.
    pub from: String,
}

impl Config {
    /// Every value: the files, the settings, how many rules there are and what changed about them,
    /// what is ignored, and what was refused.
    pub fn rows(&self) -> Vec<Row> {
        let files = self.files.iter().map(|file| row("file", file, ""));
        let mut rows: Vec<Row> = files.collect();
        let settings = self.settings.rows().into_iter();
        rows.extend(settings.map(|(key, value, from)| row(key, &value, &from)));
        rows.push(row("rules", &self.rules.rules().len().to_string(), ""));
        let changes = self.changes.iter();
        rows.extend(changes.map(|Set { value, from }| row("change", value, &from.to_string())));
        let ignores = self.ignores.iter().flat_map(|ignores| ignores.entries());
        rows.extend(ignores.map(|(entry, made)| row("ignores", &entry.to_string(), &made.source)));
        let notes = self.notes.iter();
        rows.extend(notes.map(|note| row("refused", &note.detail, &note.place)));
        rows
    }
}

fn row(key: &str, value: &str, from: &str) -> Row {
    Row {
        key: key.to_owned(),
        value: value.to_owned(),
        from: from.to_owned(),
    }
}
