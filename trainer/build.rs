//! Tells the linker where the programs of this crate find libtorch when they run, so that plain `cargo run` works.
//! torch-sys finds libtorch by the same rules but cannot pass link arguments on to other crates.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Python's torch keeps its libraries, without the seconds that importing it takes.
const PYTORCH_FOLDER: &str = "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for name in ["LIBTORCH", "LIBTORCH_LIB", "LIBTORCH_USE_PYTORCH", "VIRTUAL_ENV"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    // Windows has no rpath: the folder of the libraries belongs on the PATH there.
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    // No folder: libtorch is one of the system's own libraries, which are always found.
    if let Some(folder) = library_folder() {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
        link_cuda(&folder);
    }
}

fn library_folder() -> Option<PathBuf> {
    let torch = if env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
        pytorch_folder()
    } else {
        env::var_os("LIBTORCH_LIB").or_else(|| env::var_os("LIBTORCH")).map(PathBuf::from)
    };
    torch.map(|folder| folder.join("lib"))
}

fn pytorch_folder() -> Option<PathBuf> {
    let python = if env::var_os("VIRTUAL_ENV").is_some() { "python" } else { "python3" };
    let output = Command::new(python).args(["-c", PYTORCH_FOLDER]).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    (output.status.success()).then(|| PathBuf::from(folder.trim()))
}

/// Nothing calls into libtorch_cuda by name, so the linker would leave it out and with it the GPU.
fn link_cuda(folder: &Path) {
    if folder.join("libtorch_cuda.so").exists() {
        println!("cargo::rustc-link-arg=-Wl,--push-state,--no-as-needed,-ltorch_cuda,--pop-state");
    }
}
