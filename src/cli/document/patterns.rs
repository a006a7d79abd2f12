//! `ado2entra.patterns/1`: the patterns of the two lists; a short form of each is also in `ado2entra.diff/1`.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::forecast::patterns::{Example, Pattern, PatternId, PatternKind};
use crate::domain::people::Roster;
use crate::domain::{Directory, Forecast, ObjectId, Plan, TenantId};

/// One pattern with its counts.
#[derive(Debug, Serialize)]
pub struct PatternEntry<'a> {
    /// Its name, for `plan pattern`.
    id: &'a PatternId,
    /// What it is made from.
    kind: PatternKind,
    /// The domain in the organization.
    from: &'a str,
    /// The domain in the tenant.
    to: &'a str,
    /// How an address is made, where it is made from the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    /// How many people have an address in the old domain and are open to be matched.
    people: usize,
    /// How many people it explains.
    explains: usize,
    /// Of these: how many have an address besides that leads to the same account.
    confirmed: usize,
    /// How many it leads to somebody with another name.
    contradicts: usize,
    /// Of how many nothing can be said.
    unclear: usize,
    /// How many people's own addresses lead to somebody else than the pattern does.
    elsewhere: usize,
    /// The administrator uses it as evidence.
    used: bool,
}

impl<'a> PatternEntry<'a> {
    /// Of this pattern.
    pub fn new(pattern: &'a Pattern) -> Self {
        Self {
            people: pattern.people,
            explains: pattern.explains,
            confirmed: pattern.confirmed,
            contradicts: pattern.contradicts,
            unclear: pattern.unclear,
            elsewhere: pattern.elsewhere,
            used: pattern.used,
            ..Self::gone(&pattern.id)
        }
    }

    /// Of one that is used and leads nobody anywhere in these lists.
    fn gone(id: &'a PatternId) -> Self {
        Self {
            id,
            kind: id.kind(),
            from: id.from(),
            to: id.to(),
            template: id.template().map(|template| template.to_string()),
            people: 0,
            explains: 0,
            confirmed: 0,
            contradicts: 0,
            unclear: 0,
            elsewhere: 0,
            used: true,
        }
    }
}

/// The document.
#[derive(Debug, Serialize)]
pub struct PatternsDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization's name.
    organization: &'a str,
    /// The destination tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<TenantId>,
    /// Everything that was found, and what is used without leading anywhere.
    patterns: Vec<Listed<'a>>,
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    /// The pattern.
    #[serde(flatten)]
    entry: PatternEntry<'a>,
    /// Since when it counts as evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_since: Option<Timestamp>,
    /// Some of those whom it says something about.
    examples: Examples<'a>,
}

#[derive(Debug, Default, Serialize)]
struct Examples<'a> {
    /// Whom it explains; first those whom nothing else explains.
    explained: Vec<Pair<'a>>,
    /// Whom it contradicts.
    contradicted: Vec<Pair<'a>>,
}

#[derive(Debug, Serialize)]
struct Pair<'a> {
    /// The person of the organization.
    storage_key: &'a str,
    /// The name.
    display_name: &'a str,
    /// The sign-in address.
    principal_name: &'a str,
    /// The tenant user.
    object_id: ObjectId,
    /// The tenant user's name.
    target_display_name: &'a str,
    /// The tenant user's sign-in name.
    target_upn: &'a str,
}

impl<'a> PatternsDocument<'a> {
    /// Everything that was found, and what is used without leading anywhere.
    pub fn new(
        organization: &'a str,
        tenant_id: Option<TenantId>,
        lists: (&'a Roster, &'a Directory),
        forecast: &'a Forecast,
        plan: &'a Plan,
    ) -> Self {
        let pairs = |list: &'a [Example]| -> Vec<Pair<'a>> {
            list.iter()
                .filter_map(|example| {
                    let (user, target) = (lists.0.get(&example.person)?, lists.1.get(example.target)?);
                    Some(Pair {
                        storage_key: user.storage_key.as_str(),
                        display_name: &user.display_name,
                        principal_name: &user.principal_name,
                        object_id: target.id,
                        target_display_name: target.display_name(),
                        target_upn: target.user_principal_name(),
                    })
                })
                .collect()
        };
        let found = forecast.patterns().all().iter().map(|pattern| Listed {
            entry: PatternEntry::new(pattern),
            used_since: plan.patterns.get(&pattern.id).copied(),
            examples: Examples {
                explained: pairs(&pattern.explained),
                contradicted: pairs(&pattern.contradicted),
            },
        });
        let gone = plan.patterns.iter().filter(|(id, _)| forecast.patterns().get(id).is_none());
        let gone = gone.map(|(id, at)| Listed {
            entry: PatternEntry::gone(id),
            used_since: Some(*at),
            examples: Examples::default(),
        });
        Self {
            schema: "ado2entra.patterns/1",
            organization,
            tenant_id,
            patterns: found.chain(gone).collect(),
        }
    }
}
