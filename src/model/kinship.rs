//! How what stands in one image stands to other images: what it has from the image it is built on, and
//! what an older one had already.

use std::sync::Arc;

/// How a place stands to other images.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kinship {
    /// The base image that it comes from.
    pub base: Option<Arc<str>>,
    /// How it stands to the older image that the scan compares with, if there is one.
    pub age: Option<Age>,
}

/// How a place stands to an older image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// The older image has neither this layer nor this value of a config.
    Fresh,
    /// The older image has it as well.
    Shared,
    /// It is a place of the older image itself.
    Former,
}

/// What became of a secret since an older image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The older image does not have it.
    New,
    /// The older image has it elsewhere.
    Moved,
    /// It stands where the older image has it, and nowhere else.
    Unchanged,
    /// The older image alone has it.
    Gone,
}

impl Kinship {
    /// Nothing is known of other images.
    pub const NONE: Self = Self {
        base: None,
        age: None,
    };
}

impl Change {
    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Moved => "moved",
            Self::Unchanged => "unchanged",
            Self::Gone => "gone",
        }
    }

    /// The change of a secret that stands at places of these ages; `None` if there is nothing to compare.
    pub fn of(ages: impl Iterator<Item = Option<Age>>) -> Option<Self> {
        let ages = ages.collect::<Option<Vec<Age>>>()?;
        let has = |age| ages.contains(&age);
        let change = match (has(Age::Fresh), has(Age::Shared), has(Age::Former)) {
            (true, false, false) => Self::New,
            (true, ..) => Self::Moved,
            (false, true, _) => Self::Unchanged,
            (false, false, true) => Self::Gone,
            (false, false, false) => return None,
        };
        Some(change)
    }

    /// The places that are told of a secret that changed like this.
    pub const fn told(self) -> Age {
        match self {
            Self::New | Self::Moved => Age::Fresh,
            Self::Unchanged => Age::Shared,
            Self::Gone => Age::Former,
        }
    }

    /// Whether it is something that came with the image.
    pub const fn is_news(self) -> bool {
        matches!(self, Self::New | Self::Moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Age::{Former, Fresh, Shared};

    #[test]
    fn what_became_of_a_secret_shows_in_the_ages_of_its_places() {
        let of = |ages: &[Age]| Change::of(ages.iter().copied().map(Some));
        assert_eq!(of(&[Fresh]), Some(Change::New));
        assert_eq!(of(&[Former, Fresh]), Some(Change::Moved));
        assert_eq!(of(&[Shared, Fresh, Former]), Some(Change::Moved));
        assert_eq!(of(&[Shared, Former]), Some(Change::Unchanged));
        assert_eq!(of(&[Former]), Some(Change::Gone));
        assert_eq!(of(&[]), None);
        assert_eq!(Change::of([Some(Fresh), None].into_iter()), None);
    }
}
