//! Guards that files are there whole or not at all, and only where they belong.
