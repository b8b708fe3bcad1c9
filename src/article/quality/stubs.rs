//! Whether a text is a stub: how much of it the signs of one kind cover.

use std::cell::LazyCell;

use scraper::{ElementRef, Html};

use super::gist::{self, Gist, Line};
use super::signs::{self, ALL, Class, Cover, Folded, Signs};
use super::{PageFacts, Reason, SCANT};

/// Units beyond which no text is a stub.
const LONGEST: usize = 900;
/// The same of consent walls, which may list all their purposes.
const LONGEST_CONSENT: usize = 4_000;
/// Units beyond which a page of a stub's title is taken for an article all the same.
const TITLED: usize = 400;
/// Units beyond which a page called `Sign in` is an article about it.
const FORM: usize = 100;

/// What the machinery of checks against robots is called in markup and scripts.
const GUARDS: &[&str] = &[
    "/cdn-cgi/challenge-platform",
    "cf-turnstile",
    "_Incapsula_Resource",
    "captcha-delivery.com",
    "px-captcha",
    "challenge-form",
    "g-recaptcha",
    "hcaptcha.com",
    "acw_sc__v2",
    "aliyunwaf",
    "aliyun_waf",
    "TCaptcha",
    "geetest",
    "waf_slider",
    "awsWaf",
    "awswaf",
    "KPSDK",
    "_guard/auto.js",
];

/// The kind of stub that a body is, if it is one. `known` says that the source's own text stands
/// in it: then only what was cut off behind it counts.
pub(super) fn wall(gist: &Gist, page: &PageFacts<'_>, known: bool) -> Option<Class> {
    if gist.units() > LONGEST_CONSENT {
        return None;
    }
    let text = Folded::new(gist);
    let long = gist.units() > LONGEST;
    let kinds = ALL.iter().filter(|signs| !known || is_pay(signs.class));
    let kinds = kinds.filter(|signs| !long || signs.class == Class::Consent);
    // What stands around the text is no part of it, whichever it is.
    let around = |line: &&Line| line.is_link() || signs::is_around(line);
    let outside = LazyCell::new(|| {
        let outside = gist.lines.iter().filter(around);
        outside.map(|line| line.units).sum::<usize>()
    });
    let mut covers = Vec::new();
    for kind in kinds {
        let cover = kind.cover(&text);
        if cover.says > 0 && is_stub(kind.class, cover, gist.units().saturating_sub(*outside)) {
            covers.push((cover.says * 2 + cover.hints, kind.class));
        }
    }
    let titled = || (!known).then(|| titled(gist, page)).flatten();
    // Of several kinds the one that says most; of equals the first.
    let most = covers.iter().map(|(weight, _)| *weight).max();
    titled().or_else(|| covers.iter().find(|(weight, _)| Some(*weight) == most).map(|(_, c)| *c))
}

/// The kind of wall that stands right behind a short text, if one does.
pub(super) fn cut_off(gist: &Gist, after: &Gist) -> Option<Class> {
    if gist.units() > TITLED {
        return None;
    }
    let after = Folded::new(after);
    let pay = ALL.iter().filter(|signs| is_pay(signs.class));
    pay.map(|signs| (signs.class, signs.cover(&after)))
        .find(|(_, cover)| cover.says > 0)
        .map(|(class, _)| class)
}

/// What a page is whose article is empty.
pub(super) fn hollow(page: &PageFacts<'_>) -> Reason {
    let tree = page.paper.tree();
    let words = gist::of(tree);
    let (guarded, scripted) = machinery(tree);
    if guarded && words.units() < 120 {
        return Reason::Robot;
    }
    if let Some(class) = wall(&words, page, false) {
        return class.reason();
    }
    if scripted && words.units() < SCANT * 5 { Reason::Script } else { Reason::Empty }
}

/// Whether a page has the scripts of a check against robots, and whether it has scripts at all.
fn machinery(tree: &Html) -> (bool, bool) {
    let (mut guarded, mut scripted) = (false, false);
    for element in tree.tree.root().descendants().filter_map(ElementRef::wrap) {
        let is_script = element.value().name() == "script";
        scripted |= is_script;
        let named = element.value().attrs().any(|(_, value)| is_guard(value));
        guarded |= named || is_script && element.text().any(is_guard);
    }
    (guarded, scripted)
}

fn is_guard(text: &str) -> bool {
    GUARDS.iter().any(|guard| text.contains(guard))
}

fn titled(gist: &Gist, page: &PageFacts<'_>) -> Option<Class> {
    let title = page.paper.title()?;
    let room = |class| if is_pay(class) { FORM } else { TITLED };
    let named = ALL.iter().find(|signs: &&Signs| signs.names(title));
    named.map(|signs| signs.class).filter(|class| gist.units() <= room(*class))
}

fn is_stub(class: Class, cover: Cover, all: usize) -> bool {
    // A short text needs less of it; a hint counts only beside a phrase that says it.
    let needed = if all < 150 { 30 } else { 50 };
    let covered = cover.says * 100 >= all * 20 && (cover.says + cover.hints) * 100 >= all * needed;
    covered || is_pay(class) && cover.at_end && all <= TITLED
}

/// Kinds that show the start of the article first.
fn is_pay(class: Class) -> bool {
    matches!(class, Class::Paywall | Class::LogIn)
}
