//! `paddock report`

use crate::{failure::Failure, files::write_whole, report};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Report {
    /// Folder of a run
    run: PathBuf,
    /// The page to write [default: RUN/report.html]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Report {
    pub fn run(self) -> Result<(), Failure> {
        let page = report::of(&self.run)?;
        let path = self.out.unwrap_or_else(|| self.run.join("report.html"));
        write_whole(&path, page.as_bytes())?;
        println!("{}", path.display());
        Ok(())
    }
}
