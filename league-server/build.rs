//! The web pages and the migrations are compiled in: says when that has to be done again.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    // A path that does not exist would count as changed every time. Where the pages have not been built yet, the
    // folder in which they will appear is watched.
    let pages = if Path::new("../web/dist").exists() { "../web/dist" } else { "../web" };
    println!("cargo::rerun-if-changed={pages}");
}
