//! What surrounds the entries: a channel's or a feed's own description.

use ::rss::Channel;
use atom_syndication::Feed;

use super::grow::Grown;
use super::names::Space;
use super::references::References;
use super::tree::Element;
use super::{atom, entry, links, rss, text};
use crate::model::{Listing, Person, Quiet};

/// A head in the structures of the two formats, and what they have no place for.
#[derive(Default)]
struct Head {
    rss: Channel,
    atom: Feed,
    title: Option<String>,
    language: Option<String>,
    home: Option<String>,
    period: Option<u64>,
    frequency: Option<u64>,
    quiet: Quiet,
}

/// Fills the listing's own fields; gives the authors that hold for entries without one.
pub(super) fn read(grown: &Grown<'_>, listing: &mut Listing) -> Vec<Person> {
    let Some(root) = grown.root else { return Vec::new() };
    let mut head = Head::default();
    let channel = grown.tree.elements(root).find(|element| element.name == "channel");
    let frames = [channel, grown.tree.element(root)];
    for element in frames.iter().flatten().flat_map(|frame| frame.elements()) {
        head.take(element, &grown.references);
    }
    // CDF has the address of the site there.
    let address = frames.iter().flatten().find_map(|frame| frame.attributes.get("href"));
    head.home = address.map(|address| grown.references.decode(address).trim().to_owned());
    let inherited =
        frames.iter().flatten().map(|frame| frame.language).find(|language| !language.is_empty());
    head.fill(inherited, listing)
}

impl Head {
    fn take(&mut self, element: Element<'_, '_>, references: &References) {
        let decoded = || text::decoded(element, references);
        match (element.space, element.name) {
            (Space::Atom, _) => {
                atom::take_head(element, references, &mut self.atom);
            }
            (Space::Rss, "skiphours") => self.quiet.hours |= hours(element, references),
            (Space::Rss, "skipdays") => self.quiet.days |= days(element, references),
            (Space::Rss, _) if !rss::take_head(element, references, &mut self.rss) => {
                atom::take_head(element, references, &mut self.atom);
            }
            (Space::Dc | Space::DcTerms, "title") => {
                self.title = self.title.take().or_else(|| Some(decoded()));
            }
            (Space::Dc | Space::DcTerms, "language") => {
                self.language = self.language.take().or_else(|| Some(decoded()));
            }
            (Space::Sy, "updateperiod") => self.period = period(&decoded()),
            (Space::Sy, "updatefrequency") => self.frequency = decoded().parse().ok(),
            _ => {}
        }
    }

    fn fill(self, inherited: Option<&str>, listing: &mut Listing) -> Vec<Person> {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let rel = |rel: &'static str| {
            self.atom.links.iter().filter(move |link| link.rel == rel).map(|link| link.href.clone())
        };
        let title = given(self.rss.title).or(given(self.atom.title.value)).or(self.title);
        listing.title = title.map(|title| text::plain(&title).into_owned());
        listing.home = given(self.rss.link)
            .into_iter()
            .chain(links::alternates(&self.atom.links).cloned())
            .chain(self.home)
            .find(|link| links::is_web(link));
        listing.hub = rel("hub").find(|link| links::is_web(link));
        listing.own = rel("self").find(|link| links::is_web(link));
        listing.language = self.rss.language.or(self.language).or(inherited.map(str::to_owned));
        listing.quiet = self.quiet;
        listing.ttl = ttl(self.rss.ttl.as_deref(), self.period, self.frequency);
        self.atom.authors.iter().map(entry::of_atom).collect()
    }
}

/// `skipHours`: bit `n` for the hour from `n` o'clock; some count them from 1 to 24.
fn hours(element: Element<'_, '_>, references: &References) -> u32 {
    let hours = element.elements().filter(|element| element.name == "hour");
    let hours = hours.filter_map(|hour| text::decoded(hour, references).trim().parse::<u32>().ok());
    hours.filter(|hour| *hour <= 24).fold(0, |bits, hour| bits | 1 << (hour % 24))
}

/// `skipDays`: bit 0 for Monday.
fn days(element: Element<'_, '_>, references: &References) -> u8 {
    let days = element.elements().filter(|element| element.name == "day");
    let days = days.filter_map(|day| text::decoded(day, references).trim().parse().ok());
    days.fold(0, |bits, day: chrono::Weekday| bits | 1 << day.num_days_from_monday())
}

/// In seconds, the longer one: RSS says minutes; the syndication module says how often in a
/// period, which is a day where it says only how often.
fn ttl(minutes: Option<&str>, period: Option<u64>, frequency: Option<u64>) -> Option<u64> {
    let stated = minutes
        .and_then(|minutes| minutes.trim().parse::<u64>().ok())
        .and_then(|minutes| minutes.checked_mul(60));
    let period = period.or(frequency.map(|_| DAY));
    let often = period.and_then(|period| period.checked_div(frequency.unwrap_or(1)));
    stated.max(often).filter(|ttl| *ttl > 0)
}

const DAY: u64 = 86_400;

fn period(name: &str) -> Option<u64> {
    match name.to_ascii_lowercase().as_str() {
        "hourly" => Some(3_600),
        "daily" => Some(DAY),
        "weekly" => Some(7 * DAY),
        "monthly" => Some(30 * DAY),
        "yearly" => Some(365 * DAY),
        _ => None,
    }
}
