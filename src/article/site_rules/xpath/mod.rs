//! XPath 1.0 over a page's tree, with a measure of work that no expression can exceed.

mod axis;
mod compare;
mod evaluate;
mod expression;
mod function;
mod index;
mod lex;
mod parse;
mod value;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt;

use scraper::Html;

use evaluate::{Context, Evaluation};
use expression::Expression;
pub(super) use index::{Index, Item};
pub(super) use value::Value;

/// Characters of an expression.
const MAX_LENGTH: usize = 8_192;

/// An expression that was understood.
#[derive(Clone, Debug)]
pub(super) struct XPath {
    expression: Expression,
}

/// The work was more than was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent;

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rules take too much work on this page")
    }
}

/// The work that may still be done: a unit is a node looked at, or eight bytes of text.
#[derive(Debug)]
pub(super) struct Fuel(Cell<usize>);

impl Fuel {
    pub fn new(units: usize) -> Self {
        Self(Cell::new(units))
    }

    /// Takes so many units.
    pub fn spend(&self, units: usize) -> Result<(), Spent> {
        let left = self.0.get().checked_sub(units);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Spent)
    }

    /// Takes what a text of so many bytes costs.
    pub fn spend_text(&self, bytes: usize) -> Result<(), Spent> {
        self.spend(1 + bytes / 8)
    }

    #[cfg(test)]
    pub fn left(&self) -> usize {
        self.0.get()
    }
}

impl XPath {
    /// Understands a text; an error says in a line what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("longer than {MAX_LENGTH} characters"));
        }
        Ok(Self { expression: parse::parse(text)? })
    }

    /// Its value at the root of a tree; `index` must be that of the tree as it is now.
    pub fn value(&self, tree: &Html, index: &Index, fuel: &Fuel) -> Result<Value, Spent> {
        let evaluation = Evaluation { tree, index, fuel };
        let root = Context { item: Item::ROOT, position: 1, size: 1 };
        evaluation.value(&self.expression, root)
    }
}
