//! `check`: the prerequisites with evidence and remedy, and the verdict; `check tick` and `untick`.

use std::io::{self, Write};

use super::{after, follow_up};
use crate::cli::args::{CheckArgs, Format, TickCommand};
use crate::cli::document::check::CheckDocument;
use crate::cli::document::{Tenant, taken_at};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Paint, Tone};
use crate::cli::text::{moment, nearest, number, simulated};
use crate::cli::work::{self, Work};
use crate::domain::activity::Source;
use crate::domain::comparison::checklist::PointId;
use crate::domain::text::clean;
use crate::domain::{Check, CheckId, CheckStatus, Tick, Verdict};
use crate::tasks::{Analysis, Effect, Model, runner};

/// The command.
pub async fn run(mut work: Work, args: CheckArgs, force: bool) -> Result<Exit, Failure> {
    match args.command {
        None if args.after => after::run(work, args.before.as_deref()).await,
        None => {
            if !args.tokens {
                work.output.refuse_csv("check")?;
            }
            // A mistake in the words is said before everybody is read.
            let letters = match &args.follow_up {
                Some(file) => Some((file, follow_up::template(&args)?)),
                None => None,
            };
            let mut sources = Source::ALL.to_vec();
            if args.tokens {
                sources.push(Source::Tokens);
            }
            let model = work.read(&sources).await;
            work.keep_readiness(&model).await;
            work::mention_store(work.output, &model);
            if let Some((file, template)) = letters {
                follow_up::letters(work.output, &model, &args, &template, file, force).await?;
                if file.as_os_str() == "-" {
                    // Two documents on standard output would be none.
                    return Ok(Exit::Done);
                }
            }
            if args.tokens && work.output.format == Format::Csv {
                return follow_up::csv(work.output, &model);
            }
            show(work.output, &model)
        }
        Some(TickCommand::Tick { id, note }) => {
            let note = note.trim();
            if note.is_empty() {
                return Err(Failure::usage(format!("say in the note why {} is met", clean(&id))));
            }
            match PointId::parse(&id) {
                Some(point) => after::tick(work, point, Some(note)).await,
                None => tick(work, parse_id(&id)?, Some(note)).await,
            }
        }
        Some(TickCommand::Untick { id }) => match PointId::parse(&id) {
            Some(point) => after::tick(work, point, None).await,
            None => tick(work, parse_id(&id)?, None).await,
        },
    }
}

/// Prints the prerequisites. Where one of the lists could not be read at all, the reason comes first and decides how the
/// command ends; what is known is printed all the same.
pub fn show(output: Output, model: &Model) -> Result<Exit, Failure> {
    output.refuse_csv("check")?;
    let analysis = work::analysis(model)?;
    let unreadable = work::unreadable(model);
    if let Some(failure) = &unreadable {
        // First: a long list that nothing was compared for would push it out of sight.
        super::super::complain(&failure.message);
    }
    match output.format {
        Format::Json => output.json(&CheckDocument::new(model, &analysis))?,
        _ => output.data(|out| text(out, output.paint, model, &analysis))?,
    }
    match unreadable {
        // It was said already.
        Some(failure) => Err(Failure::new(failure.exit, "")),
        None => Ok(exit(&analysis)),
    }
}

/// Ticks, or takes the tick back. What was read decides whether that is allowed, so everything is read first.
async fn tick(mut work: Work, id: CheckId, note: Option<&str>) -> Result<Exit, Failure> {
    let mut model = work.read(&Source::ALL).await;
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    if note.is_some() {
        may_tick(&*work::analysis(&model)?, id)?;
    } else if !model.plan.ticks.contains_key(&id) {
        return Err(Failure::refused(format!("{id} is not ticked")));
    }
    let tick = note.map(|note| Tick { note: note.to_owned(), at: runner::now() });
    work.keep(&mut model, Effect::Tick(id, tick)).await?;
    work.analyse(&mut model).await;
    work.keep_readiness(&model).await;
    work.output.say(&match note {
        Some(_) => format!("{id} is ticked."),
        None => format!("The tick of {id} is taken back."),
    });
    Ok(Exit::Done)
}

/// How `check` ends: ready, or not, or nobody knows.
fn exit(analysis: &Analysis) -> Exit {
    if analysis.verdict == Verdict::Ready { Exit::Done } else { Exit::No }
}

/// The prerequisites in words: first the answer, then what stands in its way, then the rest.
fn text(out: &mut dyn Write, paint: Paint, model: &Model, analysis: &Analysis) -> io::Result<()> {
    let tenant = Tenant::of(model);
    let heading =
        format!("Prerequisites for connecting {} to {}", clean(&model.context.organization), tenant.shown());
    writeln!(out, "{}", paint.tone(Tone::Strong, &heading))?;
    simulated(out, model.context.simulated)?;
    writeln!(out, "Read {}", moment(taken_at(model)))?;
    writeln!(out)?;
    let (tone, words) = match analysis.verdict {
        Verdict::Ready => (Tone::Good, "Ready."),
        Verdict::NotReady => (Tone::Bad, "Not ready."),
        Verdict::Unknown => (Tone::Careful, "Unknown: nothing fails, but not everything could be read."),
    };
    writeln!(out, "{} {}", paint.tone(tone, words), counts(&analysis.checks))?;
    for status in ORDER {
        for check in analysis.checks.iter().filter(|check| check.status == status) {
            entry(out, paint, check)?;
        }
    }
    Ok(())
}

/// What stands in the way comes first.
pub const ORDER: [CheckStatus; 6] = [
    CheckStatus::Fail,
    CheckStatus::Manual,
    CheckStatus::Unknown,
    CheckStatus::Warn,
    CheckStatus::Pass,
    CheckStatus::NotApplicable,
];

/// How many of each, in words.
pub fn counts(checks: &[Check]) -> String {
    let mut parts = Vec::new();
    let ticked = checks.iter().filter(|check| check.ticked.is_some() && check.status.can_be_ticked()).count();
    for status in ORDER {
        let n =
            checks.iter().filter(|check| check.status == status && check.counts_as() == check.status).count();
        if n > 0 {
            let words = match status {
                CheckStatus::Fail => "fail",
                CheckStatus::Manual => "to tick",
                CheckStatus::Unknown => "unknown",
                CheckStatus::Warn => "to look at",
                CheckStatus::Pass => "pass",
                CheckStatus::NotApplicable => "not applicable",
            };
            parts.push(format!("{} {words}", number(n)));
        }
    }
    if ticked > 0 {
        parts.push(format!("{} ticked", number(ticked)));
    }
    if parts.is_empty() { String::new() } else { format!("{}.", parts.join(", ")) }
}

fn entry(out: &mut dyn Write, paint: Paint, check: &Check) -> io::Result<()> {
    let (tone, word) = match check.status {
        _ if check.ticked.is_some() && check.status.can_be_ticked() => (Tone::Good, "Ticked"),
        CheckStatus::Fail => (Tone::Bad, "Fail"),
        CheckStatus::Manual => (Tone::Careful, "To tick"),
        CheckStatus::Unknown => (Tone::Careful, "Unknown"),
        CheckStatus::Warn => (Tone::Careful, "Look at"),
        CheckStatus::Pass => (Tone::Good, "Pass"),
        CheckStatus::NotApplicable => (Tone::Strong, "Not applicable"),
    };
    writeln!(out)?;
    writeln!(out, "{}: {} ({})", paint.tone(tone, word), check.id.title(), check.id)?;
    if !check.summary.is_empty() {
        writeln!(out, "  {}", clean(&check.summary))?;
    }
    for line in &check.evidence {
        writeln!(out, "  - {}", clean(line))?;
    }
    if let Some(tick) = &check.ticked {
        writeln!(out, "  Ticked {}: {}", moment(tick.at), clean(&tick.note))?;
    }
    let done = matches!(check.counts_as(), CheckStatus::Pass | CheckStatus::NotApplicable);
    if !done {
        if !check.remedy.is_empty() {
            writeln!(out, "  What to do: {}", clean(&check.remedy))?;
        }
        writeln!(out, "  See {}", check.id.docs_url())?;
    }
    Ok(())
}

/// Reads the name of a prerequisite; a wrong one is a wrong usage, with the nearest that exists.
fn parse_id(name: &str) -> Result<CheckId, Failure> {
    CheckId::parse(name.trim()).ok_or_else(|| {
        let known = CheckId::ALL.iter().map(|id| id.name());
        let advice = match nearest(name, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`ado2entra check` lists them".into(),
        };
        Failure::usage(format!("there is no prerequisite `{}`: {advice}", clean(name)))
    })
}

/// Whether this prerequisite may be ticked now.
fn may_tick(analysis: &Analysis, id: CheckId) -> Result<(), Failure> {
    let Some(check) = analysis.checks.iter().find(|check| check.id == id) else {
        return Err(Failure::refused(format!("{id} was not evaluated, so it cannot be ticked")));
    };
    if check.status.can_be_ticked() {
        return Ok(());
    }
    let why = match check.status {
        CheckStatus::Pass => "it passes, and needs no tick",
        CheckStatus::NotApplicable => "it does not apply here, and needs no tick",
        CheckStatus::Warn => {
            "it was read, and a tick cannot change what was read; it does not stand in the way"
        }
        _ => "it was read and fails; mend it instead",
    };
    let mut message = format!("{id} cannot be ticked: {why}.");
    if check.status == CheckStatus::Fail && !check.remedy.is_empty() {
        message.push_str(" What to do: ");
        message.push_str(&check.remedy);
    }
    Err(Failure::refused(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_id_names_the_nearest() {
        let failure = parse_id("user-informed").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.contains("users-informed"), "{failure}");
        assert!(parse_id("nothing like it").unwrap_err().message.contains("`ado2entra check` lists them"));
    }

    fn check(status: CheckStatus) -> Check {
        Check {
            id: CheckId::UserCount,
            status,
            summary: "143 users".into(),
            evidence: vec!["a\u{1b}[31mb".into()],
            remedy: "open a case".into(),
            ticked: None,
        }
    }

    #[test]
    fn the_text_has_the_word_for_each_status_and_no_escape() {
        let mut out = Vec::new();
        for status in ORDER {
            entry(&mut out, Paint(false), &check(status)).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        for word in ["Fail:", "To tick:", "Unknown:", "Look at:", "Pass:", "Not applicable:"] {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
        assert_eq!(text.matches("What to do").count(), 4, "what is in order needs no remedy");
    }

    #[test]
    fn ticked_ones_are_counted_apart() {
        let mut manual = check(CheckStatus::Manual);
        manual.ticked = Some(Tick { note: "done".into(), at: jiff::Timestamp::UNIX_EPOCH });
        assert_eq!(counts(&[manual, check(CheckStatus::Manual)]), "1 to tick, 1 ticked.");
    }
}
