//! The weights of the score, in the order of the features. Written by `training/train.py`, whose README
//! says from what data; not edited by hand.

use super::Feature;

/// Log-odds of a secret before anything was seen.
pub(super) const BIAS: f32 = 0.313;
/// From here on confidence is high: nine of ten are secrets in repositories that training never saw.
pub(super) const HIGH: f32 = 1.15;
/// From here on confidence is medium.
pub(super) const MEDIUM: f32 = 0.28;
/// From here on a candidate is kept.
pub(super) const LOW: f32 = -3.00;

/// What each feature adds where it is seen in full.
#[allow(clippy::approx_constant, reason = "a weight may come near one")]
#[rustfmt::skip]
pub(super) const WEIGHTS: [f32; Feature::ALL.len()] = [
    1.387, // Password
    -0.399, // TokenName
    0.519, // SecretName
    0.000, // CredentialName
    0.095, // PlainName
    -0.318, // LongName
    1.566, // Quoted
    -1.536, // Argument
    1.144, // Assigned
    0.444, // Loose
    -1.599, // Code
    0.072, // Arrow
    -1.030, // Json
    -0.117, // Typed
    -0.448, // PasswordWritten
    1.291, // KeyDrawn
    -1.668, // KeyWritten
    -0.123, // Under6
    -0.574, // Under8
    -1.744, // ShortKey
    0.446, // LongKey
    0.000, // MadeUp
    -0.241, // Joined
    -0.764, // Number
    0.791, // EnvironmentVariable
    -0.868, // Digest
    -0.172, // Padded
    -0.875, // Identifier
    -0.451, // CodeMarks
    -1.783, // StockShare
    -0.316, // Echo
    -1.669, // Sample
    -0.335, // Account
    -0.678, // Recurs
    -0.498, // Markup
    -1.380, // Testing
    -1.892, // Vectors
    0.174, // Comment
    -2.269, // Keywords
    -0.412, // Binary
];
