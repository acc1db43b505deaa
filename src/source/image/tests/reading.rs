//! Reading layers: formats, checks, and what is searched besides contents.

use super::*;
use crate::model::Meter;
use std::collections::BTreeSet;

fn image_of(layer: &[u8], media_type: &str) -> Blobs {
    let mut blobs = Blobs::default();
    let config = blobs.add_json("application/vnd.oci.image.config.v1+json", &json!({}));
    let layer = blobs.add(media_type, layer);
    let manifest = blobs.manifest(&json!({"config": config, "layers": [layer]}));
    blobs.root(&[manifest]);
    blobs
}

const TAR: &str = "application/vnd.oci.image.layer.v1.tar";

#[test]
fn content_and_not_the_media_type_decides_how_a_layer_is_read() {
    let tar = tar_of(&[("key", "NEEDLE")]);
    let two_members = [gzip(&tar[..700]), gzip(&tar[700..])].concat();
    for stored in [
        tar.clone(),
        gzip(&tar),
        two_members,
        zstd::encode_all(&tar[..], 1).unwrap(),
    ] {
        for media_type in [TAR, "application/vnd.oci.image.layer.v1.tar+gzip", ""] {
            let scanned = scan_everywhere(&image_of(&stored, media_type));
            assert_eq!(scanned.kinds(), []);
            assert_eq!(scanned.told("NEEDLE"), ["file key in 0 present"]);
        }
    }
}

#[test]
fn names_links_and_attributes_are_searched() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder
        .append_link(&mut header, "link", "NEEDLE-target")
        .unwrap();
    builder
        .append_pax_extensions([("SCHILY.xattr.user.key", &b"NEEDLE-attribute"[..])])
        .unwrap();
    append(&mut builder, "NEEDLE-name", b"");
    let scanned = scan_everywhere(&image_of(&builder.into_inner().unwrap(), TAR));
    assert_eq!(
        scanned.told("NEEDLE"),
        [
            "metadata NEEDLE-name in 0 present",
            "metadata NEEDLE-name in 0 present",
            "metadata link in 0 present",
        ]
    );
}

#[test]
fn different_texts_have_different_origins() {
    let mut builder = tar::Builder::new(Vec::new());
    for target in ["NEEDLE-one", "NEEDLE-two"] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, "link", target).unwrap();
    }
    builder
        .append_pax_extensions([
            ("SCHILY.xattr.user.a", &b"NEEDLE-three"[..]),
            ("SCHILY.xattr.user.b", &b"NEEDLE-four"[..]),
        ])
        .unwrap();
    append(&mut builder, "file", b"NEEDLE-five");
    append(&mut builder, "file", b"NEEDLE-six");
    let mut layer = builder.into_inner().unwrap();
    for slack in ["NEEDLE-seven", "NEEDLE-eight"] {
        layer.extend(format!("{slack:512}").bytes());
        layer.extend(&tar_of(&[("file", "x")])[..1024]);
    }
    let mut blobs = Blobs::default();
    let created_by = "|2 KEY=NEEDLE-nine KEY=NEEDLE-ten /bin/sh -c x";
    let config = json!({"history": [{"created_by": created_by}]});
    let image = blobs.image(&config, &[layer]);
    blobs.root(&[image]);
    let directory = tempfile::tempdir().unwrap();
    let scanned = Scanned::of(&[blobs.write_to(directory.path())]);
    let needles = "one two three four five six seven eight nine ten".split(' ');
    for needle in needles {
        assert!(
            !scanned.places(&format!("NEEDLE-{needle}")).is_empty(),
            "{needle}"
        );
    }
    let texts = scanned.found.iter().map(|(text, _)| text);
    let pairs: BTreeSet<_> = scanned.origins.iter().zip(texts).collect();
    let origins: BTreeSet<_> = scanned.origins.iter().collect();
    assert_eq!(origins.len(), pairs.len(), "equal names are one text");
}

#[test]
fn a_secret_in_the_name_of_a_directory_is_present() {
    let layer = tar_of(&[("NEEDLE/", "")]);
    let scanned = scan_everywhere(&image_of(&layer, TAR));
    assert_eq!(scanned.told("NEEDLE"), ["metadata NEEDLE/ in 0 present"]);
}

#[test]
fn overlayfs_spells_whiteouts_its_own_way() {
    let mut upper = tar::Builder::new(Vec::new());
    let mut device = tar::Header::new_ustar();
    device.set_path("key").unwrap();
    device.set_entry_type(tar::EntryType::Char);
    device.set_device_major(0).unwrap();
    device.set_device_minor(0).unwrap();
    device.set_size(0);
    device.set_cksum();
    upper.append(&device, &[][..]).unwrap();
    upper
        .append_pax_extensions([("SCHILY.xattr.trusted.overlay.opaque", &b"y"[..])])
        .unwrap();
    append(&mut upper, "directory/", b"");
    let mut blobs = Blobs::default();
    let image = blobs.image(
        &json!({}),
        &[
            tar_of(&[("key", "NEEDLE"), ("directory/key", "NEEDLE")]),
            upper.into_inner().unwrap(),
        ],
    );
    blobs.root(&[image]);
    assert_eq!(
        scan_everywhere(&blobs).told("NEEDLE"),
        [
            "file directory/key in 0 deleted by 1",
            "file key in 0 deleted by 1",
        ]
    );
}

#[test]
fn what_was_found_before_a_damage_stays() {
    let mut tar = tar_of(&[("key", "NEEDLE")]);
    // Noise does not compress, so that the cut falls behind the first entry.
    let noise: String = (0..40_000_u32)
        .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26))
        .collect();
    tar.truncate(1024);
    tar.extend(tar_of(&[("noise", &noise)]));
    let whole = gzip(&tar);
    let mut garbage = whole.clone();
    garbage.extend(b"garbage");
    for (stored, kind) in [
        (&whole[..whole.len() - 300], Kind::Truncated),
        (&garbage[..], Kind::Corrupt),
    ] {
        let scanned = scan_everywhere(&image_of(stored, TAR));
        assert!(
            scanned.kinds().contains(&kind),
            "{:?}",
            scanned.shortfalls()
        );
        assert_eq!(scanned.told("NEEDLE"), ["file key in 0 present"]);
        assert!(scanned.shortfalls()[0].place.contains("layer 0 (sha256:"));
    }
}

#[test]
fn a_layer_that_is_no_tar_is_one_file_and_said_to_be() {
    let scanned = scan_everywhere(&image_of(b"NEEDLE, no tar", TAR));
    assert_eq!(scanned.places("NEEDLE").len(), 1);
    assert!(scanned.kinds().iter().all(|&kind| kind == Kind::Corrupt));
}

#[test]
fn digest_size_and_diff_id_are_checked_and_findings_stay() {
    let tar = tar_of(&[("key", "NEEDLE")]);
    let mut blobs = Blobs::default();
    let config = json!({"rootfs": {"diff_ids": [digest(b"another")]}});
    let config = blobs.add_json("application/vnd.oci.image.config.v1+json", &config);
    let mut layer = blobs.add(TAR, &gzip(&tar));
    layer["size"] = json!(7);
    let manifest = blobs.manifest(&json!({"config": config, "layers": [layer]}));
    blobs.root(&[manifest]);
    let scanned = scan_everywhere(&blobs);
    assert_eq!(scanned.kinds(), [Kind::Mismatch]);
    assert_eq!(scanned.told("NEEDLE"), ["file key in 0 present"]);

    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        verify_diff_ids: true,
        ..Options::default()
    };
    let verified = Scanned::with(&[blobs.write_to(directory.path())], &options);
    assert_eq!(verified.kinds(), [Kind::Mismatch, Kind::Mismatch]);
}

#[test]
fn a_copy_that_fails_its_digest_does_not_stand_for_a_good_one() {
    let good = tar_of(&[("key", "NEEDLE-good")]);
    let blobs = image_of(&good, TAR);
    let mut forged = blobs.clone();
    let name = Digest::parse(&digest(&good)).unwrap().blob_path();
    forged.0.insert(name, tar_of(&[("key", "NEEDLE-evil")]));
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let targets = [forged.write_to(one.path()), blobs.write_to(two.path())];
    let scanned = Scanned::of(&targets);
    assert_eq!(scanned.kinds(), [Kind::Mismatch]);
    assert_eq!(
        (scanned.times("NEEDLE-good"), scanned.times("NEEDLE-evil")),
        (1, 1)
    );
    let origins: BTreeSet<_> = scanned.origins_of("NEEDLE").collect();
    assert_eq!(origins.len(), 2, "each has matches of its own");
    assert_eq!(scanned.places("NEEDLE-evil").len(), 2);
}

#[test]
fn progress_hears_of_every_stored_byte() {
    #[derive(Clone, Default)]
    struct Ear(Arc<Mutex<(Option<u64>, u64)>>);
    impl Progress for Ear {
        fn begin(&self, _: &str, bytes: Option<u64>) -> Box<dyn Meter> {
            self.0.lock().unwrap().0 = bytes;
            Box::new(self.clone())
        }
    }
    impl Meter for Ear {
        fn advance(&self, bytes: u64) {
            self.0.lock().unwrap().1 += bytes;
        }
    }
    let stored = gzip(&tar_of(&[("key", "NEEDLE")]));
    let size = stored.len() as u64;
    let directory = tempfile::tempdir().unwrap();
    let target = Target::parse(&image_of(&stored, TAR).write_to(directory.path())).unwrap();
    let context = Context {
        before: 1,
        after: 1,
    };
    let (ear, options) = (Ear::default(), Options::default());
    let source = ImageSource::new(vec![target], &options, context, &ear).unwrap();
    source.read(&Kept::default());
    assert_eq!(*ear.0.lock().unwrap(), (Some(size), size));
}
