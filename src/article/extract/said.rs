//! What a page says of itself outside its text: `meta`, `link`, `title`, JSON-LD.

use serde_json::Value;
use url::Url;

use super::entity;
use super::lex;
use super::tag::Tag;
use super::tree::Tree;

/// Bytes of JSON-LD that are read.
const MAX_LINKED: usize = 1 << 20;
/// Objects of the linked data that are looked at.
const MAX_OBJECTS: usize = 500;

/// What a `base` element is called among the links.
const BASE: &str = "base";

/// See the charter.
pub(super) struct Said {
    /// Names in lower case and contents, in the order of the page.
    metas: Vec<(String, String)>,
    /// `rel` in lower case and address as written.
    pub links: Vec<(String, String)>,
    /// The linked data's objects, outer ones first.
    pub objects: Vec<Value>,
    /// The text of `title`.
    pub title: Option<String>,
    /// `lang` of `html`.
    pub lang: Option<String>,
}

impl Said {
    /// The address that relative ones start from: that of a `base` element, else the page's own.
    pub(super) fn base(&self, url: &Url) -> Url {
        let href = self.links.iter().find(|(rel, _)| rel == BASE).map(|(_, href)| href);
        let base = href.and_then(|href| url.join(href).ok());
        base.filter(|base| matches!(base.scheme(), "http" | "https")).unwrap_or_else(|| url.clone())
    }

    /// The content of the first `meta` of any of these names; the order is that of the names.
    pub(super) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.metas(name).next())
    }

    /// The content of the first `meta` whose name speaks of publication and whose content has the
    /// digits of a date.
    pub(super) fn dated(&self) -> Option<&str> {
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
        let found = self.metas.iter().find(|(name, content)| {
            let says = name.contains("publish") || name.ends_with("date");
            let other = ["modif", "updat", "expir", "valid", "event", "start", "end"];
            let other = other.iter().any(|word| name.contains(word));
            says && !other && (5..=20).contains(&digits(content)) && content.len() <= 40
        });
        found.map(|(_, content)| content.as_str())
    }

    /// The contents of all `meta` of a name.
    pub(super) fn metas(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.metas.iter().filter(move |(found, _)| found == name);
        named.map(|(_, content)| content.as_str())
    }

    /// The first object of the linked data that is an article.
    pub(super) fn article(&self) -> Option<&Value> {
        self.objects.iter().find(|object| types(object).any(is_article))
    }

    /// The first object that is a question to others.
    pub(super) fn question(&self) -> Option<&Value> {
        self.objects.iter().find(|object| types(object).any(|name| name == "Question"))
    }

    /// A field of the object of this `@id`.
    pub(super) fn described(&self, id: &str, name: &str) -> Option<&str> {
        let own = |object: &&Value| field(object, "@id") == Some(id);
        self.objects.iter().filter(own).find_map(|object| field(object, name))
    }

    /// Whether an object of a type is stated whose name holds this.
    pub(super) fn states(&self, part: &str) -> bool {
        self.objects.iter().any(|object| types(object).any(|name| name.contains(part)))
    }
}

/// The types of an object of linked data.
fn types(object: &Value) -> impl Iterator<Item = &str> {
    let found = object.get("@type");
    let several = found.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    found.and_then(Value::as_str).into_iter().chain(several)
}

fn is_article(name: &str) -> bool {
    let name = name.rsplit(['/', ':']).next().unwrap_or_default();
    name.ends_with("Article")
        || name.ends_with("BlogPosting")
        || matches!(name, "Report" | "Review" | "Recipe" | "DiscussionForumPosting" | "NewsStory")
}

/// Collects it.
pub(super) fn read(tree: &Tree<'_>) -> Said {
    let title = tree.title.map(|title| line(&entity::decode(title)));
    let mut said = Said {
        metas: Vec::new(),
        links: Vec::new(),
        objects: objects(&tree.linked_data),
        title: title.filter(|title| !title.is_empty()),
        lang: None,
    };
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        match node.tag {
            Tag::Meta => said.metas.extend(named(tree.raw(index))),
            Tag::Link => said.links.extend(link(tree.raw(index))),
            Tag::Html if said.lang.is_none() => {
                said.lang = lex::attribute_of(tree.raw(index), "lang").map(str::to_owned);
            }
            _ => {}
        }
    }
    said
}

fn named(tag: &str) -> Option<(String, String)> {
    let (mut name, mut content) = (None, None);
    for (key, value) in lex::attributes(tag) {
        match key.to_ascii_lowercase().as_str() {
            "property" | "name" | "itemprop" | "http-equiv" if name.is_none() => name = Some(value),
            "content" => content = Some(value),
            _ => {}
        }
    }
    let content = line(&entity::decode(content?));
    (!content.is_empty()).then(|| Some((name?.trim().to_ascii_lowercase(), content)))?
}

fn link(tag: &str) -> Option<(String, String)> {
    let is_base = tag.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case(BASE));
    let rel = if is_base { Some(BASE) } else { lex::attribute_of(tag, "rel") };
    let rel = rel?.trim().to_ascii_lowercase();
    let wanted = matches!(rel.as_str(), "canonical" | "image_src" | BASE);
    let href = lex::attribute_of(tag, "href").filter(|_| wanted)?;
    Some((rel, entity::decode(href.trim()).into_owned()))
}

/// On one line.
pub(super) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn objects(scripts: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut room = MAX_LINKED;
    for script in scripts {
        let Some(left) = room.checked_sub(script.len()) else { break };
        room = left;
        found.extend(linked(script));
    }
    // Objects in lists and in `@graph` stand for themselves; `mainEntity` holds the page's own.
    let mut at = 0;
    while at < found.len() && found.len() < MAX_OBJECTS {
        let inner: Vec<Value> = found.get_mut(at).map(inner).unwrap_or_default();
        found.extend(inner);
        at += 1;
    }
    found.retain(Value::is_object);
    found
}

fn linked(script: &str) -> Option<Value> {
    let text = script.trim().trim_start_matches("<![CDATA[").trim_start_matches("<!--");
    let text = text.trim_end_matches("-->").trim_end_matches("]]>").trim().trim_end_matches(';');
    // Line ends within strings are the most frequent fault.
    let parsed = serde_json::from_str(text);
    parsed.or_else(|_| serde_json::from_str(&text.replace(['\n', '\r', '\t'], " "))).ok()
}

fn inner(value: &mut Value) -> Vec<Value> {
    match value {
        Value::Array(list) => std::mem::take(list),
        Value::Object(object) => {
            let keys = ["@graph", "mainEntity", "mainEntityOfPage"];
            let inside = keys.iter().filter_map(|key| object.remove(*key));
            inside.filter(|value| value.is_object() || value.is_array()).collect()
        }
        _ => Vec::new(),
    }
}

/// A text field of an object of linked data.
pub(super) fn field<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}
