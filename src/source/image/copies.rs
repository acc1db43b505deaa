//! Reading a layer that can be had from several places: from one after the other, until one of them
//! proves to be what was claimed, and from none if an earlier scan has kept what is in it.

use super::catalog::{Copy, Facts};
use super::layer::LayerReader;
use super::reading::Reading;
use super::store::Blob;
use crate::model::{LayerId, Shortfall};
use crate::source::metered::Metered;
use crate::unpack::Sink;

/// Reads a layer from the places that hold it, until one of them proves to be what was claimed:
/// that one then stands for the others.
pub(super) fn read_any(scan: &Reading<'_>, layer: LayerId, copies: &[Copy]) {
    let mut read: Vec<(&Copy, Facts)> = Vec::new();
    for copy in copies {
        let known = read.iter().position(|(other, facts)| {
            let proven = facts
                .sums
                .as_ref()
                .is_some_and(|sums| other.claim.kept_by(sums));
            proven || other.is_same_place(copy)
        });
        // What is known is not opened again: in a registry that would be a request.
        if let Some(known) = known {
            scan.compare(copy, &read[known].1);
            continue;
        }
        if read.is_empty()
            && let Some(facts) = scan.remembered(layer, copy)
        {
            scan.compare(copy, &facts);
            read.push((copy, facts));
            continue;
        }
        // Before it is opened: its stamp must be that of what is read.
        let recorder = scan.recorder(copy);
        let blob = match copy.store.open(&copy.name) {
            Ok(blob) => blob,
            Err(error) => {
                let shortfall = Shortfall::new(error.kind(), &copy.label, error.to_string());
                scan.sink.shortfall(shortfall);
                continue;
            }
        };
        let number = match read.is_empty() {
            true => layer,
            false => scan.catalog().add_variant(layer),
        };
        let facts = match recorder {
            Some(recorder) => recorder.record(scan, number, copy, blob),
            None => read_blob(scan, scan.sink, number, copy, blob),
        };
        scan.compare(copy, &facts);
        read.push((copy, facts));
    }
    // The last one read is the one that was proven, if any was.
    if let Some((copy, facts)) = read.pop() {
        let again = Some(copy.clone());
        scan.catalog().learn(layer, Facts { again, ..facts });
    }
}

/// Reads a blob, and hands its texts to `sink`.
pub(super) fn read_blob(
    scan: &Reading<'_>,
    sink: &dyn Sink,
    layer: LayerId,
    copy: &Copy,
    blob: Blob,
) -> Facts {
    let meter = scan.progress.begin(&copy.label, Some(blob.size));
    let mut layer = LayerReader::new(scan, layer, &copy.label, &copy.name).telling(sink);
    layer.only = blob.only;
    layer.read(Metered::new(blob.reader, meter), &copy.claim)
}
