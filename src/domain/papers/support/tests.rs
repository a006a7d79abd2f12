use std::collections::BTreeMap;

use super::*;
use crate::domain::outcome::Outcome;
use crate::domain::papers::Known;
use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::plan::fixtures::{
    at, directory, key, map, now, object, org_user, plan, row, tenant, tenant_user,
};

fn material() -> Material {
    let mut hostile = org_user(2, "=HYPERLINK(\"x\")\u{202e}", "alex@fabrikam.com");
    hostile.mail = None;
    let people =
        [org_user(1, "Adele Vance", "adele@fabrikam.com"), hostile, org_user(3, "Cora", "cora@fabrikam.com")];
    let targets =
        [1, 2, 3].map(|n| tenant_user(n, &format!("Target {n}"), &format!("target{n}@contoso.com")));
    let tenant_users = directory(targets.clone());
    let mut rows: Vec<PlanRow> =
        (1..=3).zip(&people).map(|(n, user)| row(user, map(n), Outcome::Safe, &tenant_users)).collect();
    rows[0].state = RowState::Failed;
    rows[0].error = Some("the service said no\nand more".into());
    rows[2].state = RowState::Verified;
    let line = |n: u32, state, id: Option<&str>, time: &str| JournalEntry {
        at: at(time),
        run: "run-1".into(),
        storage_key: key(n),
        decision: map(n),
        target: Some(object(n)),
        state,
        attempt: 1,
        detail: "TF400898: an internal error".into(),
        activity_id: id.map(str::to_owned),
        new_storage_key: None,
    };
    let known = |user: &OrgUser, target: &TenantUser| Known {
        taken_at: now(),
        user: user.clone(),
        target: Some(target.clone()),
        groups: Some(2),
    };
    let mut before: BTreeMap<_, _> =
        people.iter().zip(&targets).map(|(user, it)| (user.storage_key.clone(), known(user, it))).collect();
    let nobody = org_user(4, "Dora", "dora@fabrikam.com");
    before.insert(key(4), Known { target: None, ..known(&nobody, &targets[0]) });
    Material {
        organization: "fabrikam".into(),
        tenant: Some(tenant(1)),
        plan: plan(rows),
        journal: vec![
            line(1, RowState::Sending, None, "2026-11-23T19:01:00Z"),
            line(1, RowState::Failed, Some("activity-1"), "2026-11-23T19:01:02Z"),
            line(3, RowState::Verified, Some("activity-3"), "2026-11-23T19:01:05Z"),
        ],
        last: BTreeMap::new(),
        before,
        acts: Vec::new(),
        found: BTreeMap::new(),
        readiness: None,
        looked_back: None,
        point_ticks: BTreeMap::new(),
        tokens_before: None,
        events: Vec::new(),
        switched_at: Some(at("2026-11-23T18:30:00.25Z")),
        written_at: at("2026-11-24T08:00:00Z"),
        version: "0.0.0".into(),
    }
}

#[test]
fn the_list_names_whoever_is_not_proven_and_holds_no_formula() {
    let list = list(&material());
    let mut reader = ::csv::Reader::from_reader(list.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2, "{list}");
    assert_eq!(rows[0].get(2), Some("'=HYPERLINK(\"x\")\u{FFFD}"));
    assert_eq!(
        rows[1].iter().collect::<Vec<_>>(),
        [
            key(1).as_str(),
            "msa.1",
            "Adele Vance",
            "adele@fabrikam.com",
            "adele@fabrikam.com",
            "msa",
            &object(1).to_string(),
            "target1@contoso.com",
            "Target 1",
            "failed",
            "the service said no and more",
            "activity-1",
            "2026-11-23T19:01:02Z",
        ]
    );
}

#[test]
fn without_a_reading_the_decision_still_knows_them() {
    let mut material = material();
    material.before.clear();
    let list = list(&material);
    assert!(list.contains(",Adele Vance,adele@fabrikam.com,adele@fabrikam.com,msa,"), "{list}");
    assert!(list.contains(",target1@contoso.com,Target 1,failed,"), "{list}");
}

#[test]
fn the_letter_counts_and_names_the_failed_calls() {
    let letter = letter(&material(), Some("list.csv"));
    for words in [
        "Organization: https://dev.azure.com/fabrikam\n",
        "Backed before by: Microsoft accounts\n",
        "The switch was seen at: 2026-11-23 18:30:00 UTC\n",
        "Please map these 2 identities",
        "The list: list.csv (CSV",
        "- to be mapped, in the list: 2\n  - failed: 1\n  - planned: 1\n- mapped, and read back: 1\n",
        "- without a decision, and therefore not in the list: 1\n",
        "Calls that failed: 1, the newest first\n- 2026-11-23 19:01:02 UTC  activity id activity-1  Adele Vance (adele@fabrikam.com): TF400898",
    ] {
        assert!(letter.contains(words), "{words} in\n{letter}");
    }
    assert!(!letter.contains("activity-3"));
}
