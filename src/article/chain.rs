//! The chain: who is asked for the body, in which order, and who wins.

use std::cell::OnceCell;

use serde::Serialize;
use url::Url;

use super::extract::{self, Extract, Models};
use super::quality::{self, Candidate, Own, PageFacts, Reason};
use super::site_rules::Taken;
use super::{By, Metadata, Paper, Visit, by_rules, readable, structured};
use crate::article::rules::Rules;
use crate::model::Fault;

/// What the step is called that asks the rules for the page's site.
pub(super) const SITE: &str = "site rules";

/// One way to a body.
pub(super) struct Step {
    /// What it is called in a trace.
    pub(super) name: &'static str,
    /// Looks for the body.
    pub(super) find: fn(&View<'_>, &mut Vec<Fault>) -> Option<Body>,
    /// When a good result of it is taken.
    pub(super) wins: Wins,
}

/// When a good result of a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wins {
    /// Always, and no further step is asked.
    Outright,
    /// Where it is the whole article, as measured by what the next good step finds.
    WhereWhole,
    /// Where it is whole and leaves out what the next good step takes from around the article.
    WhereCloser,
    /// Where the judge finds it at least as good as what the next good step finds.
    WhereAsGood,
}

/// What a step is shown.
pub(super) struct View<'a> {
    pub(super) paper: &'a Paper<'a>,
    pub(super) rules: &'a Rules,
    url: &'a Url,
    /// What the rules for the site took, and their name.
    taken: Option<(&'a str, &'a Taken)>,
    models: Option<&'a Models>,
    looked: OnceCell<Option<Extract>>,
    about: OnceCell<(Metadata, Url)>,
}

/// What a step found.
pub(super) struct Body {
    pub(super) candidate: Candidate,
    pub(super) by: By,
}

/// The chain, first step first. Behind all of them stands the source's own text.
pub(super) const STEPS: &[Step] = &[
    Step { name: "rules", find: chosen, wins: Wins::Outright },
    Step { name: "json-ld", find: structured::ld::body, wins: Wins::WhereWhole },
    Step { name: "embedded state", find: structured::state::body, wins: Wins::WhereWhole },
    Step { name: "microdata", find: structured::micro::body, wins: Wins::WhereCloser },
    Step { name: SITE, find: of_site, wins: Wins::WhereAsGood },
    Step { name: "extractor", find: sure, wins: Wins::Outright },
    Step { name: "readability", find: read, wins: Wins::WhereAsGood },
    Step { name: "extractor, unsure", find: unsure, wins: Wins::Outright },
];

/// What became of each step, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trace {
    /// The steps that were asked.
    pub steps: Vec<Tried>,
}

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tried {
    /// The step's name.
    pub name: &'static str,
    /// What became of it.
    pub verdict: Outcome,
    /// Why, where it was not taken.
    pub why: Option<String>,
    /// How good the body is, from 0 to 1, where it is one and somebody looks closely.
    pub score: Option<f32>,
    /// Characters of its text.
    pub characters: usize,
    /// What it took, by the clock of who looks closely, the judge included.
    pub micros: u64,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Its body is the article's.
    Taken,
    /// It was good, but another was better.
    Outdone,
    /// The judge refused it.
    Refused,
    /// It found nothing.
    Nothing,
}

/// Why no step gave a body.
#[derive(Debug)]
pub(super) enum Vain {
    /// No step found anything; what the page is instead.
    Nothing(Reason),
    /// The first step that found something was refused for this.
    Refused(Reason),
    /// The rules of this name found nothing, and forbid the other ways.
    Forbidden(String),
}

/// A good body that waits for the rest of the chain.
struct Standing {
    /// Its place in the trace.
    at: usize,
    wins: Wins,
    body: Body,
}

/// Goes down the chain. The faults are those of the operator's rules.
pub(super) fn walk(
    view: &View<'_>,
    page: &PageFacts<'_>,
    visit: &Visit<'_>,
    faults: &mut Vec<Fault>,
) -> (Result<Body, Vain>, Trace) {
    let mut trace = Trace::default();
    let mut standing = Vec::new();
    let mut refused = None;
    // Rules that find nothing may forbid all ways but the source's own.
    let forbidden = view.taken.filter(|(_, taken)| taken.body.is_none() && !taken.looks);
    let steps = STEPS.get(..if forbidden.is_some() { 1 } else { STEPS.len() });
    for step in steps.unwrap_or_default() {
        let start = (visit.clock)();
        let body = (step.find)(view, faults);
        let why = body.as_ref().and_then(|body| refusal(body, step.wins, page, visit.own));
        trace.steps.push(tried(step.name, body.as_ref(), why.as_ref()));
        if visit.closely {
            trace.scored(body.as_ref().filter(|_| why.is_none()), page);
            trace.took((visit.clock)().saturating_sub(start));
        }
        match (body, why) {
            (Some(body), None) => {
                let at = trace.steps.len() - 1;
                standing.push(Standing { at, wins: step.wins, body });
                if step.wins == Wins::Outright {
                    break;
                }
            }
            (Some(_), Some(reason)) => refused = refused.or(Some(reason)),
            (None, _) => {}
        }
    }
    let winner = winner(standing, &mut trace);
    trace.own(visit.own, winner.is_none());
    let vain = || match (forbidden, refused) {
        (_, Some(reason)) => Vain::Refused(reason),
        (Some((name, _)), None) => Vain::Forbidden(name.to_owned()),
        (None, None) => Vain::Nothing(quality::nothing(page)),
    };
    (winner.ok_or_else(vain), trace)
}

impl<'a> View<'a> {
    pub(super) fn new(
        paper: &'a Paper<'a>,
        url: &'a Url,
        rules: &'a Rules,
        taken: Option<(&'a str, &'a Taken)>,
        models: Option<&'a Models>,
    ) -> Self {
        let (looked, about) = (OnceCell::new(), OnceCell::new());
        Self { paper, rules, url, taken, models, looked, about }
    }

    /// What the page says of its article.
    pub(super) fn about(&self) -> &Metadata {
        &self.said().0
    }

    /// The address that the page's relative addresses start from.
    pub(super) fn base(&self) -> &Url {
        &self.said().1
    }

    fn said(&self) -> &(Metadata, Url) {
        self.about.get_or_init(|| match (self.taken, self.looked()) {
            (Some((_, taken)), _) => (taken.about.clone(), taken.base.clone()),
            (None, Some(found)) => (found.metadata.clone(), found.base.clone()),
            (None, None) => extract::about(self.paper.text, self.url),
        })
    }

    /// What the extractor finds, on what the rules for the site left of the page.
    pub(super) fn looked(&self) -> Option<&Extract> {
        let stripped = self.taken.and_then(|(_, taken)| taken.stripped.as_deref());
        let page = stripped.unwrap_or(self.paper.text);
        let read = || extract::read_with(self.models?, page, self.url);
        self.looked.get_or_init(read).as_ref()
    }
}

impl Trace {
    /// The trace of a single step.
    pub(super) fn of(name: &'static str, body: &Body, why: Option<&Reason>, own: Own<'_>) -> Self {
        let mut trace = Self { steps: vec![tried(name, Some(body), why)] };
        let good = why.is_none();
        if let Some(step) = trace.steps.first_mut().filter(|_| good) {
            step.verdict = Outcome::Taken;
        }
        trace.own(own, !good);
        trace
    }

    /// Why a step was refused or outdone, if it was.
    pub(super) fn why(&self, name: &str) -> Option<&str> {
        self.steps.iter().find(|step| step.name == name)?.why.as_deref()
    }

    fn scored(&mut self, body: Option<&Body>, page: &PageFacts<'_>) {
        if let (Some(last), Some(body)) = (self.steps.last_mut(), body) {
            last.score = Some(quality::score(&body.candidate, page));
        }
    }

    fn took(&mut self, micros: u64) {
        if let Some(last) = self.steps.last_mut() {
            last.micros = micros;
        }
    }

    /// The last step is the source's own text, which is published where nothing else is.
    fn own(&mut self, own: Own<'_>, taken: bool) {
        let characters = own.text.map_or(0, |text| text.chars().count());
        let verdict = match (taken, characters) {
            (true, 1..) => Outcome::Taken,
            (_, 0) => Outcome::Nothing,
            (false, _) => Outcome::Outdone,
        };
        let (name, why) = ("the source's own text", None);
        self.steps.push(Tried { name, verdict, why, score: None, characters, micros: 0 });
    }
}

fn tried(name: &'static str, body: Option<&Body>, why: Option<&Reason>) -> Tried {
    let characters = body.map_or(0, |body| body.candidate.characters());
    let verdict = match (body, why) {
        (None, _) => Outcome::Nothing,
        (Some(_), Some(_)) => Outcome::Refused,
        (Some(_), None) => Outcome::Outdone,
    };
    let why = why.map(ToString::to_string);
    Tried { name, verdict, why, score: None, characters, micros: 0 }
}

/// Why a body is refused, if it is.
fn refusal(body: &Body, wins: Wins, page: &PageFacts<'_>, own: Own<'_>) -> Option<Reason> {
    let cut = || (is_data(wins) && structured::is_cut(&body.candidate)).then_some(Reason::Cut);
    quality::refusal(&body.candidate, page, own).or_else(cut)
}

/// The last good body, unless one before it holds its ground against it.
fn winner(mut standing: Vec<Standing>, trace: &mut Trace) -> Option<Body> {
    let mut winner = standing.pop()?;
    while let Some(before) = standing.pop() {
        match lost(&before, &winner) {
            None => winner = before,
            Some(why) => {
                if let Some(step) = trace.steps.get_mut(before.at) {
                    step.why = Some(why.to_owned());
                }
            }
        }
    }
    if let Some(step) = trace.steps.get_mut(winner.at) {
        (step.verdict, step.why) = (Outcome::Taken, None);
    }
    Some(winner.body)
}

/// Why a body loses against the next good one, if it does.
fn lost(one: &Standing, next: &Standing) -> Option<&'static str> {
    match one.wins {
        Wins::Outright => None,
        Wins::WhereAsGood => {
            let as_good = quality::at_least_as_good(&one.body.candidate, &next.body.candidate);
            (!as_good).then_some("what is found without it is better")
        }
        Wins::WhereWhole => structured::lost(&one.body.candidate, &next.body.candidate),
        Wins::WhereCloser => structured::wider(&one.body.candidate, &next.body.candidate),
    }
}

fn is_data(wins: Wins) -> bool {
    matches!(wins, Wins::WhereWhole | Wins::WhereCloser)
}

fn chosen(view: &View<'_>, faults: &mut Vec<Fault>) -> Option<Body> {
    if view.rules.body.is_empty() {
        return None;
    }
    let (html, css) = by_rules(view.paper.tree(), &view.rules.body, faults)?;
    Some(Body { candidate: Candidate::chosen(html), by: By::Rules(css) })
}

fn of_site(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    let (name, taken) = view.taken?;
    let candidate = Candidate::new(taken.body.clone()?);
    Some(Body { candidate, by: By::Site(name.to_owned()) })
}

fn sure(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    view.looked().filter(|found| found.sure).map(extracted)
}

fn unsure(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    view.looked().filter(|found| !found.sure).map(extracted)
}

fn extracted(found: &Extract) -> Body {
    let candidate = Candidate::of(&found.part).before(&found.after);
    Body { candidate, by: By::Extractor }
}

fn read(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    let html = readable::read(view.paper.text, view.base())?;
    Some(Body { candidate: Candidate::new(html), by: By::Readability })
}
