//! stub
pub(super) const SETTINGS: &str = "";
pub(super) const FILES: &[(&str, &str)] = &[];
