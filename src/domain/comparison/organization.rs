//! What is different for the organization and for nobody in particular: owner, projects, Entra groups, rules, service
//! identities, service connections, agent pools.

use super::expected::{Between, Expected};
use super::state::{GroupState, Named, State};
use super::{Change, Difference, Kind};

/// Everything, most important first. What one of the states did not read is said in `not_compared`.
pub(super) fn differences(before: &State, after: &State, not_compared: &mut Vec<String>) -> Vec<Difference> {
    let between = Between { before: before.backing, after: after.backing };
    let mut out = Vec::new();
    if let (Some(was), Some(is)) = (&before.owner, &after.owner) {
        let same = match (&was.key, &is.key) {
            (Some(was), Some(is)) => was == is,
            _ => was.shown.trim().eq_ignore_ascii_case(is.shown.trim()),
        };
        if !same {
            out.push(Difference::changed(
                Kind::Owner,
                Change::Changed,
                was.shown.as_str().into(),
                is.shown.as_str().into(),
            ));
        }
    } else {
        not_compared.push("owner".to_owned());
    }
    let (was, is) = (entra_groups(before), entra_groups(after));
    list(Kind::EntraGroup, was.as_deref(), is.as_deref(), between, &mut out, not_compared);
    for (kind, was, is) in [
        (Kind::GroupRule, &before.rules, &after.rules),
        (Kind::TeamProject, &before.projects, &after.projects),
        (Kind::ServiceIdentity, &before.services, &after.services),
        (Kind::ServiceConnection, &before.connections, &after.connections),
        (Kind::AgentPool, &before.pools, &after.pools),
    ] {
        list(kind, was.as_deref(), is.as_deref(), between, &mut out, not_compared);
    }
    out.sort_by_key(|one| one.kind);
    out
}

fn entra_groups(state: &State) -> Option<Vec<Named>> {
    let named = |group: &GroupState| Named {
        id: group.id.to_string(),
        name: group.name.to_string(),
        standing: None,
        good: None,
    };
    state.groups_whole.then(|| state.groups.iter().filter(|group| group.entra).map(named).collect())
}

fn list(
    kind: Kind,
    was: Option<&[Named]>,
    is: Option<&[Named]>,
    between: Between,
    out: &mut Vec<Difference>,
    not_compared: &mut Vec<String>,
) {
    let (Some(was), Some(is)) = (was, is) else {
        // What was in neither is no news.
        if was.is_some() || is.is_some() {
            let which = if was.is_none() { "first" } else { "second" };
            not_compared.push(format!("{}: not in the {which}", kind.shown()));
        }
        return;
    };
    let find = |list: &[Named], one: &Named| list.iter().position(|other| other.id == one.id);
    for one in was {
        let Some(now) = find(is, one).and_then(|at| is.get(at)) else {
            let expected = match kind {
                Kind::EntraGroup => Some(Expected::OldDirectoryGroup),
                Kind::GroupRule => Some(Expected::RuleLost),
                _ => None,
            };
            out.push(
                Difference::lost(kind, one.name.as_str().into())
                    .because(expected.filter(|_| between.left_a_directory())),
            );
            continue;
        };
        if one.standing == now.standing {
            continue;
        }
        let change = match (one.good, now.good) {
            (Some(true), Some(false)) => Change::Lost,
            (Some(false), Some(true)) => Change::Gained,
            _ => Change::Changed,
        };
        let text = |one: &Named| one.standing.clone().unwrap_or_else(|| "not said".to_owned());
        let was = format!("{}: {}", one.name, text(one));
        out.push(Difference::changed(kind, change, was.into(), text(now).into()));
    }
    let new = is.iter().filter(|one| find(was, one).is_none());
    out.extend(new.map(|one| {
        let expected = matches!(kind, Kind::EntraGroup | Kind::GroupRule) && between.switched();
        Difference::gained(kind, one.name.as_str().into())
            .because(expected.then_some(Expected::NewDirectoryGroup))
    }));
}
