//! The outcome of one person: the first of the glossary's table that applies, and why in one sentence.

use super::Person;
use super::comparison::{Comparison, Seen, shown};
use super::shared::ActiveAs;
use super::standing::Standing;
use crate::domain::candidate::EvidenceKind;
use crate::domain::ids::ObjectId;
use crate::domain::matching::accounts::AccountKind;
use crate::domain::matching::fold::address_key;
use crate::domain::matching::names::Verdict;
use crate::domain::matching::pair::OrgView;
use crate::domain::matching::retrieve::{COMPARED, Scratch};
use crate::domain::outcome::Outcome;
use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::plan::Pair;
use crate::domain::text::{clean_to, has_suspicious};

/// An outcome with its reason.
struct Decided {
    outcome: Outcome,
    why: String,
    target: Option<ObjectId>,
    may_map_by_itself: bool,
}

impl Decided {
    fn new(outcome: Outcome, why: impl Into<String>) -> Self {
        Self { outcome, why: why.into(), target: None, may_map_by_itself: false }
    }

    fn onto(self, target: ObjectId) -> Self {
        Self { target: Some(target), ..self }
    }
}

impl<'a> Comparison<'a> {
    /// Everything about one person.
    pub(super) fn person(&self, user: &OrgUser, scratch: &mut Scratch) -> Person {
        let standing = Standing::of(user, self.directory, self.situation);
        let limit = self.situation.candidates;
        let (decided, candidates) = match standing {
            Standing::Connected(object) => {
                let why = match object.and_then(|id| self.directory.get(id)) {
                    Some(target) => {
                        format!("is {} of the destination tenant", shown(target.user_principal_name()))
                    }
                    None => "an identity of the destination tenant".to_owned(),
                };
                (Decided { target: object, ..Decided::new(Outcome::Connected, why) }, Vec::new())
            }
            Standing::Foreign(why) => (Decided::new(Outcome::Foreign, why), Vec::new()),
            standing => {
                let view = OrgView::of(user);
                let hits = self.hits(&view);
                self.open_person(&view, &hits, standing, limit, scratch)
            }
        };
        Person {
            storage_key: user.storage_key.clone(),
            outcome: decided.outcome,
            why: decided.why,
            target: decided.target,
            privileged: self.is_privileged(user, decided.target),
            may_map_by_itself: decided.may_map_by_itself,
            candidates: candidates.into(),
        }
    }

    fn open_person(
        &self,
        view: &OrgView<'_>,
        hits: &[u32],
        standing: Standing,
        limit: usize,
        scratch: &mut Scratch,
    ) -> (Decided, Vec<crate::domain::candidate::Candidate>) {
        let by_address: Vec<Seen<'a>> = hits
            .iter()
            .filter_map(|at| self.index.user(self.directory, *at).map(|user| self.see(view, *at, user)))
            .collect();
        let early = match standing {
            Standing::WentWrong(object, why) => Some(Decided::new(Outcome::Hazard, why).onto(object)),
            Standing::Unsure(why) => Some(Decided::new(Outcome::Unsure, why)),
            _ => self.by_address(view, &by_address, scratch),
        };
        // whom the service maps by itself needs no proposals
        let seen = match &early {
            Some(Decided { outcome: Outcome::Automatic, .. }) => by_address,
            _ => self.look(view, hits, COMPARED, scratch),
        };
        let by_pattern = if early.is_none() { self.by_pattern(view, hits, &seen) } else { None };
        let early = early.or_else(|| {
            Some(match by_pattern? {
                Ok((target, why)) => Decided::new(Outcome::Safe, why).onto(target),
                Err(why) => Decided::new(Outcome::Review, why),
            })
        });
        let mut decided = early.unwrap_or_else(|| match seen.first() {
            Some(best) => Decided::new(Outcome::Review, self.why_review(view, &seen, best)),
            None => Decided::new(Outcome::Missing, "no tenant user has the address or a name like it"),
        });
        if !self.situation.is_connected() && !decided.may_map_by_itself && decided.outcome == Outcome::Review
        {
            decided.may_map_by_itself = seen.iter().any(|seen| is_guest_sign_in(view, seen.user));
        }
        if decided.may_map_by_itself && decided.outcome != Outcome::Hazard {
            decided.why.push_str("; may map by itself");
        }
        let privileged = self.is_privileged(view.user, decided.target) == Some(true);
        let mut seen = seen;
        if decided.outcome == Outcome::Safe
            && let Some(at) = seen.iter().position(|seen| Some(seen.user.id) == decided.target)
        {
            // what is safe is proposed first, whoever else has a name like it
            let safe = seen.remove(at);
            seen.insert(0, safe);
        }
        (decided, self.proposals(view, seen, limit, privileged))
    }

    /// What the addresses decide. `None`: nothing, a person must choose or nobody is there.
    fn by_address(&self, view: &OrgView<'_>, hits: &[Seen<'a>], scratch: &mut Scratch) -> Option<Decided> {
        if let Some(decided) = self.plain_hazard(view, hits) {
            return Some(decided);
        }
        if let Some(why) = self.conflict(view, hits) {
            return Some(Decided::new(Outcome::Conflict, why));
        }
        if !self.situation.is_connected() {
            if let Some(decided) = self.by_sign_in(view, hits, scratch) {
                return Some(decided);
            }
            if let Some(seen) =
                hits.iter().find(|seen| is_guest_sign_in(view, seen.user) && seen.user.enabled != Some(false))
                && !self.is_confirmed(view, seen.user)
                && let Some(reason) = self.hazard(view, seen, scratch)
            {
                let why =
                    format!("may map by itself to {}, but {reason}", shown(seen.user.user_principal_name()));
                return Some(Decided {
                    may_map_by_itself: true,
                    ..Decided::new(Outcome::Hazard, why).onto(seen.user.id)
                });
            }
        }
        let [only] = hits else { return None };
        let reason = self.not_safe(view, only);
        if reason.is_some() {
            return None;
        }
        let place = only.compared.addresses.first().map_or("address", |(kind, _)| place_of(*kind));
        let which = only.compared.addresses.first().map_or("the address", |(_, key)| {
            if view.keys.sign_in.as_ref() == Some(key) { "the sign-in address" } else { "the mail address" }
        });
        let names = match only.compared.name.verdict {
            Verdict::Agrees => "the names agree",
            Verdict::Fits => "the names fit",
            Verdict::Doubt if self.may_be_reissued(only) => {
                "the names nearly agree, and the account was there when the person was"
            }
            Verdict::Doubt if only.compared.name.given_agrees => {
                "the given name agrees, and nobody hands out such addresses anew"
            }
            Verdict::Doubt => "the names nearly agree, and nobody hands out such addresses anew",
            _ => "the names say nothing against it",
        };
        let mut decided =
            Decided::new(Outcome::Safe, format!("{which} is {place} of exactly one tenant user; {names}"))
                .onto(only.user.id);
        decided.may_map_by_itself = !self.situation.is_connected() && is_guest_sign_in(view, only.user);
        Some(decided)
    }

    /// The one account that the service would choose by the sign-in name.
    fn chosen_by_service<'s>(&self, view: &OrgView<'_>, hits: &'s [Seen<'a>]) -> Option<&'s Seen<'a>> {
        let sign_in = view.keys.sign_in.as_deref().filter(|_| !self.situation.is_connected())?;
        let mut named = hits.iter().filter(|seen| {
            seen.user.enabled != Some(false)
                && !seen.user.deleted
                && address_key(seen.user.user_principal_name()) == sign_in
        });
        named.next().filter(|_| named.next().is_none())
    }

    /// A hazard that two people of the organization with one address do not make less of one: the service maps by the
    /// sign-in name whatever is decided about who of them it is, and the account is neither's.
    fn plain_hazard(&self, view: &OrgView<'_>, hits: &[Seen<'a>]) -> Option<Decided> {
        let seen = self.chosen_by_service(view, hits)?;
        if self.unusable(view, seen.user).is_some() || self.is_confirmed(view, seen.user) {
            return None;
        }
        let reason = somebody_elses(view, seen)?;
        let mut why = format!(
            "the sign-in address equals the userPrincipalName {}, but {reason}",
            shown(seen.user.user_principal_name())
        );
        let others = self.others_with_sign_in(view);
        if !others.is_empty() {
            why.push_str("; ");
            why.push_str(&listed(&others));
            why.push_str(if others.len() == 1 { " signs in with it too" } else { " sign in with it too" });
        }
        Some(Decided::new(Outcome::Hazard, why).onto(seen.user.id))
    }

    /// Names of the others in the organization who sign in with this person's sign-in address.
    fn others_with_sign_in(&self, view: &OrgView<'_>) -> Vec<String> {
        let own = self.roster.position(&view.user.storage_key);
        let Some(sign_in) = view.keys.sign_in.as_deref() else { return Vec::new() };
        let others = self.shared.with_address(sign_in).iter().filter(|at| Some(**at as usize) != own);
        let others = others.filter_map(|at| self.roster.people().get(*at as usize));
        others
            .filter(|other| address_key(&other.principal_name) == sign_in)
            .map(|other| shown(&other.display_name))
            .collect()
    }

    /// `automatic` and `hazard`: the service goes by the sign-in name alone.
    fn by_sign_in(&self, view: &OrgView<'_>, hits: &[Seen<'a>], scratch: &mut Scratch) -> Option<Decided> {
        let seen = self.chosen_by_service(view, hits)?;
        let upn = shown(seen.user.user_principal_name());
        if let Some(reason) = self.unusable(view, seen.user) {
            return Some(Decided::new(
                Outcome::Conflict,
                format!("{upn} has the sign-in address, but {reason}"),
            ));
        }
        let confirmed = self.is_confirmed(view, seen.user);
        if let Some(reason) = self.hazard(view, seen, scratch).filter(|_| !confirmed) {
            let why = format!("the sign-in address equals the userPrincipalName {upn}, but {reason}");
            return Some(Decided::new(Outcome::Hazard, why).onto(seen.user.id));
        }
        let mut why = format!(
            "the sign-in address equals the userPrincipalName of {}",
            shown(seen.user.display_name())
        );
        if confirmed {
            why.push_str("; confirmed as the same person");
        } else if seen.user.enabled.is_none() {
            why.push_str("; whether the account is enabled could not be read");
        }
        Some(Decided::new(Outcome::Automatic, why).onto(seen.user.id))
    }

    fn is_confirmed(&self, view: &OrgView<'_>, user: &TenantUser) -> bool {
        self.situation
            .confirmed
            .contains(&Pair { storage_key: view.user.storage_key.clone(), target: user.id })
    }

    /// Why two claim one, or why the only target cannot be used.
    fn conflict(&self, view: &OrgView<'_>, hits: &[Seen<'_>]) -> Option<String> {
        let own = self.roster.position(&view.user.storage_key);
        for key in view.keys.iter() {
            let other = self.shared.with_address(key).iter().find(|at| Some(**at as usize) != own);
            if let Some(other) = other.and_then(|at| self.roster.people().get(*at as usize)) {
                let (key, other) = (clean_to(key, 120), shown(&other.display_name));
                return Some(format!("{key} is in the organization twice: {other} has it as well"));
            }
        }
        if hits.is_empty() {
            return None;
        }
        let blocked: Vec<String> = hits.iter().filter_map(|seen| self.unusable(view, seen.user)).collect();
        if blocked.len() == hits.len() {
            let who = hits.first().map(|seen| shown(seen.user.user_principal_name())).unwrap_or_default();
            return Some(match blocked.as_slice() {
                [only] => format!("the only tenant user with the address, {who}, {only}"),
                _ => format!(
                    "none of the tenant users with the address can be used: {who} {}",
                    blocked.first().map_or("", String::as_str)
                ),
            });
        }
        self.lost_claim(view, hits)
    }

    /// Why a target cannot take the person, if so.
    pub(super) fn unusable(&self, view: &OrgView<'_>, user: &TenantUser) -> Option<String> {
        if user.deleted {
            return Some("is deleted".to_owned());
        }
        if user.enabled == Some(false) {
            return Some("is disabled".to_owned());
        }
        match self.shared.active_as(user.id, &view.user.storage_key)? {
            ActiveAs::Entitlement(key) => {
                let who =
                    self.roster.get(key).map_or_else(|| key.to_string(), |user| shown(&user.display_name));
                Some(format!("is in the organization already, as {who}"))
            }
            ActiveAs::Graph(name) => Some(format!("is in the organization already, as {}", shown(name))),
        }
    }

    /// The target is somebody else's by right of the sign-in name, or nobody's by right.
    fn lost_claim(&self, view: &OrgView<'_>, hits: &[Seen<'_>]) -> Option<String> {
        let own = self.roster.position(&view.user.storage_key).and_then(|at| u32::try_from(at).ok())?;
        for seen in hits {
            let claims = self.shared.claims(seen.at);
            let Some(mine) = claims.iter().find(|claim| claim.person == own) else { continue };
            let winner = claims.iter().find(|claim| claim.by_sign_in && claim.person != own);
            let rival = winner.or_else(|| claims.iter().find(|claim| claim.person != own));
            let Some(rival) = rival.filter(|rival| !mine.by_sign_in || rival.by_sign_in) else { continue };
            let who = self
                .roster
                .people()
                .get(rival.person as usize)
                .map(|user| shown(&user.display_name))
                .unwrap_or_default();
            let target = shown(seen.user.user_principal_name());
            return Some(match (rival.by_sign_in, mine.by_sign_in) {
                (true, false) => {
                    format!("{who} signs in with this account's name, {target}; only one can be mapped to it")
                }
                (true, true) => {
                    format!(
                        "{who} signs in with this account's name too, {target}; only one can be mapped to it"
                    )
                }
                (false, _) => {
                    format!("{who} has an address of {target} as well; only one can be mapped to it")
                }
            });
        }
        None
    }

    /// Why the account that the service would choose is somebody else's, if so.
    fn hazard(&self, view: &OrgView<'_>, seen: &Seen<'_>, scratch: &mut Scratch) -> Option<String> {
        if let Some(reason) = somebody_elses(view, seen) {
            return Some(reason);
        }
        self.dates_contradict(view, seen, scratch)
    }

    /// Whether names that agree only in part are enough beside the address. People marry and mistype: at an address that nobody
    /// gives to somebody else, half of the name is enough; at one that may be re-issued, a mistyped surname where the account
    /// was there already when the person was last here.
    fn doubt_is_outweighed(&self, view: &OrgView<'_>, seen: &Seen<'_>) -> bool {
        let name = &seen.compared.name;
        if !self.may_be_reissued(seen) {
            return name.given_agrees || name.given_near;
        }
        let both_known = seen.user.created.is_some() && view.user.last_accessed.at().is_some();
        name.surname_near && both_known && self.newer(view.user, seen.user).is_none()
    }

    /// Why the only tenant user with the address is not in the safe class, if so.
    fn not_safe(&self, view: &OrgView<'_>, seen: &Seen<'_>) -> Option<String> {
        let user = seen.user;
        let who = shown(user.user_principal_name());
        if !seen.compared.has_safe_address() {
            return Some(format!("{who} has the address as a sign-in identity only"));
        }
        match seen.compared.name.verdict {
            Verdict::Contradicts => {
                return Some(format!(
                    "{who} has the address, but {} and {} are names of two people",
                    shown(&view.user.display_name),
                    shown(user.display_name())
                ));
            }
            Verdict::Doubt if self.doubt_is_outweighed(view, seen) => {}
            Verdict::Doubt => {
                return Some(format!(
                    "{who} has the address, but {} and {} agree only in part",
                    shown(&view.user.display_name),
                    shown(user.display_name())
                ));
            }
            _ => {}
        }
        match seen.compared.kind {
            AccountKind::Shared => {
                return Some(format!("{who} has the address, but looks like a shared mailbox"));
            }
            AccountKind::Service if seen.compared.name.verdict < Verdict::Fits => {
                return Some(format!("{who} has the address, but looks like an account of a machine"));
            }
            AccountKind::Administration if view.kind != AccountKind::Administration => {
                return Some(format!(
                    "{who} has the address, but looks like a second account for administration"
                ));
            }
            _ => {}
        }
        if user.pending {
            return Some(format!("the guest {who} has not accepted the invitation yet"));
        }
        if user.enabled.is_none() {
            return Some(format!("whether {who} is enabled could not be read"));
        }
        if let Some(newer) = self.dates_doubt(view.user, seen) {
            return Some(format!(
                "{who} has the address, but was made {} days after the person's last access",
                newer.days
            ));
        }
        if seen.compared.addresses.iter().any(|(_, key)| has_suspicious(key)) {
            return Some(format!("the address that {who} has contains invisible characters"));
        }
        None
    }

    fn why_review(&self, view: &OrgView<'_>, seen: &[Seen<'_>], best: &Seen<'_>) -> String {
        let hits: Vec<&Seen<'_>> = seen.iter().filter(|seen| !seen.compared.addresses.is_empty()).collect();
        match hits.as_slice() {
            [only] => self
                .not_safe(view, only)
                .unwrap_or_else(|| format!("{} has the address", shown(only.user.user_principal_name()))),
            [] => {
                let best = shown(best.user.display_name());
                match seen.len() {
                    1 => format!("no address agrees; {best} is like it by name or login"),
                    count => format!("no address agrees; {count} are like it by name or login, {best} most"),
                }
            }
            several => format!("{} tenant users have an address of this person", several.len()),
        }
    }
}

/// Why an account is plainly not this person's: nobody's own, or of another name. What dates say is not in it.
fn somebody_elses(view: &OrgView<'_>, seen: &Seen<'_>) -> Option<String> {
    let name = shown(seen.user.display_name());
    match seen.compared.kind {
        AccountKind::Shared => {
            return Some(format!("that is a shared mailbox ({name}), nobody's own account"));
        }
        AccountKind::Service if seen.compared.name.verdict < Verdict::Fits => {
            return Some(format!("that is an account of a machine ({name})"));
        }
        _ => {}
    }
    (seen.compared.name.verdict == Verdict::Contradicts).then(|| {
        let own = shown(&view.user.display_name);
        format!("{own} and {name} are names of two people: the address was probably re-issued")
    })
}

/// A few names in a sentence; of more than three only how many more.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 3 => format!("{} and {last}", first.join(", ")),
        [first, second, ..] => format!("{first}, {second} and {} more", names.len() - 2),
    }
}

/// Whether this is a guest or an external member whose decoded name is the person's sign-in address.
fn is_guest_sign_in(view: &OrgView<'_>, user: &TenantUser) -> bool {
    user.decoded_guest_address().is_some_and(|address| Some(address_key(&address)) == view.keys.sign_in)
}

/// A place of an address, in a sentence.
fn place_of(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Upn => "the userPrincipalName",
        EvidenceKind::Mail => "the mail",
        EvidenceKind::OtherMail => "another mail",
        EvidenceKind::ProxyAddress => "an alias",
        EvidenceKind::GuestUpn => "the invited address",
        _ => "an address",
    }
}
