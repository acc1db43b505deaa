//! Layers that an earlier scan has read. What it learnt of one is kept under the digest of the blob, so a
//! blob is left unread only if it is sure to be the one of that digest ([`Proof`]); a file that has not
//! been hashed since it changed is hashed first, which costs a part of what searching it would.
//!
//! What is kept of a layer is all that reading and searching it told: so the rest of the scan need not
//! know that nobody has read it. Of a layer that was not read in full, or is not what was claimed, nothing
//! is kept. Of git repositories it is kept where their parts lie; what they tell is a result of its own
//! (`histories`), because they may have parts in several layers.

use super::catalog::{Copy, Facts};
use super::copies::read_blob;
use super::digest::Digest;
use super::heard::{Heard, Listening};
use super::reading::Reading;
use super::store::{Blob, Proof};
use crate::cache::Cache;
use crate::model::LayerId;
use crate::unpack::digest::Hashing;
use crate::unpack::{Notes, Recorder};
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;

/// What reading a layer told, beside what was found in its texts.
#[derive(Serialize, Deserialize)]
struct Known {
    facts: Facts,
    heard: Heard,
}

/// A reading that is to be remembered.
pub(super) struct Remembering<'a> {
    cache: &'a Arc<Cache>,
    sink: Box<dyn Recorder + 'a>,
    name: String,
    proof: Proof,
}

impl Reading<'_> {
    /// Under which name a layer at this place is kept, and its digest; `None` of what nobody claims a digest
    /// of.
    fn name<'c>(&self, copy: &'c Copy) -> Option<(String, &'c Digest)> {
        let digest = copy.claim.digest.as_ref()?;
        // With it the uncompressed layer is hashed, where that is asked for.
        let diff_id = copy.claim.diff_id.as_ref();
        let unpacked = match self.options.verify_diff_ids {
            true => diff_id.map_or("any", |digest| digest.algorithm().name()),
            false => "none",
        };
        // A blob that is one file is called by its name in the store.
        let name = format!("layer {digest} {unpacked} {}", copy.name);
        Some((name, digest))
    }

    /// What is known of a layer at this place, which is told to the sink as if it had been read.
    pub(super) fn remembered(&self, layer: LayerId, copy: &Copy) -> Option<Facts> {
        let cache = self.cache?;
        let (name, digest) = self.name(copy)?;
        let kept = cache.get(&name)?;
        if !is_proven(cache, copy, digest) {
            return None;
        }
        let read: Option<(Known, &[u8])> = postcard::take_from_bytes(&kept).ok();
        let read = read.filter(|(Known { facts, .. }, _)| facts.packages.is_sound());
        let Some((Known { facts, heard }, found)) = read else {
            cache.distrust(&name);
            return None;
        };
        let is_admitted = self.packages.admits(&facts.packages) && self.git.admits(&facts.signs);
        if !is_admitted || !self.sink.replay(Some(layer), found) {
            return None;
        }
        heard.tell(self.sink, &[&copy.label]);
        Some(Facts {
            again: Some(copy.clone()),
            name: Some(name),
            ..facts
        })
    }

    /// What remembers the reading of a layer at this place, if that can be.
    pub(super) fn recorder(&self, copy: &Copy) -> Option<Remembering<'_>> {
        let cache = self.cache?;
        let (name, _) = self.name(copy)?;
        let proof = copy.store.proof(&copy.name);
        let sink = match proof {
            Proof::Nothing => return None,
            Proof::Name | Proof::File(_) => self.sink.record()?,
        };
        Some(Remembering {
            cache,
            sink,
            name,
            proof,
        })
    }
}

impl Remembering<'_> {
    /// Reads the layer, and keeps what was learnt if that is all there is to it.
    pub(super) fn record(
        self,
        scan: &Reading<'_>,
        layer: LayerId,
        copy: &Copy,
        blob: Blob,
    ) -> Facts {
        let labels = [copy.label.as_str()];
        let listening = Listening::new(&*self.sink, &labels);
        let facts = read_blob(scan, &listening, layer, copy, blob);
        let heard = listening.finish();
        let is_proven = facts
            .sums
            .as_ref()
            .is_some_and(|sums| copy.claim.kept_by(sums));
        let is_whole = is_proven && !heard.is_spoilt && !facts.packages.is_cut();
        if !is_whole || !facts.signs.are_whole() || scan.sink.stopped() {
            return facts;
        }
        let name = self.name.clone();
        let known = Known { facts, heard };
        if let Ok(bytes) = postcard::to_allocvec(&known) {
            self.keep(copy, bytes);
        }
        Facts {
            name: Some(name),
            ..known.facts
        }
    }

    fn keep(self, copy: &Copy, known: Vec<u8>) {
        let (cache, name) = (Arc::clone(self.cache), self.name);
        let digest = copy.claim.digest.clone();
        if let (Proof::File(stamp), Some(digest)) = (&self.proof, digest)
            && copy.store.proof(&copy.name) == self.proof
            && stamp.is_settled()
        {
            cache.put(&witness(stamp.text(), &digest), &[]);
        }
        let keep = move |notes: Box<dyn Notes>| {
            if let Some(record) = notes.behind(&known) {
                cache.put(&name, &record);
            }
        };
        self.sink.finish(Box::new(keep));
    }
}

/// Under which name it is kept that the content of a file was hashed.
fn witness(stamp: &str, digest: &Digest) -> String {
    format!("file {stamp} {digest}")
}

/// Whether a blob is the one of this digest.
fn is_proven(cache: &Cache, copy: &Copy, digest: &Digest) -> bool {
    let proof = copy.store.proof(&copy.name);
    let stamp = match &proof {
        Proof::Name => return true,
        Proof::Nothing => return false,
        Proof::File(stamp) => stamp,
    };
    let witness = witness(stamp.text(), digest);
    if stamp.is_settled() && cache.get(&witness).is_some() {
        return true;
    }
    let is_it = hashed(copy, digest).is_ok_and(|hashed| hashed == *digest);
    if is_it && stamp.is_settled() && copy.store.proof(&copy.name) == proof {
        cache.put(&witness, &[]);
    }
    is_it
}

/// The digest of a blob, by its bytes.
fn hashed(copy: &Copy, digest: &Digest) -> io::Result<Digest> {
    let blob = copy.store.open(&copy.name).map_err(io::Error::other)?;
    let mut hashing = Hashing::new(blob.reader, digest.algorithm());
    hashing.drain()?;
    Ok(Digest::computed(&hashing.finish()))
}
