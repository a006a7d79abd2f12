//! Taking a snapshot. The two lists of people must succeed; everything else may be missing, and then the file says what and
//! why.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::document::Document;
use super::{EntraMember, LeftOut, OrganizationPart, TenantPart, WrittenMembership, WrittenTokens};
use crate::domain::activity::{Progress, Source};
use crate::domain::facts::TokenInventory;
use crate::domain::{Problem, ProblemKind};
use crate::services::{Pages, Raw};
use crate::tasks::msg::Msg;
use crate::tasks::observe;
use crate::tasks::reading;
use crate::tasks::runner::write_file;
use crate::tasks::session::Session;

/// What a snapshot that was taken holds, and what it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// People of the organization.
    pub people: usize,
    /// Users of the tenant.
    pub users: usize,
    /// Memberships.
    pub memberships: usize,
    /// What could not be read.
    pub left_out: Vec<LeftOut>,
}

/// A list as it was read.
struct Listed<T> {
    items: Vec<T>,
    raw: Vec<Box<RawValue>>,
    /// Rows that could not be read.
    skipped: usize,
}

/// Takes a snapshot and writes it. `.zst` at the end of the name compresses. With `tokens` everybody's tokens and keys are
/// read first (those that were read lately are not read again); without, those that are known go in.
///
/// Where it is stopped, nothing is written.
pub async fn take(session: &Arc<Session>, path: &Path, force: bool, tokens: bool) -> Result<Taken, Problem> {
    let taken =
        session.unless_stopped("taking a snapshot", Box::pin(taking(session, path, force, tokens))).await;
    // These lists were read for the file alone; nobody else tells that it is over.
    for source in [
        Source::Roster,
        Source::GraphIdentities,
        Source::Administrators,
        Source::Memberships,
        Source::Directory,
        Source::Tokens,
    ] {
        session.tell(Msg::ReadingEnded(source)).await;
    }
    taken
}

async fn taking(session: &Arc<Session>, path: &Path, force: bool, tokens: bool) -> Result<Taken, Problem> {
    if path.exists() && !force {
        return Err(Problem::local(
            format!("writing {}", path.display()),
            "the file exists",
            "Choose another name, or give --force to replace it.",
        ));
    }
    let mut taken = Taken::default();
    let taken_at = Timestamp::now();
    // What backs the organization decides which credential is used: first.
    Box::pin(reading::read(session, &[Source::Backing, Source::Discovery])).await;
    let graph = session.services.graph.clone();
    let azure = session.azure_devops().clone();
    let left_out = &mut taken.left_out;
    let organization = OrganizationPart {
        name: session.context.organization.clone(),
        backing: or_left_out(
            "backing",
            session.believed_backing().ok_or_else(|| {
                Problem::local("asking what backs the organization", "the readings do not agree", "")
            }),
            left_out,
        )?,
        operator: or_left_out("operator", azure.operator().await, left_out)?,
        administrators: or_left_out("administrators", azure.administrators(Some(&graph)).await, left_out)?,
        owner: or_left_out("owner", azure.owner().await, left_out)?,
        hidden_identities: None,
        with_projects: true,
    };
    let discovery = session.services.entra.discover().await.ok();
    let tenant = TenantPart {
        configured: session.context.tenant.clone(),
        id: discovery.as_ref().map(|found| found.id),
        discovery,
        profile: graph.organization().await.ok(),
        me: graph.me().await.ok(),
        my_roles: graph.my_roles().await.ok(),
        invitation_policy: graph.invitation_policy().await.ok(),
    };
    let mut out = Document::new(path.extension().is_some_and(|ending| ending == "zst"))?;
    out.head(taken_at, &organization, &tenant)?;
    // Without the two lists a snapshot is not one: these must succeed.
    let people = list(session, Source::Roster, azure.users_whole(Raw::Keep)).await?;
    out.objects("org_users", &people.raw)?;
    note_skipped("org_users", people.skipped, &mut taken.left_out);
    taken.people = people.items.len();
    let graph_users = or_left_out(
        "graph_users",
        list(session, Source::GraphIdentities, azure.graph_users(&[], Raw::Keep)).await,
        &mut taken.left_out,
    )?;
    if let Some(users) = graph_users {
        out.objects("graph_users", &users.raw)?;
        note_skipped("graph_users", users.skipped, &mut taken.left_out);
    }
    groups(session, &mut out, &mut taken, discovery_id(&tenant)).await?;
    things(session, &mut out, &mut taken).await?;
    let users = list(session, Source::Directory, graph.users(Raw::Keep)).await?;
    out.objects("tenant_users", &users.raw)?;
    note_skipped("tenant_users", users.skipped, &mut taken.left_out);
    taken.users = users.items.len();
    // Often not readable; then nobody is known to be deleted, as in a live reading.
    if let Ok(deleted) = list(session, Source::Directory, graph.deleted_users(Raw::Keep)).await {
        out.objects("deleted_users", &deleted.raw)?;
    }
    let inventory = if tokens {
        or_left_out("tokens", reading::tokens::of(session, &people.items).await, &mut taken.left_out)?
    } else {
        reading::tokens::known(session).await
    };
    out.values("tokens", inventory.as_ref().map(written_tokens).unwrap_or_default())?;
    out.values("left_out", &taken.left_out)?;
    write_file(path, out.finish()?, force).await?;
    Ok(taken)
}

fn discovery_id(tenant: &TenantPart) -> Option<crate::domain::TenantId> {
    tenant.id.or_else(|| tenant.profile.as_ref().map(|profile| profile.id))
}

fn written_tokens(inventory: &TokenInventory) -> Vec<WrittenTokens> {
    let one =
        |(key, counts): (&crate::domain::StorageKey, &crate::domain::facts::PersonTokens)| WrittenTokens {
            storage_key: key.clone(),
            counts: counts.clone(),
            notes: inventory.notes.get(key).cloned().unwrap_or_default(),
            read_at: inventory.read_at.get(key).copied(),
        };
    inventory.people.iter().map(one).collect()
}

/// The groups, and who is in them: one call a group.
async fn groups(
    session: &Arc<Session>,
    out: &mut Document,
    taken: &mut Taken,
    tenant: Option<crate::domain::TenantId>,
) -> Result<(), Problem> {
    let azure = session.azure_devops().clone();
    let read = list(session, Source::Administrators, azure.groups(Raw::Keep)).await;
    let Some(groups) = or_left_out("groups", read, &mut taken.left_out)? else {
        taken.left_out.push(LeftOut {
            part: "memberships".to_owned(),
            group: None,
            why: "the groups could not be read".to_owned(),
        });
        return Ok(());
    };
    out.objects("groups", &groups.raw)?;
    note_skipped("groups", groups.skipped, &mut taken.left_out);
    let members = observe::members(session, &groups.items).await;
    out.begin("memberships")?;
    for (group, answer) in groups.items.iter().zip(members) {
        match answer {
            Ok(members) => {
                for member in members {
                    let row = WrittenMembership {
                        container: member.container_descriptor.as_str().into(),
                        member: member.member_descriptor.as_str().into(),
                    };
                    out.row(
                        taken.memberships == 0,
                        &serde_json::to_vec(&row).map_err(super::document::writing)?,
                    )?;
                    taken.memberships += 1;
                }
            }
            Err(problem) if fails_for_all(&problem) => return Err(problem),
            Err(problem) => taken.left_out.push(LeftOut {
                part: "memberships".to_owned(),
                group: Some(group.descriptor.to_string()),
                why: problem.headline(),
            }),
        }
    }
    out.end()?;
    let mut entra = Vec::new();
    for group in groups.items.iter().filter(|group| group.is_from_entra()) {
        match observe::entra_members(session, group, tenant).await {
            Ok(objects) => entra.extend(
                objects.into_iter().map(|object| EntraMember { group: group.descriptor.to_string(), object }),
            ),
            Err(problem) => taken.left_out.push(LeftOut {
                part: "entra_members".to_owned(),
                group: Some(group.descriptor.to_string()),
                why: problem.headline(),
            }),
        }
    }
    out.values("entra_members", entra)
}

/// Group rules, projects, service connections, agent pools.
async fn things(session: &Arc<Session>, out: &mut Document, taken: &mut Taken) -> Result<(), Problem> {
    let found = observe::things(session).await;
    for (part, read) in [
        ("group_rules", found.rules),
        ("projects", found.projects),
        ("service_connections", found.connections),
        ("agent_pools", found.pools),
    ] {
        if let Some(list) = or_left_out(part, read, &mut taken.left_out)? {
            out.values(part, list)?;
        }
    }
    Ok(())
}

/// Whether nothing else can be read either.
fn fails_for_all(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::NotSignedIn | ProblemKind::Cancelled)
}

/// What was read; else the reason goes into the list of what was left out. Not signed in any more ends everything.
fn or_left_out<T>(
    part: &str,
    read: Result<T, Problem>,
    left_out: &mut Vec<LeftOut>,
) -> Result<Option<T>, Problem> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(problem) if fails_for_all(&problem) => Err(problem),
        Err(problem) => {
            left_out.push(LeftOut { part: part.to_owned(), group: None, why: problem.headline() });
            Ok(None)
        }
    }
}

fn note_skipped(part: &str, rows: usize, left_out: &mut Vec<LeftOut>) {
    if rows > 0 {
        left_out.push(LeftOut {
            part: part.to_owned(),
            group: None,
            why: if rows == 1 {
                "1 row could not be read".to_owned()
            } else {
                format!("{rows} rows could not be read")
            },
        });
    }
}

async fn list<T: Send + 'static>(
    session: &Session,
    source: Source,
    mut pages: Pages<T>,
) -> Result<Listed<T>, Problem> {
    let started_at = Timestamp::now();
    session.tell(Msg::ReadingStarted(source, started_at)).await;
    let mut listed = Listed { items: Vec::new(), raw: Vec::new(), skipped: 0 };
    let read = loop {
        match pages.next().await {
            Ok(Some(page)) => {
                if page.restarted {
                    listed = Listed { items: Vec::new(), raw: Vec::new(), skipped: 0 };
                }
                listed.skipped += page.skipped.iter().filter(|row| !row.used).count();
                listed.items.extend(page.items);
                listed.raw.extend(page.raw);
                let progress = Progress {
                    started_at,
                    pages: page.progress.pages,
                    items: listed.items.len(),
                    bytes: page.progress.bytes,
                    total: page.progress.total.and_then(|total| usize::try_from(total).ok()),
                    waiting_until: None,
                };
                session.tell(Msg::ReadingProgressed(source, progress)).await;
            }
            Ok(None) => break Ok(listed),
            Err(problem) => break Err(problem),
        }
    };
    session.tell(Msg::ReadingEnded(source)).await;
    read
}
