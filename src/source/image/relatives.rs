//! What is noted of other images while targets are looked through: which targets are merely compared
//! with, and what configs say. [`Lineage`](super::lineage::Lineage) answers from it.

use crate::model::DocumentId;
use crate::source::paths::Key;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a target is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    /// To be scanned.
    #[default]
    Scanned,
    /// To be recognised in others as their base: its layers are not read for its own sake.
    Base,
    /// To be compared with: an older image.
    Former,
}

/// The values of a config by pointer and number, each as a hash of what it says.
pub(super) type Values = BTreeMap<(Arc<str>, u32), u64>;

/// What is noted.
#[derive(Debug, Default)]
pub(super) struct Relatives {
    /// Whether any image is compared with another.
    pub(super) is_asked_for: bool,
    /// Of targets that are not to be scanned, by their numbers.
    roles: HashMap<usize, Role>,
    /// The configs of images.
    configs: HashMap<usize, DocumentId>,
    values: HashMap<DocumentId, Values>,
}

impl Relatives {
    /// A target of this number has another role.
    pub(super) fn add(&mut self, target: usize, role: Role) {
        self.roles.insert(target, role);
    }

    /// What a target is asked for.
    pub(super) fn role(&self, target: usize) -> Role {
        self.roles.get(&target).copied().unwrap_or_default()
    }

    /// Whether there is an older image to compare with.
    pub(super) fn has_former(&self) -> bool {
        self.roles.values().any(|&role| role == Role::Former)
    }

    /// The config of an image.
    pub(super) fn add_config(&mut self, image: usize, config: DocumentId) {
        self.configs.insert(image, config);
    }

    /// What a config says.
    pub(super) fn add_values(&mut self, config: DocumentId, values: Values) {
        self.values.insert(config, values);
    }

    /// What one value of a document says, if that is the config of an image.
    pub(super) fn value(&self, of: DocumentId, pointer: &Arc<str>, number: u32) -> Option<u64> {
        let values = self.values.get(&of)?;
        values.get(&(Arc::clone(pointer), number)).copied()
    }

    /// All that the config of an image says.
    pub(super) fn said(&self, image: usize) -> impl Iterator<Item = u64> {
        let config = self.configs.get(&image);
        let values = config.and_then(|config| self.values.get(config));
        values.into_iter().flat_map(BTreeMap::values).copied()
    }
}

/// The hash of a value and of where it stands, numbers left out: a layer more moves every instruction
/// behind it.
pub(super) fn hash(pointer: &str, text: &str) -> u64 {
    let numberless: Vec<u8> = pointer
        .bytes()
        .filter(|byte| !byte.is_ascii_digit())
        .collect();
    Key::default().hash(&[&numberless, text.as_bytes()])
}
