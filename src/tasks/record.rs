//! What a reviewer asks for years later, kept while it is known: whose accounts were used, and what was found before the switch.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::PoisonError;

use crate::domain::Problem;
use crate::domain::connection::ConnectionState;
use crate::domain::facts::Operator;
use crate::domain::forecast::Forecast;
use crate::domain::papers::{Found, Readiness};
use crate::domain::text::named;
use crate::store::Store;

use super::analysis::Analysis;
use super::session::Session;

/// Takes note of the account that the service says is ours.
pub(super) async fn signed_in(session: &Session, operator: &Operator) {
    let account = named(&operator.display_name, operator.account.as_deref().unwrap_or_default());
    *session.account.lock().unwrap_or_else(PoisonError::into_inner) = Some(account);
    introduce(session).await;
}

/// Tells the store whose account it is, as soon as both are there.
pub(super) async fn introduce(session: &Session) {
    let account = session.account.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let (Some(account), Some(store)) = (account, session.any_store())
        && let Err(problem) = store.signed_in_as(account).await
    {
        // Acts still name the account of the machine.
        tracing::warn!(%problem, "the account could not be noted");
    }
}

/// Keeps what was found about everybody, where it is not what was kept last. From the first reading after the switch nothing is
/// replaced any more; where the plan was first made after it, the first look counts.
pub(super) async fn keep_found(session: &Session, store: &Store, analysis: &Analysis) -> Result<(), Problem> {
    let (Some(forecast), Some(directory)) = (&analysis.forecast, &analysis.directory) else { return Ok(()) };
    let print = print_of(forecast);
    if session.remember(|latest| latest.found_kept == Some(print)) {
        return Ok(());
    }
    let at = analysis.at;
    let found = forecast.people().iter().map(|person| Found::of(person, directory, at)).collect();
    store.save_found(found, analysis.state == ConnectionState::Connected).await?;
    session.remember(|latest| latest.found_kept = Some(print));
    Ok(())
}

/// Keeps the prerequisites as they stand before the switch, where everything that they ask for was at least tried to be read.
pub(super) async fn keep_readiness(session: &Session, analysis: &Analysis) -> Result<(), Problem> {
    let Ok(store) = session.store() else { return Ok(()) };
    let was_read = analysis.forecast.is_some() && analysis.situation.backing.is_some();
    if !was_read || analysis.state == ConnectionState::Connected {
        return Ok(());
    }
    let mut print = DefaultHasher::new();
    for check in &analysis.checks {
        (check.id.name(), check.status.name(), &check.summary, check.ticked.is_some()).hash(&mut print);
    }
    let print = print.finish();
    if session.remember(|latest| latest.readiness_kept.replace(print) == Some(print)) {
        return Ok(());
    }
    let readiness = Readiness { at: analysis.at, verdict: analysis.verdict, checks: analysis.checks.clone() };
    store.save_readiness(readiness).await
}

/// Another print means that something else was found about somebody.
fn print_of(forecast: &Forecast) -> u64 {
    let mut print = DefaultHasher::new();
    for person in forecast.people() {
        (person.storage_key.as_str(), person.outcome.name(), &person.why).hash(&mut print);
        for candidate in person.candidates.iter() {
            (candidate.object_id, candidate.score.to_bits(), candidate.evidence.len()).hash(&mut print);
        }
    }
    print.finish()
}
