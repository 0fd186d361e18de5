//! What an interpreter writes on its stderr when it dies: where it was.
//!
//! What a reward prints takes another way (`worker.py`), so that it is shown in its place and not more of it than wanted.

use std::{
    collections::VecDeque,
    io::Read,
    process::ChildStderr,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

/// What is kept of the end, bytes: more than the hundred frames that `faulthandler` writes.
const KEPT_BYTES: usize = 32 << 10;
/// Read at a time, bytes.
const PIECE_BYTES: usize = 4 << 10;
/// How long a worker that has ended may hold its stderr open.
const END: Duration = Duration::from_secs(1);

/// The end of one worker's stderr.
#[derive(Debug)]
pub struct LastWords {
    kept: Arc<Mutex<VecDeque<u8>>>,
    end: Receiver<()>,
}

impl LastWords {
    /// Reads until the end in a thread of its own, so that the worker never waits.
    pub fn of(mut stderr: ChildStderr) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let shared = kept.clone();
        let (say_end, end) = channel();
        thread::spawn(move || {
            let mut piece = [0; PIECE_BYTES];
            while let Ok(count @ 1..) = stderr.read(&mut piece) {
                let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&piece[..count]);
                let excess = kept.len().saturating_sub(KEPT_BYTES);
                kept.drain(..excess);
            }
            // Nobody may be left who waits for it.
            let _ = say_end.send(());
        });
        Self { kept, end }
    }

    /// All of it, of a worker that has ended.
    pub fn text(&self) -> String {
        // Whatever came until then is all there is.
        let _ = self.end.recv_timeout(END);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept.iter().copied().collect::<Vec<_>>()).into_owned()
    }
}

/// The innermost line of `file` in what Python's `faulthandler` wrote: frames from the inside out, each as
/// `File "reward.py", line 12 in reward_function`.
pub fn line_of(words: &str, file: &str) -> Option<u32> {
    let frame = format!("File \"{}\", line ", as_ascii(file));
    let start = words.find(&frame)? + frame.len();
    let digits: String = words[start..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A file's name as `faulthandler` writes it.
fn as_ascii(file: &str) -> String {
    let escape = |letter: char| match u32::from(letter) {
        0x20..=0x7e => letter.to_string(),
        code @ ..=0xff => format!("\\x{code:02x}"),
        code @ ..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    file.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_line_of_the_file_is_found() {
        let words = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n  \
                     File \"/usr/lib/python3.11/ctypes/__init__.py\", line 519 in string_at\n  \
                     File \"r\\xfcckgabe.py\", line 12 in deeper\n  File \"r\\xfcckgabe.py\", line 30 in reward_function\n";
        assert_eq!(line_of(words, "rückgabe.py"), Some(12));
        assert_eq!(line_of(words, "reward.py"), None);
    }
}
