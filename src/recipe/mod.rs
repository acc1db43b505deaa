//! Recipes: the files that say how software is built and run. Here they are read as what they are,
//! with the place of every part in the text, so that others can say which line of a Dockerfile an image
//! owes a secret to, and how a secret is kept out of the file that spells it.
//!
//! A recipe is known by its content, never by its name. Nothing here decides what is searched.

pub mod dockerfile;
