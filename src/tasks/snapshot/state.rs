//! What [`crate::domain::comparison`] compares, made from a snapshot while it is read: a person costs a few hundred bytes,
//! however much the services said about them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::offline::{Rows, is_a_name};
use super::scan::{Found, bad, own, scan};
use super::{EntraMember, LeftOut, OrganizationPart, WrittenMembership, WrittenTokens};
use crate::domain::comparison::state::{Named, OwnerState, PersonState, State, TokenCounts};
use crate::domain::comparison::{Comparison, Intentions, compare};
use crate::domain::facts::Administrators;
use crate::domain::text::{clean_to, named};
use crate::domain::{ObjectId, Problem, StorageKey};
use crate::services::wire;
use crate::tasks::observe::group_state;

/// Reads two snapshots, both at the same time, and compares them.
pub async fn compare_files(
    before: &Path,
    after: &Path,
    intentions: impl FnOnce(&str) -> Intentions,
) -> Result<Comparison, Problem> {
    let (before, after) = tokio::join!(read_in_background(before), read_in_background(after));
    let (before, after) = (before?, after?);
    same_organization(&before, &after)?;
    let intentions = intentions(&after.organization);
    compare_in_background(before, after, intentions).await
}

/// Two organizations have nothing to be compared.
pub(in crate::tasks) fn same_organization(before: &State, after: &State) -> Result<(), Problem> {
    if before.organization.eq_ignore_ascii_case(&after.organization) {
        return Ok(());
    }
    Err(Problem {
        kind: crate::domain::ProblemKind::BadAnswer,
        ..Problem::local(
            "comparing before with after",
            format!("the first is of {}, the second of {}", before.organization, after.organization),
            "Give two snapshots of the same organization.",
        )
    })
}

pub(in crate::tasks) async fn read_in_background(path: &Path) -> Result<State, Problem> {
    let owned = path.to_owned();
    tokio::task::spawn_blocking(move || read(&owned)).await.unwrap_or_else(|_| {
        Err(Problem::local(format!("reading {}", path.display()), "the work ended unexpectedly", ""))
    })
}

pub(in crate::tasks) async fn compare_in_background(
    before: State,
    after: State,
    intentions: Intentions,
) -> Result<Comparison, Problem> {
    tokio::task::spawn_blocking(move || compare(&before, &after, &intentions))
        .await
        .map_err(|_| Problem::local("comparing before with after", "the work ended unexpectedly", ""))
}

/// Reads a snapshot.
pub fn read(path: &Path) -> Result<State, Problem> {
    let mut reader = Reader::default();
    scan(path, |found| reader.take(found))?;
    reader.finish().map_err(|said| bad(path, said))
}

/// What a descriptor stands for.
#[derive(Clone, Copy)]
enum Subject {
    Person(u32),
    Group(u32),
}

/// A state in the making.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether a part of the file came")]
struct Reader {
    state: State,
    organization: Option<OrganizationPart>,
    has_time: bool,
    has_people: bool,
    has_groups: bool,
    has_memberships: bool,
    rows: Rows,
    group_rows: Rows,
    subjects: HashMap<Box<str>, Subject>,
    /// Container and member, where one of them was not known yet.
    early: Vec<(Box<str>, Box<str>)>,
    direct: Vec<Vec<u32>>,
    by_object: HashMap<ObjectId, Vec<u32>>,
    entra: Vec<EntraMember>,
    tokens: Vec<(StorageKey, TokenCounts)>,
    words: HashMap<Box<str>, Arc<str>>,
    left_out: Vec<LeftOut>,
    services: Vec<Named>,
}

impl Reader {
    fn take(&mut self, found: Found<'_>) -> Result<(), String> {
        match found {
            Found::Member("taken_at", value) => {
                self.state.taken_at = own(value)?;
                self.has_time = true;
            }
            Found::Member("organization", value) => self.organization = Some(own(value)?),
            Found::List("org_users") => self.has_people = true,
            Found::List("groups") => self.has_groups = true,
            Found::List("memberships") => self.has_memberships = true,
            Found::Row("org_users", row) => self.person(row),
            Found::Row("graph_users", row) => self.graph_user(row),
            Found::Row("groups", row) => self.group(row),
            Found::Row("memberships", row) => self.membership(row)?,
            Found::Row("entra_members", row) => self.entra.push(own(row)?),
            Found::Row("tokens", row) => {
                let tokens: WrittenTokens = own(row)?;
                let counts = TokenCounts {
                    access_tokens: tokens.counts.access_tokens,
                    ssh_keys: tokens.counts.ssh_keys,
                };
                self.tokens.push((tokens.storage_key, counts));
            }
            Found::Row("left_out", row) => self.left_out.push(own(row)?),
            Found::List(name) => {
                if let Some(slot) = self.named(name) {
                    slot.get_or_insert_default();
                }
            }
            Found::Row(name, row) => {
                if self.named(name).is_some() {
                    let one: Named = own(row)?;
                    if let Some(slot) = self.named(name) {
                        slot.get_or_insert_default().push(one);
                    }
                }
            }
            Found::Member(..) => {}
        }
        Ok(())
    }

    fn named(&mut self, list: &str) -> Option<&mut Option<Vec<Named>>> {
        match list {
            "group_rules" => Some(&mut self.state.rules),
            "projects" => Some(&mut self.state.projects),
            "service_connections" => Some(&mut self.state.connections),
            "agent_pools" => Some(&mut self.state.pools),
            _ => None,
        }
    }

    /// One piece of memory for a text that many have.
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.words.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.words.insert(text.into(), Arc::clone(&new));
        new
    }

    fn person(&mut self, row: &[u8]) {
        let Some(whole) = self.rows.take(wire::whole_from_json(row)) else { return };
        let user = whole.user;
        if user.is_service_identity() {
            self.services.push(Named {
                id: user.descriptor.to_string(),
                name: user.display_name.to_string(),
                standing: None,
                good: None,
            });
            return;
        }
        let at = u32::try_from(self.state.people.len()).unwrap_or(u32::MAX);
        let mut person = PersonState::of(&user);
        person.licence = whole.licence;
        person.access = user.access_level.as_deref().map(|level| self.shared(level));
        person.projects = Some(whole.projects.iter().map(|project| self.shared(project)).collect());
        if let Some(object) = person.object {
            self.by_object.entry(object).or_default().push(at);
        }
        if !user.descriptor.as_str().is_empty() {
            self.subjects.insert(user.descriptor.as_str().into(), Subject::Person(at));
        }
        self.state.people.push(person);
        self.direct.push(Vec::new());
    }

    fn graph_user(&mut self, row: &[u8]) {
        // People are known from their entitlements; most rows are not looked at any closer.
        let is_service =
            |kind: &str| matches!(kind, "svc" | "acs" | "agg" | "imp" | "s2s" | "aadsp" | "win" | "tst");
        let Ok(head) = serde_json::from_slice::<DescriptorOnly<'_>>(row) else { return };
        if !head.descriptor.split_once('.').is_some_and(|(kind, _)| is_service(kind)) {
            return;
        }
        if let Ok(user) = wire::graph_user_from_json(row) {
            self.services.push(Named {
                id: user.descriptor.to_string(),
                name: user.display_name,
                standing: None,
                good: None,
            });
        }
    }

    fn group(&mut self, row: &[u8]) {
        let Some(group) = self.group_rows.take(wire::group_from_json(row)) else { return };
        if matches!(self.subjects.get(group.descriptor.as_str()), Some(Subject::Group(_))) {
            return;
        }
        let at = u32::try_from(self.state.groups.len()).unwrap_or(u32::MAX);
        self.subjects.insert(group.descriptor.as_str().into(), Subject::Group(at));
        self.state.groups.push(group_state(&group));
    }

    fn membership(&mut self, row: &[u8]) -> Result<(), String> {
        let one: WrittenMembership<'_> =
            serde_json::from_slice(row).map_err(|error| clean_to(&error.to_string(), 200).into_owned())?;
        let container = self.subjects.get(&*one.container).copied();
        let member = self.subjects.get(&*one.member).copied();
        match (container, member) {
            (Some(container), Some(member)) => self.put(container, member),
            // Members without an entitlement are known to nobody; what comes in another order is looked at again.
            _ if !self.has_groups || !self.has_people => {
                self.early.push(((*one.container).into(), (*one.member).into()));
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, container: Subject, member: Subject) {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        let Subject::Group(holder) = container else { return };
        match member {
            Subject::Group(inner) => {
                if let Some(group) = self.state.groups.get_mut(place(inner)) {
                    group.within.push(holder);
                }
            }
            Subject::Person(person) => {
                if let Some(groups) = self.direct.get_mut(place(person)) {
                    groups.push(holder);
                }
            }
        }
    }

    fn finish(mut self) -> Result<State, String> {
        if !self.has_time {
            return Err("it has no `taken_at`".to_owned());
        }
        if !self.has_people {
            return Err("it has no `org_users`".to_owned());
        }
        self.rows.check("org_users")?;
        self.group_rows.check("groups")?;
        let organization = self.organization.take().ok_or("it has no `organization`")?;
        if !is_a_name(&organization.name) {
            return Err("its organization has no name that an organization can have".to_owned());
        }
        for (container, member) in std::mem::take(&mut self.early) {
            if let (Some(container), Some(member)) =
                (self.subjects.get(&container).copied(), self.subjects.get(&member).copied())
            {
                self.put(container, member);
            }
        }
        self.entra_members();
        let groups_read = self.has_groups && self.has_memberships;
        for (person, groups) in self.state.people.iter_mut().zip(std::mem::take(&mut self.direct)) {
            person.direct = groups_read.then(|| groups.into());
            if !organization.with_projects {
                person.projects = None;
            }
        }
        self.what_is_missing(groups_read);
        let mut state = self.state;
        state.groups_whole = groups_read;
        state.organization = organization.name;
        state.backing = organization.backing;
        state.owner = organization.owner.map(|owner| OwnerState {
            key: owner.storage_key,
            shown: named(
                owner.name.as_deref().unwrap_or_default(),
                owner.address.as_deref().unwrap_or_default(),
            ),
        });
        state.services = Some(self.services);
        state.administrators = organization
            .administrators
            .filter(|found| found.unresolved.is_empty())
            .map(|found| administrators(&found, &state));
        state.settle();
        for (key, counts) in self.tokens {
            if let Some(person) = state.position(&key).and_then(|at| state.people.get_mut(at)) {
                person.tokens = Some(counts);
            }
        }
        Ok(state)
    }

    fn entra_members(&mut self) {
        for member in std::mem::take(&mut self.entra) {
            let Some(group) = self.subjects.get(member.group.as_str()).copied() else { continue };
            for person in self.by_object.get(&member.object).cloned().unwrap_or_default() {
                self.put(group, Subject::Person(person));
            }
        }
    }

    fn what_is_missing(&mut self, groups_read: bool) {
        for one in std::mem::take(&mut self.left_out) {
            let name = one.group.as_deref().and_then(|descriptor| match self.subjects.get(descriptor)? {
                Subject::Group(at) => {
                    self.state.unread_groups.push(*at);
                    let group = self.state.groups.get(usize::try_from(*at).ok()?)?;
                    Some(group.name.to_string())
                }
                Subject::Person(_) => None,
            });
            let of = name.map_or_else(String::new, |name| format!(" of {name}"));
            self.state.left_out.push(format!("{}{of}: {}", one.part, one.why));
        }
        if self.rows.bad > 0 {
            self.state.left_out.push(format!("org_users: {} rows could not be read", self.rows.bad));
        }
        if !groups_read {
            self.state.groups.clear();
            self.state.unread_groups.clear();
        }
    }
}

#[derive(serde::Deserialize)]
struct DescriptorOnly<'a> {
    #[serde(borrow, default)]
    descriptor: std::borrow::Cow<'a, str>,
}

/// By key, and through Entra groups by object.
pub(in crate::tasks) fn administrators(found: &Administrators, state: &State) -> Vec<StorageKey> {
    let through = state
        .people
        .iter()
        .filter(|person| person.object.is_some_and(|object| found.through_entra_groups.contains(&object)))
        .map(|person| person.key.clone());
    let mut all: Vec<StorageKey> = found.members.iter().cloned().chain(through).collect();
    all.sort();
    all.dedup();
    all
}
