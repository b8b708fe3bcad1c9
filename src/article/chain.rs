//! The chain: who is asked for the body, in which order, and who wins.

use scraper::Html;
use serde::Serialize;
use url::Url;

use super::quality::{self, Candidate, Own, PageFacts, Reason, Verdict};
use super::{By, Visit, by_rules, readable, structured};
use crate::article::rules::Rules;
use crate::model::Fault;

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
    #[expect(dead_code, reason = "the place of rules for sites")]
    AtScore,
}

/// What a step is shown.
pub(super) struct View<'a> {
    pub(super) page: &'a str,
    pub(super) tree: &'a Html,
    pub(super) base: &'a Url,
    pub(super) rules: &'a Rules,
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
    Step { name: "readability", find: read, wins: Wins::Outright },
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
    /// How good the body is, from 0 to 1, where it is one.
    pub score: Option<f32>,
    /// Characters of its text.
    pub characters: usize,
    /// What it took, by the caller's clock, the judge included.
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
    /// The last step that found something was refused for this.
    Refused(Reason),
}

/// A good body that waits for the rest of the chain.
struct Standing {
    /// Its place in the trace.
    at: usize,
    wins: Wins,
    body: Body,
    score: f32,
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
    for step in STEPS {
        let start = (visit.clock)();
        let body = (step.find)(view, faults);
        let judged = body.as_ref().map(|body| judged(body, step.wins, page, visit.own));
        trace.steps.push(tried(step.name, body.as_ref(), judged.as_ref()));
        trace.took((visit.clock)().saturating_sub(start));
        match (body, judged) {
            (Some(body), Some(Verdict::Good(score))) => {
                let at = trace.steps.len() - 1;
                standing.push(Standing { at, wins: step.wins, body, score });
                if step.wins == Wins::Outright {
                    break;
                }
            }
            (_, Some(Verdict::Refused(reason))) => refused = Some(reason),
            _ => {}
        }
    }
    let winner = winner(standing, &mut trace);
    trace.own(visit.own, winner.is_none());
    let vain = || refused.map_or_else(|| Vain::Nothing(quality::nothing(page)), Vain::Refused);
    (winner.ok_or_else(vain), trace)
}

impl Trace {
    /// The trace of a single step.
    pub(super) fn of(name: &'static str, body: &Body, verdict: &Verdict, own: Own<'_>) -> Self {
        let mut trace = Self { steps: vec![tried(name, Some(body), Some(verdict))] };
        let good = matches!(verdict, Verdict::Good(_));
        if let Some(step) = trace.steps.first_mut().filter(|_| good) {
            step.verdict = Outcome::Taken;
        }
        trace.own(own, !good);
        trace
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

fn tried(name: &'static str, body: Option<&Body>, verdict: Option<&Verdict>) -> Tried {
    let characters = body.map_or(0, |body| body.candidate.characters());
    let (verdict, why, score) = match verdict {
        None => (Outcome::Nothing, None, None),
        Some(Verdict::Refused(reason)) => (Outcome::Refused, Some(reason.to_string()), None),
        Some(Verdict::Good(score)) => (Outcome::Outdone, None, Some(*score)),
    };
    Tried { name, verdict, why, score, characters, micros: 0 }
}

fn judged(body: &Body, wins: Wins, page: &PageFacts<'_>, own: Own<'_>) -> Verdict {
    match quality::judge(&body.candidate, page, own) {
        Verdict::Good(_) if is_data(wins) && structured::is_cut(&body.candidate) => {
            Verdict::Refused(Reason::Cut)
        }
        verdict => verdict,
    }
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
        Wins::AtScore => (one.score < next.score).then_some("the next one is better"),
        Wins::WhereWhole => structured::lost(&one.body.candidate, &next.body.candidate),
        Wins::WhereCloser => structured::wider(&one.body.candidate, &next.body.candidate),
    }
}

fn is_data(wins: Wins) -> bool {
    matches!(wins, Wins::WhereWhole | Wins::WhereCloser)
}

fn chosen(view: &View<'_>, faults: &mut Vec<Fault>) -> Option<Body> {
    let (html, css) = by_rules(view.tree, &view.rules.body, faults)?;
    Some(Body { candidate: Candidate::chosen(html), by: By::Rules(css) })
}

fn read(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    let html = readable::read(view.tree, view.base)?;
    Some(Body { candidate: Candidate::new(html), by: By::Readability })
}
