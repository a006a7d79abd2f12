//! Tables of the usual ways; the properties are in a room of their own.

use std::time::Duration;

use super::*;
use crate::domain::plan::fixtures::object;
use crate::domain::problem::{ProblemKind, Service};

mod properties;

const JOB: Job = Job::Remove;

fn target() -> ObjectId {
    object(7)
}

fn map() -> Job {
    Job::Map { target: target() }
}

fn problem(kind: ProblemKind) -> Problem {
    Problem { said: "said".into(), ..Problem::at(Service::AzureDevOpsIdentity, kind, "asking") }
}

fn machine(job: Job, state: RowState, connected: bool) -> Machine {
    Machine::send(job, state, connected, &Memory::default(), Pace::default())
}

/// Feeds events and names the actions.
fn play(machine: &mut Machine, events: Vec<Event>) -> Vec<String> {
    events.into_iter().map(|event| name(&machine.step(event))).collect()
}

fn name(action: &Action) -> String {
    match action {
        Action::Search => "search".into(),
        Action::ReadPerson { .. } => "person".into(),
        Action::ReadTarget(_) => "target".into(),
        Action::ReadHolder(_) => "holder".into(),
        Action::ReadRights => "rights".into(),
        Action::Record(line) => format!("={}", line.state.name()),
        Action::Send(Change::Map { .. }) => "PATCH".into(),
        Action::Send(Change::Invite) => "POST".into(),
        Action::Send(Change::Remove) => "DELETE".into(),
        Action::Pause(_) => "pause".into(),
        Action::Rest(span) => format!("rest {}", span.as_secs()),
        Action::Wait(_) => "wait".into(),
        Action::Ask(_) => "ask".into(),
        Action::End(None) => "end".into(),
        Action::End(Some(_)) => "stop".into(),
    }
}

fn person(now: PersonNow) -> Event {
    Event::Person(now)
}

/// From the beginning to the call of a mapping.
fn until_sent() -> Vec<Event> {
    vec![
        Event::Begin,
        person(PersonNow::AsDecided),
        Event::Target(TargetNow::Fit),
        Event::Holder(HolderNow::Free),
        Event::Recorded,
    ]
}

fn taken() -> Event {
    Event::Answered(Answer::Taken { status: 200, guest: None })
}

#[test]
fn a_mapping_is_read_written_sent_written_and_read_back() {
    let mut machine = machine(map(), RowState::Planned, true);
    assert_eq!(play(&mut machine, until_sent()), ["person", "target", "holder", "=sending", "PATCH"]);
    let rest = vec![
        taken(),
        Event::Recorded,
        Event::Resumed,
        person(PersonNow::AsDecided),
        Event::Resumed,
        person(PersonNow::HasTarget),
        Event::Recorded,
    ];
    assert_eq!(
        play(&mut machine, rest),
        ["=applied", "pause", "person", "pause", "person", "=verified", "end"]
    );
    assert!(machine.has_ended() && machine.state() == RowState::Verified);
}

#[test]
fn what_is_not_as_it_was_is_refused_and_nothing_is_sent() {
    for (events, state) in [
        (vec![Event::Begin, person(PersonNow::HasTarget)], RowState::Verified),
        (vec![Event::Begin, person(PersonNow::HasAnother(object(9)))], RowState::Refused),
        (vec![Event::Begin, person(PersonNow::Changed("the name".into()))], RowState::Refused),
        (vec![Event::Begin, person(PersonNow::Gone)], RowState::Refused),
        (
            vec![
                Event::Begin,
                person(PersonNow::AsDecided),
                Event::Target(TargetNow::Unfit("is disabled".into())),
            ],
            RowState::Refused,
        ),
        (vec![Event::Begin, person(PersonNow::AsDecided), Event::Target(TargetNow::Gone)], RowState::Refused),
        (
            vec![
                Event::Begin,
                person(PersonNow::AsDecided),
                Event::Target(TargetNow::Fit),
                Event::Holder(HolderNow::Held("Adele".into())),
            ],
            RowState::Refused,
        ),
        (vec![Event::Begin, Event::Unread(problem(ProblemKind::ServiceFailing))], RowState::Failed),
    ] {
        let mut machine = machine(map(), RowState::Planned, true);
        let actions = play(&mut machine, events.clone());
        assert_eq!(actions.last().unwrap(), &format!("={}", state.name()), "{events:?}");
        assert_eq!(name(&machine.step(Event::Recorded)), "end", "{events:?}");
    }
}

#[test]
fn a_line_that_cannot_be_written_ends_the_row_before_the_call() {
    let mut machine = machine(map(), RowState::Planned, true);
    let mut events = until_sent();
    *events.last_mut().unwrap() = Event::NotRecorded(problem(ProblemKind::Local));
    assert_eq!(play(&mut machine, events).last().unwrap(), "stop");
}

#[test]
fn after_a_pause_everything_is_read_again_before_the_call() {
    let mut machine = machine(map(), RowState::Planned, true);
    let mut events = until_sent();
    *events.last_mut().unwrap() = Event::Held;
    events.extend(until_sent().into_iter().skip(1));
    assert_eq!(
        play(&mut machine, events),
        ["person", "target", "holder", "=sending", "person", "target", "holder", "=sending", "PATCH"]
    );
}

#[test]
fn an_unanswered_call_is_only_read_until_the_silence_proves_it() {
    let mut machine = machine(map(), RowState::Planned, true);
    play(&mut machine, until_sent());
    let mut action = machine.step(Event::Answered(Answer::Unknown(problem(ProblemKind::OutcomeUnknown))));
    let mut waited = Duration::ZERO;
    let mut seen = Vec::new();
    while !matches!(action, Action::End(_)) {
        seen.push(name(&action));
        action = match action {
            Action::Record(_) => machine.step(Event::Recorded),
            Action::Pause(pause) => {
                waited += pause;
                machine.step(Event::Resumed)
            }
            Action::ReadPerson { .. } => machine.step(person(PersonNow::AsDecided)),
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(seen.first().unwrap(), "=unknown");
    assert_eq!(seen.last().unwrap(), "=failed", "it may be sent again, by somebody who says so");
    assert!(waited >= Pace::default().silence);
}

#[test]
fn asked_to_wait_or_to_sign_in_everything_is_read_again_before_the_call() {
    let not_taken =
        Answer::NotTaken { wait: Duration::from_secs(7), problem: problem(ProblemKind::Throttled) };
    for (answer, word) in
        [(not_taken, "wait"), (Answer::Credential(problem(ProblemKind::NotSignedIn)), "ask")]
    {
        let mut machine = machine(map(), RowState::Planned, true);
        play(&mut machine, until_sent());
        let events = vec![Event::Answered(answer), Event::Recorded, Event::Resumed];
        assert_eq!(play(&mut machine, events), ["=planned", word, "person"]);
    }
}

#[test]
fn a_network_that_is_gone_is_a_question_and_nobodys_failure() {
    let gone = || problem(ProblemKind::Unreachable);
    let mut reading = machine(map(), RowState::Planned, true);
    let events = vec![Event::Begin, Event::Unread(gone()), Event::Resumed];
    assert_eq!(play(&mut reading, events), ["person", "ask", "person"]);
    let mut sending = machine(map(), RowState::Planned, true);
    play(&mut sending, until_sent());
    let events = vec![Event::Answered(Answer::Refused(gone())), Event::Recorded, Event::Resumed];
    assert_eq!(play(&mut sending, events), ["=planned", "ask", "person"]);
    // What was sent is read back when the network is there again, and not sent again.
    let mut back = machine(map(), RowState::Planned, true);
    play(&mut back, until_sent());
    play(&mut back, vec![taken(), Event::Recorded, Event::Resumed]);
    let events = vec![Event::Unread(gone()), Event::Resumed, person(PersonNow::HasTarget)];
    assert_eq!(play(&mut back, events), ["ask", "person", "=verified"]);
}

#[test]
fn a_wait_of_hours_is_a_question_and_not_a_wait() {
    let mut machine = machine(map(), RowState::Planned, true);
    play(&mut machine, until_sent());
    let answer =
        Answer::NotTaken { wait: Duration::from_secs(86_400), problem: problem(ProblemKind::Throttled) };
    assert_eq!(play(&mut machine, vec![Event::Answered(answer), Event::Recorded]), ["=planned", "ask"]);
}

#[test]
fn a_service_that_stays_closed_is_not_asked_for_ever() {
    let mut machine = machine(map(), RowState::Planned, true);
    let mut action = machine.step(Event::Begin);
    let mut asked = 0;
    while !matches!(action, Action::End(_)) {
        action = match action {
            Action::ReadPerson { .. } => machine.step(Event::Unread(problem(ProblemKind::Throttled))),
            Action::Ask(_) => {
                asked += 1;
                machine.step(Event::Resumed)
            }
            Action::Record(line) => {
                assert_eq!(line.state, RowState::Failed);
                machine.step(Event::Recorded)
            }
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(asked, Pace::default().waits);
}

#[test]
fn what_is_forbidden_stops_everything_and_is_not_tried_with_another_token() {
    let mut machine = machine(map(), RowState::Planned, true);
    play(&mut machine, until_sent());
    let answer = Answer::Refused(problem(ProblemKind::NotAllowed));
    assert_eq!(play(&mut machine, vec![Event::Answered(answer), Event::Recorded]), ["=failed", "stop"]);
}

#[test]
fn a_removal_is_proven_by_absence() {
    let mut machine = machine(JOB, RowState::Planned, false);
    let events = vec![
        Event::Begin,
        person(PersonNow::AsDecided),
        Event::Rights(RightsNow::Ordinary),
        Event::Recorded,
        taken(),
        Event::Recorded,
        Event::Resumed,
        person(PersonNow::Gone),
        Event::Recorded,
    ];
    assert_eq!(
        play(&mut machine, events),
        ["person", "rights", "=sending", "DELETE", "=applied", "pause", "person", "=verified", "end"]
    );
}

#[test]
fn who_became_an_administrator_meanwhile_is_not_removed() {
    for (event, last) in [
        (Event::Rights(RightsNow::Kept("is an administrator now".into())), "=refused"),
        (Event::Unread(problem(ProblemKind::ServiceFailing)), "=failed"),
        (Event::Unread(problem(ProblemKind::NotSignedIn)), "ask"),
    ] {
        let mut machine = machine(JOB, RowState::Planned, true);
        let events = vec![Event::Begin, person(PersonNow::AsDecided), event];
        assert_eq!(play(&mut machine, events), ["person", "rights", last]);
    }
}

#[test]
fn an_existing_user_is_used_and_nobody_is_invited() {
    let mut before = machine(Job::Invite, RowState::Planned, false);
    let events = vec![Event::Begin, Event::Found(Found::One(target())), Event::Recorded];
    assert_eq!(play(&mut before, events), ["search", "=applied", "end"]);

    let mut after = machine(Job::Invite, RowState::Planned, true);
    let events = vec![
        Event::Begin,
        Event::Found(Found::One(target())),
        Event::Recorded,
        person(PersonNow::AsDecided),
        Event::Target(TargetNow::Fit),
        Event::Holder(HolderNow::Free),
        Event::Recorded,
    ];
    assert_eq!(
        play(&mut after, events),
        ["search", "=applied", "person", "target", "holder", "=sending", "PATCH"]
    );
}

#[test]
fn a_guest_is_invited_once_and_tried_for_an_hour_with_growing_pauses() {
    let mut machine = machine(Job::Invite, RowState::Planned, true);
    let events = vec![
        Event::Begin,
        Event::Found(Found::Nobody),
        person(PersonNow::AsDecided),
        Event::Recorded,
        Event::Answered(Answer::Taken { status: 201, guest: Some(target()) }),
    ];
    assert_eq!(play(&mut machine, events), ["search", "person", "=sending", "POST", "=applied"]);
    let mut action = machine.step(Event::Recorded);
    let (mut pauses, mut calls) = (Vec::new(), 0);
    while !matches!(action, Action::End(_)) {
        action = match action {
            Action::Rest(pause) => {
                pauses.push(pause.as_secs());
                assert_eq!(machine.state(), RowState::Applied);
                machine.step(Event::Resumed)
            }
            Action::Record(_) => machine.step(Event::Recorded),
            Action::ReadPerson { .. } => machine.step(person(PersonNow::AsDecided)),
            Action::ReadTarget(_) if calls == 0 && pauses.len() < 3 => {
                machine.step(Event::Target(TargetNow::Gone))
            }
            Action::ReadTarget(_) => machine.step(Event::Target(TargetNow::Fit)),
            Action::ReadHolder(_) => machine.step(Event::Holder(HolderNow::Free)),
            Action::Send(Change::Map { .. }) => {
                calls += 1;
                machine.step(Event::Answered(Answer::NotYet(problem(ProblemKind::Refused))))
            }
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(pauses[..7], [5, 10, 20, 40, 80, 160, 300]);
    assert!((3300..=3600).contains(&pauses.iter().sum::<u64>()), "{pauses:?}");
    assert!(calls > 10);
    assert_eq!(machine.state(), RowState::Applied);
}

#[test]
fn after_a_break_an_invitation_is_looked_for_and_never_sent_again() {
    let memory =
        Memory { sent: Some((Change::Invite, "2026-11-23T19:00:00Z".parse().unwrap())), guest: None };
    let settle = |silent: u64| {
        let silent = Duration::from_secs(silent);
        Machine::settle(Job::Invite, RowState::Sending, true, &memory, silent, Pace::default())
    };
    let mut found = settle(60);
    let events =
        vec![Event::Begin, Event::Found(Found::One(target())), Event::Recorded, person(PersonNow::AsDecided)];
    assert_eq!(play(&mut found, events), ["search", "=applied", "person", "end"]);
    for (silent, state) in [(60, "=unknown"), (2 * 3600, "=failed")] {
        let mut nobody = settle(silent);
        assert_eq!(play(&mut nobody, vec![Event::Begin, Event::Found(Found::Nobody)]), ["search", state]);
    }
    // Known from the journal: not even looked for.
    let memory = Memory { guest: Some(target()), ..memory };
    let mut known = Machine::send(Job::Invite, RowState::Failed, true, &memory, Pace::default());
    assert_eq!(play(&mut known, vec![Event::Begin]), ["person"]);
}

#[test]
fn what_was_taken_long_ago_and_never_shows_may_be_sent_again() {
    for (silent, state) in [(600, "end"), (2 * 3600, "=failed")] {
        let silent = Duration::from_secs(silent);
        let mut machine =
            Machine::settle(map(), RowState::Applied, true, &Memory::default(), silent, Pace::default());
        let actions = play(&mut machine, vec![Event::Begin, person(PersonNow::AsDecided)]);
        assert_eq!(actions, ["person", state]);
    }
}

#[test]
fn what_a_batch_said_about_nobody_in_particular_is_settled_by_reading() {
    let pace = Pace { read_back: vec![Duration::ZERO], ..Pace::default() };
    for (failures, state) in [(vec!["not one user".to_owned()], "=failed"), (vec![], "=applied")] {
        let mut machine = Machine::send(map(), RowState::Planned, true, &Memory::default(), pace.clone());
        play(&mut machine, until_sent());
        let events = vec![
            Event::Answered(Answer::Batch { failures }),
            Event::Recorded,
            Event::Resumed,
            person(PersonNow::AsDecided),
        ];
        assert_eq!(play(&mut machine, events), ["=applied", "pause", "person", state]);
    }
}
