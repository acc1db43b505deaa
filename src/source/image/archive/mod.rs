//! An image archive: what `docker save`, `podman save`, `skopeo copy` or `kaniko` writes, or the
//! tar of a bare root file system.
//!
//! A plain file is walked once for its entries and then read in any order ([`Indexed`]). What can
//! be read only once and in order, standard input or a compressed file, is searched as it streams
//! by ([`Streamed`]).

mod entries;
mod indexed;
mod stream;
mod streamed;

pub(super) use indexed::Indexed;
pub(super) use stream::{Passed, pass, search_rest};
pub(super) use streamed::Streamed;

use entries::Entries;
use streamed::Kept;
