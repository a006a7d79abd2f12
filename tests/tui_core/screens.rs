//! Screens with their styles, at three sizes. See `.config/insta.yaml` for how to accept a change.

use ado2entra::domain::activity::{Progress, Source};
use ado2entra::domain::{Problem, ProblemKind, Service};
use ado2entra::tasks::Msg;
use ado2entra::tui::{ThemeName, UiSettings};

use super::desk::Desk;
use super::people::{Office, org_user};
use crate::made_up::{context, now};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn compare(name: &str, desk: &mut Desk) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), desk.screen(width, height));
    }
}

#[test]
fn the_first_frame() {
    compare("first", &mut Desk::new());
}

#[test]
fn prerequisites() {
    let mut desk = Desk::ready();
    compare("prerequisites", &mut desk);
}

#[test]
fn prerequisites_with_a_tick_being_written() {
    let mut desk = Desk::ready();
    desk.keys("j j");
    desk.keys("Space");
    desk.type_text("asked on Monday");
    compare("tick", &mut desk);
}

#[test]
fn users() {
    let mut desk = Desk::ready();
    desk.keys("2 j j");
    compare("users", &mut desk);
}

#[test]
fn users_with_details() {
    let mut desk = Desk::ready();
    desk.keys("2 j j j j Enter");
    compare("details", &mut desk);
    insta::assert_snapshot!("details-160x45", desk.screen(160, 45));
}

#[test]
fn users_filtered_and_marked() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("!missing bas");
    desk.keys("Enter Space Space");
    compare("filtered", &mut desk);
}

#[test]
fn users_while_they_arrive() {
    let mut desk = Desk::new();
    let start = now() - jiff::SignedDuration::from_secs(10);
    desk.tell(Msg::ReadingStarted(Source::Roster, start));
    desk.tell(Msg::RosterPageRead(std::sync::Arc::new(
        (1..=5)
            .map(|n| org_user(n, &format!("Person {n}"), &format!("p{n}@fabrikam.com"), "Basic", 1))
            .collect(),
    )));
    let progress = Progress { pages: 1, items: 5, total: Some(143), ..Progress::started(start) };
    desk.tell(Msg::ReadingProgressed(Source::Roster, progress));
    desk.keys("2");
    compare("arriving", &mut desk);
}

#[test]
fn a_list_that_could_not_be_read_says_why_and_what_to_do() {
    let mut desk = Desk::new();
    let problem = Problem {
        status: Some(401),
        said: "the access token is not accepted".to_owned(),
        remedy: "Make a new one and put it into AZURE_DEVOPS_EXT_PAT.".to_owned(),
        ..Problem::at(
            Service::AzureDevOpsEntitlements,
            ProblemKind::NotSignedIn,
            "reading the people of fabrikam",
        )
    };
    desk.tell(Msg::ReadingFailed(Source::Roster, problem, now()));
    desk.keys("2 j");
    compare("refused", &mut desk);
}

#[test]
fn help_and_palette() {
    let mut desk = Desk::ready();
    desk.keys("2 ?");
    compare("help", &mut desk);
    desk.keys("Esc : m a");
    compare("palette", &mut desk);
}

#[test]
fn a_question_before_a_decision_about_several() {
    let mut desk = Desk::ready();
    desk.keys("2 Space Space o");
    compare("question", &mut desk);
}

#[test]
fn every_theme_and_the_ascii_twins() {
    for (name, theme) in [
        ("dark", ThemeName::Dark),
        ("light", ThemeName::Light),
        ("ansi", ThemeName::Ansi),
        ("mono", ThemeName::Mono),
    ] {
        let settings = UiSettings { theme, ascii: name == "mono", ..UiSettings::default() };
        let mut desk = Desk::with(context(), &settings);
        desk.read(&Office::ordinary());
        desk.keys("2 j");
        insta::assert_snapshot!(format!("theme-{name}"), desk.screen(100, 14));
    }
}

#[test]
fn a_simulation_says_so_on_every_screen() {
    let mut simulated = context();
    simulated.simulated = true;
    let mut desk = Desk::with(simulated, &UiSettings::default());
    desk.read(&Office::ordinary());
    for tab in ["1", "2", "3", "4"] {
        desk.keys(tab);
        for (width, height) in SIZES {
            let text = desk.text(width, height);
            assert!(text.lines().next().unwrap().contains("SIMULATION"), "{text}");
        }
    }
}

#[test]
fn mono_has_no_colour_in_any_cell_and_shows_the_selection_reversed() {
    use ratatui::style::{Color, Modifier};
    let settings = UiSettings { theme: ThemeName::Mono, ..UiSettings::default() };
    let mut desk = Desk::with(context(), &settings);
    desk.read(&Office::ordinary());
    for tab in ["1", "2", "3", "4"] {
        desk.keys(tab);
        let buf = desk.draw();
        for cell in &buf.content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
        if tab == "1" || tab == "2" {
            let reversed: Vec<&str> = buf
                .content
                .iter()
                .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
                .map(ratatui::buffer::Cell::symbol)
                .collect();
            assert_eq!(reversed, ["▌"], "exactly the gutter cell, in tab {tab}");
        }
    }
}
