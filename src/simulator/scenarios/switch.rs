//! `switch`: another tenant backs the organization already, with groups of its own. To be switched to Contoso.

use super::cast::{ADATUM, COLLEAGUES, CONTOSO, Cast};
use crate::simulator::{
    ids::Kind,
    world::{
        group::{ADMINISTRATORS, FIRST_PROJECT, Group},
        person::{
            Access::{Basic, Stakeholder, TestPlans},
            Person,
        },
        tenant::TenantUser,
    },
};

/// How many of the colleagues there are here.
const PEOPLE: usize = 14;

pub(super) fn play(cast: &mut Cast) {
    cast.world.backing = Some(ADATUM);
    // the operator is a guest of the old tenant with the work address of the new one
    let user = cast.member(CONTOSO, "Niamh Halloran", "niamh.halloran");
    let address = user.upn.clone();
    cast.world.me = cast.user(user);
    let guest = cast.guest("Niamh Halloran", &address);
    let upn = guest.upn.replace("contoso.onmicrosoft.com", "adatum.onmicrosoft.com");
    let guest = cast.world.tenant_mut(ADATUM).list(TenantUser { upn, ..guest });
    let operator = cast.of_tenant(ADATUM, guest, TestPlans, 0);
    let operator = cast.person(Person { mail: address, ..operator });
    cast.world.operator = operator;
    cast.world.owner = operator;
    let team = crate::simulator::world::group::MIGRATION_TEAM;
    for (number, (display, local, days)) in COLLEAGUES.into_iter().take(PEOPLE).enumerate() {
        let old = cast.member(ADATUM, display, local);
        let old_address = old.upn.clone();
        let old = cast.world.tenant_mut(ADATUM).list(old);
        let person = cast.of_tenant(ADATUM, old, Basic, days);
        let person = cast.person(person);
        // most have an account in the new tenant that knows the old address
        if number % 5 != 4 {
            let mut user = cast.member(CONTOSO, display, local);
            user.other_mails.push(old_address);
            cast.user(user);
        }
        if number < 2 {
            cast.join(person, ADMINISTRATORS);
        }
    }
    let guest = cast.msa("Olga Vasquez", "olga.vasquez@mailbox.example", Stakeholder, 30);
    cast.person(Person { tokens: 1, ..guest });
    // a group of the old tenant, that does not come along, and one that makes administrators
    for name in ["Adatum Developers", "Adatum DevOps Administrators"] {
        let number = u16::try_from(cast.world.groups.len()).unwrap_or(0);
        let object = cast.world.ids.make(Kind::DirectoryGroup(ADATUM), number.into());
        cast.world.groups.push(Group::of_directory(number, name, ADATUM, object));
    }
    let last = u16::try_from(cast.world.groups.len() - 1).unwrap_or(0);
    if let Some(group) = cast.world.groups.get_mut(usize::from(ADMINISTRATORS)) {
        group.nested.push(team);
        group.nested.push(last);
    }
    if let Some(group) = cast.world.groups.get_mut(usize::from(FIRST_PROJECT) + 1) {
        group.nested.push(last - 1);
    }
    cast.services();
}
