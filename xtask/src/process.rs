//! Starting other programs: found on the PATH, ended together with us, their failure in one line.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::signals;

/// An error is one line that says what to do; xtask only ever prints it.
pub type Result<T> = std::result::Result<T, String>;

/// How often a waiting xtask looks whether the child has ended or somebody wants to stop.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a child may take to end after it was asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(15);

/// What a program said and how it ended.
pub struct Captured {
    pub status: ExitStatus,
    pub stdout: String,
}

/// Starts a program that ends at the latest when xtask ends.
pub fn spawn(command: &mut Command) -> Result<Child> {
    signals::end_with_us(command);
    command.spawn().map_err(|error| format!("cannot start {}: {error}", name_of(command)))
}

/// Runs a program with our stdout and stderr; any status but 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = spawn(command)?;
    let status = wait(&mut child)?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", name_of(command))) }
}

/// Runs a program, keeps its stdout and leaves the judgement of its status to the caller.
pub fn capture(command: &mut Command) -> Result<Captured> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let mut pipe = child.stdout.take().ok_or("a pipe that was asked for is missing")?;
    // Read beside the wait: a full pipe would stop the child.
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).map(|_| bytes)
    });
    let status = wait(&mut child)?;
    let bytes = reader.join().map_err(|_| "reading from a program failed")?;
    let bytes = bytes.map_err(|error| format!("cannot read from {}: {error}", name_of(command)))?;
    Ok(Captured { status, stdout: String::from_utf8_lossy(&bytes).into_owned() })
}

/// The stdout of a short question to a program, or `None` if it is not there or did not answer with status 0.
pub fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Waits for a child; asked to stop, it ends the child first.
pub fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = poll(child)? {
            return Ok(status);
        }
        if signals::stop_requested() {
            end(child);
            return Err("interrupted".into());
        }
        std::thread::sleep(GLANCE);
    }
}

/// Ends a child: asks first, kills it when it takes too long, and returns only when it is gone.
/// `None`: it had to be killed.
pub fn end(child: &mut Child) -> Option<ExitStatus> {
    signals::ask_to_end(child);
    let asked = Instant::now();
    while asked.elapsed() < GRACE {
        match poll(child) {
            Ok(Some(status)) => return Some(status),
            Ok(None) => std::thread::sleep(GLANCE),
            Err(_) => break,
        }
    }
    // Both fail only for a child that is gone already.
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// The first of these programs that the PATH has.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let file = |name: &&str| format!("{name}{}", std::env::consts::EXE_SUFFIX);
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(file(name))).find(|program| program.is_file()))
}

/// The Python that set-up uses: the one of an active virtual environment, else the system's.
pub fn python() -> &'static str {
    if cfg!(windows) || std::env::var_os("VIRTUAL_ENV").is_some() { "python" } else { "python3" }
}

/// A command for npm, which is a script on Windows.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn poll(child: &mut Child) -> Result<Option<ExitStatus>> {
    child.try_wait().map_err(|error| format!("cannot wait for a program: {error}"))
}

fn name_of(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut name = program.file_stem().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    // `cargo test`, `paddock train`: the first word tells which one it was; an option or a path does not.
    if let Some(word) = command.get_args().next().and_then(|word| word.to_str())
        && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
        && !word.starts_with('-')
    {
        name = format!("{name} {word}");
    }
    format!("`{name}`")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_with_the_name() {
        let complaint = run(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(complaint, "`sh` ended with exit status: 3");
        assert!(run(&mut Command::new("/nowhere/to-be-found")).unwrap_err().starts_with("cannot start `to-be-found`"));
    }

    #[test]
    fn capture_keeps_stdout_and_status() {
        let captured = capture(Command::new("/bin/sh").args(["-c", "echo token; exit 1"])).unwrap();
        assert_eq!((captured.stdout.as_str(), captured.status.code()), ("token\n", Some(1)));
    }

    #[test]
    fn a_child_ends_when_asked() {
        let mut child = spawn(Command::new("/bin/sh").args(["-c", "sleep 60 & wait"])).unwrap();
        assert!(end(&mut child).is_some_and(|status| !status.success()));
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find_program(&["no-such-program-here", "sh"]).is_some_and(|program| program.ends_with("sh")));
        assert_eq!(find_program(&["no-such-program-here"]), None);
        assert_eq!(answer("no-such-program-here", &[]), None);
    }
}
