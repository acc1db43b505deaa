//! Packs as git makes them, packs made by hand, and damaged ones.

mod damage;
pub(super) mod encode;
mod families;
mod hidden;
mod real;
mod unlisted;
mod witness;
