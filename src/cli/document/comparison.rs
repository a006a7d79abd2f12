//! `ado2entra.comparison/1`: what people lost, gained or have in another form; and `ado2entra.after/1`: the list for the time
//! after connecting.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Known, Tenant, backing};
use crate::domain::comparison::checklist::{Point, is_complete};
use crate::domain::comparison::state::Moment;
use crate::domain::comparison::{Comparison, Counts, Difference, LookBack, PersonChanges};
use crate::domain::{CheckStatus, TenantId};
use crate::tasks::Model;

/// Two states, compared.
#[derive(Debug, Serialize)]
pub struct ComparisonDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The comparison.
    #[serde(flatten)]
    body: Body<'a>,
}

/// The comparison without a schema of its own.
#[derive(Debug, Serialize)]
pub struct Body<'a> {
    /// The first state.
    before: MomentEntry<'a>,
    /// The second.
    after: MomentEntry<'a>,
    /// The whole in numbers.
    summary: SummaryEntry,
    /// What concerns the organization and nobody in particular.
    organization: Vec<DifferenceEntry<'a>>,
    /// Everybody with a difference: who lost something unexpected first, then by name.
    people: Vec<PersonEntry<'a>>,
    /// What could not be compared, and why.
    not_compared: &'a [String],
}

#[derive(Debug, Serialize)]
struct MomentEntry<'a> {
    /// When it was read.
    taken_at: Timestamp,
    /// The organization's name.
    organization: &'a str,
    /// The tenant that backs the organization; `null`: Microsoft accounts do.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    backing_tenant_id: Known<TenantId>,
    /// How many people there were.
    people: usize,
}

#[derive(Debug, Serialize)]
struct SummaryEntry {
    /// People in both states.
    in_both: usize,
    /// Of these, people under a new key.
    new_keys: usize,
    /// Of those in both, people with no difference at all.
    unchanged: usize,
    /// People who lost something that was not to be expected.
    people_with_unexpected_losses: usize,
    /// People who lost something, all of it to be expected.
    people_with_expected_losses: usize,
    /// People who have used the organization since the first state was read.
    came_back: usize,
    /// Everything that was lost.
    lost: usize,
    /// Of that, what was not to be expected.
    lost_unexpectedly: usize,
    /// Everything that was gained.
    gained: usize,
    /// Everything that is another one.
    changed: usize,
    /// The same by kind; only kinds of which there is something.
    by_kind: BTreeMap<&'static str, CountsEntry>,
}

#[derive(Debug, Serialize)]
struct CountsEntry {
    /// Lost, and not to be expected.
    lost: usize,
    /// Lost, as was to be expected.
    lost_expected: usize,
    /// Gained.
    gained: usize,
    /// Another one, and not to be expected.
    changed: usize,
    /// Another one, as was to be expected.
    changed_expected: usize,
}

#[derive(Debug, Serialize)]
struct PersonEntry<'a> {
    /// The key before; of somebody new, the key now.
    storage_key: &'a str,
    /// The key now, where it is another one.
    new_storage_key: Option<&'a str>,
    /// The name as it is now; of somebody who is gone, as it was.
    display_name: &'a str,
    /// The sign-in address before; of somebody new, the one now.
    principal_name: &'a str,
    /// The sign-in address now, where it is another one.
    new_principal_name: Option<&'a str>,
    /// The person has used the organization since the first state was read.
    came_back: bool,
    /// What is different, most important first.
    changes: Vec<DifferenceEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct DifferenceEntry<'a> {
    /// What it is about: `person`, `administrator`, `access-level`, `group`, `project`, `identity` and so on.
    kind: &'static str,
    /// Which way it went: `lost`, `gained`, `changed`.
    change: &'static str,
    /// As it was; `null`: there was none.
    before: Option<&'a str>,
    /// As it is; `null`: there is none.
    after: Option<&'a str>,
    /// Why it was to be expected; `null`: it was not.
    expected: Option<&'static str>,
    /// More about it, such as through which groups.
    note: Option<&'a str>,
}

impl<'a> ComparisonDocument<'a> {
    /// Of this comparison.
    pub fn new(comparison: &'a Comparison) -> Self {
        Self { schema: "ado2entra.comparison/1", body: Body::new(comparison) }
    }
}

impl<'a> Body<'a> {
    fn new(comparison: &'a Comparison) -> Self {
        let summary = &comparison.summary;
        Self {
            before: MomentEntry::new(&comparison.before),
            after: MomentEntry::new(&comparison.after),
            summary: SummaryEntry {
                in_both: summary.in_both,
                new_keys: summary.new_keys,
                unchanged: summary.unchanged,
                people_with_unexpected_losses: summary.with_unexpected_loss,
                people_with_expected_losses: summary.with_expected_loss,
                came_back: summary.came_back,
                lost: summary.lost(),
                lost_unexpectedly: summary.lost_unexpectedly(),
                gained: summary.gained(),
                changed: summary.changed(),
                by_kind: summary.by_kind.iter().map(|(kind, counts)| (kind.name(), counts.into())).collect(),
            },
            organization: comparison.organization.iter().map(DifferenceEntry::new).collect(),
            people: comparison.people.iter().map(PersonEntry::new).collect(),
            not_compared: &comparison.not_compared,
        }
    }
}

impl<'a> MomentEntry<'a> {
    fn new(moment: &'a Moment) -> Self {
        Self {
            taken_at: moment.taken_at,
            organization: &moment.organization,
            backing_tenant_id: backing(moment.backing),
            people: moment.people,
        }
    }
}

impl From<&Counts> for CountsEntry {
    fn from(counts: &Counts) -> Self {
        Self {
            lost: counts.lost,
            lost_expected: counts.lost_expected,
            gained: counts.gained,
            changed: counts.changed,
            changed_expected: counts.changed_expected,
        }
    }
}

impl<'a> PersonEntry<'a> {
    fn new(person: &'a PersonChanges) -> Self {
        Self {
            storage_key: person.storage_key.as_str(),
            new_storage_key: person.new_storage_key.as_ref().map(crate::domain::StorageKey::as_str),
            display_name: &person.name,
            principal_name: &person.address,
            new_principal_name: person.new_address.as_deref(),
            came_back: person.came_back,
            changes: person.differences.iter().map(DifferenceEntry::new).collect(),
        }
    }
}

impl<'a> DifferenceEntry<'a> {
    fn new(one: &'a Difference) -> Self {
        Self {
            kind: one.kind.name(),
            change: one.change.name(),
            before: one.before.as_deref(),
            after: one.after.as_deref(),
            expected: one.expected.map(crate::domain::comparison::Expected::name),
            note: one.note.as_deref(),
        }
    }
}

/// The list for the time after connecting.
#[derive(Debug, Serialize)]
pub struct AfterDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization's name.
    organization: &'a str,
    /// The destination tenant.
    tenant: Tenant,
    /// When the state after was read.
    taken_at: Timestamp,
    /// The services could not be reached: the state after is the latest that the store keeps, of that moment.
    offline: bool,
    /// Nothing fails, and what only a person knows was ticked.
    complete: bool,
    /// Microsoft's list for the time after connecting.
    points: Vec<PointEntry<'a>>,
    /// Before and after; absent where there is nothing to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Body<'a>>,
}

#[derive(Debug, Serialize)]
struct PointEntry<'a> {
    /// Its name, for `check tick`.
    id: &'static str,
    /// The good state, as a sentence.
    title: &'static str,
    /// `pass`, `warn`, `fail`, `manual`, `unknown`, `not-applicable`; a tick does not change it.
    status: CheckStatus,
    /// What was found, in one line.
    summary: &'a str,
    /// The findings one by one.
    evidence: &'a [String],
    /// What to do; empty where there is nothing to do.
    remedy: &'a str,
    /// A person's word; `null`: nobody ticked it.
    ticked: Option<TickEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct TickEntry<'a> {
    /// What was written with it.
    note: &'a str,
    /// When.
    at: Timestamp,
}

impl<'a> AfterDocument<'a> {
    /// Of this look back.
    pub fn new(model: &'a Model, found: &'a LookBack) -> Self {
        Self {
            schema: "ado2entra.after/1",
            organization: &model.context.organization,
            tenant: Tenant::of(model),
            taken_at: found.at,
            offline: found.offline,
            complete: is_complete(&found.points),
            points: found.points.iter().map(PointEntry::new).collect(),
            comparison: found.comparison.as_ref().ok().map(Body::new),
        }
    }
}

impl<'a> PointEntry<'a> {
    fn new(point: &'a Point) -> Self {
        Self {
            id: point.id.name(),
            title: point.id.title(),
            status: point.status,
            summary: &point.summary,
            evidence: &point.evidence,
            remedy: &point.remedy,
            ticked: point.ticked.as_ref().map(|tick| TickEntry { note: &tick.note, at: tick.at }),
        }
    }
}
