//! Every tab, every overlay and every dialog at every size from 1x1 to 200x60: no panic, nothing written outside of the area.
//!
//! The sizes are dealt out among the screens, so that each size is drawn and each screen is drawn at some hundred of them, the
//! smallest and the usual ones always.

use std::collections::BTreeSet;
use std::sync::Arc;

use ado2entra::domain::comparison::LookBack;
use ado2entra::domain::connection::{Backing, Turn};
use ado2entra::domain::facts::{PersonTokens, TokenInventory, TokenNote};
use ado2entra::domain::plan::Plan;
use ado2entra::domain::signin::{DeviceCode, SignInStep};
use ado2entra::domain::{Problem, ProblemKind, Service};
use ado2entra::tasks::{ApplyEvent, Fact, Msg};
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::update::prepare;
use ado2entra::tui::view::render;
use ado2entra::tui::{Tab, ThemeName};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::compare::look_back;
use crate::fixture::{Desk, org_users, tenant};
use crate::made_up::{context, key, now, object};
use crate::plans::{planned, running};
use crate::{import, patterns};

/// Draws into the middle of a larger buffer: whatever is written outside shows.
fn frame(desk: &mut Desk, name: &str, width: u16, height: u16) {
    let whole = Rect::new(0, 0, width + 3, height + 3);
    let area = Rect::new(1, 1, width, height);
    let mut buf = Buffer::empty(whole);
    prepare(&mut desk.app);
    render(&desk.app, &mut desk.view, area, &mut buf);
    for position in whole.positions().filter(|position| !area.contains(*position)) {
        assert_eq!(buf[position].symbol(), " ", "{name}: outside of {width}x{height} at {position}");
    }
    for hit in &desk.view.drawn.hits {
        assert_eq!(hit.area.intersection(area), hit.area, "{name}: {hit:?} at {width}x{height}");
    }
    if let Some(cursor) = desk.view.cursor {
        assert!(area.contains(cursor), "{name}: the cursor at {cursor} of {width}x{height}");
    }
}

fn at(tab: Tab, keys: &str) -> Desk {
    let mut desk = Desk::new();
    desk.app.mouse = true;
    desk.app.tab = tab;
    desk.draw();
    desk.keys(keys);
    desk
}

/// With a text typed into what the keys opened.
fn typing(tab: Tab, keys: &str, text: &str) -> Desk {
    let mut desk = at(tab, keys);
    desk.types(text);
    desk
}

fn searching() -> Desk {
    let mut desk = typing(Tab::Mapping, "G f", "r");
    desk.msg(Msg::SearchAnswered(1, Arc::new(vec![object(2), object(12), object(3)])));
    desk
}

fn asked(tab: Tab, said: &str) -> Desk {
    let mut desk = running();
    desk.app.tab = tab;
    let problem = Problem {
        remedy: "Sign in again with the account that reads the tenant, then go on at the same row.".into(),
        ..Problem::at(Service::MicrosoftGraph, ProblemKind::NotSignedIn, said)
    };
    desk.msg(Msg::Apply(ApplyEvent::Paused(Some(problem))));
    desk
}

fn signing_in() -> Desk {
    let mut desk = at(Tab::Users, "");
    desk.msg(Msg::SignIn(SignInStep::CodeShown(DeviceCode {
        user_code: "FJQ7-2WXK".into(),
        address: "https://microsoft.com/devicelogin".into(),
        address_is_known: true,
        tenant: "contoso.onmicrosoft.com".into(),
        permissions: vec!["User.Read".into(), "User.Read.All".into()],
        shown_at: now(),
        ends_at: now() + jiff::SignedDuration::from_mins(15),
        again_because: Some("the token is not accepted any more".into()),
    })));
    desk
}

fn wrong() -> Desk {
    let plan = Plan { first_backing: Some(Backing::MicrosoftAccounts), ..Plan::default() };
    let mut desk = Desk::with(context(), plan, Backing::Tenant(tenant(3)));
    desk.draw();
    desk
}

fn reported() -> Desk {
    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Finished { stopped: None, at: now() }));
    desk
}

fn alarmed() -> Desk {
    let mut desk = running();
    desk.msg(Msg::Apply(ApplyEvent::Alarm("somebody signed in as adele.vance@contoso.com".repeat(3))));
    desk
}

fn themed(theme: ThemeName, ascii: bool) -> Desk {
    let mut desk = at(Tab::Mapping, "G");
    desk.app.look = ado2entra::tui::theme::Look::new(theme, ascii);
    desk
}

fn comparing(keys: &str) -> Desk {
    let mut desk = at(Tab::Connection, "c");
    desk.msg(Msg::LookedBack(Arc::new(look_back())));
    desk.draw();
    desk.keys(keys);
    desk
}

fn not_comparable() -> Desk {
    let mut desk = at(Tab::Connection, "c");
    let none = Problem::local("comparing", "there is no reading from before the switch", "Name one.");
    desk.msg(Msg::LookedBack(Arc::new(LookBack { comparison: Err(none), ..look_back() })));
    desk
}

fn following_up(keys: &str) -> Desk {
    let mut desk = at(Tab::Prerequisites, "T");
    let mut inventory = TokenInventory::default();
    for user in org_users() {
        inventory.people.insert(user.storage_key, PersonTokens::default());
    }
    for n in [1, 8] {
        let note = |ssh: bool| TokenNote {
            ssh,
            name: Some("the build agent \u{202e}in the cellar\u{1b}[31m".into()),
            scope: Some("app_token".into()),
            global: !ssh,
            valid_from: None,
            valid_to: Some("2026-12-03T00:00:00Z".parse().unwrap()),
        };
        inventory.notes.insert(key(n), vec![note(false), note(true)]);
    }
    desk.msg(Msg::FactRead(Fact::Tokens(Ok(inventory)), now()));
    desk.draw();
    desk.keys(keys);
    desk
}

fn turned() -> Desk {
    let mut desk = at(Tab::Mapping, "");
    desk.msg(Msg::FactRead(Fact::Backing(Ok(Backing::Tenant(tenant(1)))), now()));
    desk.msg(Msg::Turned(Turn {
        at: now(),
        from: Backing::MicrosoftAccounts,
        to: Backing::Tenant(tenant(1)),
    }));
    desk
}

fn token_wanted() -> Desk {
    let mut desk = asked(Tab::Mapping, "mapping the next person");
    desk.msg(Msg::Apply(ApplyEvent::TokenWanted(Service::AzureDevOpsIdentity)));
    desk.draw();
    desk.keys("t");
    desk.types("s3cret");
    desk
}

fn with_patterns(keys: &str) -> Desk {
    let mut desk = patterns::moved(Plan::default());
    desk.keys(keys);
    desk
}

fn refused() -> Desk {
    let mut desk = at(Tab::Mapping, "");
    desk.select(5);
    desk.keys("Enter");
    desk
}

fn read_only() -> Desk {
    let mut desk = Desk::with(
        ado2entra::tasks::Context { read_only: true, ..context() },
        Plan::default(),
        Backing::Tenant(tenant(1)),
    );
    desk.draw();
    desk
}

fn screens() -> Vec<(&'static str, Desk)> {
    let mut empty = Desk::empty(context());
    empty.draw();
    vec![
        ("nothing read", empty),
        ("prerequisites", at(Tab::Prerequisites, "j")),
        ("prerequisites, details", at(Tab::Prerequisites, "Enter J")),
        ("prerequisites, filter", typing(Tab::Prerequisites, "/", "a")),
        ("a tick", at(Tab::Prerequisites, "G Space")),
        ("users", at(Tab::Users, "G")),
        ("users, details", at(Tab::Users, "j Enter J")),
        ("users, marked and sorted", at(Tab::Users, "* s s")),
        ("users, nobody", typing(Tab::Users, "/", "nobody is called so")),
        ("users, fields", typing(Tab::Users, "/", "!outcome:")),
        ("users, no such field", typing(Tab::Users, "/", "colour:red")),
        ("users, several", at(Tab::Users, "* o")),
        ("export", at(Tab::Users, "e")),
        ("connection", at(Tab::Connection, "j Enter")),
        ("connection, a tick", at(Tab::Connection, "j Space")),
        ("connection, a file", at(Tab::Connection, "w")),
        ("the wrong directory", wrong()),
        ("mapping", at(Tab::Mapping, "G")),
        ("mapping, candidates", at(Tab::Mapping, "n n n l j J")),
        ("mapping, hidden characters", at(Tab::Mapping, "g j j J J")),
        ("mapping, search", searching()),
        ("mapping, filter", typing(Tab::Mapping, "/", "is:")),
        ("mapping, all safe", at(Tab::Mapping, "a")),
        ("mapping, invite", at(Tab::Mapping, "G i")),
        ("mapping, same person", at(Tab::Mapping, "g j j j =")),
        ("mapping, nobody passes the filter", typing(Tab::Mapping, "/", "nobody is called so")),
        ("mapping, refused", refused()),
        ("mapping, read-only", read_only()),
        ("mapping, a pattern", with_patterns("G")),
        ("mapping, patterns", with_patterns("P J")),
        ("mapping, use a pattern", with_patterns("P Enter")),
        ("mapping, import", import::shown(false)),
        ("mapping, import refused", import::shown(true)),
        ("mapping, which file", at(Tab::Mapping, "E")),
        ("compare", comparing("j")),
        ("compare, details", comparing("f Enter J")),
        ("compare, checklist", comparing("Tab j")),
        ("compare, nothing to compare with", not_comparable()),
        ("follow-up", following_up("j")),
        ("follow-up, letter", following_up("j Enter J")),
        ("the turn", turned()),
        ("a token", token_wanted()),
        ("apply", {
            let mut desk = planned();
            desk.keys("A");
            desk
        }),
        ("applying", running()),
        ("apply asks", asked(Tab::Mapping, "mapping the next person of a long list of people")),
        ("apply asks elsewhere", asked(Tab::Connection, "x")),
        ("apply alarm", alarmed()),
        ("applied", reported()),
        ("stop the run", {
            let mut desk = running();
            desk.keys("c");
            desk
        }),
        ("quit while applying", {
            let mut desk = running();
            desk.keys("q");
            desk
        }),
        ("a code to sign in", signing_in()),
        ("help", typing(Tab::Mapping, "?", "m")),
        ("palette", typing(Tab::Mapping, ":", "m")),
        ("log", at(Tab::Users, "L Tab")),
        ("mono and ascii", themed(ThemeName::Mono, true)),
        ("dark", themed(ThemeName::Dark, false)),
    ]
}

/// Which overlay is open, without what is in it. A new kind does not compile until it stands here, and fails until a screen
/// shows it.
fn kind(overlay: &Overlay) -> &'static str {
    match overlay {
        Overlay::Help(_) => "help",
        Overlay::Palette(_) => "palette",
        Overlay::Log(_) => "log",
        Overlay::Prompt(_) => "prompt",
        Overlay::Confirm(_) => "confirm",
        Overlay::Filter(_) => "filter",
        Overlay::Apply(_) => "apply",
        Overlay::Import(_) => "import",
        Overlay::Patterns(_) => "patterns",
        Overlay::Search(_) => "search",
        Overlay::SignIn => "sign-in",
        Overlay::Compare(_) => "compare",
        Overlay::FollowUp(_) => "follow-up",
        Overlay::Turn => "turn",
    }
}

#[test]
fn every_kind_of_overlay_is_among_the_screens() {
    let mut missing: BTreeSet<&str> = [
        "help",
        "palette",
        "log",
        "prompt",
        "confirm",
        "filter",
        "apply",
        "import",
        "patterns",
        "search",
        "sign-in",
        "compare",
        "follow-up",
        "turn",
    ]
    .into();
    for (_, desk) in screens() {
        for overlay in &desk.app.overlays {
            missing.remove(kind(overlay));
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn nothing_panics_and_nothing_is_written_outside() {
    let mut screens = screens();
    let number = screens.len();
    let mut rng = fastrand::Rng::with_seed(5);
    for width in 1..=200 {
        for height in 1..=60 {
            let (name, desk) = &mut screens[rng.usize(..number)];
            frame(desk, name, width, height);
        }
    }
    for (name, desk) in &mut screens {
        for (width, height) in
            [(1, 1), (39, 8), (40, 7), (40, 8), (40, 12), (60, 20), (80, 24), (120, 40), (250, 60)]
        {
            frame(desk, name, width, height);
        }
    }
}
