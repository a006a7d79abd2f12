//! What the pages in `docs/` show is what the program prints: every `console` block is run, page by page, against a simulator of
//! its own, in the order of the page and with the same state. Links and the table of contents are checked too.
//!
//! A block begins with `$ ado2entra …` and goes on with what it prints, both streams as a terminal shows them; `? 5` at its end
//! is the exit code where that is not 0; a line `...` stands for any number of lines, `[..]` for any text within one. Moments and ports are not compared. In a
//! comment that no reader sees, `<!-- connect -->` presses the portal's button and `<!-- file NAME -->` takes the next block of
//! the page as a file. `ADO2ENTRA_BLESS=1` writes what the program prints into the pages, for somebody to look at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::stage::Stage;

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![docs()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A command of a block, with what is said to come of it.
struct Shown {
    /// The arguments after `ado2entra`.
    arguments: Vec<String>,
    lines: Vec<String>,
    code: i32,
    /// The lines of the page that hold the output.
    place: std::ops::Range<usize>,
}

enum Part {
    Run(Shown),
    Connect,
    File(String, String),
}

/// The words of a command line; quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![];
    let mut word = String::new();
    let (mut quote, mut any) = (None, false);
    for c in line.chars() {
        match (quote, c) {
            (None, '"' | '\'') => (quote, any) = (Some(c), true),
            (Some(open), c) if c == open => quote = None,
            (None, ' ') => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (_, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = page.lines().enumerate().peekable();
    let mut file: Option<String> = None;
    while let Some((_, line)) = lines.next() {
        if line == "<!-- connect -->" {
            parts.push(Part::Connect);
        } else if let Some(name) = line.strip_prefix("<!-- file ").and_then(|rest| rest.strip_suffix(" -->"))
        {
            file = Some(name.to_owned());
        } else if line.starts_with("```") && file.is_some() {
            let content: String = lines
                .by_ref()
                .take_while(|(_, line)| *line != "```")
                .flat_map(|(_, line)| [line, "\n"])
                .collect();
            parts.push(Part::File(file.take().unwrap(), content));
        } else if line == "```console" {
            let mut block: Vec<Shown> = Vec::new();
            for (at, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
                if let Some(command) = line.strip_prefix("$ ado2entra") {
                    let arguments = words(command);
                    block.push(Shown { arguments, lines: vec![], code: 0, place: at + 1..at + 1 });
                } else {
                    let shown = block.last_mut().unwrap();
                    shown.place.end = at + 1;
                    match line.strip_prefix("? ") {
                        Some(code) => shown.code = code.parse().unwrap(),
                        None => shown.lines.push(line.to_owned()),
                    }
                }
            }
            parts.extend(block.into_iter().map(Part::Run));
        }
    }
    parts
}

/// Without moments and ports, which are others each time.
fn plain(line: &str) -> String {
    let shape: String = line.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let mut out = String::new();
    let mut at = 0;
    while at < line.len() {
        let rest = shape.get(at..).unwrap_or_default();
        let moment = ["0000-00-00", "00:00:00"].iter().find(|it| rest.starts_with(**it));
        let port = rest.starts_with("000.0.0.0:");
        if let Some(moment) = moment {
            out.push('_');
            at += moment.len();
            // Fractions of a second are there or not.
            if *moment == "00:00:00" && shape.get(at..).is_some_and(|rest| rest.starts_with(".0")) {
                at += 1 + shape.get(at + 1..).unwrap_or_default().chars().take_while(|c| *c == '0').count();
            }
        } else if port {
            out.push_str("loopback");
            at += "000.0.0.0:".len();
            at += shape.get(at..).unwrap_or_default().chars().take_while(|c| *c == '0').count();
        } else {
            let c = line.get(at..).and_then(|rest| rest.chars().next()).unwrap();
            out.push(c);
            at += c.len_utf8();
        }
    }
    out.trim_end().to_owned()
}

/// Whether this line is the one that is shown.
fn same(shown: &str, printed: &str) -> bool {
    let (shown, printed) = (plain(shown), plain(printed));
    let Some((before, after)) = shown.split_once("[..]") else { return shown == printed };
    printed.strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
}

/// Whether the lines are those; `...` stands for any number of them.
fn matches(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => (0..=printed.len()).any(|at| matches(rest, &printed[at..])),
        Some((first, rest)) => {
            printed.first().is_some_and(|line| same(first, line)) && matches(rest, &printed[1..])
        }
    }
}

/// Runs a command as a reader would, both streams into one.
fn print(folder: &Path, arguments: &[String]) -> (Vec<String>, i32) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ado2entra"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("ADO2ENTRA_CONFIG", folder.join("config.toml"))
        .stdin(Stdio::null())
        .stdout(writer.try_clone().unwrap())
        .stderr(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    (text.lines().map(str::to_owned).collect(), code)
}

#[test]
fn every_command_in_the_pages_prints_what_they_show() {
    let bless = std::env::var_os("ADO2ENTRA_BLESS").is_some();
    let mut run = 0;
    let mut wrong = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let parts = parts(&page);
        if !parts.iter().any(|part| matches!(part, Part::Run(_))) {
            continue;
        }
        let stage = Stage::fabrikam();
        let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
        let mut shift = 0_isize;
        for part in parts {
            match part {
                Part::Connect => _ = stage.control().connect(),
                Part::File(name, content) => stage.write(&name, &content),
                Part::Run(shown) => {
                    let (printed, code) = print(&stage.path(""), &shown.arguments);
                    run += 1;
                    if matches(&shown.lines, &printed) && shown.code == code {
                        continue;
                    }
                    wrong.push(format!(
                        "{}: ado2entra {}\n--- shown, exit code {}\n{}\n--- printed, exit code {code}\n{}\n",
                        path.display(),
                        shown.arguments.join(" "),
                        shown.code,
                        shown.lines.join("\n"),
                        printed.join("\n")
                    ));
                    let mut new = printed;
                    if code != 0 {
                        new.push(format!("? {code}"));
                    }
                    let from = shown.place.start.checked_add_signed(shift).unwrap();
                    let to = shown.place.end.checked_add_signed(shift).unwrap();
                    shift += new.len().cast_signed() - (to - from).cast_signed();
                    lines.splice(from..to, new);
                }
            }
        }
        if bless {
            fs::write(&path, lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(run > 20, "{run}");
    assert!(bless || wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `[words](target)` of a page.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in page.split("](").skip(1) {
        if let Some((target, _)) = part.split_once(')') {
            found.push(target.split('#').next().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn every_link_in_the_pages_leads_somewhere_and_every_page_is_in_the_table_of_contents() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut all = pages();
    all.push(root.join("README.md"));
    let mut linked: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in &all {
        let page = fs::read_to_string(path).unwrap();
        for target in links(&page) {
            if target.is_empty() || target.contains("://") || target.contains(' ') || target.contains('`') {
                continue;
            }
            let to = path.parent().unwrap().join(&target);
            assert!(to.exists(), "{}: {target}", path.display());
            linked.entry(path.clone()).or_default().insert(to.canonicalize().unwrap());
        }
    }
    let contents = &linked[&docs().join("SUMMARY.md")];
    for path in pages().iter().filter(|path| !path.ends_with("SUMMARY.md")) {
        assert!(contents.contains(&path.canonicalize().unwrap()), "{} is not in SUMMARY.md", path.display());
    }
}

#[test]
fn a_block_is_read_as_it_is_meant() {
    let page = "x\n<!-- file a.txt -->\n```text\none\n```\n```console\n$ ado2entra plan confirm K --note \"the same\"\n\
                1 at 2026-11-23 10:00:00 UTC, 127.0.0.1:4711\n...\n? 5\n$ ado2entra man\n```\n<!-- connect -->\n";
    let parts = parts(page);
    assert!(matches!(&parts[0], Part::File(name, content) if name == "a.txt" && content == "one\n"));
    let Part::Run(shown) = &parts[1] else { panic!("the first command") };
    assert_eq!(shown.arguments, ["plan", "confirm", "K", "--note", "the same"]);
    assert_eq!((shown.code, shown.place.clone()), (5, 7..10));
    let printed = ["1 at 2027-01-01 23:59:59 UTC, 127.0.0.1:1".to_owned(), "more".to_owned()];
    assert!(matches(&shown.lines, &printed));
    assert!(!matches(&shown.lines, &printed[1..]));
    assert!(same("a [..] z", "a b c z") && !same("a [..] z", "a b c"));
    assert!(same("at 2026-11-23T10:00:00.5Z", "at 2027-01-01T00:00:00Z"));
    assert!(matches!(parts[2], Part::Run(_)) && matches!(parts[3], Part::Connect));
}
