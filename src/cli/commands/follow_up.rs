//! `check --tokens`: whose tokens and keys have to be made anew, as a list (`--format csv`) and as letters to send
//! (`--follow-up FILE`).

use std::fmt::Write as _;
use std::path::Path;

use super::{compare, paper};
use crate::cli::args::CheckArgs;
use crate::cli::document::Tenant;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::text::{count, people};
use crate::domain::comparison::follow_up::{COLUMNS, FollowUp};
use crate::domain::facts::TokenInventory;
use crate::domain::papers::letter::{self, Letters};
use crate::domain::papers::template::Template;
use crate::domain::text::clean;
use crate::tasks::Model;

/// The list, where tokens were read, or at least what works with them.
fn list(output: Output, model: &Model) -> Result<FollowUp, Failure> {
    let roster = model.roster.get().ok_or_else(|| Failure::new(Exit::No, "the people were not read"))?;
    let workloads = model.facts.workloads.get();
    let none = TokenInventory::default();
    let inventory = match (model.facts.tokens.get(), model.facts.tokens.problem.as_deref()) {
        (Some(inventory), _) => inventory,
        (None, Some(problem)) if workloads.is_some_and(|found| !found.list.is_empty()) => {
            output.say(&format!("the tokens and SSH keys were not read: {}", clean(&problem.to_string())));
            &none
        }
        (None, Some(problem)) => return Err(Failure::from(problem)),
        (None, None) => return Err(Failure::new(Exit::No, "the tokens and SSH keys were not read")),
    };
    Ok(FollowUp::of(inventory, workloads, roster, model.now))
}

/// The list as CSV.
pub fn csv(output: Output, model: &Model) -> Result<Exit, Failure> {
    let list = list(output, model)?;
    let header = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    output.data(|out| compare::csv(out, header, list.rows()))?;
    say(output, &list);
    Ok(if list.unread.is_empty() && list.open == 0 { Exit::Done } else { Exit::No })
}

/// The built-in words of a letter.
pub fn print_template(output: Output, args: &CheckArgs) -> Result<Exit, Failure> {
    let words = letter::built_in(paper::language(args.language));
    output.data(|out| out.write_all(words.as_bytes()))?;
    Ok(Exit::Done)
}

/// The words of the letters.
pub fn template(args: &CheckArgs) -> Result<Template, Failure> {
    let built_in = letter::built_in(paper::language(args.language));
    paper::template(args.template.as_deref(), built_in, letter::template)
}

/// A letter to each person, one after the other in one file.
pub async fn letters(
    output: Output,
    model: &Model,
    args: &CheckArgs,
    template: &Template,
    file: &Path,
    force: bool,
) -> Result<(), Failure> {
    let list = list(output, model)?;
    let mut text = String::new();
    let letters = Letters {
        organization: &model.context.organization,
        portal: &model.context.portal,
        tenant: &Tenant::of(model).shown(),
        contact: args.contact.as_deref(),
        language: paper::language(args.language),
        now: model.now,
    };
    for entry in &list.entries {
        let _ = write!(text, "{}\n{}\n\n", letters.text(template, entry), "-".repeat(72));
    }
    if text.is_empty() {
        text.push_str("Nobody has a token or a key that was read.\n");
    }
    paper::write(output, file, text, force).await?;
    say(output, &list);
    Ok(())
}

fn say(output: Output, list: &FollowUp) {
    let [tokens, keys, global, soon] = list.counts();
    output.say(&format!(
        "{}: {}, {} ({global} for all organizations, {soon} end soon).",
        people(list.entries.len()),
        count(tokens, "access token", "access tokens"),
        count(keys, "SSH key", "SSH keys"),
    ));
    let [workloads, standing_still] = list.workloads();
    if workloads > 0 {
        output.say(&format!(
            "{} that somebody set up, {standing_still} of them stand still.",
            count(workloads, "service connection or agent pool", "service connections and agent pools"),
        ));
    }
    for what in &list.not_read {
        output.say(&format!("not readable: {}", clean(what)));
    }
    for (who, why) in &list.unread {
        output.say(&format!("not read: {}: {why}", clean(who)));
    }
    if list.open > 0 {
        output
            .say(&format!("{} not read yet: run it again, it goes on where it stopped.", people(list.open)));
    }
}
