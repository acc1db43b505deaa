//! The weights of the score, in the order of the features. Written by `training/train.py`, whose README
//! says from what data; not edited by hand.

use super::Feature;

/// Log-odds of a secret before anything was seen.
pub(super) const BIAS: f32 = -0.101;
/// From here on confidence is high: nine of ten are secrets in repositories that training never saw.
pub(super) const HIGH: f32 = 1.75;
/// From here on confidence is medium.
pub(super) const MEDIUM: f32 = 1.00;
/// From here on a candidate is kept.
pub(super) const LOW: f32 = -3.00;

/// What each feature adds where it is seen in full.
#[rustfmt::skip]
pub(super) const WEIGHTS: [f32; Feature::ALL.len()] = [
    1.526, // Password
    -0.626, // TokenName
    0.359, // SecretName
    -0.192, // CredentialName
    -0.034, // PlainName
    -0.546, // LongName
    1.590, // Quoted
    -1.916, // Argument
    1.173, // Assigned
    0.763, // Loose
    -1.613, // Code
    0.358, // Arrow
    -1.583, // Json
    0.000, // Typed
    -0.488, // PasswordWritten
    1.953, // KeyDrawn
    -1.517, // KeyWritten
    -0.502, // Under6
    -0.410, // Under8
    -1.582, // ShortKey
    0.795, // LongKey
    0.216, // MadeUp
    -0.375, // Joined
    -0.655, // Number
    0.820, // EnvironmentVariable
    -0.136, // Digest
    -0.559, // Padded
    -1.041, // Identifier
    -0.457, // CodeMarks
    -1.176, // StockShare
    -0.363, // Echo
    -1.588, // Sample
    0.267, // Account
    -0.410, // Recurs
    -0.708, // Markup
    -1.603, // Keywords
    -1.063, // Binary
];
