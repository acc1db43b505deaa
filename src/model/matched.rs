//! One match of one rule, with all that its own text can tell about it. What takes the rest of the
//! blob, companions and overlaps, is decided later.
//!
//! A git history holds most texts in hundreds of versions that share nearly all of their matches.
//! What was judged is therefore shared, and a match in a further version costs little more than its
//! position.

use super::{Confidence, Identity, Part, Position, PublicKey, Remark, Secret, Setting};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A candidate finding in one blob.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Match {
    /// Number of the rule in its set.
    pub rule: usize,
    /// The secret's bytes in the blob.
    pub span: Range<u64>,
    /// Where the secret begins, for people.
    pub position: Position,
    /// Whether it came along with bytes copied from another blob, where it was judged.
    pub carried: bool,
    /// What the bytes around it say.
    #[serde(with = "super::shared")]
    pub judged: Arc<Judged>,
    /// Ids of rules that matched the same place and lost.
    pub aliases: Vec<String>,
    /// What the place is in the recipe that the blob is.
    pub setting: Option<Setting>,
}

/// What a rule makes of the bytes around a literal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judged {
    /// The secret as it stands in the text.
    pub secret: Secret,
    /// What the secret's identity is computed from, where that differs from [`Self::secret`].
    pub normalised: Option<Secret>,
    /// How sure we are.
    pub confidence: Confidence,
    /// Whether it is known to have been made to be shown: for a test, for a manual, by its publisher.
    pub is_example: bool,
    /// Why.
    pub reasons: Vec<String>,
    /// Values that belong to the secret.
    pub parts: Vec<Part>,
    /// The seconds, since the Unix epoch, after each of which the judgement is another, because something in
    /// the secret expires then.
    pub expires: Vec<i64>,
    /// The public half, of a private key; and of what holds only that half.
    pub public_key: Option<PublicKey>,
    /// The names of what had to be undone to read it, from the outside in: `base64`, `gzip`.
    pub encodings: Vec<Cow<'static, str>>,
    /// The bytes that stand in the blob in place of the secret, if it is encoded; of something
    /// compressed all of them, which its matches share.
    #[serde(with = "super::shared::optional")]
    pub written: Option<Arc<Secret>>,
    /// What comments near it ask for.
    pub remarks: Vec<Remark>,
    /// Those of the rule's allowlists from a configuration, by number, whose words or patterns hold
    /// here; paths and commits are not known yet.
    pub allowed: Vec<usize>,
}

impl Judged {
    /// What identity is computed from.
    pub fn identity(&self) -> &Secret {
        self.normalised.as_ref().unwrap_or(&self.secret)
    }

    /// The same without the bytes of any secret.
    #[must_use]
    pub fn sealed(&self, identity: &Identity) -> Self {
        let sealed = |secret: &Secret| secret.sealed(identity);
        let part = |part: &Part| Part {
            name: part.name.clone(),
            value: sealed(&part.value),
        };
        Self {
            secret: sealed(&self.secret),
            normalised: self.normalised.as_ref().map(sealed),
            written: self.written.as_deref().map(|text| Arc::new(sealed(text))),
            parts: self.parts.iter().map(part).collect(),
            ..self.clone()
        }
    }
}
