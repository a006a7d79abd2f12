//! Somebody appears in the organization as the tenant user whom the plan keeps for somebody else: added by an administrator
//! meanwhile, or invited themselves. From then on the mapping is refused by the service, or strips that person.

use std::collections::BTreeSet;

use crate::domain::facts::GraphIdentity;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::people::{EntitlementStatus, Roster};
use crate::domain::plan::{Decision, Plan, RowState};
use crate::domain::text;

/// An identity that stands in the way of a planned mapping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Intruder {
    /// The planned target.
    pub target: ObjectId,
    /// For whom it is planned.
    pub planned_for: StorageKey,
    /// Who has it now, in words.
    pub holder: String,
}

/// Everybody who stands in the way, among those who have an entitlement and those whom only the graph knows.
pub fn intruders(plan: &Plan, roster: &Roster, graph: &[GraphIdentity]) -> BTreeSet<Intruder> {
    let mut found = BTreeSet::new();
    for row in plan.rows.values() {
        let Some(target) = row.decision.target().filter(|_| row.state != RowState::Verified) else {
            continue;
        };
        let own = |key: &StorageKey| *key == row.storage_key || row.new_storage_key.as_ref() == Some(key);
        let held = roster.with_object(target).find(|user| {
            user.status != EntitlementStatus::Deleted
                && !own(&user.storage_key)
                && *plan.decision(&user.storage_key) != Decision::Remove
        });
        // Without a key such an identity may be the person itself, from the moment in which the call may have left.
        let hidden = || {
            let holds = |it: &&GraphIdentity| it.origin_object == Some(target) && it.active != Some(false);
            if row.state.is_open() { None } else { graph.iter().find(holds) }
        };
        let holder = held
            .map(|user| text::named(&user.display_name, &user.principal_name))
            .or_else(|| hidden().map(|it| text::named(&it.display_name, &it.principal_name)));
        if let Some(holder) = holder {
            found.insert(Intruder { target, planned_for: row.storage_key.clone(), holder });
        }
    }
    found
}

impl Intruder {
    /// The alarm in one sentence; `name` is the person for whom the target is planned.
    pub fn words(&self, name: &str) -> String {
        format!(
            "{} is in the organization now as the target that is planned for {name}: do not map {name} before that second identity is \
             gone. Whoever added it should stop",
            self.holder
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Outcome;
    use crate::domain::plan::fixtures::*;

    #[test]
    fn only_somebody_else_who_is_to_stay_is_in_the_way() {
        let ada = org_user(1, "Ada", "ada@fabrikam.com");
        let directory = directory([tenant_user(7, "Ada", "ada@contoso.com")]);
        let mut plan = plan([row(&ada, map(7), Outcome::Safe, &directory)]);
        let second = in_tenant(org_user(2, "Ada Two", "ada@contoso.com"), tenant(1), object(7));
        assert!(intruders(&plan, &roster([ada.clone()]), &[]).is_empty());
        let found = intruders(&plan, &roster([ada.clone(), second.clone()]), &[]);
        assert_eq!(found.len(), 1);
        assert!(found.first().unwrap().words("Ada").contains("Ada Two"));
        // The mapping itself, seen from the other side.
        let mapped = in_tenant(ada.clone(), tenant(1), object(7));
        assert!(intruders(&plan, &roster([mapped]), &[]).is_empty());
        plan.put(row(&second, Decision::Remove, Outcome::Connected, &directory));
        assert!(intruders(&plan, &roster([ada.clone(), second]), &[]).is_empty(), "goes before the mapping");
        let hidden = GraphIdentity {
            descriptor: crate::domain::Descriptor::new("aad.7"),
            display_name: "Ada".into(),
            principal_name: "ada@contoso.com".into(),
            mail: None,
            origin_object: Some(object(7)),
            active: None,
        };
        let (ada, hidden) = (roster([ada]), [hidden]);
        assert_eq!(intruders(&plan, &ada, &hidden).len(), 1, "not readable counts as active");
        let mut sent = plan.row(&key(1)).unwrap().clone();
        sent.state = RowState::Applied;
        plan.put(sent);
        assert!(
            intruders(&plan, &ada, &hidden).is_empty(),
            "it may be the person itself, mapped a moment ago"
        );
    }
}
