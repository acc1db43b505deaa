//! The tables that speak of a file: those of its own layer and of all below it, as far as their records
//! can still be seen from there.

use super::FileKey;
use super::table::{About, Listed, Stated, Table, digest_hashes};
use crate::model::Package;
use crate::unpack::sums::FileSums;

/// Whether a record of the table of this number can still be seen where the file stands.
type IsVisible<'t> = dyn Fn(usize, &Stated) -> bool + 't;

/// Tables from the layer of a file downwards.
pub(in crate::source) struct Stack<'t> {
    tables: Vec<(usize, &'t Table)>,
    is_visible: Box<IsVisible<'t>>,
}

impl<'t> Stack<'t> {
    /// Numbered tables, the nearest first; `is_visible` is asked only about those that speak of the file.
    pub(in crate::source) fn new(
        tables: impl Iterator<Item = (usize, &'t Table)>,
        is_visible: impl Fn(usize, &Stated) -> bool + 't,
    ) -> Self {
        Self {
            tables: tables.filter(|(_, table)| !table.is_empty()).collect(),
            is_visible: Box::new(is_visible),
        }
    }

    /// Whether any record speaks of the file, whatever its hash and whether it can be seen or not.
    pub(in crate::source) fn lists(&self, file: &FileKey<'_>) -> bool {
        let mut tables = self.tables.iter();
        tables.any(|(_, table)| table.lines(file).next().is_some())
    }

    /// The package that installed the file with this content, by the records that can be seen. Of several
    /// packages one that is public comes first.
    pub(in crate::source) fn package(
        &self,
        file: &FileKey<'_>,
        sums: &FileSums,
    ) -> Option<Package> {
        let lines = self.tables.iter().flat_map(|&(number, table)| {
            let digests = digest_hashes(table.key, sums);
            let lines = table.lines(file);
            let same = lines.filter(move |line| digests.contains(&line.digest));
            same.map(move |line| (number, &table.packages[line.package as usize]))
        });
        let visible = lines.filter(|(number, listed)| (self.is_visible)(*number, &listed.stated));
        let packages = visible.map(|(_, listed)| self.described(listed));
        packages.max_by_key(|package| package.is_public)
    }

    fn described(&self, listed: &Listed) -> Package {
        let abouts = self.tables.iter().flat_map(|&(number, table)| {
            let abouts = table.abouts(listed.subject);
            abouts.filter(move |about| (self.is_visible)(number, &about.stated))
        });
        listed.with(&abouts.collect::<Vec<&About>>())
    }
}
