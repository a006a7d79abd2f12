//! The comparison in words: how many of each outcome, then the people, those who need somebody first.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::cli::document::diff::{Comparison, ListLeftOut};
use crate::cli::output::{Paint, Tone};
use crate::cli::text::{count, last_access, moment, number, org_user, people, simulated, tenant_user};
use crate::domain::text::clean;
use crate::domain::{Candidate, OrgUser, Outcome, Person};
use crate::tasks::files::LeftOut;

/// So many rows that were left out are told; the JSON document tells more.
const LISTED: usize = 10;

/// Those who need somebody come first.
const ORDER: [Outcome; 9] = [
    Outcome::Hazard,
    Outcome::Conflict,
    Outcome::Unsure,
    Outcome::Foreign,
    Outcome::Review,
    Outcome::Missing,
    Outcome::Safe,
    Outcome::Automatic,
    Outcome::Connected,
];

/// The whole comparison.
pub fn text(out: &mut dyn Write, paint: Paint, comparison: &Comparison<'_>, tenant: &str) -> io::Result<()> {
    let organization = comparison.organization.map_or("the organization".into(), clean);
    let words = format!("People of {organization}, compared with {tenant}");
    writeln!(out, "{}", paint.tone(Tone::Strong, &words))?;
    simulated(out, comparison.simulated)?;
    writeln!(
        out,
        "{}, {}, {}. Read {}.",
        people(comparison.roster.people().len()),
        count(comparison.directory.len(), "tenant user", "tenant users"),
        count(comparison.roster.services().len(), "service identity", "service identities"),
        moment(comparison.taken_at)
    )?;
    if let Some(words) = left_out(comparison.left_out) {
        writeln!(out, "{}", paint.tone(Tone::Careful, &words))?;
    }
    writeln!(out)?;
    let counts = comparison.forecast.counts();
    for outcome in ORDER {
        if let Some(n) = counts.get(&outcome) {
            writeln!(out, "{}: {}", heading(outcome), number(*n))?;
        }
    }
    patterns(out, comparison)?;
    for outcome in ORDER {
        let Some(n) = counts.get(&outcome) else { continue };
        writeln!(out)?;
        let words = format!("{} ({}, {})", heading(outcome), outcome.name(), people(*n));
        writeln!(out, "{}", paint.tone(tone(outcome), &words))?;
        for (user, person) in comparison.people().filter(|(_, person)| person.outcome == outcome) {
            entry(out, comparison, user, person)?;
        }
    }
    Ok(())
}

/// What of the lists is not in the comparison, a line for each list; `None` when everything is.
pub fn left_out(lists: &[ListLeftOut]) -> Option<String> {
    let line = |list: &ListLeftOut| {
        let LeftOut { rows, parts, told } = &list.left_out;
        let mut words = format!("Left out of {}: {}", clean(&list.file), count(*rows, "row", "rows"));
        if *parts > 0 {
            let _ = write!(words, ", and a part of {}", count(*parts, "row", "rows"));
        }
        for skipped in told.iter().take(LISTED) {
            let _ = write!(words, "\n  {}", clean(&skipped.to_string()));
        }
        if rows + parts > LISTED {
            let _ = write!(words, "\n  and {} more", number(rows + parts - LISTED));
        }
        words
    };
    (!lists.is_empty()).then(|| lists.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Patterns that are used, in a line each; and, of those that are not, what to do.
fn patterns(out: &mut dyn Write, comparison: &Comparison<'_>) -> io::Result<()> {
    let patterns = comparison.forecast.patterns();
    for pattern in patterns.all().iter().filter(|pattern| pattern.used) {
        writeln!(out, "Pattern in use: {}.", pattern.sentence())?;
    }
    if let Some(first) = patterns.unused().next() {
        let more = match patterns.unused().count() {
            1 => String::new(),
            n => format!(" ({} more: `ado2entra plan pattern`)", n - 1),
        };
        writeln!(
            out,
            "Pattern found: {}. Evidence only if you use it: `ado2entra plan pattern use '{}'`; to try it, `diff --use-pattern '{}'`{more}.",
            first.sentence(),
            first.id,
            first.id
        )?;
    }
    Ok(())
}

fn heading(outcome: Outcome) -> String {
    crate::cli::text::sentence(outcome.shown()).into_owned()
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Hazard | Outcome::Conflict => Tone::Bad,
        Outcome::Unsure | Outcome::Foreign | Outcome::Review | Outcome::Missing => Tone::Careful,
        Outcome::Safe | Outcome::Automatic | Outcome::Connected => Tone::Good,
    }
}

fn entry(
    out: &mut dyn Write,
    comparison: &Comparison<'_>,
    user: &OrgUser,
    person: &Person,
) -> io::Result<()> {
    let mut facts = Vec::new();
    facts.extend(user.access_level.as_deref().map(|level| clean(level).into_owned()));
    facts.push(last_access(user.last_accessed));
    if person.privileged == Some(true) {
        facts.push("privileged".into());
    }
    writeln!(out, "- {}: {}", org_user(user), facts.join(", "))?;
    if !person.why.is_empty() {
        writeln!(out, "  Why: {}", clean(&person.why))?;
    }
    if let Some(target) = person.target {
        let verb = match person.outcome {
            Outcome::Connected => "Is",
            Outcome::Automatic | Outcome::Hazard => "The service chooses",
            _ => "Proposed",
        };
        writeln!(out, "  {verb}: {}", tenant_user(Some(comparison.directory), target))?;
    }
    let settled = matches!(person.outcome, Outcome::Connected | Outcome::Automatic);
    if !settled {
        let shown = comparison.analysis.situation.candidates;
        for candidate in person.candidates.iter().take(shown) {
            writeln!(out, "  Candidate: {}", describe(comparison, candidate))?;
        }
    }
    let row = comparison.plan.row(&user.storage_key).filter(|row| row.decision.is_decided());
    if let Some(row) = row {
        let look = if row.needs_a_look { ", needs a look" } else { "" };
        writeln!(
            out,
            "  Decision: {}{look}",
            super::super::plan::decision_words(&row.decision, Some(comparison.directory))
        )?;
    }
    Ok(())
}

fn describe(comparison: &Comparison<'_>, candidate: &Candidate) -> String {
    let mut words = tenant_user(Some(comparison.directory), candidate.object_id);
    let for_it: Vec<_> = candidate.evidence.iter().map(|evidence| clean(&evidence.detail)).collect();
    let against: Vec<_> = candidate.warnings.iter().map(|warning| clean(&warning.detail)).collect();
    if !for_it.is_empty() {
        words.push_str(". For it: ");
        words.push_str(&for_it.join("; "));
    }
    if !against.is_empty() {
        words.push_str(". Against it: ");
        words.push_str(&against.join("; "));
    }
    words
}
