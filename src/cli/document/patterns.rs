//! `ado2entra.patterns/1`: the patterns of the two lists; a short form of each is also in `ado2entra.diff/1`.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::forecast::patterns::{Example, Pattern, PatternId, PatternKind};
use crate::domain::people::Roster;
use crate::domain::{Directory, Forecast, ObjectId, Plan, TenantId};

/// One pattern with its counts.
#[derive(Debug, Serialize)]
pub struct PatternEntry<'a> {
    id: &'a PatternId,
    kind: PatternKind,
    from: &'a str,
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    people: usize,
    explains: usize,
    confirmed: usize,
    contradicts: usize,
    unclear: usize,
    elsewhere: usize,
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
    schema: &'static str,
    organization: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<TenantId>,
    patterns: Vec<Listed<'a>>,
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    entry: PatternEntry<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_since: Option<Timestamp>,
    examples: Examples<'a>,
}

#[derive(Debug, Default, Serialize)]
struct Examples<'a> {
    explained: Vec<Pair<'a>>,
    contradicted: Vec<Pair<'a>>,
}

#[derive(Debug, Serialize)]
struct Pair<'a> {
    storage_key: &'a str,
    display_name: &'a str,
    principal_name: &'a str,
    object_id: ObjectId,
    target_display_name: &'a str,
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
