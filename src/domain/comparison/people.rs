//! What is different for each person.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::expected::{self, Between, Expected};
use super::groups::{Held, Which};
use super::join::Pairs;
use super::state::{PersonState, State};
use super::{Change, Difference, Intentions, Kind, PersonChanges};
use crate::domain::matching::names;
use crate::domain::people::{EntitlementStatus, LastAccess, Origin};
use crate::domain::text::clean;

/// Both states with what belongs to both.
struct View<'a> {
    held: &'a Held,
    between: Between,
    intentions: &'a Intentions,
    administrators: Option<(BTreeSet<&'a str>, BTreeSet<&'a str>)>,
}

/// Everybody with a difference, in no order.
pub(super) fn differences(
    before: &State,
    after: &State,
    held: &Held,
    pairs: &Pairs,
    intentions: &Intentions,
) -> Vec<PersonChanges> {
    let keys = |state: &'_ State| -> Option<BTreeSet<String>> {
        Some(state.administrators.as_ref()?.iter().map(|key| key.as_str().to_owned()).collect())
    };
    let sets = keys(before).zip(keys(after));
    let view = View {
        held,
        between: Between { before: before.backing, after: after.backing },
        intentions,
        administrators: sets.as_ref().map(|(first, second)| {
            (first.iter().map(String::as_str).collect(), second.iter().map(String::as_str).collect())
        }),
    };
    let mut found = Vec::new();
    for pair in &pairs.both {
        let (Some(first), Some(second)) = (before.people.get(pair.before), after.people.get(pair.after))
        else {
            continue;
        };
        let differences = view.of_both(first, second);
        if differences.is_empty() {
            continue;
        }
        found.push(PersonChanges {
            storage_key: first.key.clone(),
            new_storage_key: (first.key != second.key).then(|| second.key.clone()),
            name: Arc::clone(&second.name),
            address: Arc::clone(&first.address),
            new_address: (first.address != second.address).then(|| Arc::clone(&second.address)),
            came_back: came_back(second, before.taken_at),
            differences,
        });
    }
    let gone = pairs.gone.iter().filter_map(|at| before.people.get(*at));
    found.extend(gone.map(|person| {
        let expected = intentions.removed.contains(&person.key).then_some(Expected::Removed);
        let difference = Difference::lost(Kind::Person, shown_access(person)).because(expected);
        alone(person, view.noted(difference, Which::Before, person), false)
    }));
    let new = pairs.new.iter().filter_map(|at| after.people.get(*at));
    found.extend(new.map(|person| {
        let difference = Difference::gained(Kind::Person, shown_access(person));
        alone(person, view.noted(difference, Which::After, person), came_back(person, before.taken_at))
    }));
    found
}

/// Whether something of a person was read.
type Has = fn(&PersonState) -> bool;

/// What both states did not read of everybody, once for all.
pub(super) fn say_what_was_not_compared(before: &State, after: &State, out: &mut Vec<String>) {
    for (state, which) in [(before, "before"), (after, "after")] {
        out.extend(state.left_out.iter().map(|what| format!("{which}: {}", clean(what))));
    }
    let none_has = |state: &State, has: Has| !state.people.is_empty() && !state.people.iter().any(has);
    let parts: [(&str, Has); 2] = [
        ("group memberships", |person| person.direct.is_some()),
        ("tokens and SSH keys", |person| person.tokens.is_some()),
    ];
    for (what, has) in parts {
        match (none_has(before, has), none_has(after, has)) {
            (true, true) => out.push(format!("{what}: in neither")),
            (true, false) => out.push(format!("{what}: not in the first")),
            (false, true) => out.push(format!("{what}: not in the second")),
            (false, false) => {}
        }
    }
    if before.administrators.is_none() || after.administrators.is_none() {
        out.push("administrators: not read whole in both, told by the group memberships only".to_owned());
    }
}

fn alone(person: &PersonState, difference: Difference, came_back: bool) -> PersonChanges {
    PersonChanges {
        storage_key: person.key.clone(),
        new_storage_key: None,
        name: Arc::clone(&person.name),
        address: Arc::clone(&person.address),
        new_address: None,
        came_back,
        differences: vec![difference],
    }
}

fn shown_access(person: &PersonState) -> Arc<str> {
    person.access.clone().unwrap_or_else(|| "access level not known".into())
}

fn came_back(person: &PersonState, since: Timestamp) -> bool {
    person.last_accessed.at().is_some_and(|at| at > since)
}

impl View<'_> {
    /// With the groups that somebody was in who is there in one state only.
    fn noted(&self, difference: Difference, which: Which, person: &PersonState) -> Difference {
        let mut words = Vec::new();
        if person.guest == Some(true) {
            words.push("a guest".to_owned());
        }
        if let Some(direct) = self.held.direct(which, person).filter(|direct| !direct.is_empty()) {
            let names: Vec<String> = direct.iter().map(|group| self.name(*group).to_string()).collect();
            words.push(format!("in {}", names.join(", ")));
        }
        if words.is_empty() { difference } else { difference.with_note(words.join(", ")) }
    }

    fn name(&self, group: u32) -> Arc<str> {
        self.held.get(group).map_or_else(|| "".into(), |group| Arc::clone(&group.name))
    }

    fn of_both(&self, first: &PersonState, second: &PersonState) -> Vec<Difference> {
        let mut out = Vec::new();
        self.groups_and_projects(first, second, &mut out);
        self.access(first, second, &mut out);
        status(first, second, &mut out);
        self.identity(first, second, &mut out);
        self.tokens(first, second, &mut out);
        if first.key != second.key {
            out.push(
                Difference::changed(
                    Kind::StorageKey,
                    Change::Changed,
                    first.key.as_str().into(),
                    second.key.as_str().into(),
                )
                .because(Some(Expected::NewKey)),
            );
        }
        if let (LastAccess::At(was), now @ (LastAccess::At(_) | LastAccess::Never)) =
            (first.last_accessed, second.last_accessed)
            && now.at().is_none_or(|now| now < was)
        {
            let now = now.at().map_or_else(|| "never".to_owned(), |now| now.to_string());
            out.push(Difference::changed(
                Kind::LastAccess,
                Change::Changed,
                was.to_string().into(),
                now.into(),
            ));
        }
        out.sort_by_key(|one| one.kind);
        out
    }

    fn access(&self, first: &PersonState, second: &PersonState, out: &mut Vec<Difference>) {
        let (Some(was), Some(is)) = (&first.access, &second.access) else { return };
        if was.trim().eq_ignore_ascii_case(is.trim()) {
            return;
        }
        let change = match (rank(was), rank(is)) {
            (Some(was), Some(is)) if is < was => Change::Lost,
            (Some(was), Some(is)) if is > was => Change::Gained,
            _ => Change::Changed,
        };
        let expected = match change {
            Change::Lost => expected::access(self.between, first, second),
            Change::Gained | Change::Changed => None,
        };
        out.push(
            Difference::changed(Kind::AccessLevel, change, Arc::clone(was), Arc::clone(is)).because(expected),
        );
    }

    fn identity(&self, first: &PersonState, second: &PersonState, out: &mut Vec<Difference>) {
        let same =
            first.origin == second.origin && first.tenant == second.tenant && first.object == second.object;
        let mut expected = expected::identity(self.between, first, second);
        if !same {
            let planned = self.intentions.targets.get(&first.key).copied();
            let elsewhere = planned.is_some() && second.object.is_some() && second.object != planned;
            let hazard = second
                .object
                .is_some_and(|object| self.intentions.hazards.contains(&(first.key.clone(), object)));
            let another = planned.is_none() && contradicts(&first.name, &second.name);
            if elsewhere || hazard || another {
                expected = None;
            }
            let mut one = Difference::changed(
                Kind::Identity,
                Change::Changed,
                shown_identity(first),
                shown_identity(second),
            )
            .because(expected);
            if elsewhere {
                one = one.with_note("not the account that the plan names");
            } else if hazard || another {
                one = one.with_note(format!(
                    "perhaps somebody else's account: was {}, is {}",
                    first.name, second.name
                ));
            }
            out.push(one);
        }
        if !first.address.trim().eq_ignore_ascii_case(second.address.trim()) {
            out.push(
                Difference::changed(
                    Kind::Address,
                    Change::Changed,
                    Arc::clone(&first.address),
                    Arc::clone(&second.address),
                )
                .because(expected),
            );
        }
        if let (Some(was), Some(is)) = (first.guest, second.guest)
            && was != is
        {
            let word = |guest: bool| if guest { "guest" } else { "member" };
            out.push(
                Difference::changed(Kind::Guest, Change::Changed, word(was).into(), word(is).into())
                    .because(expected),
            );
        }
    }

    fn tokens(&self, first: &PersonState, second: &PersonState, out: &mut Vec<Difference>) {
        let (Some(was), Some(is)) = (first.tokens, second.tokens) else { return };
        for (kind, was, is) in [
            (Kind::AccessTokens, was.access_tokens, is.access_tokens),
            (Kind::SshKeys, was.ssh_keys, is.ssh_keys),
        ] {
            let change = match is.cmp(&was) {
                std::cmp::Ordering::Less => Change::Lost,
                std::cmp::Ordering::Greater => Change::Gained,
                std::cmp::Ordering::Equal => continue,
            };
            let expected = (change == Change::Lost && self.between.switched()).then_some(Expected::MadeAnew);
            out.push(
                Difference::changed(kind, change, was.to_string().into(), is.to_string().into())
                    .because(expected),
            );
        }
    }

    fn is_administrator(
        &self,
        which: Which,
        person: &PersonState,
        resolved: Option<&BTreeSet<u32>>,
    ) -> Option<bool> {
        if let Some((before, after)) = &self.administrators {
            let set = if which == Which::Before { before } else { after };
            return Some(set.contains(person.key.as_str()));
        }
        let group = self.held.groups.iter().zip(0_u32..).find(|(group, _)| group.administrators)?.1;
        if resolved?.contains(&group) {
            return Some(true);
        }
        (!self.held.is_unsure(which, group)).then_some(false)
    }

    fn groups_and_projects(&self, first: &PersonState, second: &PersonState, out: &mut Vec<Difference>) {
        let held = self.held;
        let direct = held.direct(Which::Before, first).zip(held.direct(Which::After, second));
        let resolved = direct.as_ref().map(|(was, is)| {
            if was == is && held.is_same_around(was) {
                return None;
            }
            Some((held.resolved(Which::Before, was), held.resolved(Which::After, is)))
        });
        let sets = resolved.as_ref().and_then(Option::as_ref);
        let sides = sets.map(|(was, is)| (Some(was), Some(is)));
        // The same groups both times, and no lists of administrators: then nobody's place among them changed either.
        if self.administrators.is_some() || sets.is_some() {
            let (was, is) = sides.unwrap_or((None, None));
            let was = self.is_administrator(Which::Before, first, was);
            let is = self.is_administrator(Which::After, second, is);
            let what = || Arc::<str>::from("Project Collection Administrator");
            match (was, is) {
                (Some(true), Some(false)) => out.push(self.administrator_lost(direct.as_ref(), what())),
                (Some(false), Some(true)) => out.push(Difference::gained(Kind::Administrator, what())),
                _ => {}
            }
        }
        if let (Some((was, is)), Some((direct_was, direct_is))) = (sets, direct.as_ref()) {
            let known = |group: u32, direct: &[u32], other: Which| {
                !held.is_unread(other, group) && (direct.contains(&group) || !held.is_unsure(other, group))
            };
            for group in was.difference(is).filter(|group| known(**group, direct_was, Which::After)) {
                out.extend(self.group(Which::Before, *group, direct_was));
            }
            for group in is.difference(was).filter(|group| known(**group, direct_is, Which::Before)) {
                out.extend(self.group(Which::After, *group, direct_is));
            }
        }
        self.projects(first, second, sets, out);
    }

    fn administrator_lost(&self, direct: Option<&(Vec<u32>, Vec<u32>)>, what: Arc<str>) -> Difference {
        let group = self.held.groups.iter().zip(0_u32..).find(|(group, _)| group.administrators);
        let through = direct
            .zip(group)
            .filter(|((was, _), (_, group))| {
                self.between.left_a_directory()
                    && !self.held.ways(Which::Before, was, *group).is_empty()
                    && self.held.only_through_entra(Which::Before, was, *group)
            })
            .map(|_| Expected::ThroughOldGroup);
        Difference::lost(Kind::Administrator, what).because(through)
    }

    /// A group that is in one of the states only; the administrators' own group is told as such.
    fn group(&self, which: Which, group: u32, direct: &[u32]) -> Option<Difference> {
        let known = self.held.get(group).filter(|known| !known.administrators)?;
        let ways = self.held.ways(which, direct, group);
        let is_direct = ways.contains(&group);
        let other = if which == Which::Before { Which::After } else { Which::Before };
        let mut one = match which {
            Which::Before => Difference::lost(Kind::Group, Arc::clone(&known.name)),
            Which::After => Difference::gained(Kind::Group, Arc::clone(&known.name)),
        };
        if self.held.is_unsure(other, group) {
            one = one.with_note("in person; perhaps still through a group whose members could not be read");
        } else if !is_direct {
            let names: Vec<String> = ways.iter().map(|way| self.name(*way).to_string()).collect();
            one = one.with_note(format!("through {}", names.join(", ")));
        }
        Some(match which {
            Which::Before => one.because(self.why_lost(group, known.entra, direct)),
            Which::After => {
                one.because((known.entra && self.between.switched()).then_some(Expected::NewDirectoryGroup))
            }
        })
    }

    fn why_lost(&self, group: u32, entra: bool, direct: &[u32]) -> Option<Expected> {
        if !self.between.left_a_directory() {
            return None;
        }
        if entra {
            return Some(Expected::OldDirectoryGroup);
        }
        self.held.only_through_entra(Which::Before, direct, group).then_some(Expected::ThroughOldGroup)
    }

    fn projects(
        &self,
        first: &PersonState,
        second: &PersonState,
        sets: Option<&(BTreeSet<u32>, BTreeSet<u32>)>,
        out: &mut Vec<Difference>,
    ) {
        // Only what both states know in the same way is compared.
        let mut was: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut is = was.clone();
        let mut unsure: BTreeSet<Arc<str>> = BTreeSet::new();
        if let (Some(first), Some(second)) = (&first.projects, &second.projects) {
            was.extend(first.iter().cloned());
            is.extend(second.iter().cloned());
        }
        let project = |group: &u32| self.held.get(*group)?.project.clone();
        if let Some((first, second)) = sets {
            was.extend(first.iter().filter_map(project));
            is.extend(second.iter().filter_map(project));
            let doubtful = |which| {
                let one_sided = first.symmetric_difference(second);
                one_sided.filter(move |group| self.held.is_unsure(which, **group)).filter_map(project)
            };
            unsure.extend(doubtful(Which::Before).chain(doubtful(Which::After)));
        } else if first.direct.is_some() && second.direct.is_some() {
            // The same groups both times: what they give stays, whatever the entitlements say beside it.
            let direct = self.held.direct(Which::Before, first).unwrap_or_default();
            let kept: Vec<Arc<str>> =
                self.held.resolved(Which::Before, &direct).iter().filter_map(project).collect();
            was.extend(kept.iter().cloned());
            is.extend(kept);
        }
        for name in was.difference(&is).filter(|name| !unsure.contains(*name)) {
            let reasons: Vec<Option<Expected>> = out
                .iter()
                .filter(|one| one.kind == Kind::Group && one.change == Change::Lost)
                .filter(|one| {
                    let group =
                        self.held.groups.iter().find(|group| Some(&group.name) == one.before.as_ref());
                    group.and_then(|group| group.project.as_ref()) == Some(name)
                })
                .map(|one| one.expected)
                .collect();
            let all = !reasons.is_empty() && reasons.iter().all(Option::is_some);
            out.push(
                Difference::lost(Kind::Project, Arc::clone(name))
                    .because(all.then_some(Expected::ThroughOldGroup)),
            );
        }
        for name in is.difference(&was).filter(|name| !unsure.contains(*name)) {
            out.push(Difference::gained(Kind::Project, Arc::clone(name)));
        }
    }
}

/// The names are those of two people.
fn contradicts(was: &str, is: &str) -> bool {
    if was.trim().to_lowercase() == is.trim().to_lowercase() {
        return false;
    }
    let found = names::compare(&names::Name::of_display(was), &names::Name::of_display(is));
    found.verdict == names::Verdict::Contradicts
}

fn status(first: &PersonState, second: &PersonState, out: &mut Vec<Difference>) {
    if first.status == second.status {
        return;
    }
    let change = match (standing(&first.status), standing(&second.status)) {
        (Some(was), Some(is)) if is < was => Change::Lost,
        (Some(was), Some(is)) if is > was => Change::Gained,
        (Some(_), Some(_)) => return,
        _ => Change::Changed,
    };
    let word = |status: &EntitlementStatus| -> Arc<str> {
        match status {
            EntitlementStatus::Active => "active".into(),
            EntitlementStatus::Pending => "pending".into(),
            EntitlementStatus::Disabled => "disabled".into(),
            EntitlementStatus::Deleted => "deleted".into(),
            EntitlementStatus::Other(text) if text.is_empty() => "not said".into(),
            EntitlementStatus::Other(text) => Arc::clone(text),
        }
    };
    out.push(Difference::changed(Kind::Status, change, word(&first.status), word(&second.status)));
}

fn standing(status: &EntitlementStatus) -> Option<u8> {
    match status {
        EntitlementStatus::Deleted => Some(0),
        EntitlementStatus::Disabled => Some(1),
        EntitlementStatus::Pending => Some(2),
        EntitlementStatus::Active => Some(3),
        EntitlementStatus::Other(_) => None,
    }
}

/// How much an access level allows. Names are those that the service shows; others are not ranked.
fn rank(level: &str) -> Option<u8> {
    let level = level.trim().to_lowercase();
    Some(match level.as_str() {
        "none" => 0,
        "stakeholder" => 1,
        "basic" | "express" | "early adopter" => 2,
        "basic + test plans" | "advanced" => 4,
        _ if level.contains("enterprise") => 5,
        _ if level.contains("test professional") => 4,
        _ if level.contains("professional") || level.contains("subscri") => 3,
        _ => return None,
    })
}

fn shown_identity(person: &PersonState) -> Arc<str> {
    match (&person.origin, person.tenant, person.object) {
        (Origin::Msa, _, _) => "Microsoft account".into(),
        (Origin::Aad, Some(tenant), Some(object)) => format!("Entra account {object} of {tenant}").into(),
        (Origin::Aad, Some(tenant), None) => format!("Entra account of {tenant}").into(),
        (Origin::Aad, None, _) => "Entra account".into(),
        (other, _, _) => other.as_str().into(),
    }
}
