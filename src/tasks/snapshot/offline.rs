//! A model of the moment at which a snapshot was taken: to work offline.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::scan::{Found, bad, own, scan};
use super::{OrganizationPart, TenantPart, WrittenTokens};
use crate::domain::Problem;
use crate::domain::facts::{Aged, Facts, TokenInventory};
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::services::wire;
use crate::tasks::context::Context;
use crate::tasks::model::Model;

/// A model of the moment at which the snapshot was taken. The context keeps its settings; organization and tenant are the
/// snapshot's, and it is offline and read-only.
pub async fn open(path: &Path, context: Context) -> Result<Model, Problem> {
    let owned = path.to_owned();
    match tokio::task::spawn_blocking(move || read(&owned, context)).await {
        Ok(result) => result,
        Err(_) => {
            Err(Problem::local(format!("reading {}", path.display()), "the work ended unexpectedly", ""))
        }
    }
}

/// Rows of one list: those that could not be read cost only themselves, unless there is not one that could.
#[derive(Default)]
pub(super) struct Rows {
    read: usize,
    first_bad: Option<String>,
    /// How many could not be read.
    pub bad: usize,
}

impl Rows {
    /// Counts the row, and gives it on.
    pub fn take<T>(&mut self, row: Result<T, String>) -> Option<T> {
        match row {
            Ok(row) => {
                self.read += 1;
                Some(row)
            }
            Err(why) => {
                self.bad += 1;
                self.first_bad.get_or_insert(why);
                None
            }
        }
    }

    /// Fails when there were rows and none of them could be read.
    pub fn check(&self, list: &str) -> Result<(), String> {
        match &self.first_bad {
            Some(why) if self.read == 0 => {
                Err(format!("{list}: none of the {} rows could be read; the first one: {why}", self.bad))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Default)]
struct Parts {
    taken_at: Option<Timestamp>,
    organization: Option<OrganizationPart>,
    tenant: Option<TenantPart>,
    people: Vec<OrgUser>,
    people_rows: Rows,
    has_people: bool,
    users: Vec<TenantUser>,
    users_rows: Rows,
    has_users: bool,
    tokens: TokenInventory,
    has_tokens: bool,
}

impl Parts {
    fn take(&mut self, found: Found<'_>) -> Result<(), String> {
        match found {
            Found::Member("taken_at", value) => self.taken_at = Some(own(value)?),
            Found::Member("organization", value) => self.organization = Some(own(value)?),
            Found::Member("tenant", value) => self.tenant = Some(own(value)?),
            Found::List("org_users") => self.has_people = true,
            Found::List("tenant_users") => self.has_users = true,
            Found::Row("org_users", row) => {
                let user = text(row).and_then(wire::org_user_from_json);
                self.people.extend(self.people_rows.take(user));
            }
            Found::Row("tenant_users", row) => {
                let user = text(row).and_then(wire::tenant_user_from_json);
                self.users.extend(self.users_rows.take(user));
            }
            Found::Row("deleted_users", row) => {
                if let Ok(mut user) = text(row).and_then(wire::tenant_user_from_json) {
                    user.deleted = true;
                    self.users.push(user);
                }
            }
            Found::Row("tokens", row) => {
                let tokens: WrittenTokens = own(row)?;
                self.has_tokens = true;
                if !tokens.notes.is_empty() {
                    self.tokens.notes.insert(tokens.storage_key.clone(), tokens.notes);
                }
                self.tokens.read_at.extend(tokens.read_at.map(|at| (tokens.storage_key.clone(), at)));
                self.tokens.people.insert(tokens.storage_key, tokens.counts);
            }
            Found::Member(..) | Found::List(_) | Found::Row(..) => {}
        }
        Ok(())
    }
}

fn text(row: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(row).map_err(|error| error.to_string())
}

/// The name stands in addresses that are shown and copied: only what a name can be is taken.
pub(super) fn is_a_name(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '));
    plain && !matches!(name.trim(), "" | "." | "..") && name.chars().count() <= 64
}

fn read(path: &Path, context: Context) -> Result<Model, Problem> {
    let mut parts = Parts::default();
    scan(path, |found| parts.take(found))?;
    let missing = |what: &str| bad(path, format!("it has no `{what}`"));
    let at = parts.taken_at.ok_or_else(|| missing("taken_at"))?;
    let organization = parts.organization.ok_or_else(|| missing("organization"))?;
    let tenant = parts.tenant.ok_or_else(|| missing("tenant"))?;
    if !is_a_name(&organization.name) {
        return Err(bad(path, "its organization has no name that an organization can have"));
    }
    for (list, there, rows) in [
        ("org_users", parts.has_people, &parts.people_rows),
        ("tenant_users", parts.has_users, &parts.users_rows),
    ] {
        if !there {
            return Err(missing(list));
        }
        rows.check(list).map_err(|said| bad(path, said))?;
    }
    let context = Context {
        organization: organization.name,
        tenant: tenant.configured,
        read_only: true,
        offline: Some(path.display().to_string()),
        ..context
    };
    let mut model = Model::new(Arc::new(context), at);
    let directory = Directory::new(parts.users);
    model.index = Some(Arc::new(TenantIndex::build(&directory)));
    model.roster = Aged::known(Roster::new(parts.people), at);
    model.directory = Aged::known(directory, at);
    model.facts = Facts {
        operator: aged(organization.operator, at),
        backing: aged(organization.backing, at),
        discovery: aged(tenant.discovery, at),
        tenant: aged(tenant.profile, at),
        me: aged(tenant.me, at),
        my_roles: aged(tenant.my_roles, at),
        administrators: aged(organization.administrators, at),
        owner: aged(organization.owner, at),
        hidden_identities: aged(organization.hidden_identities, at),
        invitation_policy: aged(tenant.invitation_policy, at),
        tokens: aged(parts.has_tokens.then_some(parts.tokens), at),
        ..Facts::default()
    };
    Ok(model)
}

fn aged<T>(value: Option<T>, at: Timestamp) -> Aged<T> {
    Aged { value: value.map(Arc::new), read_at: Some(at), problem: None }
}
