//! The gate: whatever the rooms before it did, only listed tags and attributes leave it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::{elements, embed, srcset};

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(policy);
static WITH_FRAMES: LazyLock<Builder<'static>> = LazyLock::new(with_frames);

/// Markup with nothing in it that is not listed; `frames` lists those of known players too.
pub(super) fn enforce(markup: &str, frames: bool) -> String {
    let policy = if frames { &WITH_FRAMES } else { &POLICY };
    policy.clean(markup).to_string()
}

/// Frames say nothing of their own but what they show.
fn with_frames() -> Builder<'static> {
    let mut policy = policy();
    policy.add_tags(["iframe"]).add_tag_attributes("iframe", ["src", "title"]);
    // The gate sets what is there already, so that the order stays.
    for (name, value) in embed::FRAME {
        policy.add_tag_attributes("iframe", [name]);
        policy.set_tag_attribute_value("iframe", name, value);
    }
    policy
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
fn filter<'a>(tag: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match name {
        "src" if tag == "iframe" => embed::is_player(value).then_some(Cow::Borrowed(value)),
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
