//! The code that has to be typed into a browser: shown, counted down, copied, cancelled, and gone by itself.

use ado2entra::domain::signin::{DeviceCode, SignInStep};
use ado2entra::domain::{Problem, ProblemKind, Service};
use ado2entra::tasks::{self, Msg};
use ado2entra::tui::Effect;
use ado2entra::tui::overlay::Overlay;
use jiff::SignedDuration;

use super::desk::Desk;
use crate::made_up::now;

fn code() -> DeviceCode {
    DeviceCode {
        user_code: "FJQ7-2WXK".into(),
        address: "https://microsoft.com/devicelogin".into(),
        address_is_known: true,
        tenant: "contoso.onmicrosoft.com".into(),
        permissions: vec!["User.Read".into(), "User.Read.All".into()],
        shown_at: now(),
        ends_at: now() + SignedDuration::from_mins(15),
        again_because: None,
    }
}

fn shown(code: DeviceCode) -> Desk {
    let mut desk = Desk::ready();
    desk.tell(Msg::SignIn(SignInStep::CodeShown(code)));
    desk
}

fn is_open(desk: &Desk) -> bool {
    desk.app.overlays.iter().any(|overlay| matches!(overlay, Overlay::SignIn))
}

#[test]
fn the_code_on_every_size() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut desk = shown(code());
        insta::assert_snapshot!(format!("sign-in-{width}x{height}"), desk.screen(width, height));
    }
    let again = DeviceCode { again_because: Some("AADSTS50173: the grant was revoked".into()), ..code() };
    insta::assert_snapshot!("sign-in-again-80x24", shown(again).screen(80, 24));
}

#[test]
fn it_counts_down_by_the_clock() {
    let mut desk = shown(code());
    assert!(desk.text(80, 24).contains("good for 15:00"));
    desk.tell(Msg::Clock(now() + SignedDuration::from_secs(55)));
    assert!(desk.text(80, 24).contains("good for 14:05"));
    desk.tell(Msg::Clock(now() + SignedDuration::from_mins(16)));
    assert!(desk.text(80, 24).contains("no longer"));
}

#[test]
fn code_and_address_are_copied() {
    let mut desk = shown(code());
    let copied = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(copied(desk.keys("y")), "FJQ7-2WXK");
    assert_eq!(copied(desk.keys("a")), "https://microsoft.com/devicelogin");
    assert!(is_open(&desk));
    // Other keys are dead while it is there.
    assert!(desk.keys("q 2 r").is_empty() && is_open(&desk));

    let strange = DeviceCode {
        address: "https://login.example/\u{202e}device".into(),
        address_is_known: false,
        ..code()
    };
    let mut desk = shown(strange);
    assert!(desk.keys("a").is_empty(), "an address that the program does not know is not copied");
    let text = desk.text(80, 24);
    assert!(text.contains("none of the pages") && !text.contains('\u{202e}'), "{text}");
}

#[test]
fn escape_cancels_and_the_end_takes_it_away() {
    let mut desk = shown(code());
    let effects = desk.keys("Esc");
    assert!(matches!(effects.as_slice(), [Effect::Task(tasks::Effect::CancelSignIn)]), "{effects:?}");
    assert!(!is_open(&desk));

    let mut desk = shown(code());
    desk.tell(Msg::SignIn(SignInStep::Done));
    assert!(!is_open(&desk) && desk.toast().contains("signed in"));

    let mut desk = shown(code());
    let problem = Problem {
        said: "declined".into(),
        remedy: "Read again.".into(),
        ..Problem::at(Service::EntraLogin, ProblemKind::NotSignedIn, "signing in by code")
    };
    desk.tell(Msg::SignIn(SignInStep::Failed(problem)));
    assert!(!is_open(&desk) && desk.toast().contains("declined"), "{}", desk.toast());
}

#[test]
fn it_does_not_take_the_keys_from_somebody_who_types() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.tell(Msg::SignIn(SignInStep::CodeShown(code())));
    desk.type_text("ya");
    assert_eq!(desk.app.users.list.filter().text(), "ya");
    assert!(is_open(&desk));
    desk.keys("Enter");
    assert!(matches!(desk.app.overlays.last(), Some(Overlay::SignIn)));
}
