//! What the messages add up to: everything that is known at this moment. The dashboard's screens and the commands look at
//! the same model.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Problem;
use crate::domain::activity::{Budget, EventLine, Progress, RequestLine, Source};
use crate::domain::comparison::LookBack;
use crate::domain::connection::Turn;
use crate::domain::facts::{Aged, Facts};
use crate::domain::matching::TenantIndex;
use crate::domain::news::News;
use crate::domain::people::{Directory, OrgUser, Roster};
use crate::domain::plan::{Plan, PlanRow, RowState};
use crate::domain::signin::{DeviceCode, SignInStep};

use super::analysis::{Analysis, AnalysisInput};
use super::context::Context;
use super::discard::discard;
use super::msg::{ApplyEvent, Fact, Msg, PlanLesson};

mod progress;

pub use progress::ApplyProgress;

/// How many requests and events are kept for the log pane.
const KEPT: usize = 500;

/// How the store stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StoreState {
    /// Not open yet: the tenant's id has to be known first.
    #[default]
    Opening,
    /// Decisions can be kept.
    Usable,
    /// Deciding, ticking and applying are refused, for this reason.
    Unusable(Problem),
}

impl StoreState {
    /// Why nothing can be kept now; `None` when it can.
    pub fn refusal(&self) -> Option<Problem> {
        match self {
            Self::Usable => None,
            Self::Unusable(problem) => Some(problem.clone()),
            Self::Opening => Some(Problem::local(
                "keeping decisions",
                "the plan is not open yet: the tenant's id is not known",
                "Wait for the tenant discovery, or give the tenant's GUID in the configuration.",
            )),
        }
    }
}

/// Everything that is known at this moment.
#[derive(Debug, Clone)]
pub struct Model {
    /// Names and settings.
    pub context: Arc<Context>,
    /// What was read besides the people.
    pub facts: Facts,
    /// The organization's people.
    pub roster: Aged<Roster>,
    /// Some of the organization's people, while the first reading is under way.
    pub arriving: Vec<Arc<Vec<OrgUser>>>,
    /// The tenant's people.
    pub directory: Aged<Directory>,
    /// The index over them.
    pub index: Option<Arc<TenantIndex>>,
    /// Everything that follows from it.
    pub analysis: Option<Arc<Analysis>>,
    /// Decisions and ticks that are on disk.
    pub plan: Arc<Plan>,
    /// Whether the plan was loaded from the store yet.
    pub plan_loaded: bool,
    /// How the store stands.
    pub store: StoreState,
    /// The latest look back after connecting.
    pub look_back: Option<Arc<LookBack>>,
    /// What is being read.
    pub reading: BTreeMap<Source, Progress>,
    /// When each source is read next.
    pub next_reading: BTreeMap<Source, Timestamp>,
    /// The latest requests, newest last.
    pub requests: VecDeque<RequestLine>,
    /// What is new since the administrator asked for a reading.
    pub news: News,
    /// What happened, newest last.
    pub events: VecDeque<EventLine>,
    /// How many rows of a list could not be read, or only in part; 0 of a list that was read whole.
    pub left_out: BTreeMap<Source, usize>,
    /// The budget that each service left us, where it said so.
    pub budgets: BTreeMap<crate::domain::Service, Budget>,
    /// The apply run, running or over.
    pub apply: Option<ApplyProgress>,
    /// Alarms that were raised: somebody appeared as a planned target.
    pub alarms: Vec<String>,
    /// The code that somebody has to type into a browser just now.
    pub signing_in: Option<DeviceCode>,
    /// The switch, if it was seen while the program ran.
    pub turn: Option<Turn>,
    /// The time by the latest message that told it.
    pub now: Timestamp,
}

impl Model {
    /// Nothing known yet.
    pub fn new(context: Arc<Context>, now: Timestamp) -> Self {
        Self {
            context,
            facts: Facts::default(),
            roster: Aged::default(),
            arriving: Vec::new(),
            directory: Aged::default(),
            index: None,
            analysis: None,
            plan: Arc::new(Plan::default()),
            plan_loaded: false,
            store: StoreState::default(),
            look_back: None,
            reading: BTreeMap::new(),
            next_reading: BTreeMap::new(),
            requests: VecDeque::new(),
            news: News::default(),
            events: VecDeque::new(),
            left_out: BTreeMap::new(),
            budgets: BTreeMap::new(),
            apply: None,
            alarms: Vec::new(),
            signing_in: None,
            turn: None,
            now,
        }
    }

    /// Takes in what happened. Returns whether the analysis has to be made anew.
    pub fn absorb(&mut self, msg: &Msg) -> bool {
        match msg {
            Msg::Clock(now) => self.now = *now,
            Msg::ReadingStarted(source, at) => {
                self.reading.insert(*source, Progress::started(*at));
            }
            Msg::LookedBack(found) => self.look_back = Some(Arc::clone(found)),
            Msg::PointTicked(id, tick) => {
                if let Some(found) = &mut self.look_back {
                    let found = Arc::make_mut(found);
                    for point in found.points.iter_mut().filter(|point| point.id == *id) {
                        point.ticked.clone_from(tick);
                    }
                }
            }
            Msg::ReadingEnded(source) => {
                self.reading.remove(source);
            }
            Msg::ReadingProgressed(source, progress) => {
                self.reading.insert(*source, *progress);
            }
            Msg::RowsLeftOut(source, rows) => drop(self.left_out.insert(*source, *rows)),
            Msg::RosterPageRead(page) => {
                if self.roster.value.is_none() {
                    self.arriving.push(Arc::clone(page));
                }
            }
            Msg::RosterRead(..)
            | Msg::DirectoryRead(..)
            | Msg::DirectoryUnchanged(_)
            | Msg::ReadingFailed(..) => return self.absorb_list(msg),
            Msg::Noticed(found) => self.news.take(found),
            Msg::FactRead(fact, at) => {
                self.absorb_fact(fact, *at);
                return true;
            }
            Msg::ReadingScheduled(source, at) => match at {
                Some(at) => {
                    self.next_reading.insert(*source, *at);
                }
                None => {
                    self.next_reading.remove(source);
                }
            },
            Msg::Analysed(analysis) => {
                let moved = analysis.moved.iter().map(|(key, before)| (key, *before));
                self.news.outcomes(moved, analysis.at);
                discard(self.analysis.replace(Arc::clone(analysis)));
            }
            Msg::StoreOpened(result) => {
                self.store = match result {
                    Ok(()) => StoreState::Usable,
                    Err(problem) => StoreState::Unusable(problem.clone()),
                };
            }
            Msg::PlanLoaded(plan) => {
                discard(std::mem::replace(&mut self.plan, Arc::new(Plan::clone(plan))));
                self.plan_loaded = true;
                return true;
            }
            Msg::Ticked(..)
            | Msg::PhaseTicked(..)
            | Msg::PairConfirmed(..)
            | Msg::PatternUsed(..)
            | Msg::PlanLearned(_) => {
                self.absorb_plan(msg);
                return true;
            }
            Msg::Apply(event) => self.absorb_apply(event),
            Msg::Requested(line) => {
                self.requests.push_back(RequestLine::clone(line));
                while self.requests.len() > KEPT {
                    self.requests.pop_front();
                }
            }
            Msg::BudgetRead(service, budget) => {
                // A wait says nothing about the units, and the units nothing about a wait that is still on.
                let known = self.budgets.entry(*service).or_insert(*budget);
                known.remaining = budget.remaining.or(known.remaining);
                known.limit = budget.limit.or(known.limit);
                known.closed_until =
                    budget.closed_until.or(known.closed_until.filter(|until| *until > self.now));
            }
            Msg::SignIn(step) => {
                self.signing_in = match step {
                    SignInStep::CodeShown(code) => Some(code.clone()),
                    SignInStep::Done | SignInStep::Failed(_) | SignInStep::Ended => None,
                };
            }
            Msg::Turned(turn) => self.turn = Some(*turn),
            Msg::Happened(event) => self.note(event.clone()),
            Msg::RowsSaved(_)
            | Msg::RowsNotSaved(..)
            | Msg::Failed(_)
            | Msg::SearchAnswered(..)
            | Msg::SessionFound(_)
            | Msg::FileWritten { .. }
            | Msg::Terminal(_)
            | Msg::ImportRead(..) => {}
        }
        false
    }

    /// What came of reading one of the two lists. Returns whether the analysis has to be made anew.
    fn absorb_list(&mut self, msg: &Msg) -> bool {
        match msg {
            Msg::RosterRead(roster, at) => {
                self.reading.remove(&Source::Roster);
                let read = Aged { value: Some(Arc::clone(roster)), read_at: Some(*at), problem: None };
                discard((std::mem::take(&mut self.arriving), std::mem::replace(&mut self.roster, read)));
            }
            Msg::DirectoryRead(directory, index, at) => {
                self.reading.remove(&Source::Directory);
                let read = Aged { value: Some(Arc::clone(directory)), read_at: Some(*at), problem: None };
                discard((
                    std::mem::replace(&mut self.directory, read),
                    self.index.replace(Arc::clone(index)),
                ));
            }
            Msg::DirectoryUnchanged(at) => {
                let failed_before = self.directory.problem.take().is_some();
                self.directory.read_at = Some(*at);
                return failed_before;
            }
            Msg::ReadingFailed(source, problem, at) => {
                self.reading.remove(source);
                match source {
                    Source::Roster => self.roster.problem = Some(Arc::new(problem.clone())),
                    Source::Directory => self.directory.problem = Some(Arc::new(problem.clone())),
                    _ => {}
                }
                self.note(EventLine { at: *at, subject: source.name().into(), text: problem.headline() });
            }
            _ => {}
        }
        true
    }

    /// A change of the plan that is on disk.
    fn absorb_plan(&mut self, msg: &Msg) {
        match msg {
            Msg::Ticked(id, tick) => {
                let ticks = &mut Arc::make_mut(&mut self.plan).ticks;
                match tick {
                    Some(tick) => ticks.insert(*id, tick.clone()),
                    None => ticks.remove(id),
                };
            }
            Msg::PhaseTicked(phase, tick) => {
                let ticks = &mut Arc::make_mut(&mut self.plan).phase_ticks;
                match tick {
                    Some(tick) => ticks.insert(*phase, tick.clone()),
                    None => ticks.remove(phase),
                };
            }
            Msg::PairConfirmed(pair, tick) => {
                let confirmed = &mut Arc::make_mut(&mut self.plan).confirmed;
                match tick {
                    Some(tick) => confirmed.insert(pair.clone(), tick.clone()),
                    None => confirmed.remove(pair),
                };
            }
            Msg::PatternUsed(pattern, since) => {
                let patterns = &mut Arc::make_mut(&mut self.plan).patterns;
                match since {
                    Some(at) => patterns.insert(pattern.clone(), *at),
                    None => patterns.remove(pattern),
                };
            }
            Msg::PlanLearned(lesson) => {
                self.learn(lesson);
            }
            _ => {}
        }
    }

    /// Puts rows into the plan that are on disk.
    pub fn keep_rows(&mut self, rows: impl IntoIterator<Item = PlanRow>) {
        let plan = Arc::make_mut(&mut self.plan);
        for row in rows {
            plan.put(row);
        }
    }

    /// Until when some service asked to wait, if any did.
    pub fn waiting_until(&self) -> Option<Timestamp> {
        self.budgets.values().filter_map(|budget| budget.closed_until).filter(|until| *until > self.now).max()
    }

    /// Units left and units in all of the service that has the fewest left, where one said so.
    pub fn units(&self) -> Option<(u64, u64)> {
        self.budgets
            .values()
            .filter_map(|budget| budget.remaining.zip(budget.limit))
            .min_by_key(|(left, _)| *left)
    }

    /// What an analysis of this moment is made of.
    pub fn analysis_input(&self) -> AnalysisInput {
        AnalysisInput {
            context: Arc::clone(&self.context),
            facts: self.facts.clone(),
            roster: self.roster.value.clone(),
            directory: self.directory.value.clone().zip(self.index.clone()),
            plan: Arc::clone(&self.plan),
            previous: self.analysis.clone(),
            now: self.now,
        }
    }

    fn note(&mut self, event: EventLine) {
        self.events.push_back(event);
        while self.events.len() > KEPT {
            self.events.pop_front();
        }
    }

    fn learn(&mut self, lesson: &PlanLesson) {
        let plan = Arc::make_mut(&mut self.plan);
        match lesson {
            PlanLesson::Hazards(pairs) => plan.hazards.extend(pairs.iter().cloned()),
            PlanLesson::FirstBacking(backing) => plan.first_backing = Some(*backing),
            PlanLesson::PreviousBacking(tenant) => plan.previous_backing = Some(*tenant),
            PlanLesson::OperatorKey(key) => {
                plan.operator_keys.insert(key.clone());
            }
            PlanLesson::OperatorObject(id) => {
                plan.operator_objects.insert(*id);
            }
            PlanLesson::Rows(rows) => {
                for row in rows {
                    plan.put(row.clone());
                }
            }
            PlanLesson::Owner(address) => plan.owner_told = Some(address.clone()),
        }
    }

    fn absorb_fact(&mut self, fact: &Fact, at: Timestamp) {
        let facts = &mut self.facts;
        let source = match fact {
            Fact::Backing(result) => {
                facts.backing.update(result.clone(), at);
                Source::Backing
            }
            Fact::Operator(result) => {
                facts.operator.update(result.clone(), at);
                Source::Operator
            }
            Fact::Discovery(result) => {
                facts.discovery.update(result.clone(), at);
                Source::Discovery
            }
            Fact::Tenant(result) => {
                facts.tenant.update(result.clone(), at);
                Source::Tenant
            }
            Fact::Me(result) => {
                facts.me.update(result.clone().map(|me| *me), at);
                Source::Me
            }
            Fact::Granted(result) => {
                facts.granted.update(result.clone().map(|granted| *granted), at);
                Source::Me
            }
            Fact::MyRoles(result) => {
                facts.my_roles.update(result.clone(), at);
                Source::MyRoles
            }
            Fact::Administrators(result) => {
                facts.administrators.update(result.clone(), at);
                Source::Administrators
            }
            Fact::Owner(result) => {
                facts.owner.update(result.clone(), at);
                Source::Owner
            }
            Fact::HiddenIdentities(result) => {
                facts.hidden_identities.update(result.clone(), at);
                Source::HiddenIdentities
            }
            Fact::GraphIdentities(result) => {
                facts.graph_identities.update(result.clone(), at);
                Source::GraphIdentities
            }
            Fact::InvitationPolicy(result) => {
                facts.invitation_policy.update(result.clone(), at);
                Source::InvitationPolicy
            }
            Fact::Health(result) => {
                facts.health.update(result.clone(), at);
                Source::Health
            }
            Fact::AfterConnect(result) => {
                facts.after_connect.update(result.clone(), at);
                Source::AfterConnect
            }
            Fact::Tokens(result) => {
                facts.tokens.update(result.clone(), at);
                Source::Tokens
            }
            Fact::BackingTenant(result) => {
                facts.backing_tenant.update(result.clone(), at);
                return;
            }
            Fact::Workloads(found) => {
                facts.workloads.update(Ok(found.clone()), at);
                return;
            }
            Fact::OwnTokens(result) => {
                facts.own_tokens.update(result.clone(), at);
                return;
            }
        };
        self.reading.remove(&source);
    }

    fn absorb_apply(&mut self, event: &ApplyEvent) {
        match event {
            ApplyEvent::Started { run, due, at } => {
                self.apply = Some(ApplyProgress::new(run.clone(), *due, *at));
            }
            // Skipped is how this run took it, not how it stands.
            ApplyEvent::RowChanged(row) if row.state != RowState::Skipped => {
                self.keep_rows([PlanRow::clone(row)]);
            }
            ApplyEvent::Alarm(text) => self.alarms.push(text.clone()),
            _ => {}
        }
        if let Some(apply) = &mut self.apply {
            apply.take_in(event, self.now);
        }
    }
}
