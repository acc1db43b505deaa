//! The weights of the score, in the order of the features. Written by `training/train.py`, whose README
//! says from what data; not edited by hand.

use super::Feature;

/// Log-odds of a secret before anything was seen.
pub(super) const BIAS: f32 = -0.160;
/// From here on confidence is high: nine of ten are secrets in repositories that training never saw.
pub(super) const HIGH: f32 = 1.75;
/// From here on confidence is medium.
pub(super) const MEDIUM: f32 = 1.00;
/// From here on a candidate is kept.
pub(super) const LOW: f32 = -3.00;

/// What each feature adds where it is seen in full.
#[rustfmt::skip]
pub(super) const WEIGHTS: [f32; Feature::ALL.len()] = [
    1.577, // Password
    -0.711, // TokenName
    0.445, // SecretName
    -0.134, // CredentialName
    0.079, // PlainName
    -0.377, // LongName
    1.583, // Quoted
    -1.943, // Argument
    1.198, // Assigned
    0.770, // Loose
    -1.625, // Code
    0.334, // Arrow
    -1.492, // Json
    -0.061, // Typed
    -0.734, // PasswordWritten
    1.910, // KeyDrawn
    -1.688, // KeyWritten
    -0.734, // Under6
    -0.431, // Under8
    -1.432, // ShortKey
    0.847, // LongKey
    0.190, // MadeUp
    -0.353, // Joined
    -0.728, // Number
    0.854, // EnvironmentVariable
    -0.142, // Digest
    -0.586, // Padded
    -1.051, // Identifier
    -0.480, // CodeMarks
    -1.116, // StockShare
    -0.365, // Echo
    -1.628, // Sample
    0.197, // Account
    -0.283, // Recurs
    -0.725, // Markup
    -1.492, // Keywords
    -1.087, // Binary
];
