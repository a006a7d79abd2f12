//! The dashboard on a snapshot: everything is shown and compared, nothing is read again and nothing can be kept. The store is only
//! looked into, for before and after.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::domain::Problem;

use super::after;
use super::analysis::analyse;
use super::effect::Effect;
use super::model::Model;
use super::msg::{Fact, Msg};
use super::runner::write_file;
use super::session::Session;

/// The messages that lead to this model: what the dashboard is told instead of a reading.
pub fn messages(model: &Model) -> Vec<Msg> {
    let at = model.roster.read_at.unwrap_or(model.now);
    let mut told = vec![Msg::StoreOpened(Err(offline("deciding")))];
    let facts = &model.facts;
    macro_rules! fact {
        ($($field:ident $variant:ident),*) => {
            $(if let Some(value) = facts.$field.get() {
                told.push(Msg::FactRead(Fact::$variant(Ok(value.clone().into())), at));
            })*
        };
    }
    fact!(
        operator Operator, backing Backing, discovery Discovery, tenant Tenant, me Me, my_roles MyRoles,
        administrators Administrators, owner Owner, hidden_identities HiddenIdentities,
        graph_identities GraphIdentities, invitation_policy InvitationPolicy
    );
    if let Some(roster) = &model.roster.value {
        told.push(Msg::RosterRead(Arc::clone(roster), at));
    }
    if let (Some(directory), Some(index)) = (&model.directory.value, &model.index) {
        told.push(Msg::DirectoryRead(Arc::clone(directory), Arc::clone(index), at));
    }
    told
}

/// Runs what needs no service; everything else is answered with the reason. `shown` is the snapshot that the program works from.
pub async fn run(session: Arc<Session>, shown: Arc<Path>, effect: Effect, tx: mpsc::Sender<Msg>) {
    let msg = match effect {
        Effect::LookBack(before) => {
            match after::look_offline(&session, Some(&shown), before.as_deref()).await {
                Ok(found) => Msg::LookedBack(Arc::new(found)),
                Err(problem) => Msg::Failed(problem),
            }
        }
        Effect::Analyse(input) => {
            match tokio::task::spawn_blocking(move || Arc::new(analyse(*input))).await {
                Ok(analysis) => Msg::Analysed(analysis),
                Err(_) => return,
            }
        }
        Effect::Search { generation, query, directory, index } => {
            let found = tokio::task::spawn_blocking(move || {
                index.search(&directory, &query, super::runner::SEARCH_ANSWERS)
            });
            match found.await {
                Ok(found) => Msg::SearchAnswered(generation, Arc::new(found)),
                Err(_) => return,
            }
        }
        Effect::WriteFile { what, path, bytes, force } => match write_file(&path, bytes, force).await {
            Ok(()) => Msg::FileWritten { what, path: path.display().to_string() },
            Err(problem) => Msg::Failed(problem),
        },
        Effect::SaveRows(number, _) => Msg::RowsNotSaved(number, offline("deciding")),
        Effect::Watch(_) | Effect::Attend(_) | Effect::SaveSession(_) => return,
        _ => Msg::Failed(offline("reading and changing")),
    };
    // The receiver is gone only when the program is ending.
    let _ = tx.send(msg).await;
}

fn offline(asked: &str) -> Problem {
    Problem::local(asked, "this run works offline, from a snapshot", "Start without --snapshot.")
}
