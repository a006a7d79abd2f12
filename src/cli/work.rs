//! What a command works with: the session, its messages, and the model that they add up to.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::delays::Delays;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::ProgressLine;
use super::sign_in;
use crate::domain::activity::Source;
use crate::domain::{Problem, ProblemKind};
use crate::tasks::snapshot::Taken;
use crate::tasks::{
    Analysis, Effect, Model, Msg, Runner, Session, Setup, SetupError, gather, runner, snapshot,
};

/// What the comparison needs, and nothing else.
pub const FOR_COMPARISON: [Source; 9] = [
    Source::Backing,
    Source::Discovery,
    Source::Operator,
    Source::Roster,
    Source::Directory,
    Source::Tenant,
    Source::Me,
    Source::Administrators,
    Source::Owner,
];

/// An opened session, for one command.
#[derive(Debug)]
pub struct Work {
    /// Where words go.
    pub output: Output,
    /// The session.
    pub session: Arc<Session>,
    messages: Receiver<Msg>,
    runner: Runner,
    delays: Delays,
}

impl Work {
    /// Opens the session. Sends nothing.
    pub async fn open(output: Output, setup: Setup) -> Result<Self, Failure> {
        let (session, messages) = Session::open(setup).await.map_err(|error| match error {
            SetupError::Config(errors) => Failure::from(errors),
            SetupError::Services(problem) => Failure::from(problem),
        })?;
        let runner = Runner::new(Arc::clone(&session));
        Ok(Self { output, session, messages, runner, delays: Delays::default() })
    }

    /// Reads these sources and analyses, with progress. What could not be read is in the model, as a reason.
    pub async fn read(&mut self, sources: &[Source]) -> Model {
        self.read_knowing(sources, &[]).await
    }

    /// [`Work::read`], with what is known from elsewhere.
    pub async fn read_knowing(&mut self, sources: &[Source], known: &[Msg]) -> Model {
        let mut line = ProgressLine::new();
        let mut problems = Vec::new();
        let output = self.output;
        let delays = &mut self.delays;
        let model =
            Box::pin(gather::gather_knowing(&self.session, &mut self.messages, sources, known, |_, msg| {
                line.hear(msg, runner::now());
                show_sign_in(output, &mut line, msg);
                show_delay(output, delays, &mut line, msg);
                if let Msg::Failed(problem) = msg {
                    problems.push(problem.to_string());
                }
            }))
            .await;
        line.clear();
        for problem in problems {
            self.output.say(&problem);
        }
        model
    }

    /// Analyses again, after something was decided.
    pub async fn analyse(&mut self, model: &mut Model) {
        Box::pin(gather::settle_analysis(&self.session, &mut self.messages, model, |_, _| {})).await;
    }

    /// Keeps the reading from before the switch, by which people are found again whose key changes with it.
    pub async fn keep_readings(&mut self, model: &mut Model) {
        Box::pin(gather::keep_readings(&self.session, &mut self.messages, model)).await;
    }

    /// Starts something whose messages the caller takes in.
    pub fn start(&self, effect: Effect) {
        self.runner.run(effect);
    }

    /// The next message.
    pub async fn next(&mut self) -> Option<Msg> {
        let msg = self.messages.recv().await?;
        if let Msg::SignIn(step) = &msg
            && let Some(words) = sign_in::words(step)
        {
            self.output.say(&words);
        }
        if let Some(words) = self.delays.hear(&msg, runner::now()) {
            self.output.say(&words);
        }
        Some(msg)
    }

    /// Does one thing that is kept on disk, and returns when it is there.
    pub async fn keep(&mut self, model: &mut Model, effect: Effect) -> Result<(), Failure> {
        let rows = if let Effect::SaveRows(_, rows) = &effect { rows.clone() } else { Vec::new() };
        self.runner.run(effect);
        while let Some(msg) = self.messages.recv().await {
            model.absorb(&msg);
            match msg {
                Msg::RowsSaved(_) => {
                    model.keep_rows(rows);
                    return Ok(());
                }
                Msg::Ticked(..)
                | Msg::PhaseTicked(..)
                | Msg::PairConfirmed(..)
                | Msg::PatternUsed(..)
                | Msg::PointTicked(..)
                | Msg::FileWritten { .. } => {
                    return Ok(());
                }
                Msg::RowsNotSaved(_, problem) | Msg::Failed(problem) => return Err(not_kept(&problem)),
                _ => {}
            }
        }
        Err(Failure::refused("the program is ending; nothing was kept"))
    }

    /// Keeps the prerequisites for the report.
    pub async fn keep_readiness(&self, model: &Model) {
        gather::keep_readiness(&self.session, model).await;
    }

    /// Takes a snapshot, with progress.
    pub async fn snapshot(&mut self, path: &Path, force: bool, tokens: bool) -> Result<Taken, Problem> {
        let mut line = ProgressLine::new();
        let work = snapshot::take(&self.session, path, force, tokens);
        tokio::pin!(work);
        let result = loop {
            tokio::select! {
                biased;
                Some(msg) = self.messages.recv() => {
                    line.hear(&msg, runner::now());
                    show_sign_in(self.output, &mut line, &msg);
                    show_delay(self.output, &mut self.delays, &mut line, &msg);
                }
                result = &mut work => break result,
            }
        };
        line.clear();
        result
    }
}

/// Says what has to be typed where, over the line of progress.
fn show_sign_in(output: Output, line: &mut ProgressLine, msg: &Msg) {
    if let Msg::SignIn(step) = msg
        && let Some(words) = sign_in::words(step)
    {
        line.clear();
        output.say(&words);
    }
}

/// Says why it takes longer, over the line of progress.
fn show_delay(output: Output, delays: &mut Delays, line: &mut ProgressLine, msg: &Msg) {
    if let Some(words) = delays.hear(msg, runner::now()) {
        line.clear();
        output.say(&words);
    }
}

/// The analysis; there is one after every reading.
pub fn analysis(model: &Model) -> Result<Arc<Analysis>, Failure> {
    model.analysis.clone().ok_or_else(|| Failure::new(Exit::No, "what was read could not be analysed"))
}

/// Why one of the two lists could not be read at all, as the failure of a command that needs both. A wrong name of the tenant
/// or of the organization comes first: everything else follows from it, and a service answers a wrong organization with the
/// same 401 as a wrong token.
pub fn unreadable(model: &Model) -> Option<Failure> {
    let discovery =
        model.facts.discovery.problem.as_deref().filter(|problem| problem.kind == ProblemKind::NotFound);
    if let Some(problem) = discovery {
        return Some(Failure::from(problem));
    }
    let nowhere = |problem: &&Problem| problem.kind == ProblemKind::NotFound;
    let probe = model.facts.backing.problem.as_deref().filter(nowhere);
    if let Some(problem) = probe.filter(|_| model.roster.value.is_none()) {
        return Some(Failure::from(problem));
    }
    if let Some(failure) = wrong_tenant(model) {
        return Some(failure);
    }
    let roster = model.roster.problem.as_deref().filter(|_| model.roster.value.is_none());
    let directory = model.directory.problem.as_deref().filter(|_| model.directory.value.is_none());
    let (first, second) = match (roster, directory) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => (one, None),
        (Some(one), Some(other)) => (one, Some(other)),
    };
    let mut failure = Failure::from(first);
    if let Some(second) = second {
        failure.message.push('\n');
        failure.message.push_str(&second.to_string());
    }
    Some(failure)
}

/// The credential reads another tenant than the one that is configured: then everybody would be compared with strangers.
fn wrong_tenant(model: &Model) -> Option<Failure> {
    let configured = model.facts.discovery.get()?.id;
    let read = model.facts.strange_tenant()?;
    Some(Failure::usage(format!(
        "wrong tenant: the configuration names {} ({configured}), and the credential for Microsoft Graph reads {} ({}). \
         Sign in to the right tenant (with the Azure CLI: `az login --tenant {configured}`), or correct the configuration",
        model.context.tenant, read.display_name, read.id
    )))
}

/// Why decisions cannot be kept, as a refusal.
pub fn store_refusal(model: &Model) -> Option<Failure> {
    model.store.refusal().map(|problem| not_kept(&problem))
}

/// Something on this machine stood in the way of keeping: nothing was changed.
pub fn not_kept(problem: &Problem) -> Failure {
    let exit = match problem.kind {
        ProblemKind::Local | ProblemKind::Refused => Exit::Refused,
        kind => Exit::of(kind),
    };
    Failure::new(exit, problem.to_string())
}

/// Says on standard error that decisions could not be read, where a command goes on without them.
pub fn mention_store(output: Output, model: &Model) {
    if let crate::tasks::model::StoreState::Unusable(problem) = &model.store {
        // A store that is open for reading shows its plan.
        let what = if model.plan_loaded {
            "nothing can be decided or ticked"
        } else {
            "decisions and ticks are not available"
        };
        output.say(&format!("{what}: {problem}"));
    }
}
