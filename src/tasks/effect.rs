//! What is to be done, in the imperative. An effect is a value: a test can assert that a key causes this one and no other,
//! and read-only mode is one filter ([`Effect::changes_a_service`]).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::activity::Source;
use crate::domain::comparison::checklist::PointId;
use crate::domain::forecast::patterns::PatternId;
use crate::domain::matching::TenantIndex;
use crate::domain::people::Directory;
use crate::domain::plan::{Pair, PlanRow};
use crate::domain::schedule::Schedule;
use crate::domain::{CheckId, Phase, Service, StorageKey, Tick};

use super::analysis::AnalysisInput;
use super::import::ImportInput;

/// Something to be done outside of `update`.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Read these again, now.
    Read(Vec<Source>),
    /// Start (or stop) the pollers.
    Watch(bool),
    /// Somebody looks at the screen, or (`false`) nobody does: the terminal lost the focus.
    Attend(bool),
    /// Read everybody's tokens and SSH keys.
    ReadTokens,
    /// Stop the long readings that are under way: lists of people, tokens, a snapshot.
    StopReading,
    /// Compare, check, and draw the timeline.
    Analyse(Box<AnalysisInput>),
    /// Keep decisions. The number comes back with the answer.
    SaveRows(u64, Vec<PlanRow>),
    /// Tick a prerequisite, or take the tick back.
    Tick(CheckId, Option<Tick>),
    /// Tick a step of the timeline, or take the tick back.
    TickPhase(Phase, Option<Tick>),
    /// Keep a *same person*, or take it back.
    ConfirmPair(Pair, Option<Tick>),
    /// Use a pattern as evidence from this moment on, or (`None`) no longer.
    UsePattern(PatternId, Option<Timestamp>),
    /// Keep the owner that the administrator named.
    NameOwner(String),
    /// Search the whole tenant. The number comes back with the answer.
    Search {
        /// Number of this search.
        generation: u64,
        /// What was typed.
        query: String,
        /// Over these people.
        directory: Arc<Directory>,
        /// With this index.
        index: Arc<TenantIndex>,
    },
    /// Begin an apply run. Only made by the apply dialog after the organization's name was typed, or by
    /// `--yes --confirm`.
    Apply(Box<ApplyOrder>),
    /// Pause the run.
    PauseApply,
    /// Resume it.
    ResumeApply,
    /// Use this token, typed in, for this service from now on, and go on with the run that asked for it.
    TakeToken(Service, SecretString),
    /// Stop it after the calls under way.
    CancelApply,
    /// Read back rows that are applied, sent or unknown.
    VerifyRows,
    /// Read back these of them.
    VerifyOnly(BTreeSet<StorageKey>),
    /// Take a snapshot of everything into this file.
    TakeSnapshot(PathBuf),
    /// Compare how everybody is now with how they were before: with this snapshot, or with what the store keeps.
    LookBack(Option<PathBuf>),
    /// Tick a point of the list for the time after connecting, or take the tick back.
    TickPoint(PointId, Option<Tick>),
    /// Write a file of ours.
    WriteFile {
        /// What it holds, for the message.
        what: String,
        /// Where.
        path: PathBuf,
        /// The bytes.
        bytes: Vec<u8>,
        /// Whether an existing file may be replaced.
        force: bool,
    },
    /// The screen has stepped aside for this request of a credential command.
    LendTerminal(u64),
    /// Read a plan file back, and say what it would change.
    ReadImport(Box<ImportInput>),
    /// End a sign-in by code that is under way.
    CancelSignIn,
    /// Keep the session (tab, filter, sort, person) as JSON.
    SaveSession(String),
}

/// A confirmed apply run.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplyOrder {
    /// What to do, as it was shown.
    pub schedule: Schedule,
    /// The organization's name as it was typed.
    pub confirmed_name: String,
    /// Only these rows, where chosen one by one.
    pub only: Option<BTreeSet<StorageKey>>,
}

impl Effect {
    /// Whether this changes anything at a service. Read-only mode refuses exactly these.
    pub fn changes_a_service(&self) -> bool {
        matches!(self, Self::Apply(_) | Self::ResumeApply | Self::TakeToken(..))
    }
}
