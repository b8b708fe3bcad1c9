//! What is counted, in the form that Prometheus reads (OpenMetrics 1.0).
//!
//! No label holds the name of a source or of a host: with ten thousand of them, the metrics would
//! be larger than the feeds. Which source it is, the status says.

use std::sync::Mutex;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::fetch::Asked;
use crate::health::State;
use crate::refresh::Report;

/// The media type of the metrics.
pub(super) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One label with a value out of a few.
type By = [(&'static str, &'static str); 1];

/// Everything that is counted.
pub(super) struct Metrics {
    registry: Mutex<Registry>,
    visits: Family<By, Counter>,
    failures: Family<By, Counter>,
    requests: Family<By, Counter>,
    took: Histogram,
    items: Family<By, Counter>,
    articles: Family<By, Counter>,
    journeys: Gauge,
    sources: Family<By, Gauge>,
    due: Gauge,
    late: Gauge,
    pending: Gauge,
    publish_took: Histogram,
    published: Counter,
    publish_failures: Counter,
    panics: Counter,
    database: Gauge,
    reloads: Family<By, Counter>,
    settings_hold: Gauge,
    backup: Gauge,
    resident: Gauge,
    files_open: Gauge,
}

/// What is looked up when somebody asks.
#[derive(Debug, Default)]
pub(super) struct Levels {
    pub states: Vec<(State, usize)>,
    pub due: u64,
    pub late: u64,
    pub pending: u64,
    pub database: u64,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.005, 2.5, 12));
        let metrics = Self {
            registry: Mutex::new(<Registry>::with_prefix("finews")),
            visits: Family::default(),
            failures: Family::default(),
            requests: Family::default(),
            took: seconds(),
            items: Family::default(),
            articles: Family::default(),
            journeys: Gauge::default(),
            sources: Family::default(),
            due: Gauge::default(),
            late: Gauge::default(),
            pending: Gauge::default(),
            publish_took: seconds(),
            published: Counter::default(),
            publish_failures: Counter::default(),
            panics: Counter::default(),
            database: Gauge::default(),
            reloads: Family::default(),
            settings_hold: Gauge::default(),
            backup: Gauge::default(),
            resident: Gauge::default(),
            files_open: Gauge::default(),
        };
        metrics.settings_hold.set(1);
        metrics.register();
        metrics
    }

    fn register(&self) {
        let mut registry = self.registry();
        let r = &mut *registry;
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        r.register("build", "The program", Info::new(version));
        r.register("visits", "Visits to sources, by outcome", self.visits.clone());
        r.register("visit_failures", "Failed visits, by cause", self.failures.clone());
        r.register("requests", "Requests made, by outcome", self.requests.clone());
        let help = "Time of a request from its turn to its end";
        r.register_with_unit("request_duration", help, Unit::Seconds, self.took.clone());
        r.register("items", "Items by what became of them", self.items.clone());
        r.register("articles", "Article pages, by what became of them", self.articles.clone());
        r.register("journeys", "Visits under way", self.journeys.clone());
        r.register("sources", "Sources, by state", self.sources.clone());
        r.register("sources_due", "Sources whose visit is due", self.due.clone());
        let help = "Sources whose visit has been due for ten minutes";
        r.register("sources_late", help, self.late.clone());
        r.register("publish_queue", "Items waiting to be published", self.pending.clone());
        let help = "Time of an edition";
        r.register_with_unit("publish_duration", help, Unit::Seconds, self.publish_took.clone());
        r.register("files_written", "Published files written", self.published.clone());
        let help = "Editions that could not be written";
        r.register("publish_failures", help, self.publish_failures.clone());
        r.register("panics", "Visits that broke down", self.panics.clone());
        let help = "Size of the database with its log";
        r.register_with_unit("database_size", help, Unit::Bytes, self.database.clone());
        r.register("reloads", "Attempts to read new settings, by outcome", self.reloads.clone());
        let help = "Whether the settings on disk hold";
        r.register("settings_ok", help, self.settings_hold.clone());
        let help = "Time of the newest backup";
        r.register_with_unit("backup_timestamp", help, Unit::Seconds, self.backup.clone());
        let help = "Resident memory";
        r.register_with_unit("resident_memory", help, Unit::Bytes, self.resident.clone());
        r.register("open_files", "Open files and sockets", self.files_open.clone());
    }

    fn registry(&self) -> std::sync::MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A request was made.
    pub(super) fn asked(&self, asked: Asked) {
        self.requests.get_or_create(&[("outcome", asked.outcome)]).inc();
        self.took.observe(asked.took.as_secs_f64());
    }

    /// A visit began.
    pub(super) fn began(&self) {
        self.journeys.inc();
    }

    /// A visit ended.
    pub(super) fn visited(&self, report: &Report) {
        self.journeys.dec();
        let outcome = match report {
            report if !report.errors.is_empty() => "failed",
            report if report.new + report.changed > 0 => "new",
            report if report.entries == 0 && report.unchanged_lists > 0 => "unchanged",
            _ => "same",
        };
        self.visits.get_or_create(&[("outcome", outcome)]).inc();
        if let Some(cause) = report.cause {
            self.failures.get_or_create(&[("cause", cause.kind())]).inc();
        }
        let items = [("new", report.new), ("changed", report.changed), ("held", report.held)];
        for (change, count) in items {
            self.items.get_or_create(&[("change", change)]).inc_by(count as u64);
        }
        self.articles.get_or_create(&[("outcome", "fetched")]).inc_by(report.articles as u64);
        for reason in &report.refused {
            self.articles.get_or_create(&[("outcome", reason)]).inc();
        }
    }

    /// A visit broke down.
    pub(super) fn broke(&self) {
        self.journeys.dec();
        self.panics.inc();
        self.visits.get_or_create(&[("outcome", "failed")]).inc();
        self.failures.get_or_create(&[("cause", "crash")]).inc();
    }

    /// An edition was written, or not.
    pub(super) fn published(&self, written: Option<usize>, took: Duration) {
        self.publish_took.observe(took.as_secs_f64());
        match written {
            Some(files) => self.published.inc_by(files as u64),
            None => self.publish_failures.inc(),
        };
    }

    /// Settings were read again.
    pub(super) fn reloaded(&self, hold: bool) {
        let outcome = if hold { "good" } else { "refused" };
        self.reloads.get_or_create(&[("outcome", outcome)]).inc();
        self.settings_hold.set(i64::from(hold));
    }

    /// A backup was made.
    pub(super) fn backed_up(&self, at: crate::model::Instant) {
        self.backup.set(at.timestamp());
    }

    /// The document.
    pub(super) fn text(&self, levels: &Levels) -> String {
        for (state, count) in &levels.states {
            self.sources.get_or_create(&[("state", state.word())]).set(*count as i64);
        }
        self.due.set(levels.due as i64);
        self.late.set(levels.late as i64);
        self.pending.set(levels.pending as i64);
        self.database.set(levels.database as i64);
        self.resident.set(resident().unwrap_or(0));
        self.files_open.set(std::fs::read_dir("/proc/self/fd").map_or(0, |dir| dir.count() as i64));
        let mut text = String::new();
        if encode(&mut text, &self.registry()).is_err() {
            tracing::error!("the metrics cannot be written");
        }
        text
    }
}

/// Bytes of memory in use, as the kernel says.
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}
