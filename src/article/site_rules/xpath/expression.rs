//! What an expression is once it is understood.

use super::axis::Axis;
use super::function::Function;

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    /// Comparisons from left to right.
    Compare(Box<Expression>, Vec<(Comparison, Expression)>),
    /// Sums or products from left to right.
    Calculate(Box<Expression>, Vec<(Operation, Expression)>),
    Negate(Box<Expression>),
    Union(Vec<Expression>),
    Path(Box<Path>),
    Literal(String),
    Number(f64),
    Call(Function, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Debug)]
pub(super) struct Path {
    pub start: Start,
    pub steps: Vec<Step>,
}

/// Where a path begins.
#[derive(Clone, Debug)]
pub(super) enum Start {
    Root,
    Here,
    /// At the nodes of an expression that pass the predicates.
    Of(Expression, Vec<Expression>),
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub axis: Axis,
    pub test: Test,
    pub predicates: Vec<Expression>,
}

/// What a node must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// `node()`
    Any,
    Text,
    Comment,
    Instruction,
    /// `*`: an element; an attribute on the attribute axis.
    Named,
    /// The same with this name, in lower case.
    Name(String),
    /// The same with this prefix and its colon.
    Prefix(String),
}

impl Step {
    /// `descendant-or-self::node()`, of which `//` is short.
    pub fn everything_below() -> Self {
        Self { axis: Axis::DescendantOrSelf, test: Test::Any, predicates: Vec::new() }
    }

    /// Whether it is the step that `//` is short for.
    pub fn is_everything_below(&self) -> bool {
        self.axis == Axis::DescendantOrSelf && self.test == Test::Any && self.predicates.is_empty()
    }

    /// Whether a node's place among its siblings may count.
    pub fn is_positional(&self) -> bool {
        self.predicates.iter().any(Expression::is_positional)
    }
}

impl Expression {
    /// Whether it may, as a predicate, depend on the position; in doubt yes.
    fn is_positional(&self) -> bool {
        match self {
            Self::Number(_) | Self::Calculate(..) | Self::Negate(_) => true,
            Self::Call(function, _) if function.is_number() => true,
            _ => self.asks_position(),
        }
    }

    fn asks_position(&self) -> bool {
        let any = |list: &[Self]| list.iter().any(Self::asks_position);
        match self {
            Self::Or(list) | Self::And(list) | Self::Union(list) => any(list),
            Self::Compare(first, more) => {
                first.asks_position() || more.iter().any(|(_, one)| one.asks_position())
            }
            Self::Calculate(first, more) => {
                first.asks_position() || more.iter().any(|(_, one)| one.asks_position())
            }
            Self::Negate(inner) => inner.asks_position(),
            Self::Call(function, list) => function.asks_position() || any(list),
            // Predicates inside a path have positions of their own.
            Self::Path(path) => matches!(&path.start, Start::Of(of, _) if of.asks_position()),
            Self::Literal(_) | Self::Number(_) => false,
        }
    }
}
