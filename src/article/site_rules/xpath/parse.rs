//! Tokens to an expression (XPath 1.0 §3), by recursive descent of bounded depth.

use super::axis::Axis;
use super::expression::{Comparison, Expression, Operation, Path, Start, Step, Test};
use super::function::Function;
use super::lex::{self, Token};

/// Parentheses, brackets and signs inside each other.
const MAX_DEPTH: usize = 40;

pub(super) fn parse(text: &str) -> Result<Expression, String> {
    let tokens = lex::tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let expression = parser.expression()?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.odd()),
    }
}

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn expression(&mut self) -> Result<Expression, String> {
        self.deeper()?;
        let mut list = vec![self.and()?];
        while self.takes_name("or") {
            list.push(self.and()?);
        }
        self.depth -= 1;
        Ok(only(list, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut list = vec![self.equality()?];
        while self.takes_name("and") {
            list.push(self.equality()?);
        }
        Ok(only(list, Expression::And))
    }

    fn equality(&mut self) -> Result<Expression, String> {
        let first = self.order()?;
        let mut more = Vec::new();
        loop {
            let comparison = match self.sign() {
                Some("=") => Comparison::Equal,
                Some("!=") => Comparison::Unequal,
                _ => return Ok(compared(first, more)),
            };
            self.at += 1;
            more.push((comparison, self.order()?));
        }
    }

    fn order(&mut self) -> Result<Expression, String> {
        let first = self.sum()?;
        let mut more = Vec::new();
        loop {
            let comparison = match self.sign() {
                Some("<") => Comparison::Less,
                Some("<=") => Comparison::LessOrEqual,
                Some(">") => Comparison::Greater,
                Some(">=") => Comparison::GreaterOrEqual,
                _ => return Ok(compared(first, more)),
            };
            self.at += 1;
            more.push((comparison, self.sum()?));
        }
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let first = self.product()?;
        let mut more = Vec::new();
        loop {
            let operation = match self.sign() {
                Some("+") => Operation::Add,
                Some("-") => Operation::Subtract,
                _ => return Ok(calculated(first, more)),
            };
            self.at += 1;
            more.push((operation, self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, String> {
        let first = self.negation()?;
        let mut more = Vec::new();
        loop {
            let operation = match self.peek() {
                Some(Token::Sign("*")) => Operation::Multiply,
                Some(Token::Name("div")) => Operation::Divide,
                Some(Token::Name("mod")) => Operation::Remainder,
                _ => return Ok(calculated(first, more)),
            };
            self.at += 1;
            more.push((operation, self.negation()?));
        }
    }

    fn negation(&mut self) -> Result<Expression, String> {
        let mut negative = false;
        let mut any = false;
        while self.takes("-") {
            any = true;
            negative = !negative;
        }
        let inner = self.union()?;
        if !any {
            return Ok(inner);
        }
        let once = Expression::Negate(Box::new(inner));
        Ok(if negative { once } else { Expression::Negate(Box::new(once)) })
    }

    fn union(&mut self) -> Result<Expression, String> {
        let mut list = vec![self.path()?];
        while self.takes("|") {
            list.push(self.path()?);
        }
        Ok(only(list, Expression::Union))
    }

    fn path(&mut self) -> Result<Expression, String> {
        if self.takes("/") {
            let steps = if self.begins_step() { self.steps(Vec::new())? } else { Vec::new() };
            return Ok(path(Start::Root, steps));
        }
        if self.takes("//") {
            let steps = self.steps(vec![Step::everything_below()])?;
            return Ok(path(Start::Root, steps));
        }
        if !self.begins_primary() {
            return Ok(path(Start::Here, self.steps(Vec::new())?));
        }
        let primary = self.primary()?;
        let predicates = self.predicates()?;
        let steps = match self.sign() {
            Some("/") => {
                self.at += 1;
                self.steps(Vec::new())?
            }
            Some("//") => {
                self.at += 1;
                self.steps(vec![Step::everything_below()])?
            }
            _ if predicates.is_empty() => return Ok(primary),
            _ => Vec::new(),
        };
        Ok(path(Start::Of(primary, predicates), steps))
    }

    /// A name is a function where a parenthesis follows, unless it names a kind of node.
    fn begins_primary(&self) -> bool {
        match self.peek() {
            Some(Token::Literal(_) | Token::Number(_) | Token::Sign("(")) => true,
            Some(Token::Name(name)) => !is_kind(name) && self.second() == Some(Token::Sign("(")),
            _ => false,
        }
    }

    fn begins_step(&self) -> bool {
        matches!(self.peek(), Some(Token::Name(_) | Token::Sign("@" | "." | ".." | "*")))
    }

    fn primary(&mut self) -> Result<Expression, String> {
        match self.next() {
            Some(Token::Literal(text)) => Ok(Expression::Literal(text.to_owned())),
            Some(Token::Number(number)) => Ok(Expression::Number(number)),
            Some(Token::Sign("(")) => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Some(Token::Name(name)) => self.call(name),
            _ => Err(self.odd()),
        }
    }

    fn call(&mut self, name: &str) -> Result<Expression, String> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        while !self.takes(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.expression()?);
        }
        let function = Function::named(name).ok_or(format!("there is no function `{name}`"))?;
        if !function.takes(arguments.len()) {
            return Err(format!("`{name}` does not take {} arguments", arguments.len()));
        }
        Ok(Expression::Call(function, arguments))
    }

    fn steps(&mut self, mut steps: Vec<Step>) -> Result<Vec<Step>, String> {
        loop {
            let step = self.step()?;
            push(&mut steps, step);
            if self.takes("//") {
                steps.push(Step::everything_below());
            } else if !self.takes("/") {
                return Ok(steps);
            }
        }
    }

    fn step(&mut self) -> Result<Step, String> {
        let plain = |axis| Step { axis, test: Test::Any, predicates: Vec::new() };
        if self.takes(".") {
            return Ok(plain(Axis::Itself));
        }
        if self.takes("..") {
            return Ok(plain(Axis::Parent));
        }
        let axis = self.axis()?;
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Result<Axis, String> {
        if self.takes("@") {
            return Ok(Axis::Attribute);
        }
        match (self.peek(), self.second()) {
            (Some(Token::Name(name)), Some(Token::Sign("::"))) => {
                self.at += 2;
                Axis::named(name).ok_or(format!("there is no axis `{name}`"))
            }
            _ => Ok(Axis::Child),
        }
    }

    fn test(&mut self) -> Result<Test, String> {
        let name = match self.next() {
            Some(Token::Sign("*")) => return Ok(Test::Named),
            Some(Token::Name(name)) => name,
            _ => return Err(self.odd()),
        };
        if is_kind(name) && self.takes("(") {
            return self.kind(name);
        }
        Ok(match name.strip_suffix('*') {
            Some(prefix) => Test::Prefix(prefix.to_lowercase()),
            None => Test::Name(name.to_lowercase()),
        })
    }

    fn kind(&mut self, name: &str) -> Result<Test, String> {
        if name == "processing-instruction" && matches!(self.peek(), Some(Token::Literal(_))) {
            self.at += 1;
        }
        self.expect(")")?;
        Ok(match name {
            "text" => Test::Text,
            "comment" => Test::Comment,
            "node" => Test::Any,
            _ => Test::Instruction,
        })
    }

    fn predicates(&mut self) -> Result<Vec<Expression>, String> {
        let mut predicates = Vec::new();
        while self.takes("[") {
            predicates.push(self.expression()?);
            self.expect("]")?;
        }
        Ok(predicates)
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("nested more than {MAX_DEPTH} deep"));
        }
        Ok(())
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn second(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at + 1).copied()
    }

    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn sign(&self) -> Option<&'static str> {
        match self.peek()? {
            Token::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = self.sign() == Some(sign);
        self.at += usize::from(found);
        found
    }

    fn takes_name(&mut self, name: &str) -> bool {
        let found = self.peek() == Some(Token::Name(name));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("`{sign}` is missing")) }
    }

    fn odd(&self) -> String {
        match self.peek() {
            None => "it ends too early".to_owned(),
            Some(Token::Name(name)) => format!("`{name}` is not expected there"),
            Some(Token::Literal(text)) => format!("`'{text}'` is not expected there"),
            Some(Token::Number(number)) => format!("`{number}` is not expected there"),
            Some(Token::Sign(sign)) => format!("`{sign}` is not expected there"),
        }
    }
}

/// `//x` asks for every descendant's children; where no position counts, the descendants are the
/// same, and much cheaper.
fn push(steps: &mut Vec<Step>, step: Step) {
    let shortens = step.axis == Axis::Child && !step.is_positional();
    match steps.last_mut().filter(|last| shortens && last.is_everything_below()) {
        Some(last) => *last = Step { axis: Axis::Descendant, ..step },
        None => steps.push(step),
    }
}

fn is_kind(name: &str) -> bool {
    matches!(name, "text" | "comment" | "node" | "processing-instruction")
}

fn path(start: Start, steps: Vec<Step>) -> Expression {
    Expression::Path(Box::new(Path { start, steps }))
}

fn only(mut list: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match list.pop() {
        Some(one) if list.is_empty() => one,
        Some(last) => {
            list.push(last);
            several(list)
        }
        None => several(list),
    }
}

fn compared(first: Expression, more: Vec<(Comparison, Expression)>) -> Expression {
    if more.is_empty() { first } else { Expression::Compare(Box::new(first), more) }
}

fn calculated(first: Expression, more: Vec<(Operation, Expression)>) -> Expression {
    if more.is_empty() { first } else { Expression::Calculate(Box::new(first), more) }
}
