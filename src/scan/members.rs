//! Places of what was found inside archives. Sources know nothing of archives: they are asked about the
//! file that they handed out, and the way through the archives is added to what they answer, here and
//! nowhere else.

use crate::model::{Coverage, Occurrence, Origin, Place, Target, Where};
use crate::source::{Hit, Seen, Source};
use crate::unpack::Sink;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A source that can be asked about members of archives.
pub(super) struct WithMembers<'a>(pub(super) &'a dyn Source);

impl Source for WithMembers<'_> {
    fn read(&self, sink: &dyn Sink) {
        self.0.read(sink);
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        let inside = Inside::of(origin);
        let mut places = self.0.places(origin.outermost());
        places.iter_mut().for_each(|place| inside.tell(place));
        places
    }

    fn settle(&self, hits: &[(&Origin, u64)], coverage: &Coverage) {
        let outer = hits.iter().map(|(origin, at)| (origin.outermost(), *at));
        let mut outer: Vec<(&Origin, u64)> = outer.collect();
        outer.sort_unstable();
        outer.dedup();
        self.0.settle(&outer, coverage);
    }

    fn recognise(&self, hits: &[Hit<'_>], is_stopped: &dyn Fn() -> bool, coverage: &Coverage) {
        let mut outer: BTreeMap<&Origin, Hit<'_>> = BTreeMap::new();
        for hit in hits {
            let origin = hit.origin.outermost();
            // Hashes are those of a whole file; of a member nobody asks for any.
            let sums = hit.sums.filter(|_| origin == hit.origin);
            let known = outer.entry(origin).or_insert(Hit {
                origin,
                sums,
                is_shown: false,
            });
            known.sums = known.sums.or(sums);
            known.is_shown |= hit.is_shown;
        }
        let hits: Vec<Hit<'_>> = outer.into_values().collect();
        self.0.recognise(&hits, is_stopped, coverage);
    }

    fn occurrences(&self, seen: &[Seen<'_>]) -> Vec<(usize, Occurrence)> {
        let outer: Vec<Seen<'_>> = seen
            .iter()
            .map(|seen| Seen {
                origin: seen.origin.outermost(),
                ..*seen
            })
            .collect();
        let inside: Vec<Inside> = seen.iter().map(|seen| Inside::of(seen.origin)).collect();
        let mut found = self.0.occurrences(&outer);
        for (index, occurrence) in &mut found {
            inside[*index].tell(&mut occurrence.place);
        }
        found
    }

    fn targets(&self) -> Vec<Target> {
        self.0.targets()
    }
}

/// What there is to say of a place because the text lies in an archive.
struct Inside {
    member: Option<Arc<[u8]>>,
    kind: Option<Where>,
}

impl Inside {
    fn of(origin: &Origin) -> Self {
        Self {
            member: origin.member().map(Arc::from),
            kind: origin.kind_in_archive(),
        }
    }

    fn tell(&self, place: &mut Place) {
        place.member.clone_from(&self.member);
        place.kind = self.kind.unwrap_or(place.kind);
    }
}
