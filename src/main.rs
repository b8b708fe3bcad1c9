//! The binary: hands the world to `finews::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    finews::cli::main()
}
