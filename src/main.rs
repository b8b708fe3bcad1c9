//! The binary: hands the world to `finews::cli`.

fn main() {}
