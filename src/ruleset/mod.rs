//! What is looked for: the rules as data, and the facts about token formats that rules and proofs
//! share.

pub mod checksum;
pub mod template;
