//! Putting together what lies apart. The files of a repository may have come with several layers, so
//! what is found at one path, in whatever layer, is one *site*; sites that borrow objects from one another
//! are one *group*. A site is a *repository* once for each set of layers in which images have it, with
//! the references and the index that these layers hold.

use super::Stack;
use super::histories::File;
use super::links::{Link, borrower, links};
use super::papers::Papers;
use super::remains::{Piece, Remains, Site, What};
use crate::model::LayerId;
use crate::source::git::outline::Outline;
use crate::source::paths::components;
use gix::hash;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A file, by its layer and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) layer: LayerId,
    pub(super) piece: usize,
}

/// What was noted of all layers, by site.
pub(super) struct Everything {
    pub(super) layers: BTreeMap<LayerId, Remains>,
    /// The files of each site, layer by layer.
    pub(super) sites: BTreeMap<Site, Vec<Found>>,
    /// Links of work trees, which lie outside of what they lead to.
    pub(super) strays: Vec<Found>,
}

/// Sites whose objects belong together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) sites: Vec<Site>,
    /// Stores that should be borrowed from and are not there: who says so, and where they should be.
    pub(super) absent: Vec<(String, String)>,
}

/// A repository as it is in some images.
pub(super) struct Repository {
    /// Its git directory.
    pub(super) site: Site,
    pub(super) outline: Outline,
    /// The stacks of layers that it is in.
    pub(super) stacks: Vec<usize>,
}

impl Everything {
    /// Sorts the files of all layers by the sites they belong to.
    pub(super) fn of(layers: BTreeMap<LayerId, Remains>) -> Self {
        let mut all = Self {
            layers,
            sites: BTreeMap::new(),
            strays: Vec::new(),
        };
        let mut sites: BTreeMap<Site, Vec<Found>> = BTreeMap::new();
        for (found, piece) in all.pieces().filter(|(_, piece)| piece.what.is_stored()) {
            sites.entry(piece.site()).or_default().push(found);
        }
        // The index of a pack is nothing without one.
        let is_index = |found: &Found| all.piece(*found).what == What::PackIndex;
        sites.retain(|_, files| !files.iter().all(is_index));
        // A repository may have all of its objects from another one.
        let borrowers = all.pieces().filter_map(|(_, piece)| borrower(piece));
        for site in borrowers {
            sites.entry(site).or_default();
        }
        let mut strays = Vec::new();
        for (found, piece) in all.pieces().filter(|(_, piece)| !piece.what.is_stored()) {
            let path = components(&piece.path);
            match Site::around(&path, |site| sites.contains_key(site)) {
                Some(site) => sites.entry(site).or_default().push(found),
                None if path.last() == Some(&&b".git"[..]) => strays.push(found),
                None => {}
            }
        }
        all.sites = sites;
        all.strays = strays;
        all
    }

    /// The layers that hold more parts of repositories than could be noted, and how many more.
    pub(super) fn crowded(&self) -> impl Iterator<Item = (&str, u64)> {
        let lost = |remains: &Remains| {
            let papers = match self.sites.is_empty() {
                true => 0,
                false => remains.lost_papers,
            };
            remains.lost_objects + papers
        };
        let layers = self.layers.values();
        layers
            .map(move |remains| (remains.label.as_str(), lost(remains)))
            .filter(|(_, lost)| *lost > 0)
    }

    pub(super) fn piece(&self, found: Found) -> &Piece {
        &self.layers[&found.layer].pieces[found.piece]
    }

    /// A file, for those who know nothing of its content.
    pub(super) fn file(&self, found: Found) -> File {
        let piece = self.piece(found);
        File {
            layer: found.layer.0,
            path: Arc::clone(&piece.path),
            part: piece.part,
        }
    }

    /// What people call a file.
    pub(super) fn place(&self, found: Found) -> String {
        let path = String::from_utf8_lossy(&self.piece(found).path);
        format!("{}, {path}", self.layers[&found.layer].label)
    }

    /// Whether git-lfs keeps a content in any layer.
    pub(super) fn has_lfs(&self, name: &str) -> bool {
        let mut layers = self.layers.values();
        layers.any(|remains| remains.lfs.contains(name.as_bytes()))
    }

    fn pieces(&self) -> impl Iterator<Item = (Found, &Piece)> {
        self.layers.iter().flat_map(|(&layer, remains)| {
            let pieces = remains.pieces.iter().enumerate();
            pieces.map(move |(piece, file)| (Found { layer, piece }, file))
        })
    }

    /// The groups of all sites.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<&Site, Group> = BTreeMap::new();
        let mut leaders: BTreeMap<&Site, &Site> = BTreeMap::new();
        for (site, files) in &self.sites {
            let group = groups.entry(site).or_default();
            for (found, link) in self.links(files).filter(|(_, link)| link.borrows) {
                match self.sites.get_key_value(&link.to) {
                    None => group.absent.push((self.place(found), link.said)),
                    Some((lender, _)) => {
                        let (one, other) = (leader(&leaders, site), leader(&leaders, lender));
                        if one != other {
                            leaders.insert(other, one);
                        }
                    }
                }
            }
        }
        let mut joined: BTreeMap<&Site, Group> = BTreeMap::new();
        for (site, group) in groups {
            let whole = joined.entry(leader(&leaders, site)).or_default();
            whole.sites.push(site.clone());
            whole.absent.extend(group.absent);
        }
        joined.into_values().collect()
    }

    /// The work trees whose repositories are not there: who says so, and where they should be.
    pub(super) fn stray(&self) -> Vec<(String, String)> {
        let is_there = |link: &Link| {
            let path = components(&link.to.path);
            Site::around(&path, |site| self.sites.contains_key(site)).is_some()
        };
        let stray = self.links(&self.strays).filter(|(_, link)| !is_there(link));
        stray
            .map(|(found, link)| (self.place(found), link.said))
            .collect()
    }

    fn links(&self, files: &[Found]) -> impl Iterator<Item = (Found, Link)> {
        files.iter().flat_map(|&found| {
            let links = links(self.piece(found)).into_iter();
            links.map(move |link| (found, link))
        })
    }

    /// The repositories of a group.
    pub(super) fn repositories(
        &self,
        group: &Group,
        stacks: &[Stack],
        hash: hash::Kind,
    ) -> Vec<Repository> {
        let mut repositories = Vec::new();
        for site in &group.sites {
            let files = &self.sites[site];
            let own: BTreeSet<LayerId> = files.iter().map(|found| found.layer).collect();
            let mut alike: BTreeMap<Vec<LayerId>, Vec<usize>> = BTreeMap::new();
            for (number, stack) in stacks.iter().enumerate() {
                let layers = stack.layers.iter().copied();
                let layers: Vec<LayerId> = layers.filter(|layer| own.contains(layer)).collect();
                if !layers.is_empty() {
                    alike.entry(layers).or_default().push(number);
                }
            }
            repositories.extend(alike.into_iter().map(|(layers, stacks)| Repository {
                outline: self.outline(site, &layers, hash),
                site: site.clone(),
                stacks,
            }));
        }
        repositories
    }

    fn outline(&self, site: &Site, layers: &[LayerId], hash: hash::Kind) -> Outline {
        let mut papers = Papers::new(hash);
        for layer in layers {
            let files = self.sites[site].iter();
            for &found in files.filter(|found| found.layer == *layer) {
                let piece = self.piece(found);
                let path = components(&piece.path).join(&b'/');
                if let Some(inner) = site.relative(&path) {
                    papers.take(inner, piece);
                }
            }
        }
        papers.finish()
    }
}

/// The site that speaks for the group that a site belongs to.
fn leader<'s>(leaders: &BTreeMap<&'s Site, &'s Site>, mut site: &'s Site) -> &'s Site {
    while let Some(next) = leaders.get(site) {
        site = next;
    }
    site
}
