//! stub
use crate::model::Instant;
pub fn parse(_t: &str, _now: Instant, _z: chrono_tz::Tz) -> Option<Instant> { None }
pub fn parse_format(_t: &str, _f: &str, _z: chrono_tz::Tz) -> Option<Instant> { None }
