//! The core functions (XPath 1.0 §4).

use super::Spent;
use super::compare::truth;
use super::evaluate::{Context, Evaluation};
use super::expression::Expression;
use super::value::{self, Value, is_space, rounded};

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Function { $($variant),* }

        impl Function {
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Whether it takes so many arguments.
            pub fn takes(self, number: usize) -> bool {
                match self {
                    $(Self::$variant => ($least..=$most).contains(&number)),*
                }
            }
        }
    };
}

functions! {
    Boolean "boolean" 1 1,
    Ceiling "ceiling" 1 1,
    Concat "concat" 2 200,
    Contains "contains" 2 2,
    Count "count" 1 1,
    False "false" 0 0,
    Floor "floor" 1 1,
    Id "id" 1 1,
    Lang "lang" 1 1,
    Last "last" 0 0,
    LocalName "local-name" 0 1,
    Name "name" 0 1,
    NamespaceUri "namespace-uri" 0 1,
    NormalizeSpace "normalize-space" 0 1,
    Not "not" 1 1,
    Number "number" 0 1,
    Position "position" 0 0,
    Round "round" 1 1,
    StartsWith "starts-with" 2 2,
    String "string" 0 1,
    StringLength "string-length" 0 1,
    Substring "substring" 2 3,
    SubstringAfter "substring-after" 2 2,
    SubstringBefore "substring-before" 2 2,
    Sum "sum" 1 1,
    Translate "translate" 3 3,
    True "true" 0 0,
}

impl Function {
    /// Whether its value is a number, which in a predicate is a position.
    pub fn is_number(self) -> bool {
        use Function::{Ceiling, Count, Floor, Last, Number, Position, Round, StringLength, Sum};
        matches!(
            self,
            Ceiling | Count | Floor | Last | Number | Position | Round | StringLength | Sum
        )
    }

    /// Whether it asks for the position itself.
    pub fn asks_position(self) -> bool {
        matches!(self, Self::Last | Self::Position)
    }
}

pub(super) fn call(
    evaluation: &Evaluation<'_>,
    function: Function,
    arguments: &[Expression],
    at: Context,
) -> Result<Value, Spent> {
    let call = Call { evaluation, arguments, at };
    let number = |number: f64| Value::Number(number);
    Ok(match function {
        Function::Last => number(at.size as f64),
        Function::Position => number(at.position as f64),
        Function::True => Value::Truth(true),
        Function::False => Value::Truth(false),
        Function::Boolean => Value::Truth(truth(&call.value(0)?)),
        Function::Not => Value::Truth(!truth(&call.value(0)?)),
        Function::Count => number(call.nodes()?.len() as f64),
        Function::Sum => number(call.sum()?),
        Function::Number => number(evaluation.number(&call.value(0)?)?),
        Function::Floor => number(call.number(0)?.floor()),
        Function::Ceiling => number(call.number(0)?.ceil()),
        Function::Round => number(rounded(call.number(0)?)),
        Function::Lang => Value::Truth(call.lang()?),
        Function::Id => call.id()?,
        Function::NamespaceUri => Value::Text(String::new()),
        Function::Name | Function::LocalName => call.name(function == Function::LocalName)?,
        _ => call.with_text(function)?,
    })
}

struct Call<'c, 'e> {
    evaluation: &'c Evaluation<'e>,
    arguments: &'c [Expression],
    at: Context,
}

impl Call<'_, '_> {
    fn with_text(&self, function: Function) -> Result<Value, Spent> {
        let text = self.text(0)?;
        self.evaluation.fuel.spend_text(text.len())?;
        Ok(Value::Text(match function {
            Function::Contains => return Ok(Value::Truth(text.contains(&self.text(1)?))),
            Function::StartsWith => return Ok(Value::Truth(text.starts_with(&self.text(1)?))),
            Function::StringLength => return Ok(Value::Number(text.chars().count() as f64)),
            Function::NormalizeSpace => {
                let words = text.split(is_space).filter(|word| !word.is_empty());
                words.collect::<Vec<_>>().join(" ")
            }
            Function::SubstringBefore => {
                text.split_once(&self.text(1)?).map_or("", |(before, _)| before).to_owned()
            }
            Function::SubstringAfter => {
                text.split_once(&self.text(1)?).map_or("", |(_, after)| after).to_owned()
            }
            Function::Substring => self.substring(&text)?,
            Function::Translate => self.translated(&text)?,
            Function::Concat => self.joined(text)?,
            _ => text,
        }))
    }

    /// The value of an argument; the node itself where there is none.
    fn value(&self, number: usize) -> Result<Value, Spent> {
        match self.arguments.get(number) {
            Some(argument) => self.evaluation.value(argument, self.at),
            None => Ok(Value::Nodes(vec![self.at.item])),
        }
    }

    fn text(&self, number: usize) -> Result<String, Spent> {
        self.evaluation.text(self.value(number)?)
    }

    fn number(&self, number: usize) -> Result<f64, Spent> {
        self.evaluation.number(&self.value(number)?)
    }

    fn nodes(&self) -> Result<Vec<super::Item>, Spent> {
        match self.value(0)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }

    fn sum(&self) -> Result<f64, Spent> {
        let mut sum = 0.0;
        for node in self.nodes()? {
            sum += value::number(&self.evaluation.text_of(node)?);
        }
        Ok(sum)
    }

    fn name(&self, local: bool) -> Result<Value, Spent> {
        let Some(item) = self.nodes()?.first().copied() else {
            return Ok(Value::Text(String::new()));
        };
        let name = match item.attribute {
            0 => self.evaluation.element(item).map_or("", |element| element.name()),
            _ => self.evaluation.attribute(item).map_or("", |(name, _)| name),
        };
        let name = if local { name.rsplit(':').next().unwrap_or(name) } else { name };
        Ok(Value::Text(name.to_owned()))
    }

    fn id(&self) -> Result<Value, Spent> {
        let mut wanted = Vec::new();
        match self.value(0)? {
            Value::Nodes(nodes) => {
                for node in nodes {
                    wanted.push(self.evaluation.text_of(node)?);
                }
            }
            other => wanted.push(self.evaluation.text(other)?),
        }
        let wanted = wanted.join(" ");
        let wanted: Vec<&str> = wanted.split(is_space).filter(|id| !id.is_empty()).collect();
        let mut found = Vec::new();
        for node in 0..self.evaluation.index.len() as u32 {
            self.evaluation.fuel.spend(1 + wanted.len())?;
            let item = super::Item::node(node);
            let id = self.evaluation.element(item).and_then(|element| element.attr("id"));
            if id.is_some_and(|id| wanted.contains(&id)) {
                found.push(item);
            }
        }
        Ok(Value::Nodes(found))
    }

    fn lang(&self) -> Result<bool, Spent> {
        let wanted = self.text(0)?.to_ascii_lowercase();
        let index = self.evaluation.index;
        let nodes = std::iter::successors(Some(self.at.item.node), |node| index.parent(*node));
        for node in nodes {
            self.evaluation.fuel.spend(1)?;
            let element = self.evaluation.element(super::Item::node(node));
            if let Some(lang) = element.and_then(|element| element.attr("lang")) {
                let lang = lang.to_ascii_lowercase();
                let rest = lang.strip_prefix(&wanted);
                return Ok(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
            }
        }
        Ok(false)
    }

    /// Characters from one place to another, both rounded, as the specification's odd cases want.
    fn substring(&self, text: &str) -> Result<String, Spent> {
        let start = rounded(self.number(1)?);
        let end = match self.arguments.get(2) {
            Some(_) => start + rounded(self.number(2)?),
            None => f64::INFINITY,
        };
        let inside = |place: usize| place as f64 >= start && (place as f64) < end;
        Ok((1..).zip(text.chars()).filter(|(place, _)| inside(*place)).map(|(_, c)| c).collect())
    }

    fn translated(&self, text: &str) -> Result<String, Spent> {
        let from: Vec<char> = self.text(1)?.chars().collect();
        let to: Vec<char> = self.text(2)?.chars().collect();
        self.evaluation.fuel.spend_text(text.len().saturating_mul(1 + from.len() / 8))?;
        let one = |c: char| match from.iter().position(|f| *f == c) {
            Some(place) => to.get(place).copied(),
            None => Some(c),
        };
        Ok(text.chars().filter_map(one).collect())
    }

    fn joined(&self, mut text: String) -> Result<String, Spent> {
        for number in 1..self.arguments.len() {
            let more = self.text(number)?;
            self.evaluation.fuel.spend_text(more.len())?;
            text.push_str(&more);
        }
        Ok(text)
    }
}
