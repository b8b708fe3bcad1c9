//! An expression's value at a node; every node looked at and every text made is paid for.

use std::collections::HashSet;

use scraper::{Html, Node, node::Element};

use super::axis::{self, Axis};
use super::compare::{compare, truth};
use super::expression::{Expression, Operation, Path, Start, Step, Test};
use super::index::{Index, Item, Kind};
use super::value::{self, Value};
use super::{Fuel, Spent, function};

/// A tree that is asked, and what may still be spent on it.
pub(super) struct Evaluation<'e> {
    pub tree: &'e Html,
    pub index: &'e Index,
    pub fuel: &'e Fuel,
}

/// Where an expression is evaluated (XPath 1.0 §1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub item: Item,
    pub position: usize,
    pub size: usize,
}

impl<'e> Evaluation<'e> {
    // As deep as the expression, which the parser bounds.
    pub fn value(&self, expression: &Expression, at: Context) -> Result<Value, Spent> {
        self.fuel.spend(1)?;
        Ok(match expression {
            Expression::Or(list) => Value::Truth(self.find_truth(list, at, true)?),
            Expression::And(list) => Value::Truth(!self.find_truth(list, at, false)?),
            Expression::Compare(first, more) => {
                let mut left = self.value(first, at)?;
                for (comparison, right) in more {
                    let right = self.value(right, at)?;
                    left = Value::Truth(compare(self, &left, *comparison, &right)?);
                }
                left
            }
            Expression::Calculate(first, more) => {
                let mut left = self.number(&self.value(first, at)?)?;
                for (operation, right) in more {
                    let right = self.number(&self.value(right, at)?)?;
                    left = calculated(left, *operation, right);
                }
                Value::Number(left)
            }
            Expression::Negate(inner) => Value::Number(-self.number(&self.value(inner, at)?)?),
            Expression::Union(list) => self.union(list, at)?,
            Expression::Path(path) => self.path(path, at)?,
            Expression::Literal(text) => Value::Text(text.clone()),
            Expression::Number(number) => Value::Number(*number),
            Expression::Call(called, arguments) => function::call(self, *called, arguments, at)?,
        })
    }

    /// The text of a value (XPath 1.0 §4.2).
    pub fn text(&self, value: Value) -> Result<String, Spent> {
        match value {
            Value::Nodes(nodes) => nodes.first().map_or(Ok(String::new()), |n| self.text_of(*n)),
            Value::Text(text) => Ok(text),
            Value::Number(number) => Ok(value::written(number)),
            Value::Truth(truth) => Ok(truth.to_string()),
        }
    }

    /// The number of a value (XPath 1.0 §4.4).
    pub fn number(&self, value: &Value) -> Result<f64, Spent> {
        Ok(match value {
            Value::Nodes(nodes) => match nodes.first() {
                Some(node) => value::number(&self.text_of(*node)?),
                None => f64::NAN,
            },
            Value::Text(text) => value::number(text),
            Value::Number(number) => *number,
            Value::Truth(truth) => f64::from(u8::from(*truth)),
        })
    }

    /// A node's text: an attribute's value, or all text below (XPath 1.0 §5).
    pub fn text_of(&self, item: Item) -> Result<String, Spent> {
        if item.attribute > 0 {
            let value = self.attribute(item).map_or("", |(_, value)| value);
            self.fuel.spend_text(value.len())?;
            return Ok(value.to_owned());
        }
        let single = !matches!(self.index.kind(item.node), Some(Kind::Element | Kind::Root));
        let mut out = String::new();
        for node in item.node..self.index.end(item.node) {
            let text = match self.node(node) {
                Some(Node::Text(text)) => &**text,
                Some(Node::Comment(comment)) if single => &**comment,
                _ => "",
            };
            self.fuel.spend_text(text.len())?;
            out.push_str(text);
        }
        Ok(out)
    }

    pub fn element(&self, item: Item) -> Option<&'e Element> {
        self.node(item.node)?.as_element().filter(|_| item.attribute == 0)
    }

    /// Name and value of an attribute.
    pub fn attribute(&self, item: Item) -> Option<(&'e str, &'e str)> {
        let element = self.node(item.node)?.as_element()?;
        element.attrs().nth((item.attribute as usize).checked_sub(1)?)
    }

    fn node(&self, node: u32) -> Option<&'e Node> {
        Some(self.tree.tree.get(self.index.id(node)?)?.value())
    }

    /// Whether any of the expressions is as true as `sought`.
    fn find_truth(&self, list: &[Expression], at: Context, sought: bool) -> Result<bool, Spent> {
        for expression in list {
            if truth(&self.value(expression, at)?) == sought {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn union(&self, list: &[Expression], at: Context) -> Result<Value, Spent> {
        let mut all = Vec::new();
        for expression in list {
            all.extend(self.nodes(expression, at)?);
        }
        Ok(Value::Nodes(in_order(all)))
    }

    /// The nodes of a value; what is no set of nodes has none.
    pub fn nodes(&self, expression: &Expression, at: Context) -> Result<Vec<Item>, Spent> {
        match self.value(expression, at)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }

    fn path(&self, path: &Path, at: Context) -> Result<Value, Spent> {
        let mut nodes = match &path.start {
            Start::Root => vec![Item::ROOT],
            Start::Here => vec![at.item],
            Start::Of(expression, predicates) => {
                self.filtered(self.nodes(expression, at)?, predicates)?
            }
        };
        for step in &path.steps {
            nodes = self.step(&nodes, step)?;
        }
        Ok(Value::Nodes(nodes))
    }

    fn step(&self, from: &[Item], step: &Step) -> Result<Vec<Item>, Spent> {
        if let [only] = from {
            return Ok(in_order(self.step_from(*only, step)?));
        }
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut covered = 0;
        let skips = step.axis.nests() && !step.is_positional();
        for item in from {
            if skips && item.attribute == 0 && item.node < covered {
                continue;
            }
            covered = self.index.end(item.node);
            let new = self.step_from(*item, step)?;
            let overlaps = step.axis.overlaps() && !skips;
            found.extend(new.into_iter().filter(|item| !overlaps || seen.insert(*item)));
        }
        Ok(in_order(found))
    }

    /// What a step finds from one node, nearest first.
    fn step_from(&self, from: Item, step: &Step) -> Result<Vec<Item>, Spent> {
        let mut found = Vec::new();
        if step.axis == Axis::Attribute {
            self.attributes(from, &step.test, &mut found)?;
        } else {
            axis::walk(self.index, step.axis, from, &mut |item| {
                self.fuel.spend(1)?;
                if self.passes(item, &step.test) {
                    found.push(item);
                }
                Ok(())
            })?;
        }
        self.filtered(found, &step.predicates)
    }

    fn attributes(&self, of: Item, test: &Test, found: &mut Vec<Item>) -> Result<(), Spent> {
        let Some(element) = self.element(of) else { return Ok(()) };
        for (number, (name, _)) in (1..).zip(element.attrs()) {
            self.fuel.spend(1)?;
            if is_named(name, test) || *test == Test::Any {
                found.push(Item { node: of.node, attribute: number });
            }
        }
        Ok(())
    }

    fn filtered(
        &self,
        mut items: Vec<Item>,
        predicates: &[Expression],
    ) -> Result<Vec<Item>, Spent> {
        for predicate in predicates {
            let size = items.len();
            let mut kept = Vec::new();
            for (position, item) in (1..).zip(items) {
                let at = Context { item, position, size };
                let passes = match self.value(predicate, at)? {
                    // Positions are whole: the same number has the same bits.
                    Value::Number(number) => number.to_bits() == (position as f64).to_bits(),
                    other => truth(&other),
                };
                if passes {
                    kept.push(item);
                }
            }
            items = kept;
        }
        Ok(items)
    }

    /// Whether a node is what a test asks for, on any axis but `attribute`.
    fn passes(&self, item: Item, test: &Test) -> bool {
        let kind = self.index.kind(item.node);
        match test {
            Test::Any => true,
            _ if item.attribute > 0 => false,
            Test::Text => kind == Some(Kind::Text),
            Test::Comment => kind == Some(Kind::Comment),
            Test::Instruction => kind == Some(Kind::Instruction),
            _ => self.element(item).is_some_and(|element| is_named(element.name(), test)),
        }
    }
}

fn is_named(name: &str, test: &Test) -> bool {
    match test {
        Test::Named => true,
        Test::Name(wanted) => name.eq_ignore_ascii_case(wanted),
        Test::Prefix(prefix) => {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        }
        _ => false,
    }
}

/// In the order of the document, each once.
fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_unstable();
    items.dedup();
    items
}

fn calculated(left: f64, operation: Operation, right: f64) -> f64 {
    match operation {
        Operation::Add => left + right,
        Operation::Subtract => left - right,
        Operation::Multiply => left * right,
        Operation::Divide => left / right,
        Operation::Remainder => left % right,
    }
}
