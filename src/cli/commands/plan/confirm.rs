//! `plan confirm`: *same person* of a hazard, or that a decision marked *needs a look* still holds.

use super::{Known, decision_words};
use crate::cli::exit::{Exit, Failure};
use crate::cli::text::{nearest, org_user, tenant_user};
use crate::cli::work::{self, Work};
use crate::domain::plan::{Pair, reconcile};
use crate::domain::text::clean;
use crate::domain::{Outcome, StorageKey, Tick};
use crate::tasks::{Effect, Model, runner};

/// The command.
pub async fn run(mut work: Work, mut model: Model, key: &str, note: &str) -> Result<Exit, Failure> {
    let note = note.trim();
    if note.is_empty() {
        return Err(Failure::usage("say in the note why this holds"));
    }
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let known = Known::of(&model)?;
    let key = StorageKey::new(key);
    let (Some(user), Some(person)) = (known.roster.get(&key), known.forecast.get(&key)) else {
        return Err(Failure::usage(unknown_key(&known, &key)));
    };
    let row = known.plan.row(&key).filter(|row| row.needs_a_look && row.decision.is_decided());
    if let Some(row) = row {
        let target = row.decision.target().and_then(|id| known.directory.get(id));
        let kept = reconcile::confirm(row, user, person, target, Some(note), runner::now());
        let words = decision_words(&row.decision, Some(&known.directory));
        work.keep(&mut model, Effect::SaveRows(1, vec![kept])).await?;
        work.output.say(&format!("{}: {words} still holds.", org_user(user)));
        return Ok(Exit::Done);
    }
    match (person.outcome, person.target) {
        (Outcome::Hazard, Some(target)) => {
            let pair = Pair { storage_key: key, target };
            let tick = Tick { note: note.to_owned(), at: runner::now() };
            work.keep(&mut model, Effect::ConfirmPair(pair, Some(tick))).await?;
            work.output.say(&format!(
                "{} and {} are the same person, confirmed by you.",
                org_user(user),
                tenant_user(Some(&known.directory), target)
            ));
            Ok(Exit::Done)
        }
        _ => Err(Failure::refused(format!(
            "there is nothing to confirm about {}: the outcome is `{}`, and no decision about them needs a look",
            org_user(user),
            person.outcome
        ))),
    }
}

/// Says that there is no such person, and what was perhaps meant.
pub fn unknown_key(known: &Known, key: &StorageKey) -> String {
    let text = clean(key.as_str());
    let by_address =
        known.roster.people().iter().find(|user| user.principal_name.eq_ignore_ascii_case(key.as_str()));
    if let Some(user) = by_address {
        return format!("people are named by their storage key; that of {text} is {}", user.storage_key);
    }
    let keys = known.roster.people().iter().map(|user| user.storage_key.as_str());
    match nearest(key.as_str(), keys) {
        Some(meant) => format!("there is nobody with the storage key `{text}`; did you mean `{meant}`?"),
        None => format!(
            "there is nobody with the storage key `{text}`; `ado2entra diff --format csv` has them in its first column"
        ),
    }
}
