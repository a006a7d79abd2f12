//! `announce`: the message to the users, before the switch and after everybody was mapped, as text or HTML.

use super::paper;
use crate::cli::args::{AnnounceArgs, Occasion};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::work::{self, FOR_COMPARISON, Work};
use crate::domain::activity::Source;
use crate::domain::papers::announce::{self, Announcement};
use crate::domain::papers::template::Template;
use crate::domain::schedule::{locked_out, who_is_locked_out};
use crate::domain::text::{clean, named};
use crate::domain::{Decision, RowState};
use crate::tasks::Model;

/// Reads what the message says, and writes it.
pub async fn run(mut work: Work, args: &AnnounceArgs, force: bool) -> Result<Exit, Failure> {
    paper::text_only(work.output, "announce")?;
    let template = template(args)?;
    let model = match args.occasion {
        Occasion::Before => {
            let model = work.read(&FOR_COMPARISON).await;
            if let Some(failure) = work::unreadable(&model) {
                return Err(failure);
            }
            model
        }
        // Nothing but the tenant's name is needed.
        Occasion::After => work.read(&[Source::Discovery, Source::Tenant]).await,
    };
    write(work.output, &model, args, &template, force).await
}

/// From a snapshot.
pub async fn offline(
    output: Output,
    model: &Model,
    args: &AnnounceArgs,
    force: bool,
) -> Result<Exit, Failure> {
    paper::text_only(output, "announce")?;
    write(output, model, args, &template(args)?, force).await
}

/// The built-in words.
pub fn print_template(output: Output, args: &AnnounceArgs) -> Result<Exit, Failure> {
    paper::text_only(output, "announce")?;
    let words = announce::built_in(occasion(args.occasion), paper::language(args.language));
    output.data(|out| out.write_all(words.as_bytes()))?;
    Ok(Exit::Done)
}

async fn write(
    output: Output,
    model: &Model,
    args: &AnnounceArgs,
    template: &Template,
    force: bool,
) -> Result<Exit, Failure> {
    let message = announcement(model, args);
    let html = args.html || matches!(paper::ending(&args.file).as_str(), "html" | "htm");
    let text =
        if html { message.html(template, paper::language(args.language)) } else { message.text(template) };
    paper::write(output, &args.file, text, force).await?;
    if args.occasion == Occasion::After
        && let Some(words) = still_open(model)
    {
        output.say(&words);
    }
    Ok(Exit::Done)
}

/// The message after says that the accounts are mapped; whoever sends it should know where that is not so.
fn still_open(model: &Model) -> Option<String> {
    let open = model
        .plan
        .rows
        .values()
        .filter(|row| !matches!(row.decision, Decision::Undecided | Decision::Keep))
        .filter(|row| row.state != RowState::Verified)
        .count();
    (open > 0).then(|| {
        format!(
            "The message says that the accounts are mapped; by the plan {open} are not proven yet. Apply first, then send it."
        )
    })
}

fn occasion(occasion: Occasion) -> announce::Occasion {
    match occasion {
        Occasion::Before => announce::Occasion::Before,
        Occasion::After => announce::Occasion::After,
    }
}

/// The message's words. Every mistake in a template is named with its place.
fn template(args: &AnnounceArgs) -> Result<Template, Failure> {
    let built_in = announce::built_in(occasion(args.occasion), paper::language(args.language));
    paper::template(args.template.as_deref(), built_in, announce::template)
}

fn announcement(model: &Model, args: &AnnounceArgs) -> Announcement {
    let context = &model.context;
    let tenant =
        model.facts.destination_profile().map_or(context.tenant.as_str(), |tenant| &tenant.display_name);
    let mut message = Announcement {
        organization: context.organization.clone(),
        address: format!("{}/{}", context.portal.trim_end_matches('/'), context.organization),
        tenant: tenant.to_owned(),
        when: args.when.clone(),
        contact: args.contact.clone(),
        ..Announcement::default()
    };
    let analysis = model.analysis.as_deref().filter(|_| args.occasion == Occasion::Before);
    let Some(analysis) = analysis else { return message };
    if let Some(forecast) = &analysis.forecast {
        let out = locked_out(forecast, &analysis.situation).on_connecting;
        message.locked_out = Some(out);
        message.keep_working = Some(forecast.people().len().saturating_sub(out));
        if args.names
            && let Some(roster) = &analysis.roster
        {
            message.names = who_is_locked_out(forecast, &analysis.situation)
                .filter_map(|person| roster.get(&person.storage_key))
                .map(|user| named(&user.display_name, &user.principal_name))
                .collect();
            message.names.sort_by_key(|name| clean(name).to_lowercase());
        }
    }
    message
}
