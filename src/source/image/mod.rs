//! Container images, wherever they live.
