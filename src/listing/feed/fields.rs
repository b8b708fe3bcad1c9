//! Which element cannot stand in which field, so that a field without an end is ended by the next.

use super::names::Space;

/// Whether a field ends where an element begins in it.
///
/// The longer texts hold HTML, so only what HTML does not have ends them.
pub(super) fn ends(field_space: Space, field: &str, space: Space, name: &str) -> bool {
    if !matches!(field_space, Space::Rss | Space::Atom) {
        return false;
    }
    match field {
        "title" | "link" | "guid" | "pubdate" | "id" | "updated" | "published" | "comments" => {
            is_never_html(space, name) || is_text_field(space, name)
        }
        "description" => is_never_html(space, name),
        _ => false,
    }
}

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
