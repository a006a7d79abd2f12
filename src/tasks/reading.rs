//! Reading from the services: one function a source, each telling what it found as a message. Sources that need each other
//! wait for each other here and nowhere else.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::activity::{EventLine, Source};
use crate::domain::{Backing, Problem, ProblemKind, Service};

mod directory;
mod identities;
mod lists;
pub(super) mod tokens;

use super::msg::{Fact, Msg};
use super::record;
use super::session::Session;

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
        let Ok(roster) = lists::roster(session).await else { return };
        // The graph's users tell who has no entitlement, and that needs the roster.
        let (graph_users, ()) = tokio::join!(
            async {
                if has(Source::GraphIdentities) {
                    identities::graph_identities(session, &roster).await
                } else {
                    None
                }
            },
            async {
                if has(Source::Owner) {
                    identities::owner(session, &roster).await;
                }
            }
        );
        if has(Source::HiddenIdentities) {
            identities::hidden_identities(session, &roster, graph_users.unwrap_or_default()).await;
        }
    };
    let account = async {
        if has(Source::Operator) {
            operator(session).await;
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
            // Told already.
            let _ = directory::whole(session).await;
        }
    };
    let around = async {
        if has(Source::Health) {
            // Told already.
            let _ = health(session).await;
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

/// The poll of the tenant's people: what changed.
pub(super) async fn tenant_people(session: &Arc<Session>) -> Result<(), Problem> {
    directory::changes(session).await
}

/// The poll of the organization's people, and of who has an identity without access.
pub(super) async fn org_people(session: &Arc<Session>) -> Result<(), Problem> {
    let roster = lists::roster(session).await?;
    identities::graph_identities(session, &roster).await;
    Ok(())
}

/// The service's health; what came of it was told.
pub(super) async fn health(session: &Session) -> Result<(), Problem> {
    session.tell(Msg::ReadingStarted(Source::Health, Timestamp::now())).await;
    let health = session.services.status.health().await;
    let result = health.as_ref().map(drop).map_err(Problem::clone);
    session.tell(Msg::FactRead(Fact::Health(health), Timestamp::now())).await;
    result
}

/// The tenant's own page, the account that reads it, its roles, and who may invite.
async fn tenant(session: &Session, wanted: &BTreeSet<Source>) {
    if wanted.contains(&Source::Tenant) {
        fact(session, Source::Tenant, async { Fact::Tenant(session.services.graph.organization().await) })
            .await;
    }
    if wanted.contains(&Source::Me) {
        let granted = session.services.granted_for_graph().await.map(Box::new);
        session.tell(Msg::FactRead(Fact::Granted(granted), Timestamp::now())).await;
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

/// The account behind the Azure DevOps credential; once a session, whether an access token behind it can be a global one.
async fn operator(session: &Session) {
    session.tell(Msg::ReadingStarted(Source::Operator, Timestamp::now())).await;
    let read = session.azure_devops().operator().await;
    let known = read.as_ref().ok().cloned();
    if let Some(operator) = &known {
        record::signed_in(session, operator).await;
    }
    session.tell(Msg::FactRead(Fact::Operator(read), Timestamp::now())).await;
    let Some(operator) = known.filter(|_| session.asks_for_own_tokens()) else { return };
    if let Some(tokens) = session.services.own_tokens(session.is_connected(), &operator).await {
        session.tell(Msg::FactRead(Fact::OwnTokens(tokens), Timestamp::now())).await;
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
    name_backing(session).await;
}

/// The name of a directory that backs the organization and is not the destination, asked for once: a bare id says little in an
/// alert. Without the permission there is none, and nobody needs to know.
pub(super) async fn name_backing(session: &Session) {
    let Some(tenant) = session.unnamed_backing() else { return };
    if let Ok(profile) = session.services.graph.tenant_named(tenant).await {
        session.tell(Msg::FactRead(Fact::BackingTenant(Ok(profile)), Timestamp::now())).await;
    }
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
