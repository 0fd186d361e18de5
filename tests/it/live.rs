//! The live view in a terminal: drawn on its second screen, left as it was, stopped by a key.

use tests::{program, python};

/// Runs a program in a terminal of its own, presses keys once something is drawn, and prints what came of it.
const IN_A_TERMINAL: &str = "
import fcntl, json, os, pty, struct, sys, termios
keys, arguments = sys.argv[1].encode(), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'xterm-256color'
    os.environ.pop('NO_COLOR', None)
    os.execv(arguments[0], arguments)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
before, out, pressed = termios.tcgetattr(terminal), b'', False
while True:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    out += read
    if not pressed and b'steps per second' in out:
        os.write(terminal, keys)
        pressed = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({'status': status, 'out': out.decode('utf-8', 'replace'), 'same': before == termios.tcgetattr(terminal)}))
";

#[test]
#[cfg(unix)]
fn a_run_is_watched_and_stopped_by_a_key() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("run");
    let paddock = program("paddock");
    let words = ["q".as_ref(), paddock.as_os_str(), "train".as_ref(), "--seconds".as_ref(), "600".as_ref()];
    let shown = python(IN_A_TERMINAL, words.into_iter().chain(["--out".as_ref(), run.as_os_str()]));
    let shown = shown.succeeded().json();
    assert_eq!(shown["status"], 0, "{shown}");
    let out = shown["out"].as_str().expect("text");
    let (enter, leave) = (out.find("\u{1b}[?1049h").expect("enters"), out.rfind("\u{1b}[?1049l").expect("leaves"));
    assert!(
        enter < leave && out[leave..].contains("policy: ") && out[leave..].contains("reward "),
        "{}",
        &out[leave..]
    );
    assert_eq!(shown["same"], true, "the terminal's settings");
    assert!(run.join("policy.safetensors").exists() && run.join("checkpoint.safetensors").exists());
}
