//! stub
pub struct Decoded { pub text: String }
pub fn decode(bytes: &[u8], _c: Option<&str>, _o: Option<&str>) -> Decoded { Decoded { text: String::from_utf8_lossy(bytes).into() } }
