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
        output.say(
            "Looking at the configuration, this machine and the way to each service; some seconds at most.",
        );
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

/// The narrowest and the widest that text is laid out for; a file is read at the widest.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=120;

fn width(output: Output) -> usize {
    let seen =
        output.on_terminal.then(|| rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()).flatten();
    let columns = seen.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
    columns.unwrap_or(*WIDTHS.end()).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// Words on lines of this length; a word that is longer has a line of its own.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines
            .last_mut()
            .filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= room);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The longest name of a finding that the others are lined up with.
const NAME: usize = 27;

fn show(out: &mut dyn Write, output: Output, findings: &[Finding]) -> io::Result<()> {
    let names = findings.iter().map(|finding| finding.name.chars().count()).max().unwrap_or(0).min(NAME);
    let indent = " ".repeat(names + 12);
    let room = width(output).saturating_sub(indent.len()).max(24);
    let mut before: Option<&Finding> = None;
    for finding in findings {
        if before.is_none_or(|before| before.area != finding.area) {
            if before.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{}", output.paint.tone(Tone::Strong, finding.area.title()))?;
        }
        let word = format!("{:<7}", finding.verdict.word());
        let word = match finding.verdict {
            Health::Good => output.paint.tone(Tone::Good, &word),
            Health::Told => word,
            Health::Careful | Health::Unknown => output.paint.tone(Tone::Careful, &word),
            Health::Bad => output.paint.tone(Tone::Bad, &word),
        };
        let mut said = wrapped(&clean(&finding.said), room).into_iter();
        let mut lead = format!("  {word} {:<names$}  ", clean(&finding.name));
        if finding.name.chars().count() > names {
            writeln!(out, "{}", lead.trim_end())?;
            lead.clone_from(&indent);
        }
        writeln!(out, "{lead}{}", said.next().unwrap_or_default())?;
        let mut more: Vec<String> = said.collect();
        if finding.area == Area::Network || finding.area == Area::SignIn {
            let details = finding.details.iter().filter(|(name, _)| name != "services");
            more.extend(details.flat_map(|(name, value)| wrapped(&clean(&format!("{name}: {value}")), room)));
        }
        if !finding.remedy.is_empty() {
            let lead = if finding.verdict == Health::Told { "note" } else { "to do" };
            let same = before.is_some_and(|before| before.remedy == finding.remedy);
            let words = if same { "as above" } else { &finding.remedy };
            more.extend(wrapped(&clean(&format!("{lead}: {words}")), room));
        }
        for line in more {
            writeln!(out, "{indent}{line}")?;
        }
        before = Some(finding);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("averylongword is long", 5), ["averylongword", "is", "long"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
