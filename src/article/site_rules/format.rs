//! A rule file's text (`ftr-site-config`) to rules; what is not understood costs its line alone.

use std::ops::ControlFlow;

use super::xpath::XPath;
use crate::model::Fault;

/// Lines with a rule that are read in a file.
const MAX_RULES: usize = 1_000;

/// The rules of one file.
#[derive(Clone, Debug)]
pub struct SiteFile {
    /// Its name, such as `example.com.txt`.
    pub name: String,
    /// The title; the first that finds something counts, here and in the next three.
    pub(super) title: Vec<XPath>,
    pub(super) body: Vec<XPath>,
    pub(super) author: Vec<XPath>,
    pub(super) date: Vec<XPath>,
    /// What goes: elements, or attributes.
    pub(super) strip: Vec<XPath>,
    /// Parts of the `id` or `class` of elements that go.
    pub(super) strip_names: Vec<String>,
    /// Parts of the address of pictures that go.
    pub(super) strip_images: Vec<String>,
    /// Texts of the page's markup, each with what takes its place.
    pub(super) replace: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) next_page: Vec<Link>,
    pub(super) single_page: Vec<Link>,
    /// Clues that the page is an advertisement.
    pub(super) advertisement: Vec<XPath>,
    /// Attributes that hold a picture's address until it is loaded.
    pub(super) lazy: Vec<String>,
    /// Elements, each in a new one of this name.
    pub(super) wrap: Vec<(String, XPath)>,
    /// Where to, and what is moved there.
    pub(super) moves: Vec<(XPath, XPath)>,
    pub(super) flags: Flags,
    /// Its own tests, in the order of the file.
    pub tests: Vec<Test>,
    /// What was not understood, with the line.
    pub faults: Vec<Fault>,
}

/// What is said by `yes` and `no`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    /// Lists of links, forms and the like go from the body.
    pub prune: bool,
    /// The page is read by its look where `body` finds nothing.
    pub autodetect: bool,
    pub skip_json_ld: bool,
    pub insert_image: bool,
    pub double_br: bool,
}

/// A link to another page, where a condition holds.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub to: XPath,
    pub on: Option<XPath>,
}

/// An address and what the article there must contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// `test_url`.
    pub url: String,
    /// The lines `test_contains` below it.
    pub contains: Vec<String>,
}

impl SiteFile {
    /// Reads a file; `name` is shown with what it finds.
    pub fn parse(name: &str, text: &str) -> Self {
        let mut reader = Reader { file: Self::empty(name), find: None, link: None };
        let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
        let rules = lines.map(|(number, line)| (number, line.trim())).filter(|(_, line)| {
            !line.is_empty() && !line.starts_with('#') && !line.starts_with("//")
        });
        for (count, (number, line)) in rules.enumerate() {
            if count >= MAX_RULES {
                reader.fault(number, format!("more than {MAX_RULES} rules; the rest is left out"));
                break;
            }
            if let Err(why) = reader.line(line, number) {
                reader.fault(number, why);
            }
        }
        reader.forget_find();
        reader.file
    }

    /// Whether it only prepares pages that are then read by their look.
    pub fn has_no_body(&self) -> bool {
        self.body.is_empty()
    }

    fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: Vec::new(),
            body: Vec::new(),
            author: Vec::new(),
            date: Vec::new(),
            strip: Vec::new(),
            strip_names: Vec::new(),
            strip_images: Vec::new(),
            replace: Vec::new(),
            headers: Vec::new(),
            next_page: Vec::new(),
            single_page: Vec::new(),
            advertisement: Vec::new(),
            lazy: Vec::new(),
            wrap: Vec::new(),
            moves: Vec::new(),
            flags: Flags {
                prune: true,
                autodetect: true,
                skip_json_ld: false,
                insert_image: false,
                double_br: false,
            },
            tests: Vec::new(),
            faults: Vec::new(),
        }
    }
}

/// Which kind of link a condition would be for.
#[derive(Clone, Copy)]
enum Last {
    Next,
    Single,
}

struct Reader {
    file: SiteFile,
    /// A `find_string` that waits for its `replace_string`, with its line.
    find: Option<(String, usize)>,
    link: Option<Last>,
}

impl Reader {
    fn fault(&mut self, line: usize, what: String) {
        let place = format!("`{}` line {line}", self.file.name);
        self.file.faults.push(Fault::new(place, what));
    }

    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        let (key, argument, value) = split(line).ok_or("not of the form `key: value`")?;
        let key = key.to_ascii_lowercase();
        let may_be_empty = matches!(key.as_str(), "find_string" | "replace_string");
        if value.is_empty() && !may_be_empty {
            return Err(format!("`{key}` has no value"));
        }
        let done = match argument {
            Some(argument) => self.with_argument(&key, argument, value),
            None => self.strings(&key, value, number),
        }?;
        match done {
            ControlFlow::Break(()) => Ok(()),
            ControlFlow::Continue(()) => Err(format!("`{key}` is no known key")),
        }
    }

    /// `key(argument): value`
    fn with_argument(&mut self, key: &str, argument: &str, value: &str) -> Done {
        match key {
            "replace_string" if argument.is_empty() => return Err("nothing to find".to_owned()),
            "replace_string" => self.file.replace.push((argument.to_owned(), value.to_owned())),
            "http_header" => self.file.headers.push(header(argument, value)?),
            "wrap_in" => self.file.wrap.push((element_name(argument)?, xpath(value)?)),
            "move_into" => self.file.moves.push((xpath(argument)?, xpath(value)?)),
            _ => return Ok(ControlFlow::Continue(())),
        }
        Ok(ControlFlow::Break(()))
    }

    fn strings(&mut self, key: &str, value: &str, number: usize) -> Done {
        match key {
            "find_string" => {
                self.forget_find();
                if value.is_empty() {
                    return Err("nothing to find".to_owned());
                }
                self.find = Some((value.to_owned(), number));
            }
            "replace_string" => {
                let (find, _) = self.find.take().ok_or("there is no `find_string` above it")?;
                self.file.replace.push((find, value.to_owned()));
            }
            "strip_id_or_class" => self.file.strip_names.push(unquoted(value)?),
            "strip_image_src" => self.file.strip_images.push(unquoted(value)?),
            "src_lazy_load_attr" => self.file.lazy.push(value.to_ascii_lowercase()),
            "test_url" => {
                self.file.tests.push(Test { url: value.to_owned(), contains: Vec::new() });
            }
            "test_contains" => {
                let test = self.file.tests.last_mut().ok_or("there is no `test_url` above it")?;
                test.contains.push(value.to_owned());
            }
            _ => return self.flags(key, value),
        }
        Ok(ControlFlow::Break(()))
    }

    fn flags(&mut self, key: &str, value: &str) -> Done {
        let flags = &mut self.file.flags;
        let flag = match key {
            "prune" => &mut flags.prune,
            "autodetect_on_failure" => &mut flags.autodetect,
            "skip_json_ld" => &mut flags.skip_json_ld,
            "insert_detected_image" => &mut flags.insert_image,
            "convert_double_br_tags" => &mut flags.double_br,
            // Of other programs: nothing here is done by them.
            "tidy"
            | "parser"
            | "requires_login"
            | "login_uri"
            | "login_username_field"
            | "login_password_field"
            | "login_extra_fields"
            | "not_logged_in_xpath" => {
                return Ok(ControlFlow::Break(()));
            }
            _ => return self.paths(key, value),
        };
        *flag = match value.to_ascii_lowercase().as_str() {
            "yes" | "true" => true,
            "no" | "false" => false,
            _ => return Err(format!("`{key}` must be `yes` or `no`")),
        };
        Ok(ControlFlow::Break(()))
    }

    fn paths(&mut self, key: &str, value: &str) -> Done {
        let file = &mut self.file;
        let list = match key {
            "title" => &mut file.title,
            "body" => &mut file.body,
            "author" => &mut file.author,
            "date" => &mut file.date,
            "strip" | "strip_attr" => &mut file.strip,
            "native_ad_clue" => &mut file.advertisement,
            _ => return self.links(key, value),
        };
        list.push(xpath(value)?);
        Ok(ControlFlow::Break(()))
    }

    /// A condition is for the link above it.
    fn links(&mut self, key: &str, value: &str) -> Done {
        match key {
            "next_page_link" => {
                self.file.next_page.push(Link { to: xpath(value)?, on: None });
                self.link = Some(Last::Next);
            }
            "single_page_link" => {
                self.file.single_page.push(Link { to: xpath(value)?, on: None });
                self.link = Some(Last::Single);
            }
            "if_page_contains" => {
                let last = self.link.take().ok_or("there is no link above it")?;
                let links = match last {
                    Last::Next => &mut self.file.next_page,
                    Last::Single => &mut self.file.single_page,
                };
                // A link whose condition is not understood must not be followed.
                let condition = xpath(value).inspect_err(|_| drop(links.pop()))?;
                if let Some(link) = links.last_mut() {
                    link.on = Some(condition);
                }
            }
            _ => return Ok(ControlFlow::Continue(())),
        }
        Ok(ControlFlow::Break(()))
    }

    /// Names a `find_string` that nothing replaces.
    fn forget_find(&mut self) {
        if let Some((_, line)) = self.find.take() {
            self.fault(line, "there is no `replace_string` below it".to_owned());
        }
    }
}

/// Whether a key was known; an error is a fault of its value.
type Done = Result<ControlFlow<()>, String>;

/// Key, argument and value of `key: value` or `key(argument): value`.
fn split(line: &str) -> Option<(&str, Option<&str>, &str)> {
    let end = line.find([':', '('])?;
    let (key, rest) = line.split_at(end);
    if let Some(value) = rest.strip_prefix(':') {
        return Some((key.trim(), None, value.trim()));
    }
    let (argument, value) = rest.strip_prefix('(')?.split_once("):")?;
    Some((key.trim(), Some(argument), value.trim()))
}

fn xpath(text: &str) -> Result<XPath, String> {
    XPath::parse(text).map_err(|why| format!("`{text}`: {why}"))
}

/// Some files put quotes round what is no expression.
fn unquoted(text: &str) -> Result<String, String> {
    let text: String = text.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    if text.trim().is_empty() { Err("it names nothing".to_owned()) } else { Ok(text) }
}

fn header(name: &str, value: &str) -> Result<(String, String), String> {
    let name = name.trim();
    let good = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let line = value.bytes().all(|b| b == b'\t' || (b >= b' ' && b != 0x7f));
    if name.is_empty() || !name.bytes().all(good) || !line {
        return Err(format!("`{name}` is no header of one line"));
    }
    Ok((name.to_ascii_lowercase(), value.to_owned()))
}

fn element_name(text: &str) -> Result<String, String> {
    let name = text.trim().to_ascii_lowercase();
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
        && name.len() <= 20;
    if good { Ok(name) } else { Err(format!("`{text}` is no name of an element")) }
}
