//! The command line: what may be asked of xtask, and nothing else.

use std::path::PathBuf;

/// What `cargo xtask help` prints.
pub const HELP: &str = "\
cargo xtask COMMAND

  setup [--tests]   make ready what a build needs: libtorch, the web app; --tests: a browser and Python packages too
  demo [OPTIONS]    train a first agent, open a league, enter the agent, show the leaderboard
      --exit        end after printing; status 0 only if the agent finished its race
      --port N      the league's port on 127.0.0.1 (default 8080; 0 = any free one)
      --data DIR    where league and runs are kept (default .paddock/demo in the clone)
      --seed N      seed of the training (default 1)
  test              every check and every test of every part
  help              this text

LIBTORCH=DIR or LIBTORCH_USE_PYTORCH=1 in the environment: use that libtorch (with a GPU, say) instead of ours.
";

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    Help,
    /// `tests`: make a browser and a Python environment ready as well.
    Setup {
        tests: bool,
    },
    Demo(DemoOptions),
    Test,
}

/// Options of `cargo xtask demo`.
#[derive(Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// End after the leaderboard instead of keeping the league open.
    pub exit: bool,
    /// Port on 127.0.0.1; 0 = any free one.
    pub port: u16,
    /// Directory of league and runs; `None` = `.paddock/demo` in the clone.
    pub data: Option<PathBuf>,
    /// Seed of the training.
    pub seed: u64,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { exit: false, port: 8080, data: None, seed: 1 }
    }
}

/// Reads the arguments after `cargo xtask`. An error is one line that says what is wrong.
pub fn parse(arguments: &[String]) -> Result<Task, String> {
    let mut arguments = arguments.iter().map(String::as_str);
    let Some(command) = arguments.next() else {
        return Err("no command given".into());
    };
    match command {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "setup" => parse_setup(arguments),
        "demo" => parse_demo(arguments),
        "test" => match arguments.next() {
            None => Ok(Task::Test),
            Some(other) => Err(format!("test has no option `{other}`")),
        },
        other => Err(format!("no command `{other}`")),
    }
}

fn parse_setup<'a>(arguments: impl Iterator<Item = &'a str>) -> Result<Task, String> {
    let mut tests = false;
    for argument in arguments {
        match argument {
            "--tests" => tests = true,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(format!("setup has no option `{other}`")),
        }
    }
    Ok(Task::Setup { tests })
}

fn parse_demo<'a>(mut arguments: impl Iterator<Item = &'a str>) -> Result<Task, String> {
    let mut options = DemoOptions::default();
    while let Some(argument) = arguments.next() {
        // `--name value` and `--name=value` are the same.
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        let mut value = || inline.or_else(|| arguments.next()).ok_or_else(|| format!("{name} needs a value"));
        match name {
            "--exit" if inline.is_none() => options.exit = true,
            "--help" | "-h" => return Ok(Task::Help),
            "--port" => options.port = number(name, value()?)?,
            "--data" => options.data = Some(PathBuf::from(value()?)),
            "--seed" => options.seed = number(name, value()?)?,
            _ => return Err(format!("demo has no option `{argument}`")),
        }
    }
    Ok(Task::Demo(options))
}

fn number<N: std::str::FromStr>(name: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{name} needs a whole number in range, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn commands() {
        assert_eq!(parsed("help"), Ok(Task::Help));
        assert_eq!(parsed("demo --help"), Ok(Task::Help));
        assert_eq!(parsed("setup"), Ok(Task::Setup { tests: false }));
        assert_eq!(parsed("setup --tests"), Ok(Task::Setup { tests: true }));
        assert_eq!(parsed("test"), Ok(Task::Test));
        assert_eq!(parsed("demo"), Ok(Task::Demo(DemoOptions::default())));
    }

    #[test]
    fn options_of_the_demo() {
        let all = DemoOptions { exit: true, port: 9000, data: Some("a b".into()), seed: 7 };
        let arguments = ["demo", "--port", "9000", "--exit", "--data=a b", "--seed=7"].map(String::from);
        assert_eq!(parse(&arguments), Ok(Task::Demo(all)));
    }

    #[test]
    fn bad_usage_is_named() {
        for (line, part) in [
            ("", "no command given"),
            ("race", "no command `race`"),
            ("test --fast", "no option `--fast`"),
            ("setup now", "no option `now`"),
            ("demo --port", "--port needs a value"),
            ("demo --port 70000", "not `70000`"),
            ("demo --seed=-1", "not `-1`"),
            ("demo --exit=no", "no option `--exit=no`"),
        ] {
            let complaint = parsed(line).expect_err(line);
            assert!(complaint.contains(part), "{line}: {complaint}");
            assert!(!complaint.contains('\n'), "{line}");
        }
    }
}
