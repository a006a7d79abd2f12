//! The organization beside its people, as a comparison needs it: groups with their members, what people work with, rules.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::msg::Msg;
use super::session::Session;
use crate::domain::activity::{Progress, Source};
use crate::domain::comparison::state::{GroupState, Named, State};
use crate::domain::facts::{Workload, WorkloadKind, Workloads};
use crate::domain::{Descriptor, ObjectId, Problem, ProblemKind, Service, TenantId};
use crate::services::{Group, Membership, Raw};

/// How many small reads are under way at a time; the service's own pace holds for all of them together.
const ABREAST: usize = 3;

/// What people work with, each as read or with the reason why not.
pub(super) struct Things {
    pub rules: Result<Vec<Named>, Problem>,
    pub projects: Result<Vec<Named>, Problem>,
    pub connections: Result<Vec<Named>, Problem>,
    pub pools: Result<Vec<Named>, Problem>,
}

/// Group rules, projects, service connections, agent pools.
pub(super) async fn things(session: &Session) -> Things {
    let azure = session.azure_devops().clone();
    let rules = Box::pin(async { Ok(azure.group_rules().all().await?.0) });
    let projects = Box::pin(async {
        let projects = azure.projects().all().await.map(|(list, _)| list);
        let connections = match &projects {
            Ok(list) => {
                let (found, failed) = connections(session, list).await;
                // With a project missing nobody knows which of them are gone.
                failed.into_iter().next().map_or(Ok(found), |(_, problem)| Err(problem))
            }
            Err(problem) => Err(problem.clone()),
        };
        (projects, connections)
    });
    let (rules, (projects, connections), pools) = tokio::join!(rules, projects, Box::pin(pools(session)));
    let all = |list: Vec<Workload>| list.into_iter().map(named).collect();
    Things { rules, projects, connections: connections.map(all), pools: pools.map(all) }
}

/// As a comparison holds it: the name says what it leads to and who set it up.
fn named(one: Workload) -> Named {
    let by = one.set_up_by.filter(|_| one.kind == WorkloadKind::ServiceConnection);
    let by = by.map(|who| who.name).filter(|name| !name.is_empty()).map(|name| format!("set up by {name}"));
    let about: Vec<String> = one.about.into_iter().chain(by).collect();
    let name =
        if about.is_empty() { one.name } else { format!("{} ({})", one.name, about.join(", ")) };
    Named { id: one.id, name, standing: one.standing, good: one.good }
}

/// What works with somebody's credential, as far as it can be read: what may not be read is said, and costs only itself.
pub(super) async fn workloads(session: &Session) -> Workloads {
    let azure = session.azure_devops().clone();
    let mut found =
        Workloads { list: Vec::new(), not_read: Vec::new(), read_at: Timestamp::now() };
    let (projects, pools) = tokio::join!(Box::pin(azure.projects().all()), Box::pin(pools(session)));
    match projects {
        Ok((projects, _)) => {
            let (list, failed) = connections(session, &projects).await;
            found.list.extend(list);
            // One reason is said once, with one of the projects.
            let mut said = BTreeMap::new();
            for (project, problem) in failed {
                let slot = said.entry((problem.kind as u8, problem.status)).or_insert((0, project, problem));
                slot.0 += 1;
            }
            for (count, project, problem) in said.into_values() {
                let more = if count > 1 { format!(" and {} more projects", count - 1) } else { String::new() };
                let project = crate::domain::text::clean_to(&project, 80).into_owned();
                found.not_read.push(format!("service connections of {project}{more}: {}", problem.headline()));
            }
        }
        Err(problem) => found.not_read.push(format!("service connections: {}", problem.headline())),
    }
    match pools {
        Ok(pools) => found.list.extend(pools),
        Err(problem) => found.not_read.push(format!("agent pools: {}", problem.headline())),
    }
    found.list.sort_by(|a, b| (a.kind, &a.name, &a.id).cmp(&(b.kind, &b.name, &b.id)));
    found
}

/// The organization's own pools, with how their agents stand.
async fn pools(session: &Session) -> Result<Vec<Workload>, Problem> {
    let azure = session.azure_devops().clone();
    let pools = azure.agent_pools().all().await?.0;
    let own = pools.into_iter().filter(|pool| !pool.hosted);
    let read = stream::iter(own).map(|pool| {
        let azure = azure.clone();
        async move { azure.agents(&pool).await }
    });
    collect(read.buffered(ABREAST)).await
}

/// The service connections of these projects, and which projects' could not be read. After an answer that would be the same for
/// all the rest is not asked.
async fn connections(session: &Session, projects: &[Named]) -> (Vec<Workload>, Vec<(String, Problem)>) {
    let azure = session.azure_devops().clone();
    let read = stream::iter(projects.to_vec()).map(|project| {
        let azure = azure.clone();
        async move {
            let read = azure.service_connections(&project).all().await;
            (project.name, read)
        }
    });
    let mut lists = read.buffered(ABREAST);
    let (mut all, mut failed): (Vec<Workload>, Vec<(String, Problem)>) = (Vec::new(), Vec::new());
    while let Some((project, read)) = lists.next().await {
        match read {
            // Names are unique in a project only.
            Ok((list, _)) => all.extend(
                list.into_iter().map(|one| Workload { name: format!("{project}: {}", one.name), ..one }),
            ),
            Err(problem) => {
                let ends =
                    matches!(problem.kind, ProblemKind::NotSignedIn | ProblemKind::Cancelled);
                failed.push((project, problem));
                if ends {
                    break;
                }
            }
        }
    }
    // A connection that is shared stands in each project: once is enough.
    all.sort_by(|a, b| (&a.id, &a.name).cmp(&(&b.id, &b.name)));
    all.dedup_by(|a, b| a.id == b.id);
    (all, failed)
}

async fn collect<T>(
    mut answers: impl stream::Stream<Item = Result<T, Problem>> + Unpin,
) -> Result<Vec<T>, Problem> {
    let mut all = Vec::new();
    while let Some(answer) = answers.next().await {
        all.push(answer?);
    }
    Ok(all)
}

/// The direct members of each of these groups, in their order; with progress. After an answer that would be the same for all
/// the rest is not asked.
pub(super) async fn members(session: &Session, groups: &[Group]) -> Vec<Result<Vec<Membership>, Problem>> {
    let source = Source::Memberships;
    let started_at = Timestamp::now();
    session.tell(Msg::ReadingStarted(source, started_at)).await;
    let azure = session.azure_devops().clone();
    let asked: Vec<Descriptor> = groups.iter().map(|group| group.descriptor.clone()).collect();
    let mut answers = stream::iter(asked)
        .map(|group| {
            let azure = azure.clone();
            async move { azure.members(&group).await }
        })
        .buffered(ABREAST);
    let mut all: Vec<Result<Vec<Membership>, Problem>> = Vec::with_capacity(groups.len());
    while let Some(answer) = answers.next().await {
        let end = match &answer {
            Err(problem) if matches!(problem.kind, ProblemKind::NotSignedIn | ProblemKind::Cancelled) => {
                Some(problem.clone())
            }
            _ => None,
        };
        all.push(answer);
        if let Some(problem) = end {
            all.resize(groups.len(), Err(problem));
            break;
        }
        let progress =
            Progress { items: all.len(), total: Some(groups.len()), ..Progress::started(started_at) };
        session.tell(Msg::ReadingProgressed(source, progress)).await;
    }
    session.tell(Msg::ReadingEnded(source)).await;
    all
}

/// Who is in an Entra group, nested ones walked. Only for groups of the tenant that we read.
pub(super) async fn entra_members(
    session: &Session,
    group: &Group,
    tenant: Option<TenantId>,
) -> Result<Vec<ObjectId>, Problem> {
    let unknown = |said: String| {
        let mut problem = Problem::at(
            Service::MicrosoftGraph,
            ProblemKind::NotFound,
            format!(
                "reading the members of the Entra group {}",
                crate::domain::text::clean_to(&group.principal_name, 80)
            ),
        );
        problem.said = said;
        Err(problem)
    };
    let home: Option<TenantId> = group.domain.as_deref().and_then(|domain| domain.parse().ok());
    if let (Some(home), Some(tenant)) = (home, tenant)
        && home != tenant
    {
        return unknown(format!("it is a group of another directory, {home}"));
    }
    match group.origin_id.as_deref().and_then(|id| id.parse().ok()) {
        Some(id) => session.services.graph.group_members(id).await,
        None => unknown("the organization does not say which group of the directory it is".to_owned()),
    }
}

/// A group as a state holds it, without what it is inside of.
pub(super) fn group_state(group: &Group) -> GroupState {
    let entra = group.is_from_entra();
    let id = match &group.origin_id {
        Some(id) if entra => id.to_lowercase(),
        _ => group.descriptor.to_string(),
    };
    let in_project = group
        .domain
        .as_deref()
        .is_some_and(|domain| domain.to_ascii_lowercase().contains("/classification/teamproject/"));
    let project = group
        .principal_name
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map(|(project, _)| Arc::<str>::from(project))
        .filter(|_| in_project);
    GroupState {
        id: id.into(),
        name: group.principal_name.as_str().into(),
        entra,
        project,
        administrators: group.is_administrators(),
        within: Vec::new(),
    }
}

/// Who is directly in which group; the groups by their numbers.
pub(super) struct Memberships {
    /// The groups' descriptors, in the order of the groups.
    descriptors: Vec<Descriptor>,
    /// For everybody who is in a group: the groups that they are directly in.
    direct: HashMap<Descriptor, Vec<u32>>,
    /// The groups whose members were not read, and why.
    unread: Vec<(u32, Problem)>,
}

impl Memberships {
    /// For everybody who is in a group: the descriptors of the groups that they are directly in, in order. With a group missing
    /// nobody's memberships are whole, and somebody could be taken for somebody else by them: then why it is missing.
    pub(super) fn whole(&self) -> Result<BTreeMap<Descriptor, Vec<String>>, Problem> {
        if let Some((_, problem)) = self.unread.first() {
            return Err(problem.clone());
        }
        let name = |group: &u32| self.descriptors.get(usize::try_from(*group).ok()?).map(ToString::to_string);
        Ok(self
            .direct
            .iter()
            .map(|(member, groups)| {
                let mut names: Vec<String> = groups.iter().filter_map(name).collect();
                names.sort();
                names.dedup();
                (member.clone(), names)
            })
            .collect())
    }
}

/// Reads the groups, with what they are inside of, and who is directly in them. From the groups' side: fewer calls than people.
pub(super) async fn groups(session: &Session) -> Result<(Vec<GroupState>, Memberships), Problem> {
    let (groups, _) = session.azure_devops().groups(Raw::Drop).all().await?;
    let groups = unique(groups);
    let answers = members(session, &groups).await;
    let mut states: Vec<GroupState> = groups.iter().map(group_state).collect();
    let descriptors: Vec<Descriptor> = groups.into_iter().map(|group| group.descriptor).collect();
    let numbers: HashMap<&Descriptor, usize> = descriptors.iter().zip(0..).collect();
    let mut direct: HashMap<Descriptor, Vec<u32>> = HashMap::new();
    let mut unread = Vec::new();
    for (number, answer) in (0_u32..).zip(answers) {
        match answer {
            Ok(members) => {
                for Membership { member_descriptor: member, .. } in members {
                    match numbers.get(&member).and_then(|inner| states.get_mut(*inner)) {
                        Some(inner) => inner.within.push(number),
                        None => direct.entry(member).or_default().push(number),
                    }
                }
            }
            Err(problem) => unread.push((number, problem)),
        }
    }
    Ok((states, Memberships { descriptors, direct, unread }))
}

/// What was read of the organization now.
pub(super) struct Observed {
    /// Everything but the people.
    pub state: State,
    /// The groups' descriptors, in the order of the state.
    pub descriptors: Vec<Descriptor>,
    /// Who is directly in which of the state's groups; `None`: the groups were not read.
    pub direct: Option<HashMap<Descriptor, Vec<u32>>>,
    /// See [`Memberships::whole`]; or why the groups were not read.
    pub memberships: Result<BTreeMap<Descriptor, Vec<String>>, Problem>,
    /// Why other things were not read.
    pub things: Things,
}

/// Reads groups, members, and what people work with.
pub(super) async fn observe(session: &Session) -> Observed {
    let mut state = State {
        taken_at: Timestamp::now(),
        organization: session.context.organization.clone(),
        backing: session.believed_backing(),
        ..State::default()
    };
    let azure = session.azure_devops().clone();
    let (things, groups, services) =
        tokio::join!(Box::pin(things(session)), Box::pin(groups(session)), Box::pin(services(&azure)));
    match services {
        Ok(services) => state.services = Some(services),
        Err(problem) => state.left_out.push(format!("service identities: {}", problem.headline())),
    }
    for (what, list, slot) in [
        ("group rules", &things.rules, &mut state.rules),
        ("projects", &things.projects, &mut state.projects),
        ("service connections", &things.connections, &mut state.connections),
        ("agent pools", &things.pools, &mut state.pools),
    ] {
        match list {
            Ok(list) => *slot = Some(list.clone()),
            Err(problem) => state.left_out.push(format!("{what}: {}", problem.headline())),
        }
    }
    let (groups, memberships) = match groups {
        Ok(read) => read,
        Err(problem) => {
            state.left_out.push(format!("groups: {}", problem.headline()));
            return Observed {
                state,
                descriptors: Vec::new(),
                direct: None,
                memberships: Err(problem),
                things,
            };
        }
    };
    let whole = memberships.whole();
    for (number, problem) in memberships.unread {
        let group = usize::try_from(number).ok().and_then(|number| groups.get(number));
        let name = group.map_or("a group", |group| &*group.name);
        state.left_out.push(format!("members of {name}: {}", problem.headline()));
        state.unread_groups.push(number);
    }
    state.groups = groups;
    state.groups_whole = true;
    Observed {
        state,
        descriptors: memberships.descriptors,
        direct: Some(memberships.direct),
        memberships: whole,
        things,
    }
}

/// Subject types of service identities (actions/runner, Graph/Constants.cs; `aadsp` in the published examples).
const SERVICES: [&str; 8] = ["svc", "acs", "agg", "imp", "s2s", "aadsp", "win", "tst"];

/// The service identities of the organization.
async fn services(azure: &crate::services::AzureDevOps) -> Result<Vec<Named>, Problem> {
    let (users, _) = azure.graph_users(&SERVICES, Raw::Drop).all().await?;
    let services = users.into_iter().filter(|user| SERVICES.contains(&user.descriptor.subject_type()));
    Ok(services
        .map(|user| Named {
            id: user.descriptor.to_string(),
            name: user.display_name,
            standing: None,
            good: None,
        })
        .collect())
}

/// One that is on two pages counts once.
fn unique(groups: Vec<Group>) -> Vec<Group> {
    let mut seen = std::collections::HashSet::new();
    groups.into_iter().filter(|group| seen.insert(group.descriptor.clone())).collect()
}
