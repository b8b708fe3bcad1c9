//! How journeys go, for people: bars on a terminal, plain lines otherwise.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use super::out;
use crate::model::SourceId;
use crate::refresh::{News, Report};

/// Shows the news until they end.
pub(super) async fn show(mut news: UnboundedReceiver<News>, sources: usize, quiet: bool) {
    if quiet || !std::io::stderr().is_terminal() {
        while let Some(one) = news.recv().await {
            match one {
                News::Done(report) if !quiet => tell(&report, &mut |line| out::note(line)),
                News::End => break,
                _ => {}
            }
        }
        return;
    }
    let mut bars = Bars::new(sources);
    while let Some(one) = news.recv().await {
        if matches!(one, News::End) {
            break;
        }
        bars.on(one);
    }
    bars.clear();
}

struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    each: HashMap<SourceId, ProgressBar>,
}

impl Bars {
    fn new(sources: usize) -> Self {
        let all = MultiProgress::new();
        let total = all.add(ProgressBar::new(sources as u64));
        total.set_style(style("{bar:30} {pos}/{len} sources  {elapsed}"));
        total.enable_steady_tick(Duration::from_millis(200));
        Self { all, total, each: HashMap::new() }
    }

    fn on(&mut self, news: News) {
        match news {
            News::Started(source) => {
                let bar = self.all.insert_before(&self.total, ProgressBar::new_spinner());
                bar.set_style(style("  {spinner} {msg}"));
                bar.set_message(source.to_string());
                bar.enable_steady_tick(Duration::from_millis(120));
                self.each.insert(source, bar);
            }
            News::Articles(source, count) => {
                if let Some(bar) = self.each.get(&source) {
                    bar.set_length(count);
                    bar.set_style(style("  {spinner} {msg}  {bar:20} {pos}/{len} articles"));
                }
            }
            News::Article(source) => {
                if let Some(bar) = self.each.get(&source) {
                    bar.inc(1);
                }
            }
            News::Done(report) => self.done(&report),
            News::Broke(_) | News::Published(_) | News::End => {}
        }
    }

    fn done(&mut self, report: &Report) {
        if let Some(bar) = self.each.remove(&SourceId::new(report.source.clone())) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        let all = self.all.clone();
        tell(report, &mut |line| {
            let _ = all.println(line);
        });
        self.total.inc(1);
    }

    fn clear(self) {
        self.total.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The faults of a source that are worth a line each; the rest is a number.
const SHOWN: usize = 5;

fn tell(report: &Report, say: &mut dyn FnMut(String)) {
    let Report { source, new, changed, entries, held, .. } = report;
    let mut line = format!("{source}: {entries} entries, {new} new, {changed} changed");
    if report.unchanged_lists > 0 && *entries == 0 {
        line = format!("{source}: nothing new");
    }
    if *held > 0 {
        let _ = write!(line, ", {held} held");
    }
    say(line);
    for error in &report.errors {
        say(format!("{source}: error: {error}"));
    }
    for fault in report.faults.iter().take(SHOWN) {
        say(format!("{source}: {fault}"));
    }
    if report.faults.len() > SHOWN {
        let more = report.faults.len() - SHOWN;
        say(format!("{source}: and {more} more faults (`finews preview {source}`)"));
    }
}
