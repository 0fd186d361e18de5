//! `paddock export`.

use crate::{
    failure::Failure,
    files::{read_policy, write_whole},
    onnx,
};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Export {
    /// The policy file
    policy: PathBuf,
    /// Write it as an ONNX model that gives the same actions, normaliser included
    #[arg(long, value_name = "FILE")]
    onnx: PathBuf,
}

impl Export {
    pub fn run(self) -> Result<(), Failure> {
        let (policy, _) = read_policy(&self.policy)?;
        write_whole(&self.onnx, &onnx::write::model(&policy))?;
        let (file, numbers) = (self.onnx.display(), policy.observation().len());
        println!("{file}: observation [batch, {numbers}] of {} in,", policy.observation().id);
        println!("action [batch, 2] out: steering and speed in -1 to 1, of 30 degrees and of 0.1 to 4 m/s");
        Ok(())
    }
}
