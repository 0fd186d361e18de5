//! Who may import whom, and whether the map is true.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// `(crate, what it must never reach)`: DESIGN's import table.
const MUST_NEVER_REACH: [(&str, &[&str]); 5] = [
    ("sim-spec", &["rapier2d", "bevy", "tch", "tokio", "sqlx", "sim", "trainer", "league-server"]),
    ("sim", &["bevy", "tch", "tokio", "sqlx", "trainer", "league-server"]),
    ("trainer", &["bevy", "axum", "sqlx", "league-server"]),
    ("league-server", &["bevy", "tch", "torch-sys", "trainer"]),
    ("xtask", &["sim", "sim-spec", "trainer", "league-server", "tch"]),
];

#[test]
fn nobody_imports_what_it_must_not() {
    for (name, forbidden) in MUST_NEVER_REACH {
        let arguments = ["tree", "--offline", "--package", name, "--edges", "normal,build", "--prefix", "none"];
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).expect("text");
        let reached: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(reached.contains(&name), "{name} is in its own tree");
        for forbidden in forbidden {
            assert!(!reached.contains(forbidden), "{name} reaches {forbidden}");
        }
    }
}

/// The race has no clock and no files of its own.
#[test]
fn the_simulator_knows_no_clock_and_no_files() {
    let forbidden = ["std::time", "std::fs", "std::net", "std::env", "SystemTime", "Instant", "mul_add", "HashMap"];
    for folder in ["sim/src", "sim/src/camera", "sim/src/par", "sim/spec/src"] {
        for entry in fs::read_dir(root().join(folder)).expect(folder) {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file");
            for word in forbidden {
                // safetensors takes its metadata as a hash map; the policy file says how it keeps order out of it.
                let is_known = word == "HashMap" && path.ends_with("policy_file.rs");
                assert!(is_known || !text.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

/// ARCHITECTURE.md names paths in backticks; a map with places that are gone is worse than none.
#[test]
fn every_path_of_the_map_exists() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map");
    let is_path =
        |word: &&str| word.contains('/') && !word.contains([' ', '{', '<', '*', ':']) && !word.starts_with('/');
    let paths: Vec<_> = map.split('`').skip(1).step_by(2).filter(is_path).collect();
    assert!(paths.len() > 20, "the map names its places: {paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}, which is not there");
    }
}

/// A link inside the repository leads somewhere; what is in a code block is no link.
#[test]
fn every_link_of_the_docs_leads_somewhere() {
    let pages =
        [root(), &root().join("docs"), &root().join("docs/lessons"), &root().join("sim/docs")].map(pages_in).concat();
    let mut links = 0;
    for page in &pages {
        let text = fs::read_to_string(page).expect("a page");
        let prose: String = text.split("```").step_by(2).collect();
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.is_empty() && !target.contains("://")) {
            links += 1;
            let there = page.parent().expect("a page is in a folder").join(target);
            assert!(there.exists(), "{} links to {target}, which is not there", page.display());
        }
    }
    assert!(links > 30, "{links} links in {pages:?}");
}

fn pages_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect()
}
