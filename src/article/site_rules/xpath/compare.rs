//! Comparisons (XPath 1.0 §3.4): of a set of nodes it is asked whether any of them compares so.

use std::collections::HashSet;

use super::Spent;
use super::evaluate::Evaluation;
use super::expression::Comparison;
use super::index::Item;
use super::value::{self, Value};

pub(super) fn compare(
    evaluation: &Evaluation<'_>,
    left: &Value,
    comparison: Comparison,
    right: &Value,
) -> Result<bool, Spent> {
    match (left, right) {
        (Value::Nodes(_), Value::Truth(_)) | (Value::Truth(_), Value::Nodes(_)) => {
            let truths = [truth(left), truth(right)].map(|t| f64::from(u8::from(t)));
            Ok(holds(comparison, truths[0], truths[1]))
        }
        (Value::Nodes(a), Value::Nodes(b)) => sets(evaluation, a, comparison, b),
        (Value::Nodes(nodes), other) => any(evaluation, nodes, comparison, other),
        (other, Value::Nodes(nodes)) => any(evaluation, nodes, mirrored(comparison), other),
        _ => single(evaluation, left, comparison, right),
    }
}

pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Nodes(nodes) => !nodes.is_empty(),
        Value::Text(text) => !text.is_empty(),
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        Value::Truth(truth) => *truth,
    }
}

fn any(
    evaluation: &Evaluation<'_>,
    nodes: &[Item],
    comparison: Comparison,
    other: &Value,
) -> Result<bool, Spent> {
    for item in nodes {
        let text = Value::Text(evaluation.text_of(*item)?);
        if single(evaluation, &text, comparison, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Two values of which neither is a set.
fn single(
    evaluation: &Evaluation<'_>,
    left: &Value,
    comparison: Comparison,
    right: &Value,
) -> Result<bool, Spent> {
    if matches!(comparison, Comparison::Equal | Comparison::Unequal) {
        let equal = match (left, right) {
            (Value::Truth(_), _) | (_, Value::Truth(_)) => truth(left) == truth(right),
            (Value::Text(a), Value::Text(b)) => a == b,
            _ => {
                let (a, b) = (evaluation.number(left)?, evaluation.number(right)?);
                return Ok(holds(comparison, a, b));
            }
        };
        return Ok(equal == (comparison == Comparison::Equal));
    }
    Ok(holds(comparison, evaluation.number(left)?, evaluation.number(right)?))
}

/// Two sets, without a look at each pair.
fn sets(
    evaluation: &Evaluation<'_>,
    left: &[Item],
    comparison: Comparison,
    right: &[Item],
) -> Result<bool, Spent> {
    let texts = |items: &[Item]| -> Result<HashSet<String>, Spent> {
        items.iter().map(|item| evaluation.text_of(*item)).collect()
    };
    let (left, right) = (texts(left)?, texts(right)?);
    if left.is_empty() || right.is_empty() {
        return Ok(false);
    }
    let least = |set: &HashSet<String>| numbers(set).fold(f64::INFINITY, f64::min);
    let most = |set: &HashSet<String>| numbers(set).fold(f64::NEG_INFINITY, f64::max);
    Ok(match comparison {
        Comparison::Equal => !left.is_disjoint(&right),
        Comparison::Unequal => left.len() > 1 || right.len() > 1 || left != right,
        Comparison::Less | Comparison::LessOrEqual => holds(comparison, least(&left), most(&right)),
        Comparison::Greater | Comparison::GreaterOrEqual => {
            holds(comparison, most(&left), least(&right))
        }
    })
}

fn numbers(texts: &HashSet<String>) -> impl Iterator<Item = f64> {
    texts.iter().map(|text| value::number(text)).filter(|number| !number.is_nan())
}

#[expect(clippy::float_cmp, reason = "XPath compares numbers as they are (IEEE 754)")]
fn holds(comparison: Comparison, left: f64, right: f64) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}
