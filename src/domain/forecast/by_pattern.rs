//! What a pattern that the administrator uses says about one person: evidence for a candidate, and whether the pair is in the
//! safe class.
//!
//! A pattern is weaker than an address: nobody says that `john.smith@contoso.com` is the John Smith of `fabrikam.com`. So the
//! names must agree, nobody else may have the name or the account, and no address may say anything else.

use super::comparison::{Comparison, Seen, shown};
use super::patterns::{Lead, Pattern};
use crate::domain::candidate::{Evidence, EvidenceKind};
use crate::domain::ids::ObjectId;
use crate::domain::matching::accounts::AccountKind;
use crate::domain::matching::fold::without_tag;
use crate::domain::matching::names::{self, Name, Verdict};
use crate::domain::matching::pair::OrgView;
use crate::domain::text::has_suspicious;

/// What a pattern is worth beside an address.
const WORTH: f32 = 0.93;

/// From this score on names are the same, or one name in two spellings: no familiar form and no typing error.
const EXACT: f32 = 0.97;

/// Whether an address of the person spells the tenant user's whole name: `john.smith@`, not `jsmith@`.
fn spells_the_name(person: &OrgView<'_>, target: &Seen<'_>) -> bool {
    let name = Name::of_tenant(target.user);
    person.locals.iter().any(|local| {
        let spelled = Name::of_local_part(&local.text);
        names::compare(&spelled, &name).verdict == Verdict::Agrees
    })
}

impl Comparison<'_> {
    /// Where the patterns in use lead this person.
    fn leads(&self, person: &OrgView<'_>) -> &[Lead] {
        let own = self.roster.position(&person.user.storage_key).and_then(|at| u32::try_from(at).ok());
        own.map(|own| self.shared.patterns().leads(own)).unwrap_or_default()
    }

    /// Tenant users to whom patterns in use lead this person, as numbers of the index.
    pub(super) fn led_to(&self, person: &OrgView<'_>) -> Vec<u32> {
        let leads = self.leads(person).iter();
        leads.filter_map(|lead| self.index.number_of(self.directory, lead.target)).collect()
    }

    /// The pattern in use that leads this person to the tenant user.
    fn pattern_to(&self, person: &OrgView<'_>, target: ObjectId) -> Option<&Pattern> {
        let lead = self.leads(person).iter().find(|lead| lead.target == target)?;
        self.shared.patterns().behind(lead)
    }

    /// The score with a pattern taken into account: less than an address, more than a name.
    pub(super) fn score_by_pattern(
        &self,
        person: &OrgView<'_>,
        target: ObjectId,
        verdict: Verdict,
        score: f32,
    ) -> f32 {
        if self.pattern_to(person, target).is_none() {
            return score;
        }
        let worth = match verdict {
            Verdict::Contradicts => WORTH * 0.45,
            Verdict::Doubt => WORTH * 0.9,
            Verdict::Unknown => WORTH * 0.97,
            Verdict::Fits | Verdict::Agrees => WORTH,
        };
        ((worth.max(score) + 0.01 * score).min(1.0) * 1000.0).round() / 1000.0
    }

    /// The evidence of a pattern in use.
    pub(super) fn evidence_by_pattern(&self, person: &OrgView<'_>, target: ObjectId) -> Option<Evidence> {
        let pattern = self.pattern_to(person, target)?;
        Some(Evidence { kind: EvidenceKind::Pattern, detail: pattern.sentence() })
    }

    /// Whether patterns in use make a pair safe, with the reason; or why the one that they lead to is not. `None` where no
    /// pattern in use leads anywhere, or addresses say something.
    pub(super) fn by_pattern(
        &self,
        person: &OrgView<'_>,
        hits: &[u32],
        seen: &[Seen<'_>],
    ) -> Option<Result<(ObjectId, String), String>> {
        let leads = self.leads(person);
        let first = leads.first().filter(|_| hits.is_empty())?;
        let pattern = self.shared.patterns().behind(first)?;
        let arrow = "becomes";
        let led = format!("by the pattern {}", pattern.id.shown(arrow));
        if leads.iter().any(|lead| lead.target != first.target) {
            return Some(Err(format!("{led} more than one tenant user is possible")));
        }
        let target = seen.iter().find(|seen| seen.user.id == first.target)?;
        let who = shown(target.user.user_principal_name());
        Some(match self.not_safe_by_pattern(person, first, target, seen) {
            Some(reason) => Err(format!("{led} it is {who}, but {reason}")),
            None => Ok((first.target, format!("{led} it is {who}; the names agree"))),
        })
    }

    /// Why a pattern is not enough for this pair, if so.
    fn not_safe_by_pattern(
        &self,
        person: &OrgView<'_>,
        lead: &Lead,
        target: &Seen<'_>,
        seen: &[Seen<'_>],
    ) -> Option<String> {
        let own = self.roster.position(&person.user.storage_key).and_then(|at| u32::try_from(at).ok())?;
        let user = target.user;
        let display = shown(&person.user.display_name);
        let spelled = spells_the_name(person, target);
        match target.compared.name.verdict {
            Verdict::Agrees if spelled || target.compared.name.score >= EXACT => {}
            Verdict::Fits if spelled => {}
            Verdict::Contradicts => {
                return Some(format!("{display} and {} are names of two people", shown(user.display_name())));
            }
            _ => return Some(format!("{display} and {} do not agree wholly", shown(user.display_name()))),
        }
        if let Some(reason) = self.unusable(person, user) {
            return Some(format!("that one {reason}"));
        }
        if !lead.unique || self.shared.patterns().leads_another(user.id, own) {
            return Some("the pattern leads somebody else there too".to_owned());
        }
        if let Some(who) = self.claimed_by_another(person, target) {
            return Some(who);
        }
        if target.compared.kind != AccountKind::Person || person.kind != AccountKind::Person {
            return Some("that is not plainly a person's own account".to_owned());
        }
        if user.enabled != Some(true) {
            return Some("whether it is enabled could not be read".to_owned());
        }
        if user.pending {
            return Some("the invitation was not accepted yet".to_owned());
        }
        // an address without its tag is an address
        let tagged = person.keys.iter().filter_map(without_tag);
        if tagged.flat_map(|bare| self.index.with_address(self.directory, &bare)).any(|at| at != target.at) {
            return Some("an address without its +tag is somebody else's".to_owned());
        }
        if let Some(other) = seen.iter().find(|other| {
            other.user.id != user.id
                && other.compared.kind != AccountKind::Administration
                && matches!(other.compared.name.verdict, Verdict::Agrees | Verdict::Fits)
        }) {
            return Some(format!("{} has a name like it", shown(other.user.user_principal_name())));
        }
        if self.shared.patterns().is_name_of_several(&person.user.display_name) {
            return Some(format!("several people of the organization are called {display}"));
        }
        let newer = self
            .newer(person.user, user)
            .filter(|newer| !newer.with_many && newer.days > i64::from(self.situation.inactive_after_days));
        if let Some(newer) = newer {
            return Some(format!("it was made {} days after the person's last access", newer.days));
        }
        if person.keys.iter().any(has_suspicious) || has_suspicious(user.user_principal_name()) {
            return Some("an address has invisible characters in it".to_owned());
        }
        None
    }
}
