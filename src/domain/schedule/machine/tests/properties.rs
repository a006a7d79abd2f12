//! Properties over random interleavings of answers and faults: see the promises of the machine.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// One of the events that may follow this action.
fn some_event(action: &Action, dice: u8) -> Event {
    let pick = |events: &[Event]| events[usize::from(dice) % events.len()].clone();
    let failing = Event::Unread(problem(ProblemKind::ServiceFailing));
    let expired = Event::Unread(problem(ProblemKind::NotSignedIn));
    let gone = Event::Unread(problem(ProblemKind::Unreachable));
    match action {
        Action::Search => pick(&[
            Event::Found(Found::Nobody),
            Event::Found(Found::One(target())),
            Event::Found(Found::Nobody),
            Event::Found(Found::Several(2)),
            failing,
            expired,
        ]),
        Action::ReadPerson { .. } => pick(&[
            person(PersonNow::AsDecided),
            person(PersonNow::AsDecided),
            person(PersonNow::AsDecided),
            person(PersonNow::AsDecided),
            person(PersonNow::HasTarget),
            person(PersonNow::HasAnother(object(9))),
            person(PersonNow::Changed("the name".into())),
            person(PersonNow::Gone),
            failing,
            expired,
            gone,
        ]),
        Action::ReadTarget(_) => pick(&[
            Event::Target(TargetNow::Fit),
            Event::Target(TargetNow::Fit),
            Event::Target(TargetNow::Fit),
            Event::Target(TargetNow::Unfit("is disabled".into())),
            Event::Target(TargetNow::Gone),
            failing,
            expired,
        ]),
        Action::ReadHolder(_) => pick(&[
            Event::Holder(HolderNow::Free),
            Event::Holder(HolderNow::Free),
            Event::Holder(HolderNow::Free),
            Event::Holder(HolderNow::Held("Adele".into())),
            failing,
            expired,
        ]),
        Action::ReadRights => pick(&[
            Event::Rights(RightsNow::Ordinary),
            Event::Rights(RightsNow::Ordinary),
            Event::Rights(RightsNow::Ordinary),
            Event::Rights(RightsNow::Kept("owns the organization".into())),
            failing,
            expired,
        ]),
        Action::Record(line) if line.intent.is_some() && dice < 10 => Event::Cancelled,
        Action::Record(line) if line.intent.is_some() && dice < 20 => Event::Held,
        Action::Record(_) if dice > 250 => Event::NotRecorded(problem(ProblemKind::Local)),
        Action::Record(_) => Event::Recorded,
        Action::Send(_) => Event::Answered(
            [
                Answer::Taken { status: 200, guest: None },
                Answer::Taken { status: 201, guest: Some(target()) },
                Answer::Batch { failures: vec!["said".into()] },
                Answer::NotTaken { wait: Duration::from_secs(7), problem: problem(ProblemKind::Throttled) },
                Answer::NotTaken {
                    wait: Duration::from_secs(99_999),
                    problem: problem(ProblemKind::Throttled),
                },
                Answer::NotYet(problem(ProblemKind::Refused)),
                Answer::Credential(problem(ProblemKind::NotSignedIn)),
                Answer::Refused(problem(ProblemKind::Refused)),
                Answer::Refused(problem(ProblemKind::NotAllowed)),
                Answer::Refused(problem(ProblemKind::NotFound)),
                Answer::Refused(problem(ProblemKind::Unreachable)),
                Answer::Unknown(problem(ProblemKind::OutcomeUnknown)),
                Answer::Unsent,
            ][usize::from(dice) % 13]
                .clone(),
        ),
        Action::Pause(_) | Action::Rest(_) | Action::Wait(_) | Action::Ask(_) if dice > 245 => {
            Event::Cancelled
        }
        Action::Pause(_) | Action::Rest(_) | Action::Wait(_) | Action::Ask(_) => Event::Resumed,
        Action::End(_) => unreachable!("nothing follows the end"),
    }
}

fn jobs() -> impl Strategy<Value = Job> {
    prop_oneof![Just(map()), Just(Job::Invite), Just(Job::Remove)]
}

fn states() -> impl Strategy<Value = RowState> {
    prop::sample::select(RowState::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    /// Random answers and faults: see the module's promises.
    #[test]
    fn nothing_is_sent_blindly_and_every_path_ends(
        job in jobs(),
        state in states(),
        connected in any::<bool>(),
        settles in any::<bool>(),
        known_guest in any::<bool>(),
        dice in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let memory = Memory { sent: None, guest: known_guest.then(target) };
        let mut machine = if settles {
            Machine::settle(job.clone(), state, connected, &memory, Duration::ZERO, Pace::default())
        } else {
            Machine::send(job.clone(), state, connected, &memory, Pace::default())
        };
        let mut dice = dice.into_iter().cycle();
        let mut event = Event::Begin;
        let mut before = None;
        let (mut read_since_call, mut doubtful, mut lost_line, mut asked) = (true, None, false, 0);
        let (mut ended, mut stopped) = (false, false);
        for _ in 0..2_000 {
            let shows = matches!(event, Event::Person(PersonNow::HasTarget | PersonNow::Gone));
            if matches!(event, Event::Person(_) | Event::Found(_)) {
                read_since_call = true;
            }
            if let Event::Answered(Answer::Unknown(_)) = &event {
                doubtful = machine.sent;
            }
            lost_line |= matches!(event, Event::NotRecorded(_));
            // Somebody who pauses again and again gives up at last, as whoever is asked does.
            asked += u32::from(event == Event::Held);
            stopped |= matches!(event, Event::Cancelled | Event::Answered(Answer::Unsent));
            let action = machine.step(event.clone());
            match &action {
                Action::Send(change) => {
                    prop_assert!(!settles, "settling sends nothing");
                    prop_assert!(!stopped, "nothing once the run is being stopped");
                    prop_assert!(!lost_line, "nothing after a line that was not written");
                    let intent = Some((RowState::Sending, Some(*change)));
                    prop_assert_eq!(before, intent, "the intent is on disk just before");
                    prop_assert!(read_since_call, "a reading lies between two calls");
                    prop_assert!(doubtful != Some(*change), "an unanswered call is not repeated");
                    read_since_call = false;
                }
                Action::Record(line) if line.state == RowState::Verified => {
                    prop_assert!(shows, "verified only after a reading that shows it, not {:?}", event);
                }
                Action::Ask(_) => asked += 1,
                Action::End(_) => {
                    ended = true;
                    break;
                }
                _ => {}
            }
            before = match &action {
                Action::Record(line) => Some((line.state, line.intent)),
                _ => None,
            };
            // Whoever is asked for ever gives up at last.
            let roll = if asked > 30 { 255 } else { dice.next().unwrap_or(0) };
            event = some_event(&action, roll);
        }
        prop_assert!(ended, "every path ends");
    }
}
