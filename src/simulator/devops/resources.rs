//! What people work with: projects, service connections, agent pools with their agents.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, Fault, Shared, forbidden, not_found, users, users::Wrapped};
use crate::simulator::{
    answer::{Answer, devops_internal},
    ids::Kind,
    paging::{next_place, page_size},
    world::{World, group::PROJECTS},
};

/// Rows of a page of projects, where none is asked for.
const PAGE: usize = 100;

/// Name and kind of the service connections of each project. The second one hangs on somebody's token.
const CONNECTIONS: [(&str, &str); 2] = [("azure-production", "azurerm"), ("source-mirror", "github")];

/// Names of the agents of the organization's own machines.
const AGENTS: [&str; 2] = ["build-01", "build-02"];

fn refused(shared: &Shared) -> Option<Answer> {
    shared.on(Fault::NoResourcesPermission).then(|| {
        forbidden(
            "Access Denied: the token lacks the scope for projects, connections and agents. (simulated)",
        )
    })
}

fn project_id(world: &World, number: usize) -> Uuid {
    world.ids.make(Kind::Project, u32::try_from(number).unwrap_or(0))
}

/// The owner, who set up everything.
fn identity_ref(world: &World) -> Value {
    let seen = world.person(world.owner);
    json!({
        "id": world.ids.make(Kind::StorageKey, world.owner),
        "displayName": seen.as_ref().map(|seen| seen.person.display.clone()).unwrap_or_default(),
        "uniqueName": seen.as_ref().map(|seen| seen.person.principal.clone()).unwrap_or_default(),
    })
}

pub(super) fn projects(shared: &Shared, call: &Call) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let Some(start) = users::start(call) else { return devops_internal(&shared.next_id()) };
    let size = page_size(shared, PAGE, start);
    let count = u32::try_from(PROJECTS.len()).unwrap_or(0);
    let rows: Vec<Value> = shared.read(|world| {
        let names = PROJECTS.iter().enumerate().skip(start.at as usize).take(size);
        names
            .map(|(number, name)| {
                let id = project_id(world, number);
                json!({
                    "id": id, "name": name, "description": "Made-up project of a simulated organization.",
                    "url": format!("{}/devops/{}/_apis/projects/{id}", shared.base, world.organization),
                    "state": "wellFormed", "revision": 11, "visibility": "private",
                    "lastUpdateTime": world.now,
                })
            })
            .collect()
    });
    let end = start.at + u32::try_from(size).unwrap_or(0);
    let answer = Answer::list(&Wrapped { count: rows.len(), value: rows });
    match next_place(shared, start, (end < count).then_some(end), count) {
        Some(place) => answer.with("x-ms-continuationtoken", &users::token(place)),
        None => answer,
    }
}

/// The service connections of a project, named by id or by name.
pub(super) fn connections(shared: &Shared, project: &str) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    shared.read(|world| {
        let wanted = PROJECTS.iter().enumerate().position(|(number, name)| {
            name.eq_ignore_ascii_case(project)
                || project_id(world, number).to_string() == project.to_lowercase()
        });
        let Some(number) = wanted else {
            return not_found("TF200016: The following project does not exist. (simulated)");
        };
        let rows: Vec<Value> = CONNECTIONS
            .iter()
            .enumerate()
            .map(|(place, (name, kind))| {
                let serial = 1_000 + u32::try_from(number * CONNECTIONS.len() + place).unwrap_or(0);
                let owner = identity_ref(world);
                // What hangs on a person's token stands still when the switch takes access away.
                let ready = !(world.lost_access && *kind == "github" && number == 0);
                json!({
                    "id": world.ids.make(Kind::Project, serial), "name": name, "type": kind,
                    "url": "https://connection.example/", "description": "", "data": {},
                    "authorization": {"scheme": "Token", "parameters": {"AccessToken": null}},
                    "isReady": ready, "isShared": false, "owner": "library",
                    "createdBy": owner,
                    "serviceEndpointProjectReferences": [{
                        "projectReference": {"id": project_id(world, number), "name": PROJECTS[number]},
                        "name": name, "description": "",
                    }],
                })
            })
            .collect();
        Answer::list(&Wrapped { count: rows.len(), value: rows })
    })
}

pub(super) fn pools(shared: &Shared) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let owner = shared.read(identity_ref);
    let rows = vec![
        json!({"id": 1, "name": "Default", "isHosted": false, "poolType": "automation", "size": AGENTS.len(), "isLegacy": false,
            "createdBy": owner, "owner": owner}),
        json!({"id": 9, "name": "Azure Pipelines", "isHosted": true, "poolType": "automation", "size": 1, "isLegacy": false}),
    ];
    Answer::list(&Wrapped { count: rows.len(), value: rows })
}

pub(super) fn agents(shared: &Shared, pool: &str) -> Answer {
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let names: &[&str] = match pool {
        "1" => &AGENTS,
        "9" => &["Hosted Agent"],
        _ => return not_found("The agent pool does not exist. (simulated)"),
    };
    let lost = shared.read(|world| world.lost_access);
    let rows: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let online = !(lost && pool == "1" && number == 1);
            json!({
                "id": number + 1, "name": name, "version": "4.248.0", "enabled": true,
                "osDescription": "Linux (simulated)", "provisioningState": "Provisioned",
                "status": if online { "online" } else { "offline" },
            })
        })
        .collect();
    Answer::list(&Wrapped { count: rows.len(), value: rows })
}
