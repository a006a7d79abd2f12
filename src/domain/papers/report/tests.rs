use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::domain::activity::EventLine;
use crate::domain::check::{Check, CheckId, CheckStatus, Tick, Verdict};
use crate::domain::comparison::checklist::{Point, PointId};
use crate::domain::comparison::{
    Change, Comparison, Counts, Difference, Expected, Kind, PersonChanges, Summary, state,
};
use crate::domain::connection::Phase;
use crate::domain::facts::{PersonTokens, TokenInventory};
use crate::domain::papers::{Act, Author, Found, FoundUser, Known, LookedBack, Readiness};
use crate::domain::plan::fixtures::{
    at, directory, key, map, now, object, org_user, plan, row, tenant, tenant_user,
};
use crate::domain::plan::{JournalEntry, Pair, PlanRow};
use crate::domain::{OrgUser, TenantUser};

const HOSTILE: &str =
    "<script>alert(1)</script>|`x`\u{202e}\"'><img src=x onerror=alert(1)>\n# [a](http://evil.example)";

fn known(user: &OrgUser, target: Option<&TenantUser>) -> Known {
    Known { taken_at: now(), user: user.clone(), target: target.cloned(), groups: Some(2) }
}

fn line(n: u32, state: RowState, time: &str, detail: &str) -> JournalEntry {
    JournalEntry {
        at: at(time),
        run: "run-1".into(),
        storage_key: key(n),
        decision: map(n),
        target: Some(object(n)),
        state,
        attempt: 1,
        detail: detail.into(),
        activity_id: Some(format!("activity-{n}-{HOSTILE}")),
        new_storage_key: None,
    }
}

fn found(n: u32, outcome: Outcome) -> Found {
    Found {
        storage_key: key(n),
        at: at("2026-11-23T16:00:00Z"),
        outcome,
        why: if n == 1 { "why of 1.".into() } else { HOSTILE.into() },
        users: vec![FoundUser {
            object_id: object(n),
            display_name: format!("Target {n}"),
            user_principal_name: format!("target{n}@contoso.com"),
            score: 0.9,
            evidence: vec![if n == 1 { "found then: the mail agrees".into() } else { HOSTILE.into() }],
            warnings: if n == 1 { Vec::new() } else { vec![HOSTILE.into()] },
        }],
    }
}

fn check(n: usize, status: CheckStatus, summary: &str, ticked: bool) -> Check {
    Check {
        id: CheckId::ALL[n],
        status,
        summary: summary.into(),
        evidence: Vec::new(),
        remedy: String::new(),
        ticked: ticked.then(|| Tick { note: "seen".into(), at: now() }),
    }
}

fn acts() -> Vec<Act> {
    let cora =
        Author { account: Some("Cora Thomas (cora@fabrikam.com)".into()), login: "cora@jumphost".into() };
    let hostile = Author { account: None, login: HOSTILE.into() };
    let act = |time: &str, kind, subject: &str, author: &Author| Act {
        at: at(time),
        kind,
        subject: subject.into(),
        decision: None,
        outcome: None,
        note: None,
        author: author.clone(),
    };
    let decided = |time: &str, n: u32, to: u32, author: &Author| Act {
        decision: Some(map(to)),
        outcome: Some(Outcome::Review),
        note: Some(HOSTILE.into()),
        ..act(time, ActKind::Decided, key(n).as_str(), author)
    };
    vec![
        act("2026-11-23T17:00:00Z", ActKind::StepTicked, Phase::Inform.name(), &cora),
        decided("2026-11-23T19:00:00Z", 1, 1, &cora),
        decided("2026-11-23T18:00:00Z", 2, 3, &hostile),
        decided("2026-11-23T19:00:00Z", 2, 2, &cora),
        act("2026-11-23T19:10:00Z", ActKind::RunBegun, "run-1", &cora),
        act("2026-11-24T07:00:00Z", ActKind::PointTicked, PointId::ToolsWork.name(), &cora),
    ]
}

/// Adele lost what was to be expected, the hostile one what was not, somebody new came.
fn looked_back() -> LookedBack {
    let person = |n: u32, name: &str, differences: Vec<Difference>| PersonChanges {
        storage_key: key(n),
        new_storage_key: None,
        name: name.into(),
        address: format!("{name}@fabrikam.com").as_str().into(),
        new_address: None,
        came_back: n == 1,
        differences,
    };
    let lost = Difference::lost(Kind::Group, "Contributors of the old directory".into());
    let identity = Difference::changed(Kind::Identity, Change::Changed, "a".into(), "b".into());
    let people = vec![
        person(
            2,
            HOSTILE,
            vec![Difference::lost(Kind::Project, HOSTILE.into()).with_note(HOSTILE), identity.clone()],
        ),
        person(
            1,
            "adele",
            vec![
                lost.because(Some(Expected::OldDirectoryGroup)),
                identity.clone().because(Some(Expected::Mapped)),
            ],
        ),
        person(3, "cora", vec![identity.because(Some(Expected::Mapped))]),
        person(9, "newcomer", vec![Difference::gained(Kind::Person, "newcomer".into())]),
    ];
    let mut by_kind: BTreeMap<Kind, Counts> = BTreeMap::new();
    by_kind.insert(Kind::Group, Counts { lost_expected: 1, ..Counts::default() });
    by_kind.insert(Kind::Project, Counts { lost: 1, ..Counts::default() });
    by_kind.insert(Kind::Identity, Counts { changed: 1, changed_expected: 2, ..Counts::default() });
    let moment = |time: &str, backing| state::Moment {
        taken_at: at(time),
        organization: HOSTILE.into(),
        backing: Some(backing),
        people: 3,
    };
    let comparison = Comparison {
        before: moment("2026-11-23T16:00:00Z", Backing::MicrosoftAccounts),
        after: moment("2026-11-24T06:00:00Z", Backing::Tenant(tenant(1))),
        people,
        organization: vec![Difference::lost(Kind::ServiceConnection, HOSTILE.into())],
        not_compared: vec![HOSTILE.into()],
        summary: Summary {
            before: 3,
            after: 4,
            in_both: 3,
            with_unexpected_loss: 1,
            with_expected_loss: 1,
            came_back: 1,
            by_kind,
            ..Summary::default()
        },
    };
    let point = |id: PointId, status, summary: &str| Point {
        id,
        status,
        summary: summary.into(),
        evidence: vec![HOSTILE.into()],
        remedy: String::new(),
        ticked: None,
    };
    LookedBack {
        at: at("2026-11-24T06:00:00Z"),
        before_from: HOSTILE.into(),
        comparison: Some(comparison),
        not_compared: None,
        points: vec![
            point(PointId::PermissionsIntact, CheckStatus::Fail, "1 person lost something unexpected"),
            point(PointId::ToolsWork, CheckStatus::Manual, HOSTILE),
        ],
    }
}

/// Adele is done, the hostile one failed, Cora was never decided about.
pub(in crate::domain::papers) fn material() -> Material {
    let mut adele = org_user(1, "Adele Vance", "adele@fabrikam.com");
    adele.access_level = Some(HOSTILE.into());
    let bad = org_user(2, HOSTILE, &format!("{HOSTILE}@fabrikam.com"));
    let cora = org_user(3, "Cora Thomas", "cora@fabrikam.com");
    let target = tenant_user(1, "Adele Vance", "adele.vance@contoso.com")
        .with(|it| it.mail = Some("adele@fabrikam.com".into()));
    let bad_target = tenant_user(2, HOSTILE, HOSTILE);
    let users = directory([target.clone(), bad_target.clone()]);
    let done = PlanRow { state: RowState::Verified, ..row(&adele, map(1), Outcome::Safe, &users) };
    let failed = PlanRow {
        state: RowState::Failed,
        error: Some(HOSTILE.into()),
        note: Some(HOSTILE.into()),
        ..row(&bad, map(2), Outcome::Review, &users)
    };
    let mut plan = plan([done, failed]);
    let tick = |words: &str| Tick { note: words.into(), at: at("2026-11-23T17:00:00Z") };
    plan.ticks.insert(CheckId::ALL[0], tick(HOSTILE));
    plan.phase_ticks.insert(Phase::Inform, tick("told by mail"));
    plan.confirmed.insert(Pair { storage_key: key(2), target: object(2) }, tick(HOSTILE));
    plan.owner_told = Some(HOSTILE.into());
    plan.operator_keys.insert(key(3));
    let before: BTreeMap<_, _> =
        [known(&adele, Some(&target)), known(&bad, Some(&bad_target)), known(&cora, None)]
            .into_iter()
            .map(|it| (it.user.storage_key.clone(), it))
            .collect();
    Material {
        organization: HOSTILE.into(),
        tenant: Some(tenant(1)),
        plan,
        journal: vec![
            line(1, RowState::Sending, "2026-11-23T19:10:00Z", "PATCH"),
            line(1, RowState::Verified, "2026-11-23T19:10:02Z", "read back"),
            line(2, RowState::Sending, "2026-11-23T19:11:00Z", "PATCH"),
            line(2, RowState::Failed, "2026-11-23T19:11:04Z", HOSTILE),
        ],
        last: BTreeMap::new(),
        before,
        acts: acts(),
        found: BTreeMap::from([
            (key(1), found(1, Outcome::Safe)),
            (key(2), found(2, Outcome::Review)),
            (key(3), found(3, Outcome::Automatic)),
        ]),
        readiness: Some(Readiness {
            at: at("2026-11-23T16:00:00Z"),
            verdict: Verdict::NotReady,
            checks: vec![
                check(0, CheckStatus::Fail, HOSTILE, false),
                check(1, CheckStatus::Manual, "told", true),
            ],
        }),
        looked_back: Some(looked_back()),
        point_ticks: BTreeMap::from([(
            PointId::ToolsWork,
            Tick { note: HOSTILE.into(), at: at("2026-11-24T07:00:00Z") },
        )]),
        tokens_before: Some(TokenInventory {
            people: BTreeMap::from([(
                key(1),
                PersonTokens { access_tokens: 2, global_tokens: 0, ssh_keys: 1 },
            )]),
            read_at: BTreeMap::from([(key(1), at("2026-11-23T15:00:00Z"))]),
            ..TokenInventory::default()
        }),
        events: vec![EventLine { at: now(), subject: "alarm".into(), text: HOSTILE.into() }],
        switched_at: Some(at("2026-11-23T18:30:00Z")),
        written_at: at("2026-11-24T08:00:00Z"),
        version: "0.0.0".into(),
    }
}

#[test]
fn the_report_says_what_was_found_decided_done_and_failed() {
    let report = Report::of(&material());
    assert_eq!(
        report.result,
        [
            "4 people known.",
            "2 people to be mapped, invited or removed; 1 of them done and read back.",
            "1 failed: the service refused, or nothing came of it.",
            "1 person whom the service maps by itself.",
        ]
    );
    let count = |counts: &[Count]| counts.iter().map(|it| (it.name.clone(), it.count)).collect::<Vec<_>>();
    assert_eq!(
        count(&report.outcomes),
        [
            ("will map by itself".into(), 1),
            ("mappable, safe".into(), 1),
            ("needs review".into(), 1),
            ("not known".into(), 1)
        ]
    );
    assert_eq!(count(&report.decisions), [("map".into(), 2), ("undecided".into(), 2)]);
    assert_eq!(count(&report.states), [("verified".into(), 1), ("failed".into(), 1)]);
    assert_eq!(report.people[0].storage_key, key(2), "what is open comes first");
    let adele = report.people.iter().find(|it| it.storage_key == key(1)).unwrap();
    assert_eq!(adele.evidence, ["found then: the mail agrees"], "as it was found, not compared again");
    assert_eq!(
        adele.sentence(),
        "Found: mappable, safe (why of 1). Decided: map to Adele Vance (adele.vance@contoso.com), 2026-11-23 19:00:00 UTC, \
         by Cora Thomas (cora@fabrikam.com), as cora@jumphost. Done: verified."
    );
    assert_eq!(adele.calls.len(), 2);
    assert_eq!(report.words.len(), 3);
    assert!(
        report
            .facts
            .iter()
            .any(|it| it.about == "Accounts of the operator" && it.words.contains("Cora Thomas"))
    );
    let moments: Vec<&str> = report.moments.iter().map(|it| it.words.as_str()).collect();
    assert_eq!(moments.first(), Some(&"Step ticked: inform"));
    assert!(moments.contains(&"The switch was seen"));
    assert!(moments.contains(&"Apply run ends: 1 verified, 1 failed"), "{moments:?}");
}

#[test]
fn before_and_after_is_told_by_kind_by_person_and_by_point() {
    let report = Report::of(&material());
    let after = report.after.as_ref().unwrap();
    assert_eq!(
        after.answer,
        [
            "1 person lost something that was not to be expected; 1 person lost only what was to be expected.",
            "3 people in both, 0 of them unchanged; 1 person used the organization since.",
        ]
    );
    let kinds: Vec<_> =
        after.kinds.iter().map(|it| (it.name, it.counts.lost, it.counts.lost_expected)).collect();
    assert_eq!(kinds, [("groups", 0, 1), ("project access", 1, 0), ("identities", 0, 0)]);
    let said = |about: &str| after.facts.iter().find(|it| it.about == about).unwrap().words.clone();
    assert!(said("After").contains(&format!("backed by the directory {}", tenant(1))));
    assert!(said("Tokens and keys read before the switch").contains("access tokens 2, SSH keys 1"));
    let person = |n: u32| report.people.iter().find(|it| it.storage_key == key(n)).unwrap();
    let lines = |n: u32| person(n).changes.iter().map(ChangePaper::line).collect::<Vec<_>>();
    assert_eq!(
        lines(1)[1],
        "changed identity: a to b, to be expected: the person was mapped to the Entra account"
    );
    assert!(
        lines(1)[0].starts_with("lost group: Contributors of the old directory, to be expected: "),
        "{:?}",
        lines(1)
    );
    assert!(lines(2)[0].starts_with("lost project: ") && lines(2)[0].ends_with(", not to be expected"));
    assert_eq!(lines(9), ["gained person: newcomer"]);
    assert_eq!(person(9).name, "newcomer", "who came since is known by the comparison alone");
    assert!(!person(1).is_open() && person(1).is_told() && person(2).is_open());
    assert!(!person(3).is_told(), "what connecting itself does is nothing to tell");
    let point = |id: PointId| after.points.iter().find(|it| it.title == id.title()).unwrap();
    assert_eq!(point(PointId::PermissionsIntact).status, "fail");
    assert_eq!(point(PointId::ToolsWork).status, "ticked");
    let tick = point(PointId::ToolsWork).tick_words().unwrap();
    assert!(
        tick.starts_with("ticked 2026-11-24 07:00:00 UTC, by Cora Thomas (cora@fabrikam.com), as cora@"),
        "{tick}"
    );
    // Before the switch there is nothing to say; after it, that nobody looked.
    let mut material = material();
    (material.looked_back, material.point_ticks) = (None, BTreeMap::new());
    assert!(Report::of(&material).after.unwrap().answer[0].contains("nobody looked back"));
    material.switched_at = None;
    assert_eq!(Report::of(&material).after, None);
}

#[test]
fn in_a_large_report_whoever_asks_for_nothing_is_a_row_with_evidence() {
    let mut material = material();
    let users = directory((10..400).map(|n| tenant_user(n, "T", &format!("t{n}@contoso.com"))));
    for n in 10..400 {
        let user = org_user(n, &format!("Person {n}"), &format!("p{n}@fabrikam.com"));
        let done = row(&user, map(n), Outcome::Safe, &users);
        material.plan.rows.insert(key(n), PlanRow { state: RowState::Verified, ..done });
        let mut seen = found(1, Outcome::Safe);
        (seen.storage_key, seen.users[0].object_id) = (key(n), object(n));
        material.found.insert(key(n), seen);
        material.journal.push(line(n, RowState::Verified, "2026-11-23T19:12:00Z", "read back"));
    }
    let report = Report::of(&material);
    let (told, rest) = report.told_and_others();
    assert_eq!(told.len() + rest.len(), report.people.len());
    let keys: Vec<&StorageKey> = told.iter().map(|it| &it.storage_key).collect();
    assert_eq!(keys, [&key(2), &key(1), &key(9)], "what is open first, then what asks for a look");
    for text in [markdown(&report), html(&report)] {
        assert_eq!(text.matches("found then: the mail agrees").count(), 1 + 390, "each row has its evidence");
        assert!(
            text.contains("Person 399") && text.contains("activity-399-"),
            "and the call by which Support finds it"
        );
    }
    let sections = markdown(&report).lines().filter(|line| line.starts_with("### ")).count();
    assert_eq!(sections, 3 + 1);
}

#[test]
fn nothing_of_a_hostile_name_becomes_html() {
    let text = html(&Report::of(&material()));
    for bad in ["<script", "<img", "\u{202e}", "onerror=alert(1)>", "javascript:"] {
        assert!(!text.contains(bad), "{bad}");
    }
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(text.contains("default-src 'none'; style-src 'unsafe-inline'"));
    // Only the elements that this program writes, each closed, and no attribute that could load or run anything.
    let known = [
        "!doctype", "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "table", "thead",
        "tbody", "section", "tr", "th", "td", "ul", "li", "p", "article", "svg", "text", "rect", "line",
        "circle",
    ];
    let mut open: Vec<String> = Vec::new();
    for part in text.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| c.is_alphanumeric() || *c == '!').collect();
        assert!(known.contains(&name.as_str()), "{tag}");
        assert!(!tag.contains(" on") && !tag.contains("src=") && !tag.contains("href"), "{tag}");
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()));
        } else if !tag.ends_with('/') && !["!doctype", "meta"].contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn nothing_of_a_hostile_name_becomes_markdown() {
    let text = markdown(&Report::of(&material()));
    assert!(!text.contains('<') && !text.contains('\u{202e}'), "{text}");
    assert!(!text.contains("](http://"), "{text}");
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert!((3..=8).contains(&cells), "{line}");
    }
    let headings = text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings, 1 + 11 + 4, "no name makes a heading of its own:\n{text}");
    assert!(text.contains("### Adele Vance\n"));
}

#[test]
fn an_almost_empty_store_is_no_reason_to_panic() {
    let mut material = material();
    material.plan = plan([]);
    material.journal.clear();
    material.before.clear();
    material.acts.clear();
    material.found.clear();
    material.readiness = None;
    material.events.clear();
    material.switched_at = None;
    (material.looked_back, material.tokens_before) = (None, None);
    material.tenant = None;
    let report = Report::of(&material);
    assert!(report.people.is_empty());
    assert!(html(&report).contains("</html>") && markdown(&report).contains("## Result"));
    assert!(material.is_empty());
    // A decision alone, of which nothing was read.
    material.plan = plan([PlanRow { decision: map(9), seen: None, ..PlanRow::undecided(key(9)) }]);
    let report = Report::of(&material);
    assert_eq!(report.people[0].name, key(9).to_string());
    assert!(
        html(&report).contains(&object(9).to_string())
            || report.people[0].decided.contains(&object(9).to_string())
    );
    let _ = Arc::new(report);
}

/// A change of these files is a change of what people read: the text that a failing run prints is looked at, then kept.
#[test]
fn the_documents_are_as_they_were_read() {
    let report = Report::of(&material());
    let differing: Vec<String> = [
        (markdown(&report), include_str!("../../../../tests/golden/papers/report.md")),
        (html(&report), include_str!("../../../../tests/golden/papers/report.html")),
    ]
    .into_iter()
    .filter(|(text, kept)| text != kept)
    .map(|(text, _)| format!("--- begin\n{text}--- end\n"))
    .collect();
    assert!(differing.is_empty(), "{}", differing.concat());
}
