//! Legacy identities: the search that also finds those who are in no list.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, Fault, Shared, forbidden, users::Wrapped, wire};
use crate::simulator::{
    answer::Answer,
    ids::{self, Kind},
    world::{
        Hidden, World,
        people::Subject,
        person::{Origin, Seen},
    },
};

pub(super) fn search(shared: &Shared, call: &Call) -> Answer {
    if shared.on(Fault::NoIdentityPermission) {
        return forbidden("Access Denied: the token lacks the scope vso.identity. (simulated)");
    }
    let rows = shared.read(|world| {
        let ids = call.query.list("identityIds");
        let descriptors = call.query.list("subjectDescriptors");
        if !ids.is_empty() {
            let found = ids.iter().map(|id| Uuid::try_parse(id).ok().and_then(|id| world.find_key(id)));
            return found.map(|seen| seen.map_or(Value::Null, |seen| identity(world, &seen))).collect();
        }
        if !descriptors.is_empty() {
            let found = descriptors.iter().map(|descriptor| match world.find(descriptor) {
                Some(Subject::Person(seen)) => identity(world, &seen),
                _ => Value::Null,
            });
            return found.collect();
        }
        by_text(world, call)
    });
    Answer::list(&Wrapped { count: rows.len(), value: rows })
}

fn by_text(world: &World, call: &Call) -> Vec<Value> {
    let wanted = call.query.get("filterValue").unwrap_or_default().trim().to_lowercase();
    let filter = call.query.get("searchFilter").unwrap_or("General").to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let hit = |display: &str, account: &str, mail: &str| {
        let (display, account, mail) = (display.to_lowercase(), account.to_lowercase(), mail.to_lowercase());
        match filter.as_str() {
            "mailaddress" => mail == wanted,
            "accountname" => account == wanted,
            "displayname" => display == wanted,
            _ => account == wanted || mail == wanted || display.starts_with(&wanted),
        }
    };
    let people = world.near(&wanted).into_iter().filter_map(|number| world.person(number));
    let mut rows: Vec<Value> = people
        .filter(|seen| hit(&seen.person.display, &seen.person.principal, &seen.person.mail))
        .map(|seen| identity(world, &seen))
        .collect();
    let hidden = world.hidden.iter().enumerate();
    rows.extend(
        hidden
            .filter(|(_, hidden)| hit(&hidden.display, &hidden.address, &hidden.address))
            .map(|(number, hidden)| hidden_identity(world, number, hidden)),
    );
    rows
}

fn text(value: &str) -> Value {
    json!({"$type": "System.String", "$value": value})
}

/// The descriptor of the older kind.
pub(super) fn legacy_descriptor(world: &World, seen: &Seen) -> String {
    let domain = wire::domain(world, &seen.person);
    format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{domain}\\{}", seen.person.principal)
}

fn identity(world: &World, seen: &Seen) -> Value {
    let person = &seen.person;
    let mut properties = json!({
        "SchemaClassName": text("User"),
        "Description": text(""),
        "Domain": text(&wire::domain(world, person)),
        "Account": text(&person.principal),
        "DN": text(""),
        "Mail": text(&person.mail),
        "SpecialType": text("Generic"),
        "DirectoryAlias": text(person.principal.split('@').next().unwrap_or_default()),
    });
    if let Origin::Tenant { object, .. } = person.origin {
        properties["http://schemas.microsoft.com/identity/claims/objectidentifier"] =
            text(&object.to_string());
        properties["PUID"] =
            text(&format!("aad:100{:013X}", world.ids.pick(Kind::Subject, seen.number) >> 16));
    }
    json!({
        "id": seen.key,
        "descriptor": legacy_descriptor(world, seen),
        "subjectDescriptor": seen.descriptor,
        "providerDisplayName": person.display,
        "isActive": seen.occupies(),
        "members": [], "memberOf": [], "memberIds": [],
        "properties": properties,
        "resourceVersion": 2,
        "metaTypeId": 0,
    })
}

fn hidden_identity(world: &World, number: usize, hidden: &Hidden) -> Value {
    let number = u32::MAX - u32::try_from(number).unwrap_or(0);
    let subject = world.ids.make(Kind::Subject, number).to_string();
    json!({
        "id": world.ids.make(Kind::StorageKey, number),
        "descriptor": format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;Windows Live ID\\{}", hidden.address),
        "subjectDescriptor": ids::descriptor("msa", &subject),
        "providerDisplayName": hidden.display,
        "isActive": hidden.active,
        "members": [], "memberOf": [], "memberIds": [],
        "properties": {
            "SchemaClassName": text("User"), "Domain": text("Windows Live ID"),
            "Account": text(&hidden.address), "Mail": text(&hidden.address),
        },
        "resourceVersion": 2,
        "metaTypeId": 0,
    })
}
