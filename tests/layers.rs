//! Who may look at whom. Parses every path of every source file (`crate::…`, `super::…`, `self::…`, inline and in `use`,
//! `pub use` included) and compares the rooms with the table in `src/lib.rs`. Also keeps clock, randomness and I/O out of
//! `domain`.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

const ROOMS: [&str; 9] =
    ["cli", "config", "domain", "services", "simulator", "start", "store", "tasks", "tui"];

/// What each room may use besides itself.
fn allowed(room: &str) -> &'static [&'static str] {
    match room {
        "domain" | "simulator" => &[],
        "config" => &["domain"],
        "services" | "store" => &["domain", "config"],
        "tasks" => &["domain", "config", "services", "store"],
        "tui" => &["domain", "config", "tasks"],
        "cli" => &["domain", "config", "tasks", "simulator"],
        "start" => &["domain", "config", "tasks", "simulator", "tui", "cli"],
        other => panic!("a room without a rule: {other}"),
    }
}

struct Paths {
    /// Module path of the file, such as `["tasks", "model"]`.
    module: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Paths {
    fn record(&mut self, segments: &[String]) {
        let mut absolute = match segments.first().map(String::as_str) {
            Some("crate" | "ado2entra") => Vec::new(),
            Some("self") => self.module.clone(),
            Some("super") => {
                let mut base = self.module.clone();
                base.pop();
                base
            }
            _ => return,
        };
        for segment in segments.iter().skip(1) {
            if segment == "super" {
                absolute.pop();
            } else {
                absolute.push(segment.clone());
            }
        }
        self.found.push(absolute);
    }

    fn walk_use(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let mut path = prefix.to_vec();
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.walk_use(&path, &part.tree);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.walk_use(&path, item)),
            syn::UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.record(&path);
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.record(&path);
            }
            syn::UseTree::Glob(_) => self.record(&path),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk_use(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.record(&segments);
        syn::visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        // Paths inside macro arguments are tokens, not syntax: look at them as text.
        let text = item.tokens.to_string().replace(' ', "");
        for (at, _) in text.match_indices("crate::") {
            let rest: Vec<String> = text
                .get(at..)
                .unwrap_or_default()
                .split("::")
                .take(4)
                .map(|part| part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
                .collect();
            self.record(&rest);
        }
        syn::visit::visit_macro(self, item);
    }
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

fn module_of(file: &Path) -> Vec<String> {
    let relative = file.strip_prefix("src").unwrap().with_extension("");
    relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .filter(|part| part != "lib")
        .collect()
}

fn paths_in(module: Vec<String>, source: &str) -> Vec<Vec<String>> {
    let mut paths = Paths { module, found: Vec::new() };
    paths.visit_file(&syn::parse_file(source).unwrap());
    paths.found
}

fn violations(module: &[String], source: &str) -> Vec<String> {
    let Some(room) = module.first().filter(|room| ROOMS.contains(&room.as_str())) else { return Vec::new() };
    let mut bad = BTreeSet::new();
    for path in paths_in(module.to_vec(), source) {
        let Some(other) = path.first().filter(|other| ROOMS.contains(&other.as_str())) else { continue };
        if other == room {
            continue;
        }
        if !allowed(room).contains(&other.as_str()) {
            bad.insert(format!("{} uses {}", module.join("::"), path.join("::")));
        }
    }
    bad.into_iter().collect()
}

fn every_file(mut look: impl FnMut(&Path, Vec<String>, String)) {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    assert!(files.len() > 20, "the sources are found from the package's folder");
    for file in files {
        look(&file, module_of(&file), fs::read_to_string(&file).unwrap());
    }
}

#[test]
fn every_room_uses_only_what_it_may() {
    let mut bad = Vec::new();
    every_file(|_, module, source| bad.extend(violations(&module, &source)));
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_wrong_path_is_found_however_it_is_written() {
    let module = || vec!["tui".to_owned(), "mapping".to_owned()];
    for source in [
        "use crate::store::Store;",
        "use crate::{domain::Outcome, services::Graph};",
        "pub use super::super::store::Store;",
        "fn f() { let x = crate::services::new(); }",
        "fn f() { println!(\"{}\", crate::store::NAME); }",
        "mod inner { use super::super::super::cli::run; }",
    ] {
        assert_eq!(violations(&module(), source).len(), 1, "{source}");
    }
    assert!(violations(&module(), "use crate::domain::Outcome; use super::app::App;").is_empty());
    assert!(violations(&["start".to_owned()], "use crate::tui::run;").is_empty());
    assert_eq!(violations(&["cli".to_owned()], "use crate::tui::run;").len(), 1);
}

/// Words that mean clock, randomness, I/O, threads or a terminal.
const IMPURE: [&[&str]; 14] = [
    &["std", "fs"],
    &["std", "net"],
    &["std", "io"],
    &["std", "env"],
    // `thread::scope` is allowed: work divided among threads gives the same answer.
    &["thread", "spawn"],
    &["thread", "sleep"],
    &["std", "process"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["Uuid", "new_v4"],
    &["tokio"],
    &["ratatui"],
];

fn impurities(source: &str) -> Vec<String> {
    struct All(Vec<Vec<String>>);
    impl All {
        fn walk(&mut self, prefix: &[String], tree: &syn::UseTree) {
            let mut path = prefix.to_vec();
            match tree {
                syn::UseTree::Path(part) => {
                    path.push(part.ident.to_string());
                    self.walk(&path, &part.tree);
                }
                syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.walk(&path, item)),
                syn::UseTree::Name(name) => {
                    path.push(name.ident.to_string());
                    self.0.push(path);
                }
                syn::UseTree::Rename(name) => {
                    path.push(name.ident.to_string());
                    self.0.push(path);
                }
                syn::UseTree::Glob(_) => self.0.push(path),
            }
        }
    }
    impl<'ast> Visit<'ast> for All {
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            self.walk(&[], &item.tree);
        }
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
            syn::visit::visit_path(self, path);
        }
    }
    let mut all = All(Vec::new());
    all.visit_file(&syn::parse_file(source).unwrap());
    let mut bad = BTreeSet::new();
    for path in all.0 {
        let impure = IMPURE.iter().any(|word| {
            path.windows(word.len()).any(|part| part.iter().map(String::as_str).eq(word.iter().copied()))
        });
        // A generator that somebody seeded gives the same every time.
        let seeded = path == ["fastrand", "Rng"] || path == ["fastrand", "Rng", "with_seed"];
        let random = !seeded
            && path.first().is_some_and(|name| {
                ["rand", "fastrand", "crossterm", "reqwest", "rusqlite"].contains(&name.as_str())
            });
        if impure || random {
            bad.insert(path.join("::"));
        }
    }
    bad.into_iter().collect()
}

#[test]
fn the_domain_has_no_clock_no_randomness_and_no_io() {
    let mut bad = Vec::new();
    every_file(|file, module, source| {
        if module.first().is_some_and(|room| room == "domain") {
            bad.extend(impurities(&source).into_iter().map(|path| format!("{}: {path}", file.display())));
        }
    });
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn an_impure_domain_would_be_found() {
    assert_eq!(impurities("fn f() { let t = jiff::Timestamp::now(); }").len(), 1);
    assert_eq!(impurities("use std::{fs, collections::BTreeMap};").len(), 1);
    assert_eq!(impurities("fn f() -> u8 { fastrand::u8(..) }").len(), 1);
    assert_eq!(impurities("fn f() -> u8 { fastrand::Rng::new().u8(..) }").len(), 1);
    assert!(impurities("fn f() -> u8 { fastrand::Rng::with_seed(1).u8(..) }").is_empty());
    assert!(impurities("use jiff::Timestamp; use std::sync::Arc;").is_empty());
}

#[test]
fn no_file_is_a_mod_rs() {
    every_file(|file, _, _| assert_ne!(file.file_name().unwrap(), "mod.rs", "{}", file.display()));
}
