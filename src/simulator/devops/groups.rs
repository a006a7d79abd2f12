//! Groups and memberships, one level deep: who wants nested ones asks again.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{Call, Fault, Shared, forbidden, users, wire};
use crate::simulator::{
    answer::{Answer, devops_error, devops_internal},
    paging::{next_place, page_size},
    world::{World, group::FIRST_PROJECT, people::Subject},
};

fn refused(shared: &Shared) -> Option<Answer> {
    shared
        .on(Fault::NoPcaPermission)
        .then(|| forbidden("Access Denied: you may not read the groups of this organization. (simulated)"))
}

pub(super) fn list(shared: &Shared, call: &Call) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let Some(start) = users::start(call) else { return devops_internal(&shared.next_id()) };
    let types = call.query.list("subjectTypes");
    let size = page_size(shared, users::PAGE, start);
    let (rows, next, count) = shared.read(|world| {
        let groups = world.groups.iter().skip(start.at as usize).take(size);
        let rows: Vec<_> = groups
            .filter(|group| !group.gone)
            .filter(|group| {
                let kind = if group.directory.is_some() { "aadgp" } else { "vssgp" };
                types.is_empty() || types.contains(&kind)
            })
            .map(|group| wire::graph_group(shared, world, group))
            .collect();
        let count = u32::try_from(world.groups.len()).unwrap_or(0);
        let end = start.at + u32::try_from(size).unwrap_or(0);
        (rows, (end < count).then_some(end), count)
    });
    let answer = Answer::list(&users::Wrapped { count: rows.len(), value: rows });
    match next_place(shared, start, next, count) {
        Some(place) => answer.with("x-ms-continuationtoken", &users::token(place)),
        None => answer,
    }
}

pub(super) fn get(shared: &Shared, descriptor: &str) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    shared.read(|world| match world.find(descriptor) {
        Some(Subject::Group(number)) => match world.group(number) {
            Some(group) => Answer::ok(&wire::graph_group(shared, world, group)),
            None => users::unknown_subject(descriptor),
        },
        _ => users::unknown_subject(descriptor),
    })
}

/// The containers of a subject: its groups' descriptors.
fn containers(world: &World, subject: &Subject) -> Vec<String> {
    let numbers = world.containers(subject);
    let groups = numbers.into_iter().filter_map(|number| world.group(number));
    groups.map(|group| group.descriptor(world.ids)).collect()
}

pub(super) fn memberships(shared: &Shared, call: &Call, descriptor: &str) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let unreadable =
        || shared.read(|world| world.group(FIRST_PROJECT + 2).map(|group| group.descriptor(world.ids)));
    if shared.on(Fault::OneGroupUnreadable) && unreadable().as_deref() == Some(descriptor) {
        return forbidden("Access Denied: you may not read the members of this group. (simulated)");
    }
    let down = match call.query.get("direction").map(str::to_lowercase).as_deref() {
        None | Some("up") => false,
        Some("down") => true,
        Some(other) => {
            return devops_error(
                StatusCode::BAD_REQUEST,
                "VssPropertyValidationException",
                &format!("The value '{other}' is not valid for direction. (simulated: up, down)"),
            );
        }
    };
    let rows = shared.read(|world| {
        let subject = world.find(descriptor)?;
        let pair = |container: String, member: String| {
            json!({"containerDescriptor": container, "memberDescriptor": member, "_links": links(shared, &container, &member)})
        };
        Some(if down {
            let Subject::Group(number) = subject else { return Some(Vec::new()) };
            let members = world.members(number).into_iter();
            members.map(|member| pair(descriptor.to_owned(), member)).collect::<Vec<_>>()
        } else {
            let containers = containers(world, &subject).into_iter();
            containers.map(|container| pair(container, descriptor.to_owned())).collect()
        })
    });
    match rows {
        Some(rows) => Answer::list(&users::Wrapped { count: rows.len(), value: rows }),
        None => users::unknown_subject(descriptor),
    }
}

fn links(shared: &Shared, container: &str, member: &str) -> serde_json::Value {
    let base = wire::graph_base(shared);
    let kind = if member.starts_with("vssgp.") || member.starts_with("aadgp.") { "Groups" } else { "Users" };
    json!({
        "self": {"href": format!("{base}/Memberships/{member}/{container}")},
        "member": {"href": format!("{base}/{kind}/{member}")},
        "container": {"href": format!("{base}/Groups/{container}")},
    })
}

/// One direct membership: GET answers it, HEAD only whether there is one.
pub(super) fn membership(shared: &Shared, call: &Call, member: &str, container: &str) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let is_member = shared.read(|world| {
        let subject = world.find(member)?;
        containers(world, &subject).iter().any(|held| held == container).then_some(())
    });
    match is_member {
        None if call.method == Method::HEAD => Answer::empty(StatusCode::NOT_FOUND),
        None => users::unknown_subject(member),
        Some(()) => Answer::ok(&json!({
            "containerDescriptor": container, "memberDescriptor": member,
            "_links": links(shared, container, member),
        })),
    }
}
