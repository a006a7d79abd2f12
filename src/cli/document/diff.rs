//! `ado2entra.diff/1`: the outcome of each person. People are written one after the other, without holding the document.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::Serializer;

use super::patterns::PatternEntry;
use super::{Known, backing, taken_at};
use crate::domain::candidate::{Evidence, Warning};
use crate::domain::forecast::table::rounded;
use crate::domain::people::{LastAccess, Roster, TenantUser, UserType};
use crate::domain::{Candidate, Directory, Forecast, OrgUser, Outcome, Person, Plan, TenantId};
use crate::tasks::files::LeftOut;
use crate::tasks::{Analysis, Model};

/// Everything that the comparison said, as a document or as rows.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// The organization's name; unknown where two files were compared and nobody named it.
    pub organization: Option<&'a str>,
    /// The analysis.
    pub analysis: &'a Analysis,
    /// The people.
    pub roster: &'a Roster,
    /// The tenant.
    pub directory: &'a Directory,
    /// The comparison.
    pub forecast: &'a Forecast,
    /// The decisions.
    pub plan: &'a Plan,
    /// When the lists were read.
    pub taken_at: Timestamp,
    /// The services are simulated.
    pub simulated: bool,
    /// What of the lists could not be read; empty when everything was.
    pub left_out: &'a [ListLeftOut],
}

/// What of one list could not be read.
#[derive(Debug, Clone)]
pub struct ListLeftOut {
    /// `org_users` or `tenant_users`.
    pub list: &'static str,
    /// The file.
    pub file: String,
    /// The rows.
    pub left_out: LeftOut,
}

impl<'a> Comparison<'a> {
    /// From what is known; `None` until both lists were read.
    pub fn of(model: &'a Model, analysis: &'a Analysis) -> Option<Self> {
        Some(Self {
            organization: Some(model.context.organization.as_str()).filter(|name| !name.is_empty()),
            analysis,
            roster: analysis.roster.as_deref()?,
            directory: analysis.directory.as_deref()?,
            forecast: analysis.forecast.as_deref()?,
            plan: &model.plan,
            taken_at: taken_at(model),
            simulated: model.context.simulated,
            left_out: &[],
        })
    }

    /// Everybody in the order of the roster, with what was found out.
    pub fn people(&self) -> impl Iterator<Item = (&'a OrgUser, &'a Person)> + use<'a> {
        let forecast = self.forecast;
        self.roster.people().iter().filter_map(move |user| Some((user, forecast.get(&user.storage_key)?)))
    }
}

/// The document.
#[derive(Debug, Serialize)]
pub struct DiffDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization's name; absent where files do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<&'a str>,
    /// The destination tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<TenantId>,
    /// The tenant that backs the organization; `null`: Microsoft accounts do.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    backing_tenant_id: Known<TenantId>,
    /// The moment that the document speaks of: that of the older of the two lists.
    taken_at: Timestamp,
    /// The comparison in numbers.
    summary: Summary,
    /// Absent when everything was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOutEntry<'a>>,
    /// Patterns of the addresses that were found.
    patterns: Vec<PatternEntry<'a>>,
    /// Everybody, by display name and then storage key.
    #[serde(serialize_with = "people")]
    users: Comparison<'a>,
}

#[derive(Debug, Serialize)]
struct Summary {
    /// People of the organization.
    org_users: usize,
    /// Users of the tenant.
    tenant_users: usize,
    /// Service identities, which nobody maps.
    service_identities: usize,
    /// How many people of each outcome.
    by_outcome: BTreeMap<Outcome, usize>,
}

/// What of one list could not be read: how many rows wholly, of how many only a part, and the first of them.
#[derive(Debug, Serialize)]
struct LeftOutEntry<'a> {
    /// Which of the two lists.
    list: &'static str,
    /// The file.
    file: &'a str,
    /// How many rows could not be read.
    rows: usize,
    /// How many parts of rows could not be read; the row counts all the same.
    parts: usize,
    /// The first of them, one by one.
    told: Vec<LeftOutRow<'a>>,
}

#[derive(Debug, Serialize)]
struct LeftOutRow<'a> {
    /// The row in the file, from 1.
    row: u64,
    /// Where in the file it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    /// The row was used; only what the reason names is left out.
    used: bool,
    /// Why it could not be read.
    reason: &'a str,
}

impl<'a> LeftOutEntry<'a> {
    fn new(list: &'a ListLeftOut) -> Self {
        let told = list.left_out.told.iter().map(|row| LeftOutRow {
            row: row.row,
            byte: row.byte,
            used: row.used,
            reason: &row.reason,
        });
        Self {
            list: list.list,
            file: &list.file,
            rows: list.left_out.rows,
            parts: list.left_out.parts,
            told: told.collect(),
        }
    }
}

impl<'a> DiffDocument<'a> {
    /// The comparison as a document.
    pub fn new(comparison: Comparison<'a>) -> Self {
        Self {
            schema: "ado2entra.diff/1",
            organization: comparison.organization,
            tenant_id: comparison.analysis.situation.destination,
            backing_tenant_id: backing(comparison.analysis.situation.backing),
            taken_at: comparison.taken_at,
            summary: Summary {
                org_users: comparison.roster.people().len(),
                tenant_users: comparison.directory.len(),
                service_identities: comparison.roster.services().len(),
                by_outcome: comparison.forecast.counts(),
            },
            left_out: comparison.left_out.iter().map(LeftOutEntry::new).collect(),
            patterns: comparison.forecast.patterns().all().iter().map(PatternEntry::new).collect(),
            users: comparison,
        }
    }
}

fn people<S: Serializer>(comparison: &Comparison<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(comparison.people().map(|(user, person)| UserEntry::new(user, person, comparison)))
}

#[derive(Debug, Serialize)]
struct UserEntry<'a> {
    /// Identifies the person, before and after connecting.
    storage_key: &'a str,
    /// The subject descriptor, which connecting changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<&'a str>,
    /// The name.
    display_name: &'a str,
    /// The sign-in address.
    principal_name: &'a str,
    /// The mail address.
    mail: Option<&'a str>,
    /// Which directory the identity comes from: `msa`, `aad`.
    origin: &'a str,
    /// The directory: a tenant, or `Windows Live ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    /// The access level, as the service shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_level: Option<&'a str>,
    /// Last use; `null`: never.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    last_accessed: Known<Timestamp>,
    /// An administrator, the owner, or the operator; absent where that was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    privileged: Option<bool>,
    /// What connecting will do, or did.
    outcome: Outcome,
    /// The reason in one sentence.
    why: &'a str,
    /// What was decided.
    decision: &'static str,
    /// What was seen when it was decided has changed since.
    needs_a_look: bool,
    /// Tenant users that this may be, best first.
    candidates: Vec<CandidateEntry<'a>>,
}

impl<'a> UserEntry<'a> {
    fn new(user: &'a OrgUser, person: &'a Person, comparison: &Comparison<'a>) -> Self {
        let row = comparison.plan.row(&user.storage_key);
        Self {
            storage_key: user.storage_key.as_str(),
            descriptor: Some(user.descriptor.as_str()).filter(|descriptor| !descriptor.is_empty()),
            display_name: &user.display_name,
            principal_name: &user.principal_name,
            mail: user.mail.as_deref(),
            origin: user.origin.as_str(),
            domain: user.domain.as_deref(),
            access_level: user.access_level.as_deref(),
            last_accessed: match user.last_accessed {
                LastAccess::Unknown => Known::Unknown,
                LastAccess::Never => Known::None,
                LastAccess::At(at) => Known::Some(at),
            },
            privileged: person.privileged,
            outcome: person.outcome,
            why: &person.why,
            decision: comparison.plan.decision(&user.storage_key).name(),
            needs_a_look: row.is_some_and(|row| row.needs_a_look),
            candidates: person
                .candidates
                .iter()
                .take(comparison.analysis.situation.candidates)
                .map(|candidate| CandidateEntry::new(candidate, comparison.directory))
                .collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct CandidateEntry<'a> {
    /// The tenant user.
    object_id: crate::domain::ObjectId,
    /// The sign-in name.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_principal_name: Option<&'a str>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    /// The mail address; `null`: none.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    mail: Known<&'a str>,
    /// `Member` or `Guest`; `null`: the service does not say.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    user_type: Known<&'static str>,
    /// The account can sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    /// How much speaks for it, 0 to 1.
    score: f32,
    /// What speaks for it.
    evidence: &'a [Evidence],
    /// What speaks against it.
    warnings: &'a [Warning],
}

impl<'a> CandidateEntry<'a> {
    fn new(candidate: &'a Candidate, directory: &'a Directory) -> Self {
        let user = directory.get(candidate.object_id);
        Self {
            object_id: candidate.object_id,
            user_principal_name: user.map(TenantUser::user_principal_name),
            display_name: user.map(TenantUser::display_name),
            mail: user.map_or(Known::Unknown, |user| Known::or_none(user.mail())),
            user_type: user
                .map_or(Known::Unknown, |user| Known::or_none(user.user_type.map(UserType::as_str))),
            enabled: user.and_then(|user| user.enabled),
            score: rounded(candidate.score),
            evidence: &candidate.evidence,
            warnings: &candidate.warnings,
        }
    }
}
