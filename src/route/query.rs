//! What somebody types into a search: words, `"phrases"`, `-without`, `this OR that`, `title:word`.

use super::{Field, LONGEST, Place, Test, When, fold};

/// The most terms of a query.
const MOST_TERMS: usize = 64;

/// Why a text is no query.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is nothing in it to look for.
    #[error("there is nothing to look for")]
    Empty,
    /// Everything in it is ruled out.
    #[error("it only says what is not wanted")]
    OnlyNot,
    /// It is too long.
    #[error("it is too long")]
    TooLong,
    /// A quotation mark is opened and never closed.
    #[error("a quotation mark without its partner")]
    Unbalanced,
}

/// Where a term is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    /// A text.
    Place(Place),
    /// A field's value.
    Field(Field),
}

/// One thing that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Where.
    pub within: In,
    /// What, as typed.
    pub text: String,
}

/// A query: one of each group must be found, and none of those that are ruled out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Groups of alternatives.
    pub any: Vec<Vec<Term>>,
    /// What must not be found.
    pub none: Vec<Term>,
}

/// Reads a query. Terms all have to be found; `OR` between two makes them alternatives.
pub fn parse(text: &str) -> Result<Query, Error> {
    if text.chars().count() > LONGEST {
        return Err(Error::TooLong);
    }
    let mut query = Query::default();
    let mut joined = false;
    for word in words(text)? {
        if matches!(word.as_str(), "OR" | "|") {
            joined = true;
            continue;
        }
        let (not, rest) = match word.strip_prefix(['-', '－']) {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, word.as_str()),
        };
        let Some(term) = term(rest) else { continue };
        match query.any.last_mut().filter(|_| joined && !not) {
            _ if not => query.none.push(term),
            Some(group) => group.push(term),
            None => query.any.push(vec![term]),
        }
        joined = false;
    }
    let terms = query.any.iter().map(Vec::len).sum::<usize>() + query.none.len();
    match (terms, query.any.is_empty()) {
        (0, _) => Err(Error::Empty),
        (_, true) => Err(Error::OnlyNot),
        (terms, _) if terms > MOST_TERMS => Err(Error::TooLong),
        _ => Ok(query),
    }
}

/// Words between blanks; what stands in quotation marks is one word.
fn words(text: &str) -> Result<Vec<String>, Error> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' | '“' | '”' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.trim().is_empty());
    if quoted { Err(Error::Unbalanced) } else { Ok(words) }
}

fn term(word: &str) -> Option<Term> {
    let (within, text) = match word.split_once([':', '：']) {
        Some((name, rest)) if !rest.trim().is_empty() => match within(name) {
            Some(within) => (within, rest),
            None => (In::Place(Place::Text), word),
        },
        _ => (In::Place(Place::Text), word),
    };
    let text = text.trim();
    let is_word = fold(text).chars().any(char::is_alphanumeric);
    is_word.then(|| Term { within, text: text.to_owned() })
}

fn within(name: &str) -> Option<In> {
    Some(match name.to_lowercase().as_str() {
        "text" => In::Place(Place::Text),
        "title" => In::Place(Place::Title),
        "summary" => In::Place(Place::Summary),
        "body" => In::Place(Place::Body),
        "link" => In::Place(Place::Link),
        "source" => In::Field(Field::Source),
        "medium" => In::Field(Field::Medium),
        "label" => In::Field(Field::Label),
        "author" => In::Field(Field::Author),
        "language" => In::Field(Field::Language),
        _ => return None,
    })
}

impl Query {
    /// The same as a condition, for items as they come.
    pub fn when(&self) -> When {
        let test = |term: &Term| {
            When::Test(match term.within {
                In::Place(place) => Test::Word(place, term.text.clone()),
                In::Field(field) => Test::Is(field, term.text.clone()),
            })
        };
        let groups = self.any.iter().map(|group| When::Any(group.iter().map(test).collect()));
        let mut all: Vec<When> = groups.collect();
        if !self.none.is_empty() {
            all.push(When::Not(Box::new(When::Any(self.none.iter().map(test).collect()))));
        }
        When::All(all)
    }
}
