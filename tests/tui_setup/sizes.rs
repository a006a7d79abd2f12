//! Every state of the set-up at every size from 1x1 to 200x60: no panic, nothing written outside of the area, the cursor inside.
//!
//! The sizes are dealt out among the states, so that each size is drawn, and each state at some thousand of them; the smallest
//! and the usual ones always.

use ado2entra::config::Config;
use ado2entra::domain::signin::{DeviceCode, SignInStep};
use ado2entra::domain::text::is_suspicious;
use ado2entra::tasks::setup::{Finding, PlaceState, SetupMsg, Subject};
use ado2entra::tui::ThemeName;
use ado2entra::tui::setup::{Event, State, update, view};
use ado2entra::tui::theme::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::desk::Desk;
use super::screens::half_way;

fn keys(keys: &str) -> Desk {
    let mut desk = half_way();
    desk.keys(keys);
    desk
}

/// The sign-in by a code, which is shown.
fn code() -> Desk {
    let mut desk = half_way();
    desk.keys("Tab Tab Right");
    desk.keys("Tab");
    desk.types("00000000-0000-4000-8000-000000000001");
    desk.keys("Tab");
    let shown_at = "2026-11-23T19:00:00Z".parse().unwrap();
    let code = DeviceCode {
        user_code: "FJQ7\u{1b}[2J-2WXK".into(),
        address: "https://microsoft.example/\u{202e}devicelogin".into(),
        address_is_known: false,
        tenant: "contoso.onmicrosoft.com".into(),
        permissions: vec!["User.Read.All".into()],
        shown_at,
        ends_at: shown_at + jiff::SignedDuration::from_mins(15),
        again_because: None,
    };
    desk.answer(Subject::Entra, vec![Finding::SignIn(SignInStep::CodeShown(code))]);
    desk
}

/// Every field that there can be, with texts longer than any screen.
fn long() -> Desk {
    let mut desk = Desk::new();
    desk.types(&"fabrikam-and-daughters-".repeat(20));
    desk.keys("Tab");
    desk.event(Event::Paste("\u{1b}[2J田中\u{202e}太郎e\u{301}".repeat(40)));
    desk
}

fn place(state: PlaceState) -> Desk {
    let mut desk = Desk::with(Config::default(), state);
    desk.types("fabrikam");
    desk.keys("Tab");
    desk.types("contoso.com");
    desk.keys("Tab w");
    desk
}

fn not_written() -> Desk {
    let mut desk = place(PlaceState::Free);
    desk.tell(SetupMsg::NotWritten(ado2entra::domain::Problem::local(
        "writing the configuration",
        "the disk is full, and has been for a long time".repeat(4),
        "Make room.",
    )));
    desk
}

fn nowhere() -> Desk {
    let mut desk = Desk::new();
    desk.state = State::new(Look::new(ThemeName::Light, false), Config::default(), None);
    desk
}

fn states() -> Vec<(&'static str, Desk)> {
    vec![
        ("first", Desk::new()),
        ("half way", half_way()),
        ("a choice", keys("Tab Tab Right")),
        ("several kinds further", keys("Tab Tab Right Right Right Tab")),
        ("summary", keys("Tab w")),
        ("summary, scrolled", keys("Tab w PageDown PageDown")),
        ("missing", keys("Shift-Tab Shift-Tab Tab Tab Tab Tab w Enter")),
        ("a code", code()),
        ("long and hostile", long()),
        ("taken", place(PlaceState::Taken)),
        ("unusable", place(PlaceState::Unusable("the folder belongs to somebody else".into()))),
        ("open to others", place(PlaceState::OpenToOthers("/home/jamal/.config".into()))),
        ("writing", {
            let mut desk = place(PlaceState::Free);
            desk.keys("Enter");
            desk
        }),
        ("not written", not_written()),
        ("no home", nowhere()),
    ]
}

/// Draws into the middle of a larger buffer: whatever is written outside shows.
fn frame(desk: &mut Desk, name: &str, width: u16, height: u16) -> Buffer {
    let whole = Rect::new(0, 0, width + 3, height + 3);
    let area = Rect::new(1, 1, width, height);
    let mut buf = Buffer::empty(whole);
    let shown = view(&desk.state, area, &mut buf);
    update(&mut desk.state, Event::Drawn(shown.end));
    for position in whole.positions().filter(|position| !area.contains(*position)) {
        assert_eq!(buf[position].symbol(), " ", "{name}: outside of {width}x{height} at {position}");
    }
    if let Some(cursor) = shown.cursor {
        assert!(area.contains(cursor), "{name}: the cursor at {cursor} of {width}x{height}");
    }
    for cell in &buf.content {
        assert!(!cell.symbol().chars().any(is_suspicious), "{name}: {:?}", cell.symbol());
    }
    buf
}

#[test]
fn nothing_panics_and_nothing_is_written_outside() {
    let mut states = states();
    let number = states.len();
    let mut rng = fastrand::Rng::with_seed(5);
    for width in 1..=200 {
        for height in 1..=60 {
            let (name, desk) = &mut states[rng.usize(..number)];
            frame(desk, name, width, height);
        }
    }
    for (name, desk) in &mut states {
        for (width, height) in [
            (1, 1),
            (39, 8),
            (40, 7),
            (40, 8),
            (40, 12),
            (60, 20),
            (80, 24),
            (120, 40),
            (129, 40),
            (130, 40),
            (250, 60),
        ] {
            frame(desk, name, width, height);
        }
    }
}

#[test]
fn with_ascii_glyphs_every_cell_is_ascii_where_the_data_is() {
    for (name, mut desk) in states().into_iter().filter(|(name, _)| !name.contains("hostile")) {
        desk.state.look = Look::new(ThemeName::Mono, true);
        for (width, height) in [(40, 8), (40, 12), (60, 20), (80, 24), (120, 40), (160, 45)] {
            let buf = frame(&mut desk, name, width, height);
            for cell in &buf.content {
                // What `clean` puts for a hidden character is a mark of its own.
                let plain = cell.symbol().is_ascii() || cell.symbol() == "\u{fffd}";
                assert!(plain, "{name}: {:?} in {width}x{height}", cell.symbol());
            }
        }
    }
}
