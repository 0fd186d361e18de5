//! `paddock import`.

use super::print_json;
use crate::{
    failure::{Failure, bad_input},
    files::{read_model, shell_word, write_whole},
    onnx::read::{self, Imported},
};
use clap::Args;
use serde_json::json;
use sim_spec::observation::ObservationSpec;
use std::path::PathBuf;

#[derive(Args)]
pub struct Import {
    /// The ONNX model: one of `paddock export`, or an actor of stable-baselines3
    model: PathBuf,
    /// Write the policy here
    #[arg(long, value_name = "POLICY")]
    out: PathBuf,
    /// What it sees, for example lidar-v1 [default: what has as many numbers as the model's input]
    #[arg(long, value_name = "ID")]
    obs: Option<String>,
    /// Print what was imported as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub fn run(self) -> Result<(), Failure> {
        let observation = self.obs.as_deref().map(observation).transpose()?;
        let bytes = read_model(&self.model)?;
        let Imported { policy, output } =
            read::policy(&bytes, observation).map_err(|refusal| bad_input(self.model.display(), refusal))?;
        write_whole(&self.out, &policy.to_bytes())?;
        let (sees, acts, out) = (policy.observation().id, policy.action().id(), self.out.display());
        if self.json {
            print_json(&json!({
                "policy": out.to_string(),
                "policy_sha256": policy.sha256(),
                "observation": sees,
                "action": acts,
                "output": output,
                "layers": policy.layers().iter().map(|layer| layer.kind()).collect::<Vec<_>>(),
            }));
        } else {
            println!("{out}: sees {sees}, acts by {acts}, from the model's output {output:?}");
            println!("race it with `paddock eval {}`", shell_word(&out));
        }
        Ok(())
    }
}

fn observation(id: &str) -> Result<&'static ObservationSpec, Failure> {
    let known = || ObservationSpec::all().map(|known| known.id).collect::<Vec<_>>().join(", ");
    ObservationSpec::find(id).ok_or_else(|| bad_input(format!("--obs {id}"), format!("those are: {}", known())))
}
