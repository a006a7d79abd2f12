//! Reading from the services: one function a source, each telling what it found as a message. Sources that need each other
//! wait for each other here and nowhere else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::domain::activity::{EventLine, Progress, Source};
use crate::domain::facts::{GraphIdentity, LegacyIdentity, Owner};
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::domain::{Backing, Descriptor, Problem, ProblemKind, Service, StorageKey};
use crate::services::{GraphUser, Pages, Raw, Skipped};

use super::msg::{Fact, Msg};
use super::session::Session;

/// Hidden identities are looked up address by address, one call each: for more people only for addresses that already
/// look doubled.
const LOOK_UPS: usize = 200;

/// How many small reads of one source are under way at a time.
const ABREAST: usize = 3;

/// How many readings are made before they count as contradicting each other.
const READINGS: u32 = 4;

/// How long between the two readings that have to agree before a change is believed.
const SECOND_LOOK: std::time::Duration = std::time::Duration::from_millis(700);

/// Reads these sources, all at the same time where they do not need each other, and returns when all have answered.
pub async fn read(session: &Arc<Session>, sources: &[Source]) {
    let wanted: BTreeSet<Source> = sources.iter().copied().collect();
    let has = |source| wanted.contains(&source);
    // What backs the organization decides which credential is used: first.
    if has(Source::Backing) || has(Source::Discovery) {
        tokio::join!(
            async {
                if has(Source::Discovery) {
                    discovery(session).await;
                }
            },
            async {
                if has(Source::Backing) {
                    backing(session).await;
                }
            }
        );
    }
    let people = async {
        if !has(Source::Roster) {
            return;
        }
        let Some(roster) = roster(session).await else { return };
        // The graph's users tell who has no entitlement, and that needs the roster.
        let (graph_users, ()) = tokio::join!(
            async {
                if has(Source::GraphIdentities) { graph_identities(session, &roster).await } else { None }
            },
            async {
                if has(Source::Owner) {
                    owner(session, &roster).await;
                }
            }
        );
        if has(Source::HiddenIdentities) {
            hidden_identities(session, &roster, graph_users.unwrap_or_default()).await;
        }
    };
    let account = async {
        if has(Source::Operator) {
            fact(session, Source::Operator, async {
                Fact::Operator(session.azure_devops().operator().await)
            })
            .await;
        }
    };
    let administrators = async {
        if has(Source::Administrators) {
            fact(session, Source::Administrators, async {
                Fact::Administrators(
                    session.azure_devops().administrators(Some(&session.services.graph)).await,
                )
            })
            .await;
        }
    };
    let tenant = tenant(session, &wanted);
    let tenant_people = async {
        if has(Source::Directory) {
            directory(session).await;
        }
    };
    let around = async {
        if has(Source::Health) {
            fact(session, Source::Health, async { Fact::Health(session.services.status.health().await) })
                .await;
        }
        if has(Source::AfterConnect) {
            fact(session, Source::AfterConnect, async {
                Fact::AfterConnect(session.services.try_after_connect().await)
            })
            .await;
        }
    };
    // Boxed: together they would be a future too large for the stack of a thread.
    tokio::join!(
        Box::pin(account),
        Box::pin(people),
        Box::pin(administrators),
        Box::pin(tenant),
        Box::pin(tenant_people),
        Box::pin(around)
    );
}

/// The tenant's own page, the account that reads it, its roles, and who may invite.
async fn tenant(session: &Session, wanted: &BTreeSet<Source>) {
    if wanted.contains(&Source::Tenant) {
        fact(session, Source::Tenant, async { Fact::Tenant(session.services.graph.organization().await) })
            .await;
    }
    if wanted.contains(&Source::Me) {
        fact(session, Source::Me, async { Fact::Me(session.services.graph.me().await.map(Box::new)) }).await;
    }
    if wanted.contains(&Source::MyRoles) {
        fact(session, Source::MyRoles, async { Fact::MyRoles(session.services.graph.my_roles().await) })
            .await;
    }
    if wanted.contains(&Source::InvitationPolicy) {
        fact(session, Source::InvitationPolicy, async {
            Fact::InvitationPolicy(session.services.graph.invitation_policy().await)
        })
        .await;
    }
}

async fn fact(session: &Session, source: Source, reading: impl Future<Output = Fact>) {
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let fact = reading.await;
    session.tell(Msg::FactRead(fact, Timestamp::now())).await;
}

async fn event(session: &Session, source: Source, text: String) {
    let line = EventLine { at: Timestamp::now(), subject: source.name().to_owned(), text };
    session.tell(Msg::Happened(line)).await;
}

async fn discovery(session: &Session) {
    fact(session, Source::Discovery, async {
        let found = session.services.entra.discover().await;
        match &found {
            Ok(tenant) => {
                session.set_destination(tenant.id);
                session.open_store(tenant.id).await;
            }
            Err(_) => session.open_store_offline().await,
        }
        Fact::Discovery(found)
    })
    .await;
}

/// What backs the organization: believed after two equal readings (one more is made when the first two differ).
pub(super) async fn backing(session: &Session) {
    fact(session, Source::Backing, async { Fact::Backing(agreed_backing(session).await) }).await;
}

async fn agreed_backing(session: &Session) -> Result<Backing, Problem> {
    let mut notes = Vec::new();
    for attempt in 0..READINGS {
        if attempt > 0 {
            tokio::time::sleep(SECOND_LOOK).await;
        }
        let reading = session.services.probe.read().await?;
        notes = reading.notes;
        session.observe(reading.backing);
        // Believed now, and seen just now: by this reading and one before it.
        if let Some(backing) = reading.backing.filter(|backing| session.believed_backing() == Some(*backing))
        {
            return Ok(backing);
        }
    }
    Err(Problem {
        said: format!("the readings do not agree: {}", notes.join("; ")),
        remedy: "This can happen while the switch is under way. Read again in a minute with `r`; map nobody until the \
                 readings agree."
            .to_owned(),
        ..Problem::at(
            Service::AzureDevOps,
            ProblemKind::BadAnswer,
            format!("asking what backs {}", session.context.organization),
        )
    })
}

/// The organization's people. Pages are handed on as they arrive.
async fn roster(session: &Session) -> Option<Arc<Roster>> {
    let source = Source::Roster;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let on_page = |items: &[OrgUser]| Some(Msg::RosterPageRead(Arc::new(items.to_vec())));
    match listing(session, source, session.azure_devops().users(Raw::Drop), on_page).await {
        Ok((users, skipped)) => {
            let at = Timestamp::now();
            let roster = Arc::new(Roster::new(users));
            say_what_was_read(session, source, roster.people().len() + roster.services().len(), &skipped)
                .await;
            session.remember(|latest| {
                latest.roster = Some(Arc::clone(&roster));
                latest.successors_sought = false;
                latest.unsaved = true;
            });
            session.tell(Msg::RosterRead(Arc::clone(&roster), at)).await;
            Some(roster)
        }
        Err(problem) => {
            session.tell(Msg::ReadingFailed(source, problem.clone(), Timestamp::now())).await;
            for (source, fact) in [
                (Source::GraphIdentities, Fact::GraphIdentities(Err(problem.clone()))),
                (Source::HiddenIdentities, Fact::HiddenIdentities(Err(problem.clone()))),
            ] {
                let _ = source;
                session.tell(Msg::FactRead(fact, Timestamp::now())).await;
            }
            None
        }
    }
}

/// The tenant's people, and the deleted ones where they may be read; then the index over them.
async fn directory(session: &Session) {
    let source = Source::Directory;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let listed =
        listing(session, source, session.services.graph.users(Raw::Drop), |_: &[TenantUser]| None).await;
    let (mut users, skipped) = match listed {
        Ok(read) => read,
        Err(problem) => {
            session.tell(Msg::ReadingFailed(source, problem, Timestamp::now())).await;
            return;
        }
    };
    // Without the permission nobody is known to be deleted; the mapping itself would then say so.
    if let Ok((deleted, _)) = session.services.graph.deleted_users(Raw::Drop).all().await {
        users.extend(deleted.into_iter().map(|user| TenantUser { deleted: true, ..user }));
    }
    let at = Timestamp::now();
    let built = tokio::task::spawn_blocking(move || {
        let directory = Directory::new(users);
        let index = TenantIndex::build(&directory);
        (Arc::new(directory), Arc::new(index))
    })
    .await;
    let Ok((directory, index)) = built else {
        let problem = Problem::local(
            "building the index over the tenant's people",
            "the work ended unexpectedly",
            "Read again with `r`; if it happens again, report it with the log.",
        );
        session.tell(Msg::ReadingFailed(source, problem, Timestamp::now())).await;
        return;
    };
    say_what_was_read(session, source, directory.len(), &skipped).await;
    session.remember(|latest| {
        latest.directory = Some(Arc::clone(&directory));
        latest.unsaved = true;
    });
    session.tell(Msg::DirectoryRead(directory, index, at)).await;
}

/// Reads a listing to its end, telling how far it is.
async fn listing<T>(
    session: &Session,
    source: Source,
    mut pages: Pages<T>,
    on_page: impl Fn(&[T]) -> Option<Msg>,
) -> Result<(Vec<T>, Vec<Skipped>), Problem>
where
    T: Clone + Send + 'static,
{
    let started = Timestamp::now();
    let mut items = Vec::new();
    let mut skipped = Vec::new();
    while let Some(page) = pages.next().await? {
        if page.restarted {
            items.clear();
            skipped.clear();
        }
        if let Some(msg) = on_page(&page.items) {
            session.tell(msg).await;
        }
        items.extend(page.items);
        skipped.extend(page.skipped);
        let progress = Progress {
            started_at: started,
            pages: page.progress.pages,
            items: items.len(),
            bytes: page.progress.bytes,
            total: page.progress.total.and_then(|total| usize::try_from(total).ok()),
            waiting_until: None,
        };
        session.tell(Msg::ReadingProgressed(source, progress)).await;
    }
    Ok((items, skipped))
}

async fn say_what_was_read(session: &Session, source: Source, items: usize, skipped: &[Skipped]) {
    let mut text = format!("{items} read");
    if let Some(first) = skipped.first() {
        let _ =
            write!(text, ", {} left out, the first at row {}: {}", skipped.len(), first.row, first.reason);
    }
    event(session, source, text).await;
}

/// Users of the graph who have no entitlement, and whether each is active.
async fn graph_identities(session: &Session, roster: &Roster) -> Option<Vec<GraphUser>> {
    let source = Source::GraphIdentities;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let azure = session.azure_devops().clone();
    let read = async {
        let (users, _) =
            listing(session, source, azure.graph_users(&["msa", "aad"], Raw::Drop), |_| None).await?;
        let known: BTreeSet<&Descriptor> =
            roster.people().iter().chain(roster.services()).map(|user| &user.descriptor).collect();
        let others: Vec<GraphUser> =
            users.iter().filter(|user| !known.contains(&user.descriptor)).cloned().collect();
        let identities = stream::iter(others)
            .map(|user| {
                let azure = azure.clone();
                async move {
                    // A state that cannot be read counts as active: `None`.
                    let active = azure.is_active(&user.descriptor).await.ok();
                    identity(&user, active)
                }
            })
            .buffered(ABREAST)
            .collect::<Vec<_>>()
            .await;
        Ok::<_, Problem>((users, identities))
    };
    match read.await {
        Ok((users, identities)) => {
            session.tell(Msg::FactRead(Fact::GraphIdentities(Ok(identities)), Timestamp::now())).await;
            Some(users)
        }
        Err(problem) => {
            session.tell(Msg::FactRead(Fact::GraphIdentities(Err(problem)), Timestamp::now())).await;
            None
        }
    }
}

fn identity(user: &GraphUser, active: Option<bool>) -> GraphIdentity {
    let is_entra = user.origin.eq_ignore_ascii_case("aad");
    GraphIdentity {
        descriptor: user.descriptor.clone(),
        display_name: user.display_name.clone(),
        principal_name: user.principal_name.clone(),
        mail: user.mail.clone(),
        origin_object: user.origin_id.as_deref().filter(|_| is_entra).and_then(|id| id.parse().ok()),
        active,
    }
}

/// Identities that the people list does not show, and that share an address with somebody in it.
async fn hidden_identities(session: &Session, roster: &Roster, graph_users: Vec<GraphUser>) {
    fact(session, Source::HiddenIdentities, async {
        let addresses = addresses_to_look_up(roster, &graph_users);
        let azure = session.azure_devops().clone();
        let keys: BTreeSet<StorageKey> =
            roster.people().iter().chain(roster.services()).map(|user| user.storage_key.clone()).collect();
        let mut found: Vec<LegacyIdentity> = Vec::new();
        let mut answers = stream::iter(addresses)
            .map(|address| {
                let azure = azure.clone();
                async move { azure.identities_at(&address).await }
            })
            .buffered(ABREAST);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(identities) => found.extend(identities),
                Err(problem) => return Fact::HiddenIdentities(Err(problem)),
            }
        }
        found.retain(|identity| !keys.contains(&StorageKey::new(&identity.id)));
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.dedup_by(|a, b| a.id == b.id);
        Fact::HiddenIdentities(Ok(found))
    })
    .await;
}

fn addresses_to_look_up(roster: &Roster, graph_users: &[GraphUser]) -> Vec<String> {
    let key = |text: &str| text.trim().to_lowercase();
    let of_people: BTreeSet<String> = roster
        .people()
        .iter()
        .flat_map(|user| [Some(user.principal_name.as_ref()), user.mail.as_deref()])
        .flatten()
        .filter(|address| address.contains('@'))
        .map(key)
        .collect();
    if of_people.len() <= LOOK_UPS {
        return of_people.into_iter().collect();
    }
    let descriptors: BTreeSet<&Descriptor> = roster.people().iter().map(|user| &user.descriptor).collect();
    graph_users
        .iter()
        .filter(|user| !descriptors.contains(&user.descriptor))
        .flat_map(|user| [Some(user.principal_name.as_str()), user.mail.as_deref()])
        .flatten()
        .map(key)
        .filter(|address| of_people.contains(address))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .take(LOOK_UPS)
        .collect()
}

/// The owner: from the service where it says so, else from the configuration or the administrator's word.
async fn owner(session: &Session, roster: &Roster) {
    let told = match session.any_store() {
        Some(store) => store.load_plan().await.ok().and_then(|plan| plan.owner_told),
        None => None,
    }
    .or_else(|| session.owner.clone());
    fact(session, Source::Owner, async {
        let mut read = session.azure_devops().owner().await;
        if let (Err(_), Some(address)) = (&read, told) {
            read = Ok(Owner { storage_key: None, name: None, address: Some(address), told: true });
        }
        Fact::Owner(read.map(|owner| with_key(owner, roster)))
    })
    .await;
}

/// An owner known by address only is the one person in the roster who has that address.
fn with_key(mut owner: Owner, roster: &Roster) -> Owner {
    owner.storage_key = owner.storage_key.filter(|key| roster.get(key).is_some());
    if let (None, Some(address)) = (&owner.storage_key, &owner.address) {
        let mut matching = roster.people().iter().filter(|user| {
            user.principal_name.trim().eq_ignore_ascii_case(address.trim())
                || user.mail.as_deref().is_some_and(|mail| mail.trim().eq_ignore_ascii_case(address.trim()))
        });
        if let (Some(user), None) = (matching.next(), matching.next()) {
            owner.storage_key = Some(user.storage_key.clone());
        }
    }
    owner
}

/// Everybody's tokens and SSH keys: one call or more a person.
pub(super) async fn tokens(session: &Session, roster: &Roster) {
    let source = Source::Tokens;
    let started = Timestamp::now();
    session.tell(Msg::ReadingStarted(source, started)).await;
    let azure = session.azure_devops().clone();
    let mut inventory = crate::domain::facts::TokenInventory::default();
    let subjects: Vec<(StorageKey, Descriptor)> =
        roster.people().iter().map(|user| (user.storage_key.clone(), user.descriptor.clone())).collect();
    let mut answers = stream::iter(subjects)
        .map(|(key, descriptor)| {
            let azure = azure.clone();
            async move { (key, azure.tokens(&descriptor).await) }
        })
        .buffered(ABREAST);
    let mut done = 0;
    while let Some((key, answer)) = answers.next().await {
        done += 1;
        match answer {
            Ok(tokens) => {
                inventory.people.insert(key, tokens);
            }
            Err(problem) if problem.kind.fails_for_all() => {
                session.tell(Msg::FactRead(Fact::Tokens(Err(problem)), Timestamp::now())).await;
                return;
            }
            Err(problem) => {
                inventory.unread.insert(key, problem.headline());
            }
        }
        let progress = Progress {
            started_at: started,
            pages: 0,
            items: done,
            bytes: 0,
            total: Some(roster.people().len()),
            waiting_until: None,
        };
        session.tell(Msg::ReadingProgressed(source, progress)).await;
    }
    session.tell(Msg::FactRead(Fact::Tokens(Ok(inventory)), Timestamp::now())).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::{EntitlementStatus, LastAccess, Origin};

    fn user(n: u32, address: &str) -> OrgUser {
        OrgUser {
            storage_key: StorageKey::new(&format!("00000000-0000-4000-8000-{n:012}")),
            descriptor: Descriptor::new(&format!("msa.{n}")),
            display_name: "Adele Vance".into(),
            principal_name: address.into(),
            mail: Some(address.into()),
            origin: Origin::Msa,
            origin_id: None,
            domain: None,
            meta_type: None,
            deleted_in_origin: false,
            access_level: None,
            status: EntitlementStatus::Active,
            last_accessed: LastAccess::Unknown,
            created: None,
        }
    }

    #[test]
    fn few_people_are_all_looked_up_and_many_only_where_doubled() {
        let few = Roster::new((0..3).map(|n| user(n, &format!("P{n}@fabrikam.com"))));
        assert_eq!(addresses_to_look_up(&few, &[]).len(), 3);
        let many = Roster::new((0..500).map(|n| user(n, &format!("p{n}@fabrikam.com"))));
        let double = GraphUser {
            descriptor: Descriptor::new("msa.hidden"),
            display_name: String::new(),
            principal_name: "P7@fabrikam.com ".into(),
            mail: None,
            origin: "msa".into(),
            origin_id: None,
            domain: None,
            meta_type: None,
            deleted_in_origin: false,
        };
        assert_eq!(addresses_to_look_up(&many, &[double]), ["p7@fabrikam.com"]);
    }

    #[test]
    fn an_owner_by_address_is_found_only_where_one_person_has_it() {
        let owner =
            || Owner { storage_key: None, name: None, address: Some("P1@Fabrikam.com".into()), told: true };
        let one = Roster::new([user(1, "p1@fabrikam.com"), user(2, "p2@fabrikam.com")]);
        assert_eq!(with_key(owner(), &one).storage_key, Some(user(1, "").storage_key));
        let two = Roster::new([user(1, "p1@fabrikam.com"), user(2, "p1@fabrikam.com")]);
        assert_eq!(with_key(owner(), &two).storage_key, None);
    }
}
