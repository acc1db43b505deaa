//! Where the parts of repositories in a layer lie, without the parts. It is kept with what else is known of
//! the layer, so that a later scan can tell, without reading any, which layers have a repository between
//! them. Many a file looks like a part of one and has none around it: a number of a version that is the
//! name of a commit, a configuration.

use super::links::borrower;
use super::remains::{NOTE, Piece, Remains, Site, What};
use crate::model::LayerId;
use crate::source::paths::components;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The signs of repositories in one layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::source) struct Signs {
    /// Where packs and loose objects lie.
    stores: BTreeSet<Site>,
    /// Where indexes of packs lie.
    lists: BTreeSet<Site>,
    /// What objects are borrowed for.
    borrowers: BTreeSet<Site>,
    /// The paths of small files.
    papers: Vec<Vec<u8>>,
    has_lfs: bool,
    /// Whether there was no room for the names of some.
    is_cut: bool,
}

impl Signs {
    pub(super) fn of(remains: &Remains) -> Self {
        let mut signs = Self {
            has_lfs: !remains.lfs.is_empty(),
            is_cut: remains.lost_objects > 0 || remains.lost_papers > 0,
            ..Self::default()
        };
        for piece in &remains.pieces {
            signs.add(piece);
        }
        signs
    }

    fn add(&mut self, piece: &Piece) {
        self.borrowers.extend(borrower(piece));
        match piece.what {
            What::Pack | What::Loose => drop(self.stores.insert(piece.site())),
            What::PackIndex => drop(self.lists.insert(piece.site())),
            What::Index | What::Paper => self.papers.push(piece.path.to_vec()),
        }
    }

    /// Whether nothing is missing in them.
    pub(in crate::source) const fn are_whole(&self) -> bool {
        !self.is_cut
    }

    /// Memory that they take, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        let sites = [&self.stores, &self.lists, &self.borrowers];
        let sites = sites.into_iter().flatten().map(|site| &site.path);
        let paths = sites.chain(&self.papers);
        paths.map(|path| NOTE + path.len() as u64).sum()
    }
}

/// The layers that have a part in any repository, or look as if one should be there, of these.
pub(in crate::source) fn involved(layers: &[(LayerId, &Signs)]) -> Vec<LayerId> {
    let all = || layers.iter().map(|(_, signs)| *signs);
    let stores: BTreeSet<&Site> = all().flat_map(|signs| &signs.stores).collect();
    let borrowers = all().flat_map(|signs| &signs.borrowers);
    let sites: BTreeSet<&Site> = stores.iter().copied().chain(borrowers).collect();
    let is_of_one = |path: &Vec<u8>| {
        let path = components(path);
        // A link to a repository that is not there is told.
        let is_link = path.last() == Some(&&b".git"[..]);
        is_link || Site::around(&path, |site| sites.contains(site)).is_some()
    };
    let is_involved = |signs: &Signs| {
        let has_objects = !signs.stores.is_empty() || !signs.borrowers.is_empty() || signs.is_cut;
        has_objects
            || signs.lists.iter().any(|site| stores.contains(site))
            || signs.has_lfs && !sites.is_empty()
            || signs.papers.iter().any(is_of_one)
    };
    let involved = layers.iter().filter(|(_, signs)| is_involved(signs));
    involved.map(|(layer, _)| *layer).collect()
}

#[cfg(test)]
mod tests {
    use super::super::gather::Everything;
    use super::*;
    use crate::model::EntryPart;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn piece(path: String, what: What) -> Piece {
        Piece {
            path: path.into_bytes().into(),
            part: EntryPart::Content,
            what,
            size: 1,
            bytes: Some(vec![b'x'].into()),
            tail: Vec::new(),
        }
    }

    fn any_piece() -> impl Strategy<Value = Piece> {
        let folder = prop::sample::select(vec!["", "a/", "a/b/", "a/.git/", "b.git/"]);
        let file = prop::sample::select(vec![
            ("objects/pack/x.pack", What::Pack),
            ("objects/pack/x.idx", What::PackIndex),
            (
                "objects/ab/0123456789012345678901234567890123456789",
                What::Loose,
            ),
            ("objects/info/alternates", What::Paper),
            ("x.pack", What::Pack),
            ("x.idx", What::PackIndex),
            ("HEAD", What::Paper),
            ("index", What::Index),
            ("config", What::Paper),
            (".git", What::Paper),
        ]);
        (folder, file).prop_map(|(folder, (file, what))| piece(format!("{folder}{file}"), what))
    }

    /// What there is at every site, and the links that lead to none, by layer and path.
    fn gathered(layers: BTreeMap<LayerId, Remains>) -> Vec<(Option<Site>, u32, Vec<u8>)> {
        let all = Everything::of(layers);
        let of_sites = all.sites.iter().flat_map(|(site, files)| {
            let site = Some(site.clone());
            files.iter().map(move |file| (site.clone(), *file))
        });
        let strays = all.strays.iter().map(|file| (None, *file));
        let told = of_sites
            .chain(strays)
            .map(|(site, found)| (site, found.layer.0, all.piece(found).path.to_vec()));
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    }

    proptest! {
        /// Without the layers that are not involved everything is the same.
        #[test]
        fn other_layers_have_no_part_in_it(
            layers in prop::collection::vec(prop::collection::vec(any_piece(), 0..4), 0..6),
        ) {
            let remains = |wanted: &dyn Fn(LayerId) -> bool| {
                let layers = layers.iter().enumerate().map(|(number, pieces)| {
                    let pieces = pieces.iter().map(|one| piece(
                        String::from_utf8_lossy(&one.path).into_owned(),
                        one.what,
                    ));
                    let remains = Remains { pieces: pieces.collect(), ..Remains::default() };
                    (LayerId(number as u32), remains)
                });
                layers.filter(|(layer, _)| wanted(*layer)).collect::<BTreeMap<_, _>>()
            };
            let all = remains(&|_| true);
            let signs: Vec<_> = all.iter().map(|(layer, one)| (*layer, Signs::of(one))).collect();
            let signs: Vec<_> = signs.iter().map(|(layer, signs)| (*layer, signs)).collect();
            let involved = involved(&signs);
            let some = remains(&|layer| involved.contains(&layer));
            prop_assert_eq!(gathered(some), gathered(all));
            // Those that are involved for nothing would be read again for nothing.
            if signs.iter().all(|(_, signs)| signs.stores.is_empty() && signs.borrowers.is_empty()) {
                let strays = involved.iter().all(|layer| {
                    let pieces = &layers[layer.0 as usize];
                    pieces.iter().any(|piece| piece.path.ends_with(b".git"))
                });
                prop_assert!(strays);
            }
        }
    }
}
