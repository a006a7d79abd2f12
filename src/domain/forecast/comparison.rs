//! The comparison itself: one person at a time, with what the whole set knows at hand.

use std::sync::Arc;

use super::shared::{ActiveAs, Shared};
use super::shares::in_shares;
use super::standing::Standing;
use super::{Forecast, Person, Situation};
use crate::domain::candidate::{Candidate, Warning, WarningKind};
use crate::domain::ids::ObjectId;
use crate::domain::matching::TenantIndex;
use crate::domain::matching::accounts::AccountKind;
use crate::domain::matching::names::Verdict;
use crate::domain::matching::pair::{Compared, OrgView, compare};
use crate::domain::matching::retrieve::{COMPARED, Scratch, promising};
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::domain::text::{clean_to, has_suspicious};

/// Below this a candidate is no proposal.
const PROPOSED: f32 = 0.30;

/// So many bearers of an address are looked at.
const HITS: usize = 64;

/// Somebody's account is expected to be this much better when it is somebody else's already.
const TAKEN: f32 = 0.9;

/// Both lists, what is known besides, and what the whole set says.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    pub(super) roster: &'a Roster,
    pub(super) directory: &'a Directory,
    pub(super) index: &'a TenantIndex,
    pub(super) situation: &'a Situation,
    pub(super) shared: Arc<Shared>,
}

/// A tenant user beside the person, compared.
#[derive(Debug, Clone)]
pub(super) struct Seen<'a> {
    pub at: u32,
    pub user: &'a TenantUser,
    pub compared: Compared,
    /// With what the whole set knows taken into account.
    pub score: f32,
}

impl<'a> Comparison<'a> {
    /// Looks over both lists.
    pub fn new(
        roster: &'a Roster,
        directory: &'a Directory,
        index: &'a TenantIndex,
        situation: &'a Situation,
    ) -> Self {
        let standings = Standing::of_everybody(roster, directory, situation);
        let shared = Arc::new(Shared::new(roster, directory, index, situation, &standings));
        Self { roster, directory, index, situation, shared }
    }

    /// With what an earlier forecast found out about the whole set: for one person on demand.
    pub fn of_forecast(
        roster: &'a Roster,
        directory: &'a Directory,
        index: &'a TenantIndex,
        situation: &'a Situation,
        forecast: &Forecast,
    ) -> Self {
        Self { roster, directory, index, situation, shared: Arc::clone(&forecast.shared) }
    }

    /// Proposals for one person, best first, no more than `limit`.
    pub fn candidates_for(&self, user: &OrgUser, limit: usize) -> Vec<Candidate> {
        self.candidates_with(user, limit, &mut Scratch::default())
    }

    /// [`Self::candidates_for`] for one person after the other: what is used again is kept.
    pub fn candidates_with(&self, user: &OrgUser, limit: usize, scratch: &mut Scratch) -> Vec<Candidate> {
        let view = OrgView::of(user);
        let hits = self.hits(&view);
        let privileged = self.is_privileged(user, None) == Some(true);
        let seen = self.look(&view, &hits, limit.max(COMPARED), scratch);
        self.proposals(&view, seen, limit, privileged)
    }

    /// Evidence and warnings for a target picked by hand.
    pub fn judge_pair(&self, user: &OrgUser, target: &TenantUser) -> Candidate {
        let view = OrgView::of(user);
        let at = self.index.number_of(self.directory, target.id).unwrap_or(u32::MAX);
        let seen = self.see(&view, at, target);
        self.candidate(&view, &seen, self.is_privileged(user, Some(target.id)) == Some(true))
    }

    /// Tenant users that have an address of this person, as numbers of the index.
    pub(super) fn hits(&self, person: &OrgView<'_>) -> Vec<u32> {
        let mut hits: Vec<u32> = Vec::new();
        for key in person.keys.iter() {
            hits.extend(self.index.with_address(self.directory, key));
        }
        hits.sort_unstable();
        hits.dedup();
        // an address that hundreds have is no evidence: `none@example.com` in everybody's other mails
        hits.truncate(HITS);
        hits
    }

    pub(super) fn see(&self, person: &OrgView<'_>, at: u32, user: &'a TenantUser) -> Seen<'a> {
        let compared = compare(person, user);
        let mut score = self.score_by_pattern(person, user.id, compared.name.verdict, compared.score);
        if compared.addresses.is_empty() {
            let own = self.roster.position(&person.user.storage_key).and_then(|at| u32::try_from(at).ok());
            let taken = self.shared.claims(at).iter().any(|claim| Some(claim.person) != own)
                || self.shared.active_as(user.id, &person.user.storage_key).is_some();
            if taken {
                score = (score * TAKEN * 1000.0).round() / 1000.0;
            }
        }
        Seen { at, user, compared, score }
    }

    /// Those with an address of the person, and the most promising by name and login; best first.
    pub(super) fn look(
        &self,
        person: &OrgView<'_>,
        hits: &[u32],
        most: usize,
        scratch: &mut Scratch,
    ) -> Vec<Seen<'a>> {
        let mut places = hits.to_vec();
        for at in promising(self.index, scratch, person, most) {
            if !hits.contains(&at) {
                places.push(at);
            }
        }
        for at in self.led_to(person) {
            if !places.contains(&at) {
                places.push(at);
            }
        }
        // an address without its tag leads to somebody as well
        for bare in person.keys.iter().filter_map(crate::domain::matching::fold::without_tag) {
            for at in self.index.with_address(self.directory, &bare) {
                if !places.contains(&at) {
                    places.push(at);
                }
            }
        }
        let mut seen: Vec<Seen<'a>> = places
            .into_iter()
            .filter_map(|at| self.index.user(self.directory, at).map(|user| self.see(person, at, user)))
            .filter(|seen| seen.score >= PROPOSED || !seen.compared.addresses.is_empty())
            .collect();
        sort(&mut seen);
        seen
    }

    pub(super) fn proposals(
        &self,
        person: &OrgView<'_>,
        seen: Vec<Seen<'a>>,
        limit: usize,
        privileged: bool,
    ) -> Vec<Candidate> {
        seen.into_iter().take(limit).map(|seen| self.candidate(person, &seen, privileged)).collect()
    }

    pub(super) fn candidate(&self, person: &OrgView<'_>, seen: &Seen<'_>, privileged: bool) -> Candidate {
        let mut evidence = seen.compared.evidence(person, seen.user);
        if let Some(pattern) = self.evidence_by_pattern(person, seen.user.id) {
            let at = evidence.iter().take_while(|evidence| evidence.kind.is_address()).count();
            evidence.insert(at, pattern);
        }
        let mut warnings = self.warnings(person, seen, privileged);
        // a large organization has half a million of these
        evidence.shrink_to_fit();
        for one in &mut evidence {
            one.detail.shrink_to_fit();
        }
        warnings.shrink_to_fit();
        for one in &mut warnings {
            one.detail.shrink_to_fit();
        }
        Candidate { object_id: seen.user.id, score: seen.score, evidence, warnings }
    }

    fn warnings(&self, person: &OrgView<'_>, seen: &Seen<'_>, privileged: bool) -> Vec<Warning> {
        let mut found = Vec::new();
        let mut warn = |kind: WarningKind, detail: String| found.push(Warning { kind, detail });
        let user = seen.user;
        let own = person.user;
        if seen.compared.name.verdict == Verdict::Contradicts {
            warn(
                WarningKind::NameContradicts,
                format!(
                    "{} and {} are names of two people",
                    shown(&own.display_name),
                    shown(user.display_name())
                ),
            );
        }
        if user.deleted {
            warn(WarningKind::Deleted, "the account is deleted".to_owned());
        } else if user.enabled == Some(false) {
            warn(WarningKind::Disabled, "the account is disabled".to_owned());
        }
        if user.pending {
            warn(WarningKind::PendingInvitation, "the guest has not accepted the invitation".to_owned());
        }
        if user.user_type == Some(crate::domain::people::UserType::Guest) {
            warn(WarningKind::Guest, "a guest of the tenant".to_owned());
        }
        match self.shared.active_as(user.id, &own.storage_key) {
            Some(ActiveAs::Entitlement(key)) => {
                let who =
                    self.roster.get(key).map_or_else(|| key.to_string(), |user| shown(&user.display_name));
                warn(WarningKind::AlreadyInOrganization, format!("is in the organization already, as {who}"));
            }
            Some(ActiveAs::Graph(name)) => {
                warn(
                    WarningKind::AlreadyInOrganization,
                    format!(
                        "is in the organization already, as {} (an identity without an access level)",
                        shown(name)
                    ),
                );
            }
            None => {}
        }
        if let Some(detail) = self.claimed_by_another(person, seen) {
            warn(WarningKind::ClaimedTwice, detail);
        }
        match seen.compared.kind {
            AccountKind::Shared => warn(
                WarningKind::SharedMailbox,
                "looks like a shared mailbox, not like a person's account".to_owned(),
            ),
            AccountKind::Service => warn(
                WarningKind::SharedMailbox,
                "looks like an account of a machine, not of a person".to_owned(),
            ),
            AccountKind::Administration | AccountKind::Person => {}
        }
        if privileged {
            warn(WarningKind::Privileged, "operator, owner or administrator: decide one by one".to_owned());
        }
        if let Some(newer) = self.newer(own, user) {
            let days = newer.days;
            let many = if newer.with_many { "; many accounts were made in the same days" } else { "" };
            warn(
                WarningKind::NewerThanLastAccess,
                format!("the account was made {days} days after the person's last access{many}"),
            );
        }
        let texts =
            [&*own.display_name, &*own.principal_name, user.display_name(), user.user_principal_name()];
        if texts.into_iter().chain(user.mail()).chain(own.mail.as_deref()).any(has_suspicious) {
            warn(
                WarningKind::SuspiciousCharacters,
                "a name or an address has control, bidi or invisible characters in it".to_owned(),
            );
        }
        found
    }

    /// Who else claims this tenant user, in words; nobody for the one who has its sign-in name.
    pub(super) fn claimed_by_another(&self, person: &OrgView<'_>, seen: &Seen<'_>) -> Option<String> {
        let key = &person.user.storage_key;
        let own = self.roster.position(key).and_then(|at| u32::try_from(at).ok());
        let claims = self.shared.claims(seen.at);
        let mine = claims.iter().find(|claim| Some(claim.person) == own);
        let other = claims
            .iter()
            .filter(|claim| Some(claim.person) != own)
            .max_by_key(|claim| (claim.by_sign_in, std::cmp::Reverse(claim.person)));
        if let Some(other) =
            other.filter(|other| !mine.is_some_and(|mine| mine.by_sign_in && !other.by_sign_in))
        {
            let who = self
                .roster
                .people()
                .get(other.person as usize)
                .map(|user| shown(&user.display_name))
                .unwrap_or_default();
            let how = if other.by_sign_in { "has its sign-in name" } else { "has an address of it" };
            return Some(format!("{who} {how}"));
        }
        let planned = self.shared.planned_for(seen.user.id, key)?;
        let who =
            self.roster.get(planned).map_or_else(|| planned.to_string(), |user| shown(&user.display_name));
        Some(format!("the plan maps {who} to it"))
    }

    /// Whether somebody is privileged; `None` when that could not be read.
    pub(super) fn is_privileged(&self, user: &OrgUser, target: Option<ObjectId>) -> Option<bool> {
        let key = &user.storage_key;
        let situation = self.situation;
        if situation.operator_keys.contains(key)
            || situation.owner.as_ref() == Some(key)
            || target.is_some_and(|target| situation.operator_objects.contains(&target))
            || user.origin_object().is_some_and(|object| situation.operator_objects.contains(&object))
        {
            return Some(true);
        }
        situation.administrators.as_ref().map(|administrators| administrators.contains(key))
    }
}

/// Best first; among equals who may sign in, then by name. The same input gives the same order always.
fn sort(seen: &mut [Seen<'_>]) {
    seen.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| {
                (a.user.deleted, a.user.enabled == Some(false))
                    .cmp(&(b.user.deleted, b.user.enabled == Some(false)))
            })
            .then_with(|| a.user.user_principal_name().cmp(b.user.user_principal_name()))
            .then_with(|| a.user.id.cmp(&b.user.id))
    });
}

/// A name inside a sentence.
pub(super) fn shown(text: &str) -> String {
    let text = clean_to(text.trim(), 80);
    if text.is_empty() { "somebody without a name".to_owned() } else { text.into_owned() }
}

/// So many people are worth a thread of their own.
pub(super) const WORTH_A_THREAD: usize = 500;

impl Comparison<'_> {
    /// Everything about everybody, in the order of the roster.
    pub(super) fn everybody(&self) -> Vec<Person> {
        in_shares(self.roster.people(), WORTH_A_THREAD, |_, part| {
            let mut scratch = Scratch::default();
            part.iter().map(|user| self.person(user, &mut scratch)).collect()
        })
    }

    /// Everything about some of them, in their order.
    pub(super) fn some(&self, people: &[&OrgUser]) -> Vec<Person> {
        in_shares(people, WORTH_A_THREAD, |_, part| {
            let mut scratch = Scratch::default();
            part.iter().map(|user| self.person(user, &mut scratch)).collect()
        })
    }
}
