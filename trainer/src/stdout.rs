//! What commands print: this crate's own `println!` and `print!` for results, `eprintln!` and `eprint!` for the rest.
//!
//! The standard ones panic if nobody reads any more (`paddock runs | head`). These end as every other program of a
//! pipeline does. Progress that nobody reads is no reason to end: what goes to stderr is dropped.
//!
//! The signal itself stays ignored, as Rust has it: a reward's process that dies is to be named, and must not take the
//! training with it.

use std::{
    fmt::Arguments,
    io::{ErrorKind, Write, stderr, stdout},
    process::exit,
};

macro_rules! println {
    () => { $crate::stdout::print(format_args!("\n")) };
    ($($text:tt)*) => { $crate::stdout::print(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! print {
    ($($text:tt)*) => { $crate::stdout::print(format_args!($($text)*)) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::stdout::tell(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprint {
    ($($text:tt)*) => { $crate::stdout::tell(format_args!($($text)*)) };
}

/// Prints a result. Without a reader, or without room for it, the process ends here.
pub fn print(text: Arguments) {
    let Err(error) = stdout().write_fmt(text) else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        end_as_by_a_broken_pipe();
    }
    tell(format_args!("paddock: the output cannot be written: {error}\n"));
    exit(1);
}

/// Says something on stderr.
pub fn tell(text: Arguments) {
    // Who would be told?
    let _ = stderr().write_fmt(text);
}

/// Without a word, and without a destructor: threads that learn would run into what is destroyed.
fn end_as_by_a_broken_pipe() {
    #[cfg(unix)]
    // SAFETY: both take plain numbers.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        libc::raise(libc::SIGPIPE);
    }
    exit(1);
}
