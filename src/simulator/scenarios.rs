//! The scenarios: who is there at the start.

mod cast;
mod fabrikam;
mod hostile;
mod ready;
mod switch;

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use self::cast::Cast;
use super::{
    fault::Fault,
    ids::{Ids, Kind},
    options::{Options, Scenario},
    world::{
        World,
        generate::{Crowd, ago},
        group::{ADMINISTRATORS, Group, MIGRATION_TEAM},
        person::{Access, Origin, Person},
        tenant::DirectoryGroup,
    },
};

/// Builds the world of a scenario.
pub(super) fn build(options: &Options) -> World {
    let ids = Ids::new(options.seed);
    let now = options.now.unwrap_or_else(Timestamp::now);
    let crowd = Crowd { ids, now, partners: 0, tidy: options.scenario == Scenario::Ready };
    let mut cast = Cast::new(ids, now, crowd);
    match options.scenario {
        Scenario::Fabrikam | Scenario::Large => fabrikam::play(&mut cast),
        Scenario::Ready => ready::play(&mut cast),
        Scenario::Hostile => hostile::play(&mut cast),
        Scenario::Switch => switch::play(&mut cast),
    }
    let (people, users) = match options.scenario {
        Scenario::Large => (options.org_users.or(Some(100_000)), options.tenant_users.or(Some(500_000))),
        _ => (options.org_users, options.tenant_users),
    };
    cast.finish(people, users)
}

/// Lets the switches that change the starting position take effect. Called again whenever one changes.
pub(super) fn apply_switches(world: &mut World, faults: &BTreeSet<Fault>) {
    let operator = world.operator;
    let powerless = faults.contains(&Fault::OperatorNotPca);
    if let Some(person) = world.listed_mut().get_mut(operator as usize) {
        person.groups.retain(|group| !matches!(*group, ADMINISTRATORS | MIGRATION_TEAM));
        if !powerless {
            person.groups.push(MIGRATION_TEAM);
        }
    }
    let (me, destination) = (world.me, world.destination);
    world.tenant_mut(destination).set_my_type(me, faults.contains(&Fault::MeIsGuest));

    let known = world.groups.iter().position(|group| group.name == DEVOPS_ADMINS);
    if faults.contains(&Fault::EntraGroupPca) {
        let number = known.unwrap_or_else(|| add_directory_group(world));
        nest(world, number, true);
    } else if let Some(number) = known {
        nest(world, number, false);
    }
}

const DEVOPS_ADMINS: &str = "Contoso DevOps Administrators";

fn nest(world: &mut World, number: usize, nested: bool) {
    let number = u16::try_from(number).unwrap_or(0);
    if let Some(group) = world.groups.get_mut(usize::from(ADMINISTRATORS)) {
        group.nested.retain(|inner| *inner != number);
        if nested {
            group.nested.push(number);
        }
    }
}

/// A group of the destination tenant, known to the organization. Its first members are the first users there.
fn add_directory_group(world: &mut World) -> usize {
    let tenant = world.destination;
    let id: Uuid = world.ids.make(Kind::DirectoryGroup(tenant), 0);
    let inner: Uuid = world.ids.make(Kind::DirectoryGroup(tenant), 1);
    let me = world.me;
    let groups = &mut world.tenant_mut(tenant).groups;
    let place = groups.len();
    groups.push(DirectoryGroup {
        id,
        display: DEVOPS_ADMINS.to_owned(),
        members: vec![me, 3],
        nested: vec![place + 1],
    });
    groups.push(DirectoryGroup {
        id: inner,
        display: "Contoso DevOps Night Shift".to_owned(),
        members: vec![4, 5],
        nested: Vec::new(),
    });
    let number = world.groups.len();
    let group = Group::of_directory(u16::try_from(number).unwrap_or(0), DEVOPS_ADMINS, tenant, id);
    world.groups.push(group);
    number
}

/// Adds somebody who signs in with an address, as an administrator of the organization does (or, without an entitlement, as a
/// group's member comes in). Answers the key.
pub(super) fn add_person(world: &mut World, display: &str, address: &str, entitled: bool) -> String {
    let known = world.backing_tenant().and_then(|tenant| {
        let number = tenant.by_upn(address).first().copied()?;
        let user = tenant.user(number)?;
        Some((tenant.number, tenant.object(number), user.kind == Some("Guest")))
    });
    let origin = match known {
        Some((tenant, object, guest)) => Origin::Tenant { tenant, object, guest },
        None => Origin::Msa,
    };
    let number = world.add_person(Person {
        display: display.to_owned(),
        principal: address.to_owned(),
        mail: address.to_owned(),
        origin,
        access: Access::Basic,
        status: "active",
        last_access: None,
        created: ago(world.now, 0, 1),
        groups: Vec::new(),
        entitled,
        active: true,
        tokens: 0,
        global_tokens: 0,
        ssh_keys: 0,
    });
    world.person(number).map(|seen| seen.key.to_string()).unwrap_or_default()
}
