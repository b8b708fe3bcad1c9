//! What feeds say of a podcast's episode: the elements of iTunes, as far as they hold.

use crate::model::Item;
use crate::publish::feed::FeedItem;
use crate::publish::xml::Xml;

/// The namespace of iTunes' elements.
pub(super) const NAMESPACE: (&str, &str) =
    ("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd");

/// The facts of an episode that are of the form they have to be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Podcast<'a> {
    /// Seconds, or hours, minutes and seconds with colons.
    pub duration: Option<&'a str>,
    pub season: Option<&'a str>,
    pub episode: Option<&'a str>,
    /// `full`, `trailer` or `bonus`.
    pub kind: Option<&'a str>,
    /// `true` or `false`.
    pub explicit: Option<&'static str>,
}

impl<'a> Podcast<'a> {
    /// Those of an item.
    pub(super) fn of(item: &'a Item) -> Self {
        if item.facts.is_empty() {
            return Self::default();
        }
        let fact = |name: &str| item.facts.get(name).map(|text| text.trim());
        let number = |name| fact(name).filter(|text| is_number(text));
        let explicit = fact("explicit").map(str::to_ascii_lowercase);
        Self {
            duration: fact("duration").filter(|text| text.split(':').all(is_number)),
            season: number("season"),
            episode: number("episode"),
            kind: fact("episode_type").filter(|kind| ["full", "trailer", "bonus"].contains(kind)),
            explicit: match explicit.as_deref() {
                Some("yes" | "true" | "explicit") => Some("true"),
                Some("no" | "false" | "clean") => Some("false"),
                _ => None,
            },
        }
    }

    /// Whether there is anything to say.
    pub(super) fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// How long it takes, in seconds.
    pub(super) fn seconds(&self) -> Option<u64> {
        self.duration?.split(':').try_fold(0_u64, |seconds, part| {
            seconds.checked_mul(60)?.checked_add(part.parse().ok()?)
        })
    }
}

/// Digits, a few.
fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The elements of an item.
pub(super) fn write(xml: &mut Xml, item: &FeedItem<'_>) {
    let podcast = &item.podcast;
    let elements = [
        ("itunes:duration", podcast.duration),
        ("itunes:season", podcast.season),
        ("itunes:episode", podcast.episode),
        ("itunes:episodeType", podcast.kind),
        ("itunes:explicit", podcast.explicit),
    ];
    for (name, value) in elements {
        if let Some(value) = value {
            xml.leaf(name, &[], value);
        }
    }
    if podcast.is_any()
        && let Some(image) = item.image.as_deref().filter(|image| is_cover(image))
    {
        xml.empty("itunes:image", &[("href", image)]);
    }
}

/// Covers are JPEG or PNG, by their name.
fn is_cover(image: &str) -> bool {
    let path = image.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png"].iter().any(|ending| path.ends_with(ending))
}
