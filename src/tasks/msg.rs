//! What happened, in the past tense.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::activity::{Budget, EventLine, Progress, RequestLine, Source};
use crate::domain::comparison::LookBack;
use crate::domain::comparison::checklist::PointId;
use crate::domain::connection::Turn;
use crate::domain::facts::{
    Administrators, AfterConnectTrial, GraphIdentity, Health, InvitationPolicy, LegacyIdentity, Memberships,
    Operator, Owner, PersonTokens, TenantDiscovery, TenantProfile, TokenInventory, Workloads};
use crate::domain::forecast::patterns::PatternId;
use crate::domain::matching::TenantIndex;
use crate::domain::news::Found;
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::domain::plan::csv::Import;
use crate::domain::plan::{Pair, Plan, PlanRow};
use crate::domain::signin::{Granted, SignInStep, TerminalStep};
use crate::domain::{Backing, CheckId, ObjectId, Phase, Problem, Service, Tick};

use super::analysis::Analysis;

/// One fact that was read, or the reason why not.
#[derive(Debug, Clone)]
pub enum Fact {
    /// What backs the organization, confirmed by two equal readings.
    Backing(Result<Backing, Problem>),
    /// The directory that backs the organization, where it is not the destination. Comes after [`Fact::Backing`].
    BackingTenant(Result<TenantProfile, Problem>),
    /// The account behind the Azure DevOps credential.
    Operator(Result<Operator, Problem>),
    /// The tenant by discovery.
    Discovery(Result<TenantDiscovery, Problem>),
    /// The tenant's own page.
    Tenant(Result<TenantProfile, Problem>),
    /// The account that reads the tenant.
    Me(Result<Box<TenantUser>, Problem>),
    /// Its roles.
    MyRoles(Result<Memberships, Problem>),
    /// What the token for Microsoft Graph allows. Comes with [`Fact::Me`].
    Granted(Result<Box<Granted>, Problem>),
    /// The administrators.
    Administrators(Result<Administrators, Problem>),
    /// The owner.
    Owner(Result<Owner, Problem>),
    /// Hidden identities.
    HiddenIdentities(Result<Vec<LegacyIdentity>, Problem>),
    /// Users of the graph without an entitlement.
    GraphIdentities(Result<Vec<GraphIdentity>, Problem>),
    /// Who may invite.
    InvitationPolicy(Result<InvitationPolicy, Problem>),
    /// Health.
    Health(Result<Health, Problem>),
    /// The way of signing in after the switch.
    AfterConnect(Result<AfterConnectTrial, Problem>),
    /// Tokens and keys.
    Tokens(Result<TokenInventory, Problem>),
    /// What works with somebody's credential. Comes after [`Fact::Tokens`].
    Workloads(Workloads),
    /// The access tokens of the account behind the Azure DevOps credential, where that is one. Comes with [`Fact::Operator`].
    OwnTokens(Result<PersonTokens, Problem>),
}

/// What happens in an apply run.
#[derive(Debug, Clone)]
pub enum ApplyEvent {
    /// The run began.
    Started {
        /// Its id, as in the journal.
        run: String,
        /// How many rows are due.
        due: usize,
        /// When.
        at: Timestamp,
    },
    /// A row's state changed; it is in the journal already.
    RowChanged(Box<PlanRow>),
    /// The service asked to wait.
    Throttled {
        /// Until then.
        until: Timestamp,
    },
    /// Nothing is sent until somebody resumes; with the reason, if it was not the administrator's wish.
    Paused(Option<Problem>),
    /// What it paused for is a token that a variable holds: another one may be typed in for this service.
    TokenWanted(Service),
    /// Going on.
    Resumed,
    /// Invited guests are not known everywhere yet; their rows rest while others go on.
    GuestsRest {
        /// How many.
        guests: usize,
        /// When the next one is tried.
        next: Timestamp,
    },
    /// Fewer or more rows at a time, because the service slowed down or recovered.
    Paced {
        /// So many now.
        at_a_time: usize,
        /// So many are configured.
        of: usize,
    },
    /// Somebody appeared in the organization as a planned target; also outside of a run.
    Alarm(String),
    /// The run is over.
    Finished {
        /// Why it ended early, if it did.
        stopped: Option<Problem>,
        /// When.
        at: Timestamp,
    },
}

/// Something happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The time, for ages and countdowns. Sent when the minute changes, or more often while something on screen moves.
    Clock(Timestamp),
    /// Reading began.
    ReadingStarted(Source, Timestamp),
    /// Reading goes on.
    ReadingProgressed(Source, Progress),
    /// Reading is over; what was read goes into a file, or into a comparison.
    ReadingEnded(Source),
    /// A first part of the organization's people, to be shown while the rest is under way.
    RosterPageRead(Arc<Vec<OrgUser>>),
    /// The organization's people, whole.
    RosterRead(Arc<Roster>, Timestamp),
    /// The tenant's people, whole, with the index over them.
    DirectoryRead(Arc<Directory>, Arc<TenantIndex>, Timestamp),
    /// The tenant's people were asked for, and nobody is different from the list before.
    DirectoryUnchanged(Timestamp),
    /// What a reading found that was not so at the one before.
    Noticed(Arc<Found>),
    /// So many rows of this list could not be read, or only in part; the log names the first of them.
    RowsLeftOut(Source, usize),
    /// A fact.
    FactRead(Fact, Timestamp),
    /// Reading a list of people failed; what was read before stays.
    ReadingFailed(Source, Problem, Timestamp),
    /// The next reading of this source is due at this moment; `None` when polling is off.
    ReadingScheduled(Source, Option<Timestamp>),
    /// The comparison and everything that follows from it.
    Analysed(Arc<Analysis>),
    /// The store was opened, or not, with the reason. A store that is open for reading only is not usable: its plan is
    /// shown, and deciding, ticking and applying are refused.
    StoreOpened(Result<(), Problem>),
    /// What the dashboard looked like at the end of the last run (tab, filter, sort, person), as JSON; told when the store
    /// opens, which may be after the first frame.
    SessionFound(String),
    /// The plan as it is in the store.
    PlanLoaded(Box<Plan>),
    /// Decisions are on disk. Holds the number that the effect carried.
    RowsSaved(u64),
    /// Decisions could not be kept.
    RowsNotSaved(u64, Problem),
    /// A tick is on disk (`None`: it was taken back).
    Ticked(CheckId, Option<Tick>),
    /// A step's tick is on disk.
    PhaseTicked(Phase, Option<Tick>),
    /// A *same person* is on disk (`None`: it was taken back).
    PairConfirmed(Pair, Option<Tick>),
    /// A pattern is used as evidence since this moment (`None`: no longer); it is on disk.
    PatternUsed(PatternId, Option<Timestamp>),
    /// The plan learned something by reading: hazards, what backed the organization first, operators.
    PlanLearned(Box<PlanLesson>),
    /// Something small could not be kept or done.
    Failed(Problem),
    /// The tenant search found these, best first; the number is that of the effect.
    SearchAnswered(u64, Arc<Vec<ObjectId>>),
    /// The apply run.
    Apply(ApplyEvent),
    /// Before and after were compared.
    LookedBack(Arc<LookBack>),
    /// A point of the list for the time after connecting was ticked (`None`: the tick was taken back); it is on disk.
    PointTicked(PointId, Option<Tick>),
    /// A file was written.
    FileWritten {
        /// What it holds.
        what: String,
        /// Where it is.
        path: String,
    },
    /// A plan file was read: what it would change, or every reason why it is refused.
    ImportRead(String, Box<Result<Import, Vec<String>>>),
    /// A request was sent and answered.
    Requested(Box<RequestLine>),
    /// The budget that a service left us.
    BudgetRead(Service, Budget),
    /// Somebody has to sign in with a code, or has done so.
    SignIn(SignInStep),
    /// A credential command wants the terminal, or gives it back.
    Terminal(TerminalStep),
    /// Another directory backs the organization: the switch, seen while the program ran.
    Turned(Turn),
    /// Something for the event list.
    Happened(EventLine),
}

/// What a reading taught the plan; kept in the store already.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanLesson {
    /// Hazard pairs of a reading before the switch.
    Hazards(Vec<Pair>),
    /// What backed the organization when the plan was first made.
    FirstBacking(Backing),
    /// What backed it before a switch.
    PreviousBacking(crate::domain::TenantId),
    /// Another identity of the operator.
    OperatorKey(crate::domain::StorageKey),
    /// Another tenant account of the operator.
    OperatorObject(ObjectId),
    /// Rows that changed without a decision: *needs a look*, or a new key.
    Rows(Vec<PlanRow>),
    /// The owner, told by the administrator.
    Owner(String),
}
