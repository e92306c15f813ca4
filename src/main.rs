//! `pasar`: parse the command line, do what it says.

use std::process::ExitCode;

use clap::Parser as _;
use pasar_kuliner::cli::{Cli, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pasar: {error}");
            ExitCode::FAILURE
        }
    }
}
