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
    schema: &'static str,
    #[serde(flatten)]
    body: Body<'a>,
}

/// The comparison without a schema of its own.
#[derive(Debug, Serialize)]
pub struct Body<'a> {
    before: MomentEntry<'a>,
    after: MomentEntry<'a>,
    summary: SummaryEntry,
    organization: Vec<DifferenceEntry<'a>>,
    people: Vec<PersonEntry<'a>>,
    not_compared: &'a [String],
}

#[derive(Debug, Serialize)]
struct MomentEntry<'a> {
    taken_at: Timestamp,
    organization: &'a str,
    #[serde(skip_serializing_if = "Known::is_unknown")]
    backing_tenant_id: Known<TenantId>,
    people: usize,
}

#[derive(Debug, Serialize)]
struct SummaryEntry {
    in_both: usize,
    new_keys: usize,
    unchanged: usize,
    people_with_unexpected_losses: usize,
    people_with_expected_losses: usize,
    came_back: usize,
    lost: usize,
    lost_unexpectedly: usize,
    gained: usize,
    changed: usize,
    by_kind: BTreeMap<&'static str, CountsEntry>,
}

#[derive(Debug, Serialize)]
struct CountsEntry {
    lost: usize,
    lost_expected: usize,
    gained: usize,
    changed: usize,
    changed_expected: usize,
}

#[derive(Debug, Serialize)]
struct PersonEntry<'a> {
    storage_key: &'a str,
    new_storage_key: Option<&'a str>,
    display_name: &'a str,
    principal_name: &'a str,
    new_principal_name: Option<&'a str>,
    came_back: bool,
    changes: Vec<DifferenceEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct DifferenceEntry<'a> {
    kind: &'static str,
    change: &'static str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    expected: Option<&'static str>,
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
    schema: &'static str,
    organization: &'a str,
    tenant: Tenant,
    taken_at: Timestamp,
    complete: bool,
    points: Vec<PointEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Body<'a>>,
}

#[derive(Debug, Serialize)]
struct PointEntry<'a> {
    id: &'static str,
    title: &'static str,
    status: CheckStatus,
    summary: &'a str,
    evidence: &'a [String],
    remedy: &'a str,
    ticked: Option<TickEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct TickEntry<'a> {
    note: &'a str,
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
