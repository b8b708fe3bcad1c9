//! The words on the command line to a verb; the only room that reads the clock and the
//! environment.

mod args;
mod ask;
mod backup;
mod categories;
mod check;
mod copies;
mod decisions;
mod demo;
mod demo_site;
mod discover;
mod embed;
mod exit;
mod export;
mod fetch;
mod held;
mod history;
mod horizon;
mod import;
mod log;
mod moved;
mod opml;
mod out;
mod preview;
mod private;
mod progress;
mod publish;
mod reroute;
mod rules;
mod search;
mod serve;
mod setup;
mod share;
mod single;
mod status;
mod story;
mod subscribers;
mod until;
mod withdraw;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Verb};
use exit::Exit;

/// Threads that do the work, at least.
const LEAST_THREADS: usize = 4;

/// Does what the command line says.
pub fn main() -> ExitCode {
    let args = Args::parse();
    log::begin(&args);
    // Statements of the store run where they are awaited: those who serve need threads besides.
    let threads = std::thread::available_parallelism().map_or(1, usize::from).max(LEAST_THREADS);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let exit = match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(run(args));
            // Nobody waits for a name lookup that hangs.
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
            exit
        }
        Err(why) => Err(anyhow::Error::new(why).context("cannot start the runtime")),
    };
    match exit {
        Ok(exit) => exit.into(),
        Err(why) => {
            out::error(&why);
            exit::of(&why).into()
        }
    }
}

async fn run(args: Args) -> anyhow::Result<Exit> {
    match &args.verb {
        Verb::Check => check::run(&args),
        Verb::Fetch(own) => fetch::run(&args, own).await,
        Verb::Revive(own) => fetch::revive(&args, own).await,
        Verb::Publish(own) => publish::run(&args, own).await,
        Verb::Reroute(own) => reroute::run(&args, own).await,
        Verb::Preview(own) => preview::run(&args, own).await,
        Verb::Discover(own) => discover::run(&args, own).await,
        Verb::Serve(own) => Box::pin(serve::run(&args, own)).await,
        Verb::Backup(own) => backup::run(&args, own).await,
        Verb::Restore(own) => backup::restore(&args, own).await,
        Verb::Search(own) => search::run(&args, own).await,
        Verb::Categories(own) => categories::run(&args, own).await,
        Verb::Status(own) => status::run(&args, own).await,
        Verb::Held(own) => held::run(&args, own).await,
        Verb::History(own) => history::run(&args, own).await,
        Verb::Import(own) => import::run(&args, own).await,
        Verb::Export(own) => export::run(&args, own).await,
        Verb::Share(own) => share::run(&args, own).await,
        Verb::Subscribers(own) => subscribers::run(&args, own).await,
        Verb::Withdraw(own) => withdraw::run(&args, own).await,
        Verb::Rules(own) => rules::run(&args, own).await,
        Verb::Demo(own) => Box::pin(demo::run(&args, own)).await,
        Verb::Health(own) => serve::health(own).await,
    }
}
