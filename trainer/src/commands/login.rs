//! `paddock login`

use crate::{
    credentials::Credentials,
    failure::{Failure, bad_input},
    league::League,
};
use clap::Args;
use std::io::{BufRead, IsTerminal, stdin};

#[derive(Args)]
pub struct Login {
    /// Address of the league, for example http://127.0.0.1:8080
    url: String,
}

impl Login {
    /// The token comes from PADDOCK_TOKEN or from the standard input: an argument could be read by everybody who lists
    /// the machine's processes.
    pub fn run(self) -> Result<(), Failure> {
        let token = match std::env::var("PADDOCK_TOKEN") {
            Ok(token) => token,
            Err(_) => ask_for_token()?,
        };
        let token = token.trim().to_owned();
        if token.is_empty() {
            return Err(bad_input("no token", "the league's administrator, or your page in the league, gives you one"));
        }
        let credentials = Credentials { league: self.url.trim_end_matches('/').into(), token: Some(token) };
        let me = League::new(credentials.clone())?.get("/api/v1/me")?;
        let path = credentials.save()?;
        println!("you are {} at {}", me["handle"].as_str().unwrap_or("known"), credentials.league);
        println!("remembered in {}", path.display());
        Ok(())
    }
}

fn ask_for_token() -> Result<String, Failure> {
    if stdin().is_terminal() {
        eprint!("token: ");
    }
    let mut line = String::new();
    stdin().lock().read_line(&mut line).map_err(|error| bad_input("the token cannot be read", error))?;
    Ok(line)
}
