//! The apply run on the screen: what it asks meanwhile, alarms, how far it is, and what is tried again afterwards.

use ado2entra::domain::schedule::Disposition;
use ado2entra::domain::{Problem, ProblemKind, RowState, Service};
use ado2entra::tasks::effect::ApplyOrder;
use ado2entra::tasks::{self, ApplyEvent, Msg};
use ado2entra::tui::apply::Dialog;
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::{Effect, Event};
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;

use crate::fixture::Desk;
use crate::looks::{SIZES, look};
use crate::made_up::{key, now};
use crate::plans::{changed, planned_with, running};

fn died() -> Problem {
    Problem {
        status: Some(401),
        said: "the credential was not accepted".into(),
        remedy: "Sign in again: az login --tenant contoso.onmicrosoft.com --allow-no-subscriptions.".into(),
        ..Problem::at(Service::AzureDevOpsIdentity, ProblemKind::NotSignedIn, "mapping msa.7")
    }
}

fn orders(desk: &Desk) -> Vec<ApplyOrder> {
    let orders = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Task(tasks::Effect::Apply(order)) => Some(ApplyOrder::clone(order)),
        _ => None,
    });
    orders.collect()
}

#[test]
fn a_run_that_asks_says_what_to_do_and_goes_on_by_p() {
    let mut desk = running();
    changed(&mut desk, 1, RowState::Verified, None);
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    let text = desk.text();
    assert!(text.contains("The run is paused") && text.contains("az login"), "{text}");
    assert!(text.contains("1 of 2 are through"), "{text}");
    desk.keys("p");
    assert_eq!(desk.effect_names(), ["Task ResumeApply"]);
    assert!(desk.overlay().is_none());
}

#[test]
fn a_question_can_be_left_for_reading_again_or_for_stopping() {
    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    desk.draw();
    desk.keys("Esc");
    assert!(desk.overlay().is_none() && desk.effects.is_empty());
    assert!(desk.text().contains("paused: the credential was not accepted"));
    desk.keys("r");
    assert_eq!(desk.effect_names(), ["Task Read", "Task ResumeApply"]);

    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    desk.draw();
    desk.keys("c");
    assert_eq!(desk.effect_names(), ["Task CancelApply"]);
}

#[test]
fn a_question_is_not_answered_before_it_was_drawn_and_goes_when_the_run_goes_on() {
    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    desk.blind("p");
    assert!(desk.effects.is_empty(), "{:?}", desk.effect_names());
    // Somebody else's key, or a second question, leaves one dialog.
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    assert_eq!(desk.app.overlays.len(), 1);
    desk.msg(Msg::Apply(ApplyEvent::Resumed));
    assert!(desk.app.overlays.is_empty());
}

#[test]
fn an_alarm_stands_on_the_screen_and_in_the_next_dialog() {
    let mut desk = planned_with(|_| ());
    desk.msg(Msg::Apply(ApplyEvent::Alarm("Adele Two is in the organization now".into())));
    let text = desk.text();
    assert!(text.contains("Alarm") && text.contains("Adele Two"), "{text}");
    assert!(matches!(desk.overlay(), Some(Overlay::Apply(Dialog::Notice(_)))));
    desk.keys("Esc A");
    assert!(desk.text().contains("ALARM: Adele Two"), "{}", desk.text());
}

#[test]
fn the_strip_says_how_far_it_is() {
    let mut desk = running();
    desk.size = (160, 45);
    assert!(desk.text().contains("9 locked out"), "{}", desk.text());
    changed(&mut desk, 1, RowState::Verified, None);
    desk.msg(Msg::Apply(ApplyEvent::GuestsRest { guests: 2, next: now() + SignedDuration::from_secs(5) }));
    desk.msg(Msg::Apply(ApplyEvent::Paced { at_a_time: 1, of: 2 }));
    desk.msg(Msg::Clock(now() + SignedDuration::from_secs(30)));
    let text = desk.text();
    for words in
        ["8 locked out", "about 30 s left", "2 guests waited for", "1 at a time: the service is slow"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    desk.msg(Msg::Apply(ApplyEvent::GuestsRest { guests: 0, next: now() }));
    assert!(!desk.text().contains("guests waited"));
}

#[test]
fn the_time_for_which_the_service_asks_is_counted_down_and_then_gone() {
    use ado2entra::tui::state_line::moves;
    let mut desk = running();
    desk.size = (160, 45);
    changed(&mut desk, 1, RowState::Verified, None);
    desk.msg(Msg::Clock(now() + SignedDuration::from_secs(30)));
    assert!(desk.text().contains("about 30 s left") && !moves(&desk.app), "{}", desk.text());
    let until = now() + SignedDuration::from_secs(41);
    desk.msg(Msg::Apply(ApplyEvent::Throttled { until }));
    for (at, words) in [(30, "throttled, 11 s"), (31, "throttled, 10 s"), (40, "throttled, 1 s")] {
        desk.msg(Msg::Clock(now() + SignedDuration::from_secs(at)));
        let text = desk.text();
        assert!(text.contains(words) && !text.contains("about"), "{words}: {text}");
        assert!(moves(&desk.app), "the clock goes on by itself");
    }
    desk.msg(Msg::Clock(until));
    assert!(!desk.text().contains("throttled") && !moves(&desk.app), "{}", desk.text());
    // A shorter wait of another row does not hide a longer one that is still on.
    desk.msg(Msg::Apply(ApplyEvent::Throttled { until: until + SignedDuration::from_secs(50) }));
    desk.msg(Msg::Apply(ApplyEvent::Throttled { until: until + SignedDuration::from_secs(2) }));
    assert!(desk.text().contains("throttled, 50 s"), "{}", desk.text());
}

#[test]
fn a_token_is_typed_in_masked_and_taken_for_the_service_that_asked() {
    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    desk.draw();
    assert!(
        !desk.text().contains("type"),
        "not every way of signing in has a token to type: {}",
        desk.text()
    );
    desk.keys("t");
    assert!(matches!(desk.overlay(), Some(Overlay::Apply(Dialog::Notice(_)))));
    desk.msg(Msg::Apply(ApplyEvent::TokenWanted(Service::AzureDevOpsIdentity)));
    assert!(desk.text().contains("t types another token in"), "{}", desk.text());
    desk.keys("t Enter");
    assert!(
        desk.effects.is_empty() && desk.text().contains("A new token for Azure DevOps"),
        "{}",
        desk.text()
    );
    desk.types("s3cretqp");
    desk.event(Event::Paste("wd pasted\n".into()));
    desk.keys("Backspace");
    let text = desk.text();
    assert!(text.contains("> ***************") && text.contains("15 characters"), "{text}");
    for leak in ["s3cret", "pasted", "paste"] {
        assert!(!text.contains(leak) && !format!("{:?}", desk.app.overlays).contains(leak), "{leak}: {text}");
    }
    // p, q and c are letters here.
    desk.keys("Enter");
    assert_eq!(desk.effect_names(), ["Task TakeToken"]);
    let Some(Effect::Task(tasks::Effect::TakeToken(service, token))) = desk.effects.first() else { panic!() };
    assert_eq!(*service, Service::AzureDevOpsIdentity);
    assert_eq!(token.expose_secret(), "s3cretqpwdpaste");
    assert!(!format!("{:?}", desk.effects).contains("s3cret"));
    assert!(desk.overlay().is_none());
}

#[test]
fn a_token_that_is_being_typed_can_be_left() {
    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    desk.msg(Msg::Apply(ApplyEvent::TokenWanted(Service::AzureDevOps)));
    desk.draw();
    desk.keys("t");
    desk.types("abc");
    desk.keys("Ctrl-u");
    assert!(desk.text().contains("0 characters"), "{}", desk.text());
    desk.keys("Esc");
    assert!(desk.text().contains("The run is paused") && desk.effects.is_empty(), "{}", desk.text());
    desk.keys("t");
    desk.msg(Msg::Apply(ApplyEvent::Resumed));
    assert!(desk.app.overlays.is_empty());
}

#[test]
fn failed_rows_are_tried_again_alone_and_with_the_name_typed() {
    let mut desk = running();
    changed(&mut desk, 1, RowState::Verified, None);
    changed(&mut desk, 7, RowState::Unknown, Some("no answer"));
    desk.msg(Msg::Apply(ApplyEvent::Finished { stopped: None, at: now() }));
    desk.draw();
    desk.keys("Esc v");
    assert!(desk.effect_names().contains(&"Task VerifyRows".to_owned()), "{:?}", desk.effect_names());
    // Settled: nothing happened. At once it may be tried again.
    changed(&mut desk, 7, RowState::Failed, Some("reading shows that nothing happened"));
    desk.effects.clear();
    desk.draw();
    desk.keys("R");
    assert!(matches!(desk.overlay(), Some(Overlay::Apply(Dialog::Order(_)))));
    desk.keys("Enter");
    assert!(orders(&desk).is_empty(), "not without the name");
    desk.types("fabrikam");
    desk.keys("Enter");
    let orders = orders(&desk);
    assert_eq!(orders[0].only, Some([key(7)].into()));
    let sent = orders[0].schedule.rows.iter().filter(|row| matches!(row.disposition, Disposition::Send(_)));
    assert_eq!(sent.map(|row| row.storage_key.clone()).collect::<Vec<_>>(), [key(7)]);
}

#[test]
fn the_batch_route_is_said_before_it_begins() {
    let mut desk = planned_with(|context| context.batch_route = true);
    desk.keys("A");
    assert!(desk.text().contains("undocumented"), "{}", desk.text());
}

#[test]
fn an_old_reading_says_so_and_r_reads_again() {
    let mut desk = planned_with(|_| ());
    desk.msg(Msg::Clock(now() + SignedDuration::from_mins(90)));
    desk.draw();
    desk.keys("A");
    let text = desk.text();
    assert!(text.contains("90 minutes ago") && text.contains("read again"), "{text}");
    desk.keys("r");
    assert_eq!(desk.effect_names(), ["Task Read"]);
    assert!(desk.overlay().is_some(), "the rest of a name that is being typed goes nowhere else");
    desk.types("ikam");
    assert_eq!(desk.effect_names(), ["Task Read"]);
    assert!(desk.saves().is_empty());
}

#[test]
fn looks_of_a_question_and_an_alarm() {
    let mut desk = running();
    changed(&mut desk, 1, RowState::Verified, None);
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(died()))));
    desk.msg(Msg::Apply(ApplyEvent::TokenWanted(Service::AzureDevOpsIdentity)));
    look("apply_asks", &mut desk, &SIZES);
    desk.keys("t");
    desk.types("s3cret");
    look("apply_token", &mut desk, &SIZES);
    desk.keys("Esc");
    desk.size = (80, 24);
    desk.keys("Esc");
    desk.msg(Msg::Apply(ApplyEvent::Alarm(
        "Adele Two (adele.vance@contoso.com) is in the organization now as the target that is planned for Adele Vance".into(),
    )));
    look("apply_alarm", &mut desk, &[(80, 24)]);
}
