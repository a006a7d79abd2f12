//! `docs/reference/`: commands, exit codes, JSON, CSV, made from the program itself and compared. `ADO2ENTRA_BLESS=1` writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ado2entra::cli::{Exit, command, usage};
use ado2entra::domain::plan::csv::Column;
use clap::{Arg, Command};
use serde_json::Value;

use crate::members::Members;
use crate::stage::Stage;

const MADE: &str = "<!-- made by tests/cli/reference.rs; ADO2ENTRA_BLESS=1 cargo test --test cli reference writes it anew -->\n\n";

fn page(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    let text = format!("{MADE}{}\n", text.trim_end());
    if std::env::var_os("ADO2ENTRA_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found,
        text,
        "{} is not what the program is; see the top of tests/cli/reference.rs",
        path.display()
    );
}

/// For a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

fn rows(out: &mut String, arguments: &[&Arg]) {
    if arguments.is_empty() {
        return;
    }
    out.push_str("| argument | does | values, default |\n| --- | --- | --- |\n");
    for argument in arguments {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .filter(|_| argument.get_action().takes_values())
            .filter(|value| !value.is_hide_set())
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let default: Vec<String> =
            argument.get_default_values().iter().map(|it| format!("`{}`", it.to_string_lossy())).collect();
        let mut words = values.join(" ");
        if !default.is_empty() && argument.get_action().takes_values() {
            let _ =
                write!(words, "{}default {}", if words.is_empty() { "" } else { "; " }, default.join(" "));
        }
        if argument.is_required_set() {
            words.push_str(if words.is_empty() { "needed" } else { "; needed" });
        }
        let _ = writeln!(out, "| `{}` | {} | {} |", cell(&usage(argument)), cell(&help), cell(&words));
    }
    out.push('\n');
}

fn section(out: &mut String, command: &Command, path: &str) {
    let _ = writeln!(out, "## {path}\n");
    if let Some(about) = command.get_about() {
        let _ = writeln!(out, "{}.\n", cell(&about.to_string()));
    }
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|it| !it.is_global_set() && it.get_id() != "help" && it.get_id() != "version")
        .collect();
    rows(out, &own);
    for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
        section(out, below, &format!("{path} {}", below.get_name()));
    }
}

#[test]
fn the_commands_are_as_the_page_says() {
    let mut command = command();
    command.build();
    let mut out = String::from("# Commands\n\n");
    let _ = writeln!(out, "{}\n", command.get_long_about().unwrap());
    out.push_str("## Options of every command\n\n");
    let global: Vec<&Arg> = command.get_arguments().filter(|it| it.is_global_set()).collect();
    rows(&mut out, &global);
    for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
        section(&mut out, below, &format!("ado2entra {}", below.get_name()));
    }
    page("commands.md", &out);
}

#[test]
fn the_exit_codes_are_as_the_page_says() {
    let mut out = String::from("# Exit codes\n\n| code | meaning |\n| ---: | --- |\n");
    for exit in Exit::ALL {
        let _ = writeln!(out, "| {} | {} |", exit.code(), exit.meaning());
    }
    page("exit-codes.md", &out);
}

/// Which members a document has, by their way from the top, and of which kind each was seen to be.
fn members(value: &Value, way: &str, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "number",
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => "moment",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    if !way.is_empty() {
        found.entry(way.to_owned()).or_default().insert(kind);
    }
    match value {
        Value::Array(list) => {
            for it in list {
                members(it, &format!("{way}[]"), found);
            }
        }
        // Counts by name have the names as members.
        Value::Object(_)
            if way.ends_with("by_outcome") || way == "summary" && found.contains_key("dry_run") => {}
        Value::Object(object) => {
            for (name, it) in object {
                let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
                members(it, &way, found);
            }
        }
        _ => {}
    }
}

fn document(out: &mut String, described: &Members, command: &str, documents: &[Value]) {
    let mut found = BTreeMap::new();
    for it in documents {
        members(it, "", &mut found);
    }
    let schema = documents[0]["schema"].as_str().unwrap();
    for it in documents {
        assert_eq!(it["schema"], schema);
    }
    let _ = writeln!(out, "## {schema}\n\n{command}\n\n| member | is | what |\n| --- | --- | --- |");
    for (way, kinds) in found.iter().filter(|(way, _)| !way.ends_with("[]")) {
        let words =
            described.words(schema, way).unwrap_or_else(|| panic!("{schema}: nothing says what {way} is"));
        let words = cell(&words);
        let mut kinds: Vec<&str> = kinds.iter().copied().collect();
        if let Some(items) = found.get(&format!("{way}[]")) {
            let items: Vec<&str> = items.iter().copied().collect();
            kinds.retain(|kind| *kind != "list");
            let of = format!("list of {}", items.join(" or "));
            let kinds = [vec![of.as_str()], kinds].concat().join(" or ");
            let _ = writeln!(out, "| `{way}` | {kinds} | {words} |");
            continue;
        }
        let _ = writeln!(out, "| `{way}` | {} | {words} |", kinds.join(" or "));
    }
    out.push('\n');
}

#[test]
fn the_documents_are_as_the_page_says() {
    let stage = Stage::fabrikam();
    let described = Members::read();
    let mut out = String::from(
        "# JSON\n\nThe members of each document, as the program writes them about the simulated organization. Times are RFC 3339 in \
         UTC; an absent member is unknown, `null` is known to be none or not applicable. Names of outcomes, decisions, states, \
         phases and checks: [glossary](../glossary.md), [prerequisites](../prerequisites.md).\n\n",
    );
    let check = stage.json(&["check"]);
    let several = stage.json(&["check", "--organization", "fabrikam", "--organization", "woodgrove"]);
    let diff = stage.json(&["diff"]);
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.run(&["check", "tick", "users-informed", "--note", "told"]).exits(0);
    let ticked = stage.json(&["check"]);
    let before = stage.json(&["status"]);
    let plan = stage.json(&["plan", "show"]);
    let patterns = stage.json(&["plan", "pattern"]);
    let config = stage.json(&["config", "show"]);
    stage.control().connect();
    let dry = stage.json(&["apply", "--dry-run"]);
    let keys: Vec<String> = dry["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["storage_key"].as_str().unwrap().to_owned())
        .collect();
    let run = stage.json(&["apply", "--yes", "--confirm", "fabrikam", "--only", &keys[0]]);
    stage.run(&["plan", "export", "journal.json", "--as", "journal"]).exits(0);
    let journal: Value = serde_json::from_str(&stage.read("journal.json")).unwrap();
    let after = stage.json(&["status"]);
    document(&mut out, &described, "`check --format json`", &[check, ticked]);
    document(
        &mut out,
        &described,
        "`check --organization A --organization B --format json`, `check --organizations FILE --format json`",
        &[several],
    );
    document(&mut out, &described, "`diff --format json`", &[diff]);
    document(&mut out, &described, "`status --format json`; with `--watch` one a line", &[before, after]);
    document(&mut out, &described, "`plan show --format json`, `plan export FILE.json`", &[plan]);
    document(&mut out, &described, "`plan pattern --format json`", &[patterns]);
    document(&mut out, &described, "`apply --format json`, with `--dry-run` too", &[dry, run]);
    document(&mut out, &described, "`plan export FILE.json --as journal`", &[journal]);
    document(&mut out, &described, "`config show --format json`", &[config]);
    let mut doctor = stage.json(&["doctor"]);
    for finding in doctor["findings"].as_array_mut().unwrap() {
        // Their names depend on the machine.
        finding
            .get_mut("details")
            .and_then(Value::as_object_mut)
            .into_iter()
            .for_each(serde_json::Map::clear);
    }
    document(&mut out, &described, "`doctor --format json`; `details`: text by name", &[doctor]);
    stage.run(&["snapshot", "take", "s.json"]).exits(0);
    let mut snapshot: Value = serde_json::from_str(&stage.read("s.json")).unwrap();
    for (name, member) in snapshot.as_object_mut().unwrap() {
        match member {
            Value::Array(list) => list.clear(),
            Value::Object(object) if name != "schema" => object.clear(),
            _ => {}
        }
    }
    let about = "`snapshot take FILE`. The members hold the services' own objects, as they were read.";
    document(&mut out, &described, about, &[snapshot]);
    stage.control().set_fault(ado2entra::simulator::Fault::ConnectLosesAccess, true);
    stage.run(&["snapshot", "take", "b.json"]).exits(0);
    stage.control().disconnect();
    stage.control().connect();
    stage.run(&["snapshot", "take", "a.json"]);
    let compared = stage.json(&["snapshot", "compare", "b.json", "a.json"]);
    document(&mut out, &described, "`snapshot compare BEFORE AFTER --format json`", &[compared]);
    stage.run(&["check", "tick", "tools-work", "--note", "tried"]).exits(0);
    document(&mut out, &described, "`check --after --format json`", &[stage.json(&["check", "--after"])]);
    page("json.md", &out);
}

fn columns(out: &mut String, title: &str, made_by: &str, header: &str, note: &str) {
    let _ = writeln!(out, "## {title}\n\n`{made_by}`\n\n{note}\n");
    for name in header.trim_end().split(',') {
        let _ = writeln!(out, "- `{name}`");
    }
    out.push('\n');
}

#[test]
fn the_tables_are_as_the_page_says() {
    let stage = Stage::fabrikam();
    let first = |text: &str| text.lines().next().unwrap().to_owned();
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    let mut out = String::from(
        "# CSV\n\nUTF-8, RFC 4180, a header, lines that end in LF. A cell that a spreadsheet might take for a formula (it begins with \
         `=`, `+`, `-`, `@`, `'`, a tab or a carriage return) is written with one leading `'`.\n\n",
    );
    let printed = |arguments: &[&str]| first(&stage.run(arguments).stdout);
    let plan = printed(&["plan", "export", "-"]);
    assert_eq!(plan, Column::ALL.iter().map(|it| it.name()).collect::<Vec<_>>().join(","));
    let editable: Vec<String> =
        Column::ALL.iter().filter(|it| it.is_editable()).map(|it| format!("`{}`", it.name())).collect();
    let note =
        format!("Editable, for `plan import`: {}. The other columns are compared.", editable.join(", "));
    columns(&mut out, "The plan", "plan export FILE.csv", &plan, &note);
    columns(
        &mut out,
        "The comparison",
        "diff --format csv",
        &printed(&["diff", "--format", "csv"]),
        "One line for each person of the organization, with the best candidate.",
    );
    columns(
        &mut out,
        "Readiness of several organizations",
        "check --organization A --organization B --format csv",
        &printed(&["check", "--organization", "fabrikam", "--organization", "woodgrove", "--format", "csv"]),
        "One line for each organization.",
    );
    for (form, title) in
        [("entra-create", "Whom to create in the tenant"), ("entra-invite", "Whom to invite")]
    {
        let header = printed(&["plan", "export", "-", "--as", form]);
        columns(
            &mut out,
            title,
            &format!("plan export FILE.csv --as {form}"),
            &header,
            "For the Entra administrator.",
        );
    }
    columns(
        &mut out,
        "The journal",
        "plan export FILE.csv --as journal",
        &printed(&["plan", "export", "-", "--as", "journal"]),
        "What was sent and what came of it, oldest line first.",
    );
    columns(
        &mut out,
        "The list for Microsoft Support",
        "support-package FILE.csv",
        &printed(&["support-package", "-"]),
        "Everybody who is to be mapped and is not verified.",
    );
    stage.run(&["snapshot", "take", "s.json"]).exits(0);
    columns(
        &mut out,
        "Before and after",
        "snapshot compare BEFORE AFTER --format csv",
        &printed(&["snapshot", "compare", "s.json", "s.json", "--format", "csv"]),
        "One line for each difference; those of the organization have no person.",
    );
    columns(
        &mut out,
        "Tokens and SSH keys to make anew",
        "check --tokens --format csv",
        &printed(&["check", "--tokens", "--format", "csv"]),
        "One line for each token and key.",
    );
    // Microsoft's own format has no header.
    let map = stage.run(&["plan", "export", "-", "--as", "m365"]).stdout;
    for line in map.lines() {
        assert!(line.starts_with("User,") && line.matches(',').count() == 5, "{line}");
    }
    columns(
        &mut out,
        "Microsoft's cross-tenant identity map",
        "plan export FILE.csv --as m365",
        "User,SourceTenantCompanyID,SourceUserUpn,TargetUserUpn,TargetUserEmail,UserType",
        "Without a header, as Microsoft's migration asks for it. The first cell is always `User`.",
    );
    page("csv.md", &out);
}

#[test]
fn every_key_of_the_configuration_is_in_the_page() {
    let example =
        fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config.example.toml")).unwrap();
    let mut out = String::from(
        "# Every key of the configuration\n\n[What each means](../configuration.md). This is `config.example.toml`, whose values are \
         the defaults.\n\n```toml\n",
    );
    out.push_str(example.trim_end());
    out.push_str("\n```\n");
    page("configuration.md", &out);
}
