//! Where on the way the administrator is, for each goal.

use super::*;
use crate::domain::check::CheckId;
use crate::domain::connection::{way_back, wrong_directory};
use crate::domain::facts::{Aged, Facts, Operator, TenantProfile};
use crate::domain::forecast::{Forecast, Person, Situation};
use crate::domain::ids::Descriptor;
use crate::domain::people::OrgUser;
use crate::domain::plan::Plan;
use crate::domain::plan::fixtures::*;
use crate::domain::problem::{Problem, ProblemKind, Service};

struct World {
    facts: Facts,
    users: Vec<OrgUser>,
    people: Vec<Person>,
    situation: Situation,
    plan: Plan,
    goal: Goal,
    checks: Vec<Check>,
}

fn check(status: CheckStatus) -> Check {
    Check {
        id: CheckId::UserCount,
        status,
        summary: String::new(),
        evidence: vec![],
        remedy: String::new(),
        ticked: None,
    }
}

fn operator(kind: &str) -> Aged<Operator> {
    Aged::known(
        Operator {
            storage_key: key(1),
            descriptor: Some(Descriptor::new(&format!("{kind}.1"))),
            display_name: "Jamal".into(),
            account: Some("jamal@outlook.com".into()),
            organization_id: None,
        },
        now(),
    )
}

fn world() -> World {
    World {
        facts: Facts {
            operator: operator("msa"),
            tenant: Aged::known(
                TenantProfile {
                    id: tenant(1),
                    display_name: "Contoso".into(),
                    verified_domains: vec!["contoso.onmicrosoft.com".into()],
                },
                now(),
            ),
            ..Facts::default()
        },
        users: vec![org_user(1, "Jamal", "jamal@outlook.com"), org_user(2, "Adele", "adele@fabrikam.com")],
        people: vec![
            person(1, Outcome::Automatic, Some(1), vec![]),
            person(2, Outcome::Safe, Some(2), vec![]),
        ],
        situation: situation(),
        plan: plan([]),
        goal: Goal::Connect,
        checks: vec![check(CheckStatus::Pass)],
    }
}

fn portal() -> Portal {
    Portal::new("https://dev.azure.com", "fabrikam")
}

impl World {
    fn with<T>(&self, work: impl FnOnce(&Findings<'_>, &[Check]) -> T) -> T {
        let roster = roster(self.users.clone());
        let forecast = Forecast::new(self.people.clone());
        let findings = Findings {
            organization: "fabrikam",
            facts: &self.facts,
            roster: Some(&roster),
            directory: None,
            forecast: Some(&forecast),
            situation: &self.situation,
            plan: &self.plan,
            goal: self.goal,
            now: now(),
        };
        work(&findings, &self.checks)
    }

    fn phase(&self) -> Phase {
        self.with(current_phase)
    }

    fn steps(&self) -> Vec<Step> {
        self.with(|findings, checks| timeline(findings, checks, &portal()))
    }

    fn tick(&mut self, phase: Phase) {
        self.plan.phase_ticks.insert(phase, Tick { note: "done".into(), at: now() });
    }

    fn connect(&mut self) {
        self.situation = connected();
        self.people[0].outcome = Outcome::Connected;
    }
}

#[test]
fn the_whole_way_of_connecting() {
    let mut world = world();
    world.checks = vec![check(CheckStatus::Fail)];
    assert_eq!(world.phase(), Phase::Prepare);
    assert_eq!(world.steps()[0].state, StepState::Blocked);
    world.checks = vec![check(CheckStatus::Manual)];
    assert_eq!(
        (world.phase(), world.steps()[0].state),
        (Phase::Prepare, StepState::Current),
        "only to be ticked"
    );
    world.checks = vec![check(CheckStatus::Unknown)];
    assert_eq!((world.phase(), world.steps()[0].state), (Phase::Prepare, StepState::Current));
    world.tick(Phase::Prepare);
    assert_eq!(world.phase(), Phase::Connect, "a person may go on");
    world.plan.phase_ticks.clear();
    world.checks = vec![check(CheckStatus::Warn)];
    assert_eq!(world.phase(), Phase::Connect);

    world.connect();
    let problem = Problem::at(Service::AzureDevOps, ProblemKind::NotSignedIn, "asking who you are");
    world.facts.operator.problem = Some(problem.into());
    assert_eq!(world.phase(), Phase::SignInAgain, "the token died");
    world.facts.operator = operator("msa");
    assert_eq!(world.phase(), Phase::SignInAgain, "still the old account");
    world.facts.operator = operator("aad");
    assert_eq!(world.phase(), Phase::Map);

    let directory = directory([]);
    let mut mapped = row(&world.users[1], map(2), Outcome::Safe, &directory);
    mapped.state = RowState::Applied;
    world.plan.rows.insert(key(2), mapped.clone());
    assert_eq!(world.phase(), Phase::Map, "applied is not verified");
    mapped.state = RowState::Verified;
    world.plan.rows.insert(key(2), mapped);
    assert_eq!(world.phase(), Phase::Inform);
    world.tick(Phase::Inform);
    assert_eq!(world.phase(), Phase::Validate);
    world.tick(Phase::Validate);
    assert_eq!(world.phase(), Phase::Done);
    assert!(world.steps().iter().all(|step| step.state == StepState::Done));
}

#[test]
fn steps_before_are_done_and_after_are_to_do() {
    let mut world = world();
    world.connect();
    let states: Vec<_> = world.steps().iter().map(|step| step.state).collect();
    let (done, todo) = (StepState::Done, StepState::Todo);
    assert_eq!(states, [done, done, StepState::Current, todo, todo, todo, todo]);
    assert!(world.steps().iter().map(|step| step.phase).eq(Phase::ALL));
}

#[test]
fn mapping_is_blocked_while_the_administrators_are_unknown() {
    let mut world = world();
    world.connect();
    world.facts.operator = operator("aad");
    assert_eq!(world.steps()[3].state, StepState::Current);
    world.situation.administrators = None;
    assert_eq!(world.steps()[3].state, StepState::Blocked);
}

#[test]
fn switching_asks_for_an_identity_of_the_destination() {
    let mut world = world();
    world.goal = Goal::Switch;
    world.plan.first_backing = Some(Backing::Tenant(tenant(2)));
    world.situation.backing = Some(Backing::Tenant(tenant(2)));
    assert_eq!(world.phase(), Phase::Connect);
    assert!(world.steps()[1].person.iter().any(|line| line.contains("Switch directory")));
    world.situation.backing = Some(Backing::MicrosoftAccounts);
    let half = world.steps().swap_remove(1);
    assert_eq!((half.phase, world.phase()), (Phase::Connect, Phase::Connect));
    assert!(half.sees.iter().any(|line| line.starts_with("Half way")), "{half:?}");
    world.connect();
    world.facts.operator = operator("aad");
    assert_eq!(world.phase(), Phase::SignInAgain, "an Entra identity of the old tenant");
    world.users[0] = in_tenant(world.users[0].clone(), tenant(1), object(1));
    assert_eq!(world.phase(), Phase::Map);
}

#[test]
fn disconnecting_goes_the_other_way() {
    let mut world = world();
    world.goal = Goal::Disconnect;
    world.situation = connected();
    world.plan.first_backing = Some(Backing::Tenant(tenant(1)));
    assert_eq!(world.phase(), Phase::Connect);
    assert!(world.steps()[1].title.contains("Disconnect"));
    world.situation.backing = Some(Backing::MicrosoftAccounts);
    assert_eq!(world.phase(), Phase::Inform, "signed in with a Microsoft account, nobody to map");
    let steps = world.steps();
    assert_eq!(steps[3].title, "Nobody is mapped when disconnecting");
    let words: String = steps.iter().flat_map(|step| &step.person).cloned().collect();
    assert!(!words.contains("apply (A)") && !words.contains("work account,"), "{words}");
    let back = world.with(|findings, _| way_back(findings, &portal()));
    assert_eq!(back[0].title, "Connect the directory again");
    assert!(back[0].words[0].contains(&tenant(1).to_string()), "{back:?}");
}

#[test]
fn the_wrong_directory_stops_everything() {
    let mut world = world();
    world.situation.backing = Some(Backing::Tenant(tenant(3)));
    world.facts.operator = operator("aad");
    assert_eq!(world.phase(), Phase::Connect);
    assert_eq!(world.steps()[1].state, StepState::Blocked);
    let alert =
        world.with(|findings, _| wrong_directory(findings, Some("Tailspin\u{202e}"), &portal())).unwrap();
    assert_eq!(alert.headline, "WRONG DIRECTORY: MAP NOBODY");
    assert_eq!(alert.name.as_deref(), Some("Tailspin\u{fffd}"));
    assert!(alert.lines[0].contains(&tenant(3).to_string()), "{alert:?}");
    assert!(alert.lines.iter().any(|line| line.contains("aex.dev.azure.com/me")));
    world.situation.backing = Some(Backing::MicrosoftAccounts);
    assert_eq!(world.with(|findings, _| wrong_directory(findings, None, &portal())), None);
}

#[test]
fn the_words_name_the_account_the_directory_and_the_page() {
    let world = world();
    let steps = world.steps();
    let connect = &steps[1];
    assert_eq!(connect.address.as_deref(), Some("https://dev.azure.com/fabrikam/_settings/organizationAad"));
    let person = connect.person.join("\n");
    assert!(person.contains("signed in as Jamal (jamal@outlook.com)"), "{person}");
    assert!(person.contains(&format!("Contoso (contoso.onmicrosoft.com, {})", tenant(1))), "{person}");
    assert!(person.contains("Not in the list?"), "{person}");
    assert!(
        connect
            .sees
            .iter()
            .any(|line| line.starts_with("When you do: 1 keeps working · 1 is locked out until mapped · 0")),
        "{connect:?}"
    );
    for later in [3, 5] {
        assert!(
            steps[later].sees.is_empty(),
            "nothing is to be seen of mapping before connecting: {:?}",
            steps[later]
        );
    }
    for goal in [Goal::Connect, Goal::Switch, Goal::Disconnect] {
        let mut world = self::world();
        world.goal = goal;
        for step in &world.steps() {
            assert!(!step.person.is_empty(), "{goal:?}: {:?} says what a person does", step.phase);
            let address = step.address.as_deref().unwrap_or_default();
            assert!(address.starts_with("https://"), "{goal:?}: {:?} has a page", step.phase);
        }
    }
}

#[test]
fn the_way_back_is_there_in_every_state() {
    for backing in [
        None,
        Some(Backing::MicrosoftAccounts),
        Some(Backing::Tenant(tenant(1))),
        Some(Backing::Tenant(tenant(3))),
    ] {
        let mut world = world();
        world.situation.backing = backing;
        let back = world.with(|findings, _| way_back(findings, &portal()));
        let addresses: Vec<_> = back.iter().filter_map(|step| step.address.as_deref()).collect();
        assert_eq!(
            addresses,
            ["https://dev.azure.com/fabrikam/_settings/organizationAad", "https://aex.dev.azure.com/me"]
        );
        assert!(back[0].words.iter().any(|line| line.contains("cannot be undone")));
    }
}
