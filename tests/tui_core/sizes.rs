//! Every screen at every size: no panic, nothing written outside, nothing of a service on the screen as it is.

use ado2entra::domain::Outcome;
use ado2entra::domain::text::is_suspicious;
use ado2entra::tui::app::Tab;
use ado2entra::tui::update::prepare;
use ado2entra::tui::view::render;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use ado2entra::tui::UiSettings;
use ado2entra::tui::users::COLUMNS;

use super::desk::Desk;
use super::people::{Office, org_user};
use crate::made_up::{context, tenant_user};

/// Texts that attack terminals.
const HOSTILE: [&str; 9] = [
    "\u{1b}[2J\u{1b}[31mred",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
    "\u{9b}2J\u{90}q\u{9c}",
    "abc\u{202e}txt.exe\u{2066}\u{200f}",
    "zero\u{200b}\u{200d}\u{feff}width",
    "line\r\nbreak\ttab",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈 \u{e0041}",
];

fn hostile() -> Office {
    let mut office = Office::ordinary();
    office.users.clear();
    office.found.clear();
    for (n, text) in (1u32..).zip(HOSTILE) {
        let mut user = org_user(n, text, text, text, 1);
        user.mail = Some(text.into());
        office.tenant.push(tenant_user(100 + n, text, text));
        let candidate = super::people::candidate(100 + n, 0.5, ado2entra::domain::EvidenceKind::Name, text);
        office.add(user, Outcome::Review, text, vec![candidate]);
    }
    for (check, text) in office.checks.iter_mut().zip(HOSTILE.iter().cycle()) {
        (*text).clone_into(&mut check.summary);
        check.evidence = vec![(*text).to_owned()];
    }
    office
}

/// Key scripts that lead to every kind of screen.
const PLACES: [&str; 16] = [
    "1",
    "1 Enter",
    "1 /",
    "1 ?",
    "1 :",
    "1 L",
    "1 L Tab",
    "1 e",
    "1 Space",
    "2",
    "2 Enter",
    "2 / a b",
    "2 Space Space x",
    "3",
    "4",
    "4 A",
];

fn frame(desk: &mut Desk, width: u16, height: u16) -> Buffer {
    // The buffer is larger than the area: whatever is written outside shows.
    let whole = Rect::new(0, 0, width + 3, height + 3);
    let mut buf = Buffer::empty(whole);
    let area = Rect::new(1, 1, width, height);
    prepare(&mut desk.app);
    render(&desk.app, &mut desk.view, area, &mut buf);
    for y in 0..whole.height {
        for x in 0..whole.width {
            if !area.contains((x, y).into()) {
                assert_eq!(buf[(x, y)].symbol(), " ", "outside of {width}x{height} at {x},{y}");
            }
        }
    }
    buf
}

#[test]
fn no_size_panics_and_nothing_is_written_outside() {
    for place in PLACES {
        for office in [None, Some(Office::ordinary()), Some(Office::many(200))] {
            let mut desk = Desk::new();
            if let Some(office) = &office {
                desk.read(office);
            }
            desk.keys(place);
            for width in (1..=200).step_by(13).chain([1, 2, 3, 20, 39, 40, 41, 80, 200]) {
                for height in (1..=60).step_by(9).chain([1, 2, 5, 7, 8, 9, 60]) {
                    frame(&mut desk, width, height);
                }
            }
        }
    }
}

#[test]
fn with_ascii_glyphs_every_cell_is_ascii_where_the_data_is() {
    let settings = UiSettings { ascii: true, ..UiSettings::default() };
    let ascii = |text: &str| -> String { text.chars().filter(char::is_ascii).collect() };
    let mut office = Office::ordinary();
    for user in &mut office.users {
        user.display_name = ascii(&user.display_name).into();
    }
    // Names of the tenant's people stand in no list; those that are not ASCII are left out.
    office.tenant.retain(|user| user.display_name().is_ascii());
    for place in PLACES {
        let mut desk = Desk::with(context(), &settings);
        frame(&mut desk, 120, 40);
        desk.read(&office);
        desk.keys(place);
        for (width, height) in [(40, 8), (40, 12), (60, 20), (80, 24), (120, 40), (160, 45), (250, 60)] {
            let buf = frame(&mut desk, width, height);
            for cell in &buf.content {
                assert!(cell.symbol().is_ascii(), "{:?} on `{place}` at {width}x{height}", cell.symbol());
            }
        }
    }
}

#[test]
fn the_table_of_people_fills_every_width_and_cuts_no_column_below_its_least() {
    use ado2entra::tui::widgets::columns::fitted;
    let mut desk = Desk::ready();
    desk.keys("2");
    for width in 60..=250 {
        let buf = frame(&mut desk, width, 24);
        // The heads say where the columns are; the strip has four free columns before and one behind.
        let line = (1..=23).map(|y| row(&buf, y)).find(|line| line.contains("person")).unwrap();
        let strip = width - 5;
        let (_, contents) = desk.view.user_widths.unwrap();
        let places = fitted(&COLUMNS, &contents, strip, 2);
        let last = places.last().unwrap();
        assert_eq!(last.x + last.width, strip, "at {width}");
        for place in &places {
            let column = &COLUMNS[place.column];
            assert!(place.width >= column.least, "{} at {width}", column.title);
            let at = usize::from(place.x + 5);
            let head: String = line.chars().skip(at).take(column.title.len()).collect();
            assert_eq!(head, column.title, "at {width}: {line}");
        }
        let titles: Vec<&str> = places.iter().map(|place| COLUMNS[place.column].title).collect();
        assert!(titles.starts_with(&["person", "sign-in address"]), "{titles:?} at {width}");
        assert!(
            (width < 160 || titles.contains(&"best candidate")) && (width < 190 || titles.contains(&"why")),
            "{titles:?} at {width}"
        );
    }
}

/// One line of a frame, from the left edge of the buffer.
fn row(buf: &Buffer, y: u16) -> String {
    (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect()
}

#[test]
fn a_name_of_invisible_characters_is_shown_and_named() {
    let mut office = Office::ordinary();
    office.users.clear();
    office.found.clear();
    for (n, name) in ["\u{200b}\u{202e}", "   ", "", "\u{2800}\u{3164}"].into_iter().enumerate() {
        let n = u32::try_from(n + 1).unwrap();
        office.add(
            org_user(n, name, &format!("p{n}@fabrikam.com"), "Basic", 1),
            Outcome::Missing,
            "nobody",
            vec![],
        );
    }
    let mut desk = Desk::new();
    desk.read(&office);
    desk.keys("2");
    let text = desk.text(120, 30);
    for shown in ["(hidden: U+200B U+202E)", "(blank name)", "(no name)", "(hidden: U+2800 U+3164)"] {
        assert!(text.contains(shown), "{shown} in\n{text}");
    }
    desk.keys("/");
    desk.type_text("p1@");
    desk.keys("Enter Enter");
    let text = desk.text(120, 40);
    assert!(text.contains("U+202E right-to-left override"), "{text}");
}

#[test]
fn a_terminal_without_any_cell_is_survived() {
    let mut desk = Desk::ready();
    desk.size = (0, 0);
    desk.draw();
    desk.keys("j 2 Enter");
}

#[test]
fn hostile_names_arrive_as_marks_and_columns_stay_straight() {
    let mut desk = Desk::new();
    desk.read(&hostile());
    for place in PLACES {
        desk.keys(place);
        for (width, height) in [(80, 24), (120, 40), (200, 50), (40, 12)] {
            let buf = frame(&mut desk, width, height);
            for cell in &buf.content {
                assert!(
                    !cell.symbol().chars().any(is_suspicious),
                    "{:?} on the screen of `{place}` at {width}x{height}",
                    cell.symbol()
                );
            }
        }
        desk.keys("Esc Esc Esc");
        desk.app.tab = Tab::Prerequisites;
    }
}

#[test]
fn too_small_says_what_is_needed() {
    let mut desk = Desk::ready();
    assert!(desk.text(39, 8).contains("needs 40x8"));
    assert!(desk.text(40, 8).contains("Prerequisites"));
}
