//! `plan show`, `accept-safe`, `confirm`, `pattern`, `export`, `import`: the decisions.

mod confirm;
mod export;
mod import;
mod pattern;
mod safe;
mod show;

pub use confirm::unknown_key;
pub use pattern::{found as pattern_found, list as patterns};
pub use safe::accepted;
pub use show::show;

use std::sync::Arc;

use crate::cli::args::{ExportForm, PlanCommand};
use crate::cli::exit::{Exit, Failure};
use crate::cli::text::tenant_user;
use crate::cli::work::{self, FOR_COMPARISON, Work};
use crate::domain::activity::Source;
use crate::domain::people::Roster;
use crate::domain::plan::Seen;
use crate::domain::plan::csv::Sheet;
use crate::domain::text::clean;
use crate::domain::{Decision, Directory, Forecast, OrgUser, Person, Plan, PlanRow, RowState};
use crate::tasks::{Analysis, Model};

/// The commands about the plan.
pub async fn run(mut work: Work, command: PlanCommand, force: bool) -> Result<Exit, Failure> {
    let mut sources = FOR_COMPARISON.to_vec();
    sources.push(Source::GraphIdentities);
    if !matches!(command, PlanCommand::Show) {
        work.output.refuse_csv("plan")?;
    }
    if let PlanCommand::Export { file, form: ExportForm::Journal } = &command {
        let model = work.read(&[Source::Discovery]).await;
        return export::journal(work, model, file, force).await;
    }
    let model = work.read(&sources).await;
    if let PlanCommand::Show = command {
        work::mention_store(work.output, &model);
        return show(work.output, &model);
    }
    if let Some(failure) = work::unreadable(&model) {
        return Err(failure);
    }
    match command {
        PlanCommand::Show => Ok(Exit::Done),
        PlanCommand::AcceptSafe { yes } => safe::run(work, model, yes).await,
        PlanCommand::Pattern { command } => pattern::run(work, model, command).await,
        PlanCommand::Confirm { key, note } => confirm::run(work, model, &key, &note).await,
        PlanCommand::Export { file, form } => export::run(work, model, &file, form, force).await,
        PlanCommand::Import { file, yes } => import::run(work, model, &file, yes).await,
    }
}

/// What deciding looks at: both lists and the comparison.
#[derive(Debug, Clone)]
pub struct Known {
    /// The organization's people.
    pub roster: Arc<Roster>,
    /// The tenant's people.
    pub directory: Arc<Directory>,
    /// The comparison.
    pub forecast: Arc<Forecast>,
    /// What it was made with.
    pub analysis: Arc<Analysis>,
    /// The decisions.
    pub plan: Arc<Plan>,
}

impl Known {
    /// What is known, or why nothing can be decided.
    pub fn of(model: &Model) -> Result<Self, Failure> {
        let analysis = work::analysis(model)?;
        let known = || {
            Some(Self {
                roster: analysis.roster.clone()?,
                directory: analysis.directory.clone()?,
                forecast: analysis.forecast.clone()?,
                analysis: Arc::clone(&analysis),
                plan: Arc::clone(&model.plan),
            })
        };
        known().ok_or_else(|| {
            work::unreadable(model)
                .unwrap_or_else(|| Failure::new(Exit::No, "both lists of people have to be read first"))
        })
    }

    /// What a file is made from.
    pub fn sheet<'a>(&'a self, organization: &'a str) -> Sheet<'a> {
        Sheet {
            organization,
            roster: &self.roster,
            directory: &self.directory,
            forecast: &self.forecast,
            plan: &self.plan,
        }
    }

    /// The row that a decision makes, bound to what is there now.
    pub fn row(
        &self,
        user: &OrgUser,
        person: &Person,
        decision: Decision,
        note: Option<String>,
        now: jiff::Timestamp,
    ) -> PlanRow {
        let target = decision.target().and_then(|id| self.directory.get(id));
        let before = self.plan.row(&user.storage_key).cloned();
        PlanRow {
            needs_a_look: false,
            decided_at: Some(now),
            decided_on: Some(person.outcome),
            seen: Some(Arc::new(Seen::now(user, target))),
            state: RowState::Planned,
            error: None,
            decision,
            note,
            ..before.unwrap_or_else(|| PlanRow::undecided(user.storage_key.clone()))
        }
    }
}

/// A decision in words, with its target.
pub fn decision_words(decision: &Decision, directory: Option<&Directory>) -> String {
    match decision {
        Decision::Map { target } => format!("map to {}", tenant_user(directory, *target)),
        Decision::Invite { address } => format!("invite {}", clean(address)),
        other => other.name().to_owned(),
    }
}
