//! A snapshot: everything read from both services at one moment, as one file, in the services' own objects. Nothing secret
//! is in it, and what is read from one never supplies endpoints, commands or decisions.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::activity::{Progress, Source};
use crate::domain::facts::{
    Administrators, Aged, Facts, InvitationPolicy, LegacyIdentity, Memberships, Operator, Owner,
    TenantDiscovery, TenantProfile,
};
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, Roster, TenantUser};
use crate::domain::{Backing, Problem, ProblemKind, TenantId};
use crate::services::{Membership, Pages, Raw, wire};

use super::context::Context;
use super::model::Model;
use super::msg::Msg;
use super::runner::write_file;
use super::session::Session;

/// The schema that this version writes and reads.
const SCHEMA: &str = "ado2entra.snapshot/1";

/// Largest snapshot that is read, in bytes after decompression.
const LARGEST: u64 = 4 << 30;

/// Largest zstd window that is accepted, as a power of two: 128 MiB.
const WINDOW: u32 = 27;

/// How many groups are asked for their members at a time.
const ABREAST: usize = 3;

#[derive(Serialize, Deserialize)]
struct OrganizationPart {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backing: Option<Backing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operator: Option<Operator>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    administrators: Option<Administrators>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden_identities: Option<Vec<LegacyIdentity>>,
}

#[derive(Serialize, Deserialize)]
struct TenantPart {
    configured: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<TenantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discovery: Option<TenantDiscovery>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<TenantProfile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    me: Option<TenantUser>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    my_roles: Option<Memberships>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invitation_policy: Option<InvitationPolicy>,
}

#[derive(Serialize)]
struct WrittenMembership<'a> {
    container: &'a str,
    member: &'a str,
}

/// Takes a snapshot and writes it. `.zst` at the end of the name compresses. Where it is stopped, nothing is written.
pub async fn take(session: &Arc<Session>, path: &Path, force: bool) -> Result<(), Problem> {
    let taken = session.unless_stopped("taking a snapshot", Box::pin(taking(session, path, force))).await;
    // These lists were read for the file alone; nobody else tells that it is over.
    for source in [Source::Roster, Source::GraphIdentities, Source::Administrators, Source::Directory] {
        session.tell(Msg::ReadingEnded(source)).await;
    }
    taken
}

async fn taking(session: &Arc<Session>, path: &Path, force: bool) -> Result<(), Problem> {
    if path.exists() && !force {
        return Err(Problem::local(
            format!("writing {}", path.display()),
            "the file exists",
            "Choose another name, or give --force to replace it.",
        ));
    }
    let taken_at = Timestamp::now();
    let azure = session.azure_devops().clone();
    let graph = session.services.graph.clone();
    let destination = session.services.entra.discover().await.ok();
    let backing = session.services.probe.read().await.ok().and_then(|reading| reading.backing);
    let organization = OrganizationPart {
        name: session.context.organization.clone(),
        backing,
        operator: azure.operator().await.ok(),
        administrators: azure.administrators(Some(&graph)).await.ok(),
        owner: azure.owner().await.ok(),
        hidden_identities: None,
    };
    let tenant = TenantPart {
        configured: session.context.tenant.clone(),
        id: destination.as_ref().map(|found| found.id),
        discovery: destination,
        profile: graph.organization().await.ok(),
        me: graph.me().await.ok(),
        my_roles: graph.my_roles().await.ok(),
        invitation_policy: graph.invitation_policy().await.ok(),
    };
    let mut out = Document::new(path.extension().is_some_and(|ending| ending == "zst"))?;
    out.head(&taken_at, &organization, &tenant)?;
    // Without the two lists a snapshot is not one: these must succeed.
    out.list("org_users", session, Source::Roster, azure.users(Raw::Keep)).await?;
    out.list("graph_users", session, Source::GraphIdentities, azure.graph_users(&[], Raw::Keep)).await?;
    let groups = out.list("groups", session, Source::Administrators, azure.groups(Raw::Keep)).await?;
    out.memberships(
        stream::iter(groups)
            .map(|group| {
                let azure = azure.clone();
                async move { azure.members(&group.descriptor).await }
            })
            .buffered(ABREAST)
            .collect::<Vec<_>>()
            .await,
    )?;
    out.list("tenant_users", session, Source::Directory, graph.users(Raw::Keep)).await?;
    // Often not readable; then nobody is known to be deleted, as in a live reading.
    out.list_if_readable("deleted_users", graph.deleted_users(Raw::Keep)).await?;
    write_file(path, out.finish()?, force).await
}

/// The JSON document as it grows, compressed on the way.
struct Document {
    out: Sink,
}

enum Sink {
    Plain(Vec<u8>),
    Compressed(Box<zstd::Encoder<'static, Vec<u8>>>),
}

fn writing(error: impl std::fmt::Display) -> Problem {
    Problem::local("writing the snapshot", error.to_string(), "Try again; nothing was kept.")
}

impl Document {
    fn new(compressed: bool) -> Result<Self, Problem> {
        let out = if compressed {
            Sink::Compressed(Box::new(zstd::Encoder::new(Vec::new(), 3).map_err(writing)?))
        } else {
            Sink::Plain(Vec::new())
        };
        Ok(Self { out })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        match &mut self.out {
            Sink::Plain(out) => out.write_all(bytes),
            Sink::Compressed(out) => out.write_all(bytes),
        }
        .map_err(writing)
    }

    fn json(&mut self, value: &impl Serialize) -> Result<(), Problem> {
        let text = serde_json::to_vec(value).map_err(writing)?;
        self.write(&text)
    }

    fn head(
        &mut self,
        taken_at: &Timestamp,
        organization: &OrganizationPart,
        tenant: &TenantPart,
    ) -> Result<(), Problem> {
        self.write(
            format!("{{\"schema\":\"{SCHEMA}\",\"taken_at\":\"{taken_at}\",\n\"organization\":").as_bytes(),
        )?;
        self.json(organization)?;
        self.write(b",\n\"tenant\":")?;
        self.json(tenant)
    }

    async fn list<T: Send + 'static>(
        &mut self,
        name: &str,
        session: &Session,
        source: Source,
        mut pages: Pages<T>,
    ) -> Result<Vec<T>, Problem> {
        let started_at = Timestamp::now();
        session.tell(Msg::ReadingStarted(source, started_at)).await;
        let (mut items, mut raw): (Vec<T>, Vec<Box<RawValue>>) = (Vec::new(), Vec::new());
        while let Some(page) = pages.next().await? {
            if page.restarted {
                items.clear();
                raw.clear();
            }
            items.extend(page.items);
            raw.extend(page.raw);
            let progress = Progress {
                started_at,
                pages: page.progress.pages,
                items: raw.len(),
                bytes: page.progress.bytes,
                total: page.progress.total.and_then(|total| usize::try_from(total).ok()),
                waiting_until: None,
            };
            session.tell(Msg::ReadingProgressed(source, progress)).await;
        }
        self.array(name, &raw)?;
        Ok(items)
    }

    /// A list that may be missing.
    async fn list_if_readable<T: Send + 'static>(
        &mut self,
        name: &str,
        mut pages: Pages<T>,
    ) -> Result<(), Problem> {
        let mut raw: Vec<Box<RawValue>> = Vec::new();
        loop {
            match pages.next().await {
                Ok(Some(page)) => {
                    if page.restarted {
                        raw.clear();
                    }
                    raw.extend(page.raw);
                }
                Ok(None) => return self.array(name, &raw),
                Err(_) => return Ok(()),
            }
        }
    }

    fn array(&mut self, name: &str, objects: &[Box<RawValue>]) -> Result<(), Problem> {
        self.write(format!(",\n\"{name}\":[").as_bytes())?;
        for (at, object) in objects.iter().enumerate() {
            self.write(if at == 0 { b"\n" } else { b",\n" })?;
            self.write(object.get().as_bytes())?;
        }
        self.write(b"]")
    }

    fn memberships(&mut self, answers: Vec<Result<Vec<Membership>, Problem>>) -> Result<(), Problem> {
        self.write(b",\n\"memberships\":[")?;
        let mut first = true;
        // A group whose members may not be read leaves a gap that the administrators' part tells about.
        for membership in answers.into_iter().flatten().flatten() {
            self.write(if first { b"\n" } else { b",\n" })?;
            first = false;
            self.json(&WrittenMembership {
                container: membership.container_descriptor.as_str(),
                member: membership.member_descriptor.as_str(),
            })?;
        }
        self.write(b"]")
    }

    fn finish(mut self) -> Result<Vec<u8>, Problem> {
        self.write(b"}\n")?;
        match self.out {
            Sink::Plain(out) => Ok(out),
            Sink::Compressed(out) => out.finish().map_err(writing),
        }
    }
}

#[derive(Deserialize)]
struct Snapshot {
    schema: String,
    taken_at: Timestamp,
    organization: OrganizationPart,
    tenant: TenantPart,
    org_users: Box<RawValue>,
    tenant_users: Box<RawValue>,
    #[serde(default)]
    deleted_users: Option<Box<RawValue>>,
}

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

fn read(path: &Path, context: Context) -> Result<Model, Problem> {
    let bad = |said: String| Problem {
        kind: ProblemKind::BadAnswer,
        ..Problem::local(
            format!("reading the snapshot {}", path.display()),
            said,
            "Take a new one with `ado2entra snapshot take`, or give the right file.",
        )
    };
    let file = std::fs::File::open(path).map_err(|error| bad(error.to_string()))?;
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|ending| ending == "zst") {
        let mut decoder = zstd::Decoder::new(file).map_err(|error| bad(error.to_string()))?;
        decoder.window_log_max(WINDOW).map_err(|error| bad(error.to_string()))?;
        decoder.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| bad(error.to_string()))?;
    } else {
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| bad(error.to_string()))?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(bad("it is larger than 4 GiB".to_owned()));
    }
    let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
    if snapshot.schema != SCHEMA {
        return Err(bad(format!("its schema is `{}`, this version reads `{SCHEMA}`", snapshot.schema)));
    }
    let (mut people, mut users) = (Vec::new(), Vec::new());
    wire::org_users_from_json(snapshot.org_users.get().as_bytes(), |user| people.push(user))
        .map_err(|error| bad(format!("org_users: {error}")))?;
    wire::tenant_users_from_json(snapshot.tenant_users.get().as_bytes(), |user| users.push(user))
        .map_err(|error| bad(format!("tenant_users: {error}")))?;
    if let Some(deleted) = &snapshot.deleted_users {
        wire::tenant_users_from_json(deleted.get().as_bytes(), |mut user| {
            user.deleted = true;
            users.push(user);
        })
        .map_err(|error| bad(format!("deleted_users: {error}")))?;
    }
    let at = snapshot.taken_at;
    let context = Context {
        organization: snapshot.organization.name,
        tenant: snapshot.tenant.configured,
        read_only: true,
        offline: Some(path.display().to_string()),
        ..context
    };
    let mut model = Model::new(Arc::new(context), at);
    let directory = Directory::new(users);
    model.index = Some(Arc::new(TenantIndex::build(&directory)));
    model.roster = Aged::known(Roster::new(people), at);
    model.directory = Aged::known(directory, at);
    let aged = |value| Aged { value, read_at: Some(at), problem: None };
    model.facts = Facts {
        operator: Aged {
            value: snapshot.organization.operator.map(Arc::new),
            read_at: Some(at),
            problem: None,
        },
        backing: Aged {
            value: snapshot.organization.backing.map(Arc::new),
            read_at: Some(at),
            problem: None,
        },
        discovery: Aged { value: snapshot.tenant.discovery.map(Arc::new), read_at: Some(at), problem: None },
        tenant: Aged { value: snapshot.tenant.profile.map(Arc::new), read_at: Some(at), problem: None },
        me: Aged { value: snapshot.tenant.me.map(Arc::new), read_at: Some(at), problem: None },
        my_roles: Aged { value: snapshot.tenant.my_roles.map(Arc::new), read_at: Some(at), problem: None },
        administrators: aged(snapshot.organization.administrators.map(Arc::new)),
        owner: Aged { value: snapshot.organization.owner.map(Arc::new), read_at: Some(at), problem: None },
        hidden_identities: Aged {
            value: snapshot.organization.hidden_identities.map(Arc::new),
            read_at: Some(at),
            problem: None,
        },
        invitation_policy: Aged {
            value: snapshot.tenant.invitation_policy.map(Arc::new),
            read_at: Some(at),
            problem: None,
        },
        ..Facts::default()
    };
    Ok(model)
}
