//! Measures the matching on data with known truth.
//!
//! `cargo run --release --example score_eval -- FOLDER…` reads `org-users.json`, `tenant-users.json` and `truth.json` of each
//! folder and prints a line for each, for each profile (the folder's name up to the first hyphen) and for all: wrong pairs,
//! recall, the right person among the first candidates, hazards, time. Below them two plain baselines on the same files.
//! `--show` names the mistakes, `--use-patterns` uses every pattern that is found. With `--org-users FILE --tenant-users FILE`
//! instead it prints a `diff` document like the command's, for other scorers. How to make such folders, and what the columns
//! mean: `docs/matching.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

mod alike;
mod baseline;
mod figures;
mod set;

use figures::Figures;
use set::Set;

/// Whatever goes wrong: a file, its shape.
pub type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut folders: Vec<String> = Vec::new();
    let (mut org, mut tenant, mut show, mut use_patterns) = (None, None, false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--org-users" => org = arguments.next(),
            "--tenant-users" => tenant = arguments.next(),
            "--format" => drop(arguments.next()),
            "--show" => show = true,
            "--use-patterns" => use_patterns = true,
            _ => folders.push(argument),
        }
    }
    if let (Some(org), Some(tenant)) = (org, tenant) {
        println!("{}", Set::read(Path::new(&org), Path::new(&tenant), use_patterns)?.document());
        return Ok(());
    }
    if folders.is_empty() {
        eprintln!(
            "usage: score_eval [--show] [--use-patterns] FOLDER… | --org-users FILE --tenant-users FILE"
        );
        std::process::exit(2);
    }
    let mut ours: Sums<Figures> = Sums::default();
    let mut veto: Sums<baseline::Figures> = Sums::default();
    let mut names: Sums<baseline::Figures> = Sums::default();
    println!("{:16} {}", "set", Figures::HEADER);
    for folder in &folders {
        let folder = Path::new(folder);
        let set = Set::read(&folder.join("org-users.json"), &folder.join("tenant-users.json"), use_patterns)?;
        let truth: Value = serde_json::from_slice(&fs::read(folder.join("truth.json"))?)?;
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("?");
        let figures = Figures::of(&set, &truth, show);
        println!("{name:16} {}", figures.line());
        ours.add(name, &figures, Figures::add);
        veto.add(name, &baseline::veto(&set, &truth), baseline::Figures::add);
        names.add(name, &baseline::names(&set, &truth), baseline::Figures::add);
    }
    ours.print(Figures::line);
    for (title, sums) in [
        ("any-mail join with name veto, guest names decoded", &veto),
        ("names alone (token_sort 90, lead 5)", &names),
    ] {
        println!("\nbaseline: {title}\n{:16} {}", "sets", baseline::Figures::HEADER);
        sums.print(baseline::Figures::line);
    }
    Ok(())
}

/// Figures added up, by profile and over all.
struct Sums<F>(BTreeMap<String, F>);

impl<F> Default for Sums<F> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<F: Default> Sums<F> {
    fn add(&mut self, set: &str, figures: &F, add: fn(&mut F, &F)) {
        let profile = set.split('-').next().unwrap_or(set);
        add(self.0.entry(format!("all {profile}")).or_default(), figures);
        add(self.0.entry("all, together".to_owned()).or_default(), figures);
    }

    fn print(&self, line: fn(&F) -> String) {
        for (name, figures) in &self.0 {
            println!("{name:16} {}", line(figures));
        }
    }
}
