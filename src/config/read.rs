//! Reads TOML tables key by key and collects every fault with its place, instead of stopping at
//! the first one as a derived deserializer would.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{File, Outside};

/// A value and where it stands in the file, in bytes.
#[derive(Clone, Debug)]
pub struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// A fault before its place is known in lines and columns.
#[derive(Debug)]
pub struct Mark {
    pub span: Range<usize>,
    pub what: String,
    pub hint: Option<String>,
}

/// Where faults gather while a file is read.
#[derive(Debug, Default)]
pub struct Marks {
    faults: RefCell<Vec<Mark>>,
    /// Memory of all patterns so far, in bytes.
    spent: Cell<usize>,
}

impl Marks {
    pub fn add(&self, span: &Range<usize>, what: impl Into<String>) {
        self.faults.borrow_mut().push(Mark { span: span.clone(), what: what.into(), hint: None });
    }

    pub fn add_hint(&self, span: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let hint = Some(hint.into());
        self.faults.borrow_mut().push(Mark { span: span.clone(), what: what.into(), hint });
    }

    pub fn is_empty(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    pub fn len(&self) -> usize {
        self.faults.borrow().len()
    }

    pub fn into_vec(self) -> Vec<Mark> {
        self.faults.into_inner()
    }

    /// Counts what a pattern takes; gives what all have taken so far.
    pub fn spend(&self, bytes: usize) -> usize {
        self.spent.set(self.spent.get().saturating_add(bytes));
        self.spent.get()
    }
}

/// One table of the file, with what has been asked of it so far.
pub struct Table<'t> {
    keys: &'t DeTable<'t>,
    pub span: Range<usize>,
    name: String,
    asked: BTreeSet<&'static str>,
    marks: &'t Marks,
    outside: &'t Outside<'t>,
}

impl<'t> Table<'t> {
    pub fn new(
        keys: &'t DeTable<'t>,
        span: Range<usize>,
        name: impl Into<String>,
        marks: &'t Marks,
        outside: &'t Outside<'t>,
    ) -> Self {
        Self { keys, span, name: name.into(), asked: BTreeSet::new(), marks, outside }
    }

    /// Where faults go.
    pub fn marks(&self) -> &'t Marks {
        self.marks
    }

    /// Whether the key is there at all.
    pub fn has(&self, key: &str) -> bool {
        self.keys.get(key).is_some()
    }

    pub fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.insert(key);
        self.keys.get(key)
    }

    pub fn string(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.value(key)?;
        self.as_string(key, value)
    }

    /// A string that must be there.
    pub fn required(&mut self, key: &'static str) -> Option<At<String>> {
        if !self.has(key) {
            self.asked.insert(key);
            self.marks.add(&self.span, format!("`{}` needs `{key}`", self.name));
        }
        self.string(key).filter(|text| {
            let empty = text.value.trim().is_empty();
            if empty {
                self.marks.add(&text.span, format!("`{key}` is empty"));
            }
            !empty
        })
    }

    /// A string that may be left out, but not be empty.
    pub fn required_if_there(&mut self, key: &'static str) -> Option<At<String>> {
        if self.has(key) { self.required(key) } else { self.string(key) }
    }

    /// One string, or a list of strings.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        let value = self.value(key)?;
        let Some(list) = value.get_ref().as_array() else {
            return self.as_string(key, value).map(|one| vec![one]);
        };
        Some(list.iter().filter_map(|one| self.as_string(key, one)).collect())
    }

    /// The strings at a key without asking for it; whatever is no string is passed over.
    pub fn peek_strings(&self, key: &str) -> Option<Vec<At<String>>> {
        let value = self.keys.get(key)?;
        let one = |value: &Spanned<DeValue<'_>>| {
            let text = value.get_ref().as_str()?;
            Some(At { value: text.to_owned(), span: value.span() })
        };
        match value.get_ref().as_array() {
            Some(list) => Some(list.iter().filter_map(one).collect()),
            None => Some(one(value).into_iter().collect()),
        }
    }

    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, value, "`true` or `false`");
        }
        flag
    }

    /// A whole number within a range.
    pub fn number(&mut self, key: &'static str, within: Range<u64>) -> Option<u64> {
        let value = self.value(key)?;
        let typed = value.get_ref().as_integer();
        let digits = typed.map(|n| n.as_str().replace('_', ""));
        let number = typed
            .zip(digits.as_ref())
            .and_then(|(n, digits)| u64::from_str_radix(digits, n.radix()).ok());
        match number {
            Some(n) if within.contains(&n) => Some(n),
            other => {
                let wish = format!("a whole number from {} to {}", within.start, within.end - 1);
                // Below zero, or beyond all bounds: it is shown as it was typed.
                let shown = other.map(|n| n.to_string()).or(digits);
                match shown {
                    Some(n) => {
                        self.marks.add(&value.span(), format!("`{key}` must be {wish}, not {n}"));
                    }
                    None => self.wrong(key, value, &wish),
                }
                None
            }
        }
    }

    /// A length of time: `90s`, `15m`, `2h`, `1d`, or several of them together (`1h30m`).
    pub fn duration(&mut self, key: &'static str) -> Option<At<Duration>> {
        let text = self.string(key)?;
        let value = duration(&text.value);
        if value.is_none() {
            let what = format!("`{key}` is no length of time: `{}`", text.value);
            self.marks.add_hint(&text.span, what, "write `30s`, `15m`, `2h` or `1d`");
        }
        value.map(|value| At { value, span: text.span })
    }

    pub fn table(&mut self, key: &'static str) -> Option<Table<'t>> {
        let value = self.value(key)?;
        let table = self.as_table(key, value);
        if table.is_none() {
            self.wrong(key, value, "a table");
        }
        table
    }

    /// A list of tables, or a single one.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            return self.table(key).into_iter().collect();
        };
        let tables = list.iter().map(|one| (one, self.as_table(key, one)));
        tables
            .filter_map(|(one, table)| {
                if table.is_none() {
                    self.wrong(key, one, "a table");
                }
                table
            })
            .collect()
    }

    /// A table of strings with free keys; a key that ends in `_file` names a file with the value.
    pub fn pairs(&mut self, key: &'static str) -> Vec<(String, At<String>)> {
        let Some(table) = self.table(key) else { return Vec::new() };
        let pairs = table.keys.iter().filter_map(|(name, value)| {
            let text = self.as_string(key, value)?;
            let name = name.get_ref().to_string();
            match name.strip_suffix("_file") {
                Some(name) => Some((name.to_owned(), self.in_file(text)?)),
                None => Some((name, text)),
            }
        });
        pairs.collect()
    }

    /// The files of a folder outside.
    pub fn folder(&self, path: &str) -> std::io::Result<Vec<File>> {
        (self.outside.folder)(path)
    }

    fn in_file(&self, path: At<String>) -> Option<At<String>> {
        match (self.outside.file)(&path.value) {
            Ok(text) => Some(At { value: text.trim_end().to_owned(), span: path.span }),
            Err(why) => {
                self.marks.add(&path.span, format!("cannot read `{}`: {why}", path.value));
                None
            }
        }
    }

    /// Names every key that nobody asked for.
    pub fn finish(self) {
        for key in self.keys.keys() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(name) {
                continue;
            }
            let what = match self.name.as_str() {
                "" => format!("there is no table `{name}`"),
                own => format!("`{own}` has no key `{name}`"),
            };
            if let Some(near) = nearest(name, self.asked.iter().copied()) {
                self.marks.add_hint(&key.span(), what, format!("did you mean `{near}`?"));
            } else {
                let known: Vec<_> = self.asked.iter().copied().collect();
                let hint = format!("known keys: {}", known.join(", "));
                self.marks.add_hint(&key.span(), what, hint);
            }
        }
    }

    pub fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wish: &str) {
        let what = format!("`{key}` must be {wish}, not {}", kind(value.get_ref()));
        self.marks.add(&value.span(), what);
    }

    pub fn as_table(&self, key: &str, value: &'t Spanned<DeValue<'t>>) -> Option<Table<'t>> {
        let table = value.get_ref().as_table()?;
        let name = if self.name.is_empty() { key.into() } else { format!("{}.{key}", self.name) };
        Some(Table::new(table, value.span(), name, self.marks, self.outside))
    }

    pub fn as_string(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<At<String>> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(key, value, "a string");
            return None;
        };
        let span = value.span();
        match expand(text, self.outside) {
            Ok(value) => Some(At { value, span }),
            Err(name) => {
                let what = format!("the environment has no `{name}`");
                self.marks.add_hint(&span, what, "set it, or write `$${` for these characters");
                None
            }
        }
    }
}

/// The candidate that is nearest to what was typed, if any is near enough to be meant.
pub fn nearest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|one| (strsim::osa_distance(typed, one), one))
        .filter(|(distance, one)| *distance <= 1 + one.chars().count() / 4)
        .min()
        .map(|(_, one)| one)
}

/// `90s`, `15m`, `2h`, `1d`, `1h30m`; a bare number is no length of time.
pub fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0_u64;
    if rest.is_empty() {
        return None;
    }
    if let Some(number) = rest.strip_suffix("ms") {
        return number.trim().parse().ok().map(Duration::from_millis);
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let tail = rest[digits..].trim_start();
        let unit = match tail.chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = tail[1..].trim_start();
    }
    (seconds <= 366 * 86_400).then(|| Duration::from_secs(seconds))
}

/// Puts the environment's values in the place of `${NAME}`; the error is the name that is missing.
fn expand(text: &str, outside: &Outside<'_>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        if let Some(bare) = before.strip_suffix('$') {
            out.truncate(out.len() - before.len() + bare.len());
            out.push_str("${");
            rest = &tail[2..];
            continue;
        }
        let Some(end) = tail.find('}') else { break };
        let name = &tail[2..end];
        out.push_str(&(outside.env)(name).ok_or_else(|| name.to_owned())?);
        rest = &tail[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
