//! Which element cannot stand in which field, so that a field without an end is ended by the next.

use super::names::Space;

/// Whether a field as written ends where an element begins in it.
///
/// The longer texts hold HTML, so only what HTML does not have ends them.
pub(super) fn ends(field: &str, space: Space, name: &str) -> bool {
    let field = field.rsplit(':').next().unwrap_or(field);
    let is = |name: &&str| field.eq_ignore_ascii_case(name);
    if SHORT.iter().any(&is) {
        is_never_html(space, name) || is_text_field(space, name)
    } else {
        is(&"description") && is_never_html(space, name)
    }
}

/// Fields that hold no feed's element, and of HTML only what marks words.
const SHORT: &[&str] =
    &["title", "link", "guid", "pubdate", "id", "updated", "published", "comments"];

fn is_never_html(space: Space, name: &str) -> bool {
    match space {
        Space::Dc
        | Space::DcTerms
        | Space::Content
        | Space::Itunes
        | Space::Slash
        | Space::FeedBurner => true,
        Space::Rss | Space::Atom => {
            matches!(
                name,
                "pubdate"
                    | "guid"
                    | "comments"
                    | "enclosure"
                    | "category"
                    | "author"
                    | "updated"
                    | "published"
            )
        }
        _ => false,
    }
}

fn is_text_field(space: Space, name: &str) -> bool {
    matches!(space, Space::Rss | Space::Atom)
        && matches!(name, "link" | "description" | "content" | "summary")
}
