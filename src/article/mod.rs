//! stub
use crate::model::*;
#[derive(Clone, Debug, Default)]
pub struct Rules;
#[derive(Clone, Debug, Default)]
pub struct RawRules { pub body: Vec<String>, pub remove: Vec<String>, pub unwrap: Vec<String>, pub stop_at: Vec<String>, pub medium: Option<String>, pub json: Option<String> }
pub struct Bad { pub field: &'static str, pub index: usize, pub value: String, pub why: String }
#[derive(Debug)]pub enum By { Rules(String), Json, Readability }
#[derive(Debug)]pub struct Found { pub fragment: Fragment, pub by: By, pub title: Option<String>, pub medium: Option<String>, pub image: Option<String>, pub language: Option<String>, pub faults: Vec<Fault> }
#[derive(Debug, thiserror::Error)]
pub enum Error { #[error("x")] X }
impl Rules { pub fn is_json(&self)->bool {false} pub fn compile(_raw: &RawRules) -> Result<Rules, Vec<Bad>> { Ok(Rules) } }
pub fn read(_page: &str, _url: &url::Url, _rules: &Rules) -> Result<Found, Error> { Err(Error::X) }
pub fn read_json(_v: &serde_json::Value, _rules: &Rules) -> Result<Found, Error> { Err(Error::X) }
pub fn apply(f: &str, _rules: &Rules) -> String { f.into() }
pub fn medium(_f: &str, _rules: &Rules) -> Option<String> { None }
