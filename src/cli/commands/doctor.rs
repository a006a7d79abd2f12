//! `doctor`: what the program sees of everything that a working evening depends on, and what to do about what is wrong.
//!
//! Exit code 1 where something does not work; what only asks for attention leaves it at 0.

use std::io::{self, Write};

use crate::cli::args::{Format, Global};
use crate::cli::document::doctor::DoctorDocument;
use crate::cli::exit::{Exit, Failure};
use crate::cli::launch::{Dashboard, load, setup, until_signal};
use crate::cli::output::{Output, Tone};
use crate::domain::doctor::{Area, Finding, Health, worst};
use crate::domain::text::clean;
use crate::tasks::Environment;
use crate::tasks::doctor::{Patient, examine};

/// Looks, and shows what was found.
pub fn run(output: Output, global: &Global, dashboard: &Dashboard<'_>) -> Result<Exit, Failure> {
    output.refuse_csv("doctor")?;
    let loaded = load(global);
    let keys = loaded.as_ref().map_or(Ok(()), dashboard.check_keys);
    let ready = loaded.as_ref().ok().map(|loaded| setup(loaded, global)).transpose();
    let mut terminal = (dashboard.describe_terminal)(loaded.as_ref().ok());
    let setup = match ready {
        Ok(setup) => setup,
        Err(failure) => {
            terminal.push(
                Finding::new(Area::State, "directory", Health::Bad, failure.message)
                    .remedy("Set HOME, or [state] directory in the configuration."),
            );
            None
        }
    };
    let patient = Patient { loaded, keys, setup, environment: Environment::of_process(), terminal };
    if output.on_terminal || output.can_ask {
        output.say("Looking at the configuration, this machine and the way to each service; some seconds at most.");
    }
    until_signal(|_| async move {
        let (findings, at) = Box::pin(examine(patient)).await;
        if output.format == Format::Json {
            output.json(&DoctorDocument::new(&findings, at))?;
        } else {
            output.data(|out| show(out, output, &findings))?;
        }
        Ok(if worst(&findings) == Health::Bad { Exit::No } else { Exit::Done })
    })
}

fn show(out: &mut dyn Write, output: Output, findings: &[Finding]) -> io::Result<()> {
    let mut area = None;
    let names = findings.iter().map(|finding| finding.name.chars().count()).max().unwrap_or(0).min(28);
    for finding in findings {
        if area != Some(finding.area) {
            if area.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{}", output.paint.tone(Tone::Strong, finding.area.title()))?;
            area = Some(finding.area);
        }
        let word = format!("{:<7}", finding.verdict.word());
        let word = match finding.verdict {
            Health::Good => output.paint.tone(Tone::Good, &word),
            Health::Told => word,
            Health::Careful | Health::Unknown => output.paint.tone(Tone::Careful, &word),
            Health::Bad => output.paint.tone(Tone::Bad, &word),
        };
        let mut said = finding.said.lines();
        writeln!(out, "  {word} {:<names$}  {}", clean(&finding.name), clean(said.next().unwrap_or_default()))?;
        let indent = " ".repeat(names + 12);
        for line in said {
            writeln!(out, "{indent}{}", clean(line))?;
        }
        if finding.area == Area::Network || finding.area == Area::SignIn {
            for (name, value) in &finding.details {
                writeln!(out, "{indent}{}: {}", clean(name), clean(value))?;
            }
        }
        if !finding.remedy.is_empty() {
            let arrow = if finding.verdict == Health::Told { "note" } else { "to do" };
            writeln!(out, "{indent}{arrow}: {}", clean(&finding.remedy))?;
        }
    }
    let number = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    writeln!(out)?;
    writeln!(
        out,
        "{} bad, {} to look at, {} unknown, {} ok",
        number(Health::Bad),
        number(Health::Careful),
        number(Health::Unknown),
        number(Health::Good)
    )
}
