//! Faults of the settings with line, column and, where it is known, the cure.

use std::fmt;

use super::read::Marks;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// All faults of a text, in its order; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Turns byte offsets into lines and columns.
pub(super) fn locate(text: &str, marks: Marks) -> Faults {
    let mut marks = marks.into_vec();
    marks.sort_by_key(|mark| mark.span.start);
    // Where the last fault was: its line, where that begins, and how far lines were counted.
    let (mut line, mut begins, mut seen) = (1, 0, 0);
    let faults = marks.into_iter().map(|mark| {
        let place = text.floor_char_boundary(mark.span.start);
        let between = text.get(seen..place).unwrap_or_default();
        line += between.matches('\n').count();
        begins = between.rfind('\n').map_or(begins, |at| seen + at + 1);
        seen = place;
        let column = text.get(begins..place).unwrap_or_default().chars().count() + 1;
        Fault { line, column, what: mark.what, hint: mark.hint }
    });
    Faults(faults.collect())
}
