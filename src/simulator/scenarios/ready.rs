//! `ready`: nothing fails, only what a person must tick is left.

use super::cast::{COLLEAGUES, Cast};
use crate::simulator::world::{
    group::ADMINISTRATORS,
    person::Access::{Basic, Stakeholder, TestPlans},
};

/// Mappable without doubt, but not by itself.
const MAPPABLE: [(&str, &str, &str); 3] = [
    ("Sigrid Fjeldsted", "sigrid.fjeldsted@fabrikam.com", "sigrid.fjeldsted"),
    ("Ravi Danjuma", "ravi.danjuma@fabrikam.com", "ravi.danjuma"),
    ("Wanjiru Kimani", "wanjiru.kimani@fabrikam.com", "wanjiru.kimani"),
];

pub(super) fn play(cast: &mut Cast) {
    let (operator, me) = cast.automatic("Niamh Halloran", "niamh.halloran", TestPlans, 0);
    cast.world.operator = operator;
    cast.world.owner = operator;
    cast.world.me = me;
    let (second, _) = cast.automatic("Gesine Achterberg", "gesine.achterberg", Basic, 3);
    cast.join(second, ADMINISTRATORS);
    let team = crate::simulator::world::group::MIGRATION_TEAM;
    if let Some(group) = cast.world.groups.get_mut(usize::from(ADMINISTRATORS)) {
        group.nested.push(team);
    }
    for (display, local, days) in COLLEAGUES {
        cast.automatic(display, local, if days > 10 { Stakeholder } else { Basic }, days);
    }
    for (display, address, local) in MAPPABLE {
        let mut user = cast.member(super::cast::CONTOSO, display, local);
        user.proxies.push(format!("smtp:{address}"));
        cast.user(user);
        let person = cast.msa(display, address, Basic, 2);
        cast.person(person);
    }
    cast.services();
    cast.world.invites_from = "everyone";
}
