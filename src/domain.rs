//! What the program knows, and nothing else: people, evidence, outcomes, prerequisites, decisions, the plan.
//!
//! This room is pure. No I/O, no tokio, no terminal, no clock (time arrives as an argument), no randomness: the same
//! input gives the same answer, always. The words are those of the glossary in `docs/glossary.md`.
//!
//! How it fits together: the two lists of people ([`Roster`], [`Directory`]) and what else was read ([`Facts`]) go into
//! [`forecast()`], which says for each person what connecting will do or did ([`Outcome`]) and who they may be
//! in the tenant ([`Candidate`]). The administrator's [`Decision`]s live in the [`Plan`]. [`prerequisites`] turn all of it into
//! [`Check`]s and a [`Verdict`]; [`schedule`] turns it into the calls of one apply run.

pub mod activity;
pub mod candidate;
pub mod check;
pub mod comparison;
pub mod connection;
pub mod doctor;
pub mod facts;
pub mod forecast;
pub mod ids;
pub mod matching;
pub mod news;
pub mod outcome;
pub mod papers;
pub mod people;
pub mod plan;
pub mod polling;
pub mod prerequisites;
pub mod problem;
pub mod schedule;
pub mod signin;
pub mod text;

pub use candidate::{Candidate, Evidence, EvidenceKind, Warning, WarningKind};
pub use check::{Check, CheckId, CheckStatus, Tick, Verdict};
pub use connection::{Backing, ConnectionState, Goal, Phase};
pub use facts::{Aged, Facts};
pub use forecast::{Forecast, Person, Situation, forecast};
pub use ids::{Descriptor, ObjectId, StorageKey, TenantId};
pub use outcome::Outcome;
pub use people::{Directory, OrgUser, Roster, TenantUser, TenantUserParts};
pub use plan::{Decision, Plan, PlanRow, RowState};
pub use problem::{Problem, ProblemKind, Service};
