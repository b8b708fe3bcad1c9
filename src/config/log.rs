//! The table `[log]`: what is logged, and in which form.

use toml::de::DeTable;

use super::read::Table;

/// The `[log]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// For people or for programs.
    pub form: LogForm,
    /// `error`, `warn`, `info`, `debug`, `trace`, if not what the verb has.
    pub level: Option<String>,
}

/// The form of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogForm {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object on each line.
    Json,
}

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// The table alone, before the settings are read: what is amiss there has to be logged too. What
/// cannot be read is as if it were not there.
pub fn log(text: &str) -> Log {
    let (root, _) = DeTable::parse_recoverable(text);
    let table = root.get_ref().get("log").and_then(|value| value.get_ref().as_table());
    let word = |key: &str| Some(table?.get(key)?.get_ref().as_str()?.to_owned());
    Log {
        form: if word("form").as_deref() == Some("json") { LogForm::Json } else { LogForm::Text },
        level: word("level").filter(|level| LEVELS.contains(&level.as_str())),
    }
}

/// The table among the others, with its faults.
pub(super) fn table(root: &mut Table<'_>) -> Log {
    let mut log = Log::default();
    let Some(mut table) = root.table("log") else { return log };
    if let Some(form) = table.string("form") {
        match form.value.as_str() {
            "text" => {}
            "json" => log.form = LogForm::Json,
            other => {
                let what = format!("`{other}` is no form of a log");
                table.marks().add_hint(&form.span, what, "write `text` or `json`");
            }
        }
    }
    if let Some(level) = table.string("level") {
        if !LEVELS.contains(&level.value.as_str()) {
            let what = format!("`{}` is no level of a log", level.value);
            table.marks().add_hint(
                &level.span,
                what,
                format!("write one of {}", LEVELS.join(", ")),
            );
        }
        log.level = Some(level.value);
    }
    table.finish();
    log
}
