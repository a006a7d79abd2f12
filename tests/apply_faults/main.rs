//! Each fault of a network or a service while a plan is applied: on the changes themselves, and on the readings that follow the
//! first change. Whatever breaks, nobody is done twice, and once it works again everybody is done. `docs/proof.md` has the table
//! of faults and phases, and says where each is tested.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;
use std::time::Duration;

use ado2entra::domain::plan::{Decision, RowState};
use ado2entra::domain::schedule::machine::Pace;
use ado2entra::domain::{Outcome, StorageKey};
use ado2entra::simulator::{Aim, Fault, Moment, Options};
use ado2entra::tasks::effect::Effect;
use ado2entra::tasks::{ApplyEvent, Model, Msg};

#[path = "../whole_way/stage.rs"]
#[expect(dead_code, reason = "others use the rest of it")]
mod stage;

use stage::{Stage, stage};

/// Where the fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// On mappings, invitations and removals.
    Writing,
    /// On the first change and everything after it: for faults of the credential, which hit whole services.
    FromTheFirstChange,
    /// On what is read once something was changed: reading back, and the next person.
    Verifying,
}

/// What the run may ask of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Nothing,
    Something,
    /// It depends on which request is hit.
    Perhaps,
}

/// A plan of three maps, a removal and an invitation, connected.
async fn ready(fault: Fault) -> (Stage, Model, Vec<StorageKey>) {
    let options = Options {
        throttle_after: 2,
        throttle_for: Duration::from_millis(900),
        entra_delay: Duration::from_millis(600),
        stall_for: Duration::from_secs(2),
        ..Options::default()
    };
    let mut stage = stage(options).await;
    stage.session.set_pace(pace());
    stage.simulator.control().set_invitation_policy("everyone");
    let mut model = stage.read().await;
    let missing = Stage::people(&model, Outcome::Missing);
    let [gone, guest, ..] = missing.as_slice() else {
        panic!("two people who are not in the tenant: {fault}")
    };
    let address = model.roster.get().unwrap().get(guest).unwrap().principal_name.to_string();
    let mut keys = vec![gone.clone(), guest.clone()];
    stage.decide(&mut model, gone, Decision::Remove).await;
    stage.decide(&mut model, guest, Decision::Invite { address }).await;
    keys.extend(stage.accept_safe(&mut model).await.into_iter().take(3));
    stage.simulator.control().connect();
    (stage, Model::clone(&model), keys)
}

/// An invitation without an answer is asked about for a second, and not for an hour.
fn pace() -> Pace {
    Pace { visible: Duration::from_secs(1), ..stage::hurried() }
}

/// One run over these people. When it asks for something the fault is mended first, as an administrator would.
async fn run(stage: &mut Stage, fault: Fault, keys: &[StorageKey]) -> (Model, bool) {
    let mut model = stage.read().await;
    let order = stage.order_for(&model, Some(keys.iter().cloned().collect::<BTreeSet<_>>()));
    let runner = ado2entra::tasks::Runner::new(std::sync::Arc::clone(&stage.session));
    runner.run(Effect::Apply(Box::new(order)));
    let mut asked = false;
    loop {
        let next = tokio::time::timeout(Duration::from_secs(90), stage.messages.recv());
        let msg = next.await.unwrap().unwrap();
        model.absorb(&msg);
        match msg {
            Msg::Apply(ApplyEvent::Paused(Some(problem))) => {
                assert!(!problem.said.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
                asked = true;
                stage.simulator.control().set_fault(fault, false);
                runner.run(Effect::ResumeApply);
            }
            Msg::Apply(ApplyEvent::Finished { .. }) => return (model, asked),
            _ => {}
        }
    }
}

async fn survives(fault: Fault, phase: Phase, asks: Asks) {
    let (mut stage, _, keys) = ready(fault).await;
    let control = stage.simulator.control();
    match phase {
        Phase::Writing => {
            control.aim(Aim::Changes);
            control.set_fault(fault, true);
        }
        Phase::Verifying | Phase::FromTheFirstChange => {
            let moment = if phase == Phase::Verifying { Moment::After } else { Moment::Before };
            control.aim(if phase == Phase::Verifying { Aim::Reads } else { Aim::Everything });
            let hook = control.clone();
            let first = std::sync::atomic::AtomicBool::new(true);
            control.on_change(move |change| {
                if change.moment == moment && first.swap(false, std::sync::atomic::Ordering::SeqCst) {
                    hook.set_fault(fault, true);
                }
            });
        }
    }
    let (model, asked) = run(&mut stage, fault, &keys).await;
    if asks != Asks::Perhaps {
        assert_eq!(asked, asks == Asks::Something, "{fault} {phase:?}: {:?}", model.apply);
    }
    let effects = control.effects();
    assert_eq!(effects.doubled(), Vec::<String>::new(), "{fault} {phase:?}");
    assert!(
        control
            .requests()
            .iter()
            .any(|request| ["PATCH", "POST", "DELETE"].contains(&request.method.as_str()))
    );
    // What is called verified was carried out.
    for key in &keys {
        let done = effects.mapped.contains_key(key.as_str()) || effects.removed.contains_key(key.as_str());
        let row = model.plan.row(key).unwrap();
        assert!(row.state != RowState::Verified || done, "{fault} {phase:?}: {:?}", model.plan.row(key));
    }
    // It works again: everybody is done, and nobody twice.
    control.set_fault(fault, false);
    let mut left = Vec::new();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.restart(false).await;
        stage.session.set_pace(pace());
        let (model, _) = run(&mut stage, fault, &keys).await;
        left = keys.iter().filter_map(|key| model.plan.row(key).cloned()).collect();
        left.retain(|row| row.state != RowState::Verified);
        if left.is_empty() {
            break;
        }
    }
    assert!(left.is_empty(), "{fault} {phase:?}: {left:?}");
    let effects = control.effects();
    assert_eq!(effects.doubled(), Vec::<String>::new(), "{fault} {phase:?}");
    assert_eq!(
        (effects.mapped.len(), effects.removed.len(), effects.invited.len()),
        (4, 1, 1),
        "{fault} {phase:?}"
    );
}

macro_rules! faults {
    ($($test:ident: $fault:ident $phase:ident $asks:ident;)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            survives(Fault::$fault, Phase::$phase, Asks::$asks).await;
        })*
    };
}

faults! {
    writing_throttled_by_seconds: Throttle Writing Nothing;
    writing_throttled_by_date: ThrottleDate Writing Nothing;
    writing_throttled_by_milliseconds: ThrottleMs Writing Nothing;
    writing_throttled_for_ten_years: ThrottleAges Writing Something;
    writing_with_server_errors: ServerErrors Writing Nothing;
    writing_with_lost_connections: ChangesLost Writing Nothing;
    writing_without_an_answer: ChangesUnheard Writing Nothing;
    writing_with_answers_cut_off: Reset Writing Nothing;
    writing_with_half_answers: Truncate Writing Nothing;
    writing_with_web_pages_for_answers: HtmlError Writing Nothing;
    writing_with_an_expired_credential: ExpiredCredential FromTheFirstChange Something;
    writing_to_a_sign_in_page: SignInPage FromTheFirstChange Something;
    verifying_throttled: Throttle Verifying Nothing;
    verifying_throttled_on_good_answers: ThrottleOn200 Verifying Nothing;
    verifying_with_server_errors: ServerErrors Verifying Nothing;
    verifying_with_resets: Reset Verifying Nothing;
    verifying_with_half_documents: Truncate Verifying Nothing;
    verifying_with_web_pages: HtmlError Verifying Perhaps;
    verifying_with_an_expired_credential: ExpiredCredential Verifying Something;
    verifying_what_shows_late: LateEntra Verifying Nothing;
}
