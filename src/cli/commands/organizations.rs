//! Several organizations that go to the same tenant: the same check for each, and one report.
//!
//! They are named by `--organization`, more than once, or by the CSV of all organizations of a tenant that the portal offers.
//! Everything else (tenant, ways of signing in) is the same for all of them. The tenant's people are read once.

mod list;

use std::io::IsTerminal as _;
use std::path::Path;

use super::check::{ORDER, counts};
use super::paper;
use crate::cli::args::{CheckArgs, Command, Format, Global};
use crate::cli::document::check::CheckDocument;
use crate::cli::document::organizations::{Counts, OrganizationEntry, OrganizationsDocument, SCHEMA};
use crate::cli::exit::{Exit, Failure};
use crate::cli::launch::{load, setup};
use crate::cli::output::{Output, Tone};
use crate::cli::text::{number, people};
use crate::cli::work::{self, Work};
use crate::domain::activity::Source;
use crate::domain::papers::report::Report;
use crate::domain::papers::several::{self, Entry};
use crate::domain::schedule::locked_out;
use crate::domain::text::{clean, csv_cell};
use crate::domain::{CheckStatus, Verdict};
use crate::tasks::{Model, Msg, papers, runner};

/// The organizations, where a command is about several; `None` where it is about one. Any other command than `check` and `report`
/// is refused for several.
pub fn named(global: &Global, command: Option<&Command>) -> Result<Option<Vec<String>>, Failure> {
    let (list, may) = match command {
        Some(Command::Check(CheckArgs { organizations, command: None, .. })) => {
            (organizations.as_deref(), true)
        }
        Some(Command::Report { organizations, .. }) => (organizations.as_deref(), true),
        _ => (None, false),
    };
    let mut names = global.organization.clone();
    if let Some(file) = list {
        names.extend(list::read(file)?);
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.trim().to_lowercase()));
    if names.len() < 2 && list.is_none() {
        return Ok(None);
    }
    if !may {
        return Err(Failure::usage(
            "this command is about one organization; only `check` and `report` take --organization more than once",
        ));
    }
    if global.snapshot.is_some() {
        return Err(Failure::usage("a snapshot is of one organization; leave --snapshot away, or name one"));
    }
    Ok(Some(names))
}

/// `check` or `report` for these.
pub async fn run(
    output: Output,
    global: &Global,
    command: Command,
    names: Vec<String>,
) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check(output, global, args.tokens, &names).await,
        Command::Report { file, .. } => report(output, global, &names, &file).await,
        _ => Err(Failure::usage("this command is about one organization")),
    }
}

/// What was found out about one organization.
struct Found {
    name: String,
    model: Option<Model>,
    failure: Option<Failure>,
}

impl Found {
    fn verdict(&self) -> Option<Verdict> {
        let model = self.model.as_ref().filter(|_| self.failure.is_none())?;
        Some(model.analysis.as_ref()?.verdict)
    }

    fn counts(&self) -> Counts {
        let analysis = self.model.as_ref().and_then(|model| model.analysis.as_deref());
        analysis.map(|analysis| Counts::of(&analysis.checks)).unwrap_or_default()
    }

    fn people(&self) -> Option<usize> {
        Some(self.model.as_ref()?.roster.value.as_ref()?.people().len())
    }

    fn locked_out(&self) -> Option<usize> {
        let analysis = self.model.as_ref()?.analysis.as_ref()?;
        let out = locked_out(analysis.forecast.as_ref()?, &analysis.situation);
        Some(out.on_connecting)
    }
}

async fn check(output: Output, global: &Global, tokens: bool, names: &[String]) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    let mut tenant: Option<Msg> = None;
    for name in names {
        if std::io::stderr().is_terminal() {
            output.say(&format!("{} …", clean(name)));
        }
        let found = one(output, &global.for_organization(name), name, tokens, tenant.as_ref()).await;
        if let Some(model) = found.model.as_ref().filter(|_| tenant.is_none()) {
            tenant = tenant_people(model);
        }
        all.push(found);
    }
    match output.format {
        Format::Json => output.json(&document(&all))?,
        Format::Csv => output.data(|out| out.write_all(table(&all).as_bytes()))?,
        Format::Text => output.data(|out| words(out, output, &all))?,
    }
    if all.iter().all(|found| found.verdict() == Some(Verdict::Ready)) {
        return Ok(Exit::Done);
    }
    match all
        .iter()
        .all(|found| found.failure.is_some())
        .then(|| all.iter().find_map(|it| it.failure.as_ref()))
    {
        // What stands in the way is in the answer; the code is that of the first.
        Some(Some(first)) => Ok(first.exit),
        _ => Ok(Exit::No),
    }
}

async fn one(output: Output, global: &Global, name: &str, tokens: bool, tenant: Option<&Msg>) -> Found {
    match open(output, global).await {
        Err(failure) => Found { name: name.to_owned(), model: None, failure: Some(failure) },
        Ok(mut work) => {
            let mut sources: Vec<Source> = Source::ALL
                .iter()
                .copied()
                .filter(|it| tenant.is_none() || *it != Source::Directory)
                .collect();
            if tokens {
                sources.push(Source::Tokens);
            }
            let known: Vec<Msg> = tenant.cloned().into_iter().collect();
            let model = work.read_knowing(&sources, &known).await;
            work.keep_readiness(&model).await;
            work.session.flush().await;
            let failure = work::unreadable(&model);
            Found { name: model.context.organization.clone(), model: Some(model), failure }
        }
    }
}

async fn open(output: Output, global: &Global) -> Result<Work, Failure> {
    let loaded = load(global)?;
    loaded.config.require_target()?;
    Work::open(output, setup(&loaded, global)?).await
}

/// The tenant's people as they were read, for the next organization.
fn tenant_people(model: &Model) -> Option<Msg> {
    let (directory, index) = (model.directory.value.clone()?, model.index.clone()?);
    Some(Msg::DirectoryRead(directory, index, model.directory.read_at?))
}

fn document(all: &[Found]) -> OrganizationsDocument<'_> {
    OrganizationsDocument {
        schema: SCHEMA,
        taken_at: runner::now(),
        ready: all.iter().filter(|it| it.verdict() == Some(Verdict::Ready)).count(),
        organizations: all
            .iter()
            .map(|it| OrganizationEntry {
                organization: &it.name,
                verdict: it.verdict(),
                people: it.people(),
                locked_out: it.locked_out(),
                counts: it.counts(),
                problem: it.failure.as_ref().map(|failure| failure.message.as_str()),
                check: it
                    .model
                    .as_ref()
                    .and_then(|model| Some(CheckDocument::new(model, model.analysis.as_deref()?))),
            })
            .collect(),
    }
}

/// The columns of the table as CSV.
pub const COLUMNS: [&str; 10] = [
    "organization",
    "verdict",
    "people",
    "locked_out",
    "fail",
    "manual",
    "unknown",
    "warn",
    "pass",
    "problem",
];

fn table(all: &[Found]) -> String {
    let maybe = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut out = COLUMNS.join(",");
    out.push('\n');
    for it in all {
        let counts = it.counts();
        let cells = [
            csv_cell(&it.name),
            it.verdict().map_or("", Verdict::name).to_owned(),
            maybe(it.people()),
            maybe(it.locked_out()),
            counts.fail.to_string(),
            counts.manual.to_string(),
            counts.unknown.to_string(),
            counts.warn.to_string(),
            counts.pass.to_string(),
            it.failure
                .as_ref()
                .map(|failure| csv_cell(&failure.message.replace('\n', " ")))
                .unwrap_or_default(),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        out.push_str(&quoted.join(","));
        out.push('\n');
    }
    out
}

/// RFC 4180: quotes where a cell holds what would end it.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn words(out: &mut dyn std::io::Write, output: Output, all: &[Found]) -> std::io::Result<()> {
    let paint = output.paint;
    let ready = all.iter().filter(|it| it.verdict() == Some(Verdict::Ready)).count();
    writeln!(out, "{} of {} organizations are ready.", number(ready), number(all.len()))?;
    for it in all {
        writeln!(out)?;
        let (tone, verdict) = match it.verdict() {
            Some(Verdict::Ready) => (Tone::Good, "ready"),
            Some(Verdict::NotReady) => (Tone::Bad, "not ready"),
            Some(Verdict::Unknown) => (Tone::Careful, "unknown: not everything could be read"),
            None => (Tone::Bad, "could not be read"),
        };
        writeln!(out, "{}: {}", clean(&it.name), paint.tone(tone, verdict))?;
        if let Some(failure) = &it.failure {
            for line in failure.message.lines() {
                writeln!(out, "  {}", clean(line))?;
            }
            continue;
        }
        if let (Some(everybody), Some(locked_out)) = (it.people(), it.locked_out()) {
            writeln!(out, "  {}, {} locked out until mapped.", people(everybody), number(locked_out))?;
        }
        let Some(analysis) = it.model.as_ref().and_then(|model| model.analysis.as_deref()) else { continue };
        writeln!(out, "  {}", counts(&analysis.checks))?;
        for status in ORDER.into_iter().filter(|it| matches!(it, CheckStatus::Fail | CheckStatus::Unknown)) {
            for check in analysis.checks.iter().filter(|it| it.counts_as() == status) {
                writeln!(out, "  - {}: {} ({})", status.name(), check.id.title(), check.id)?;
            }
        }
    }
    Ok(())
}

/// One document about all of them, from their stores alone.
async fn report(output: Output, global: &Global, names: &[String], file: &Path) -> Result<Exit, Failure> {
    paper::text_only(output, "report")?;
    let is_html = paper::is_html(file)?;
    let mut entries = Vec::new();
    for name in names {
        let global = global.for_organization(name);
        let entry = match open(output, &global).await {
            Err(failure) => Entry::Missing(name.clone(), failure.message),
            Ok(work) => match papers::material(&work.session).await {
                Ok(material) if !material.is_empty() => Entry::Report(Box::new(Report::of(&material))),
                Ok(_) => Entry::Missing(name.clone(), "nothing was decided yet".to_owned()),
                Err(problem) => Entry::Missing(name.clone(), problem.headline()),
            },
        };
        entries.push(entry);
    }
    if entries.iter().all(|entry| matches!(entry, Entry::Missing(..))) {
        return Err(Failure::refused(
            "the store knows nothing about any of these organizations yet; nothing was written",
        ));
    }
    let text = if is_html { several::html(&entries) } else { several::markdown(&entries) };
    paper::write(output, file, text, global.force).await?;
    let missing = entries.iter().filter(|entry| matches!(entry, Entry::Missing(..))).count();
    if missing == 0 {
        return Ok(Exit::Done);
    }
    output.say(&format!("Of {} of them there is nothing to report.", number(missing)));
    Ok(Exit::No)
}
