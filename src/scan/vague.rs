//! Of the places of one secret in a document, the exact ones.

use crate::model::{Occurrence, Place};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A document is searched raw, value by value, and some values part by part. Where a part tells
/// where exactly the secret stands, the value and the raw text have nothing to add.
pub(super) fn drop_vague(occurrences: &mut Vec<Occurrence>) {
    let exact: BTreeSet<(Image, Arc<[u8]>)> = occurrences
        .iter()
        .map(|seen| &seen.place)
        .filter(|place| is_of_document(place) && !place.raw)
        .map(|place| (image(place), Arc::clone(&place.path)))
        .collect();
    let is_told = |image: Image, prefix: &[u8]| {
        let mut from = exact.range((image.clone(), prefix.into())..);
        from.next()
            .is_some_and(|(of, path)| *of == image && path.starts_with(prefix))
    };
    // `history[2].created_by TOKEN` is a part of `history[2].created_by`.
    let is_vague = |place: &Place| match place.raw {
        true => is_told(image(place), b""),
        false => is_told(image(place), &[&place.path[..], b" "].concat()),
    };
    occurrences.retain(|seen| !is_of_document(&seen.place) || !is_vague(&seen.place));
}

/// What documents belong to: a target's label and a platform.
type Image = (Arc<str>, Option<Arc<str>>);

fn image(place: &Place) -> Image {
    (place.target.clone(), place.platform.clone())
}

fn is_of_document(place: &Place) -> bool {
    !place.kind.is_of_a_file() && place.commits.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kinship, Position, Where};

    fn seen(kind: Where, path: &str, raw: bool) -> Occurrence {
        let place = Place {
            target: "app.tar".into(),
            platform: None,
            kind,
            path: path.as_bytes().into(),
            member: None,
            layer: None,
            state: None,
            raw,
            commits: None,
            package: None,
            built_by: None,
            kinship: Kinship::NONE,
        };
        let position = Position {
            offset: 0,
            line: 1,
            column: 1,
        };
        Occurrence::new(place, position)
    }

    fn paths_left(mut occurrences: Vec<Occurrence>) -> Vec<String> {
        drop_vague(&mut occurrences);
        let path = |seen: Occurrence| String::from_utf8(seen.place.path.to_vec()).unwrap();
        occurrences.into_iter().map(path).collect()
    }

    #[test]
    fn the_exact_part_of_a_document_says_it_all() {
        let step = "history[2].created_by";
        let told = [
            seen(Where::History, step, false),
            seen(Where::History, "history[2].created_by TOKEN", false),
            seen(Where::History, "history[2].created_by2", false),
            seen(Where::Config, "config", true),
        ];
        assert_eq!(
            paths_left(told.to_vec()),
            ["history[2].created_by TOKEN", "history[2].created_by2"]
        );
        assert_eq!(paths_left(told[3..].to_vec()), ["config"]);
    }

    #[test]
    fn a_file_is_no_part_of_another() {
        let files = ["key", "key 2"].map(|path| seen(Where::File, path, false));
        assert_eq!(paths_left(files.to_vec()), ["key", "key 2"]);
    }

    #[test]
    fn very_many_places_are_judged_at_once() {
        let places = (0..50_000).map(|index| format!("config.Env[{index}]"));
        let seen = places.map(|path| seen(Where::Config, &path, false));
        assert_eq!(paths_left(seen.collect()).len(), 50_000);
    }
}
