//! The gate: whatever the rooms before it did, only listed tags and attributes leave it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::{elements, srcset};

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(policy);

/// Markup with nothing in it that is not listed.
pub(super) fn enforce(markup: &str) -> String {
    POLICY.clean(markup).to_string()
}

fn policy() -> Builder<'static> {
    let tags: HashSet<&'static str> = elements::tags().collect();
    let attributes: HashMap<_, HashSet<_>> = tags
        .iter()
        .map(|tag| (*tag, elements::attributes(tag).iter().copied().collect()))
        .collect();
    let mut policy = Builder::empty();
    policy
        .tags(tags)
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["dir", "lang"]))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .attribute_filter(filter);
    policy
}

/// Addresses that the sanitizer does not look into.
fn filter<'a>(_tag: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match name {
        "srcset" => {
            let candidates = srcset::parse(value, None);
            (!candidates.is_empty()).then(|| srcset::write(&candidates).into())
        }
        "src" | "poster" | "cite" => is_web(value).then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

fn is_web(value: &str) -> bool {
    value.starts_with("http://") || value.starts_with("https://")
}
