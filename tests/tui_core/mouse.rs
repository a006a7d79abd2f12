//! The mouse: a click selects what stood under it, a second one opens it, and nothing is decided.

use ado2entra::tui::{Event, Tab, UiSettings, update};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::desk::Desk;
use super::people::Office;
use crate::made_up::context;

fn desk() -> Desk {
    let mut desk = Desk::with(context(), &UiSettings { mouse: true, ..UiSettings::default() });
    desk.read(&Office::ordinary());
    desk
}

fn event(desk: &mut Desk, kind: MouseEventKind, column: u16, row: u16) {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    assert!(update(&mut desk.app, Event::Mouse(event)).is_empty(), "a click causes nothing outside");
}

/// Clicks on the first cell of this text.
fn click(desk: &mut Desk, on: &str) {
    let (width, height) = desk.size;
    let text = desk.text(width, height);
    desk.draw();
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains(on)).unwrap();
    let column = line.split(on).next().unwrap().chars().count();
    event(
        desk,
        MouseEventKind::Down(MouseButton::Left),
        u16::try_from(column).unwrap(),
        u16::try_from(row).unwrap(),
    );
}

#[test]
fn a_click_selects_a_line_and_a_second_one_opens_it() {
    let mut desk = desk();
    desk.keys("2");
    click(&mut desk, "Miriam Graham");
    let miriam = desk.app.users.list.selected().cloned().unwrap();
    desk.draw();
    assert!(!desk.app.users.details);
    click(&mut desk, "Raisa Pokrovskaya");
    assert_ne!(desk.app.users.list.selected(), Some(&miriam));
    assert!(!desk.app.users.details, "two clicks on different lines are no double click");
    click(&mut desk, "Raisa Pokrovskaya");
    assert!(desk.app.users.details);
}

#[test]
fn a_click_on_a_title_goes_to_the_tab() {
    let mut desk = desk();
    click(&mut desk, "3 Connection");
    assert_eq!(desk.app.tab, Tab::Connection);
    click(&mut desk, "4 Mapping");
    assert_eq!(desk.app.tab, Tab::Mapping);
}

#[test]
fn a_list_that_changed_since_the_frame_selects_nobody_else() {
    let mut desk = desk();
    desk.keys("2");
    desk.draw();
    let before = desk.app.drawn.hits.clone();
    // Everybody in the upper rows is gone, and no frame was drawn since.
    desk.app.users.list.set_filter("raisa");
    desk.app.drawn.hits = before;
    let raisa = desk
        .app
        .model
        .roster
        .value
        .as_ref()
        .unwrap()
        .people()
        .iter()
        .find(|user| user.display_name.contains("Raisa"))
        .unwrap()
        .storage_key
        .clone();
    event(&mut desk, MouseEventKind::Down(MouseButton::Left), 6, 5);
    assert_eq!(desk.app.users.list.selected(), Some(&raisa), "the only one left, not the one in that row");
}

#[test]
fn the_wheel_moves_and_dialogs_take_no_clicks() {
    let mut desk = desk();
    desk.keys("2 g");
    let first = desk.app.users.list.cursor();
    event(&mut desk, MouseEventKind::ScrollDown, 10, 10);
    assert_eq!(desk.app.users.list.cursor(), first.map(|at| at + 3));
    event(&mut desk, MouseEventKind::ScrollUp, 10, 10);
    assert_eq!(desk.app.users.list.cursor(), first);
    desk.keys("?");
    click(&mut desk, "3 Connection");
    assert_eq!(desk.app.tab, Tab::Users);
}

#[test]
fn without_the_mouse_nothing_is_remembered_for_it() {
    let mut desk = Desk::ready();
    desk.keys("2");
    desk.draw();
    assert!(desk.app.drawn.hits.is_empty());
}

#[test]
fn only_our_own_pages_are_links() {
    let settings = UiSettings { links: true, ..UiSettings::default() };
    let mut desk = Desk::with(context(), &settings);
    desk.read(&Office::ordinary());
    desk.size = (160, 45);
    desk.keys("1");
    desk.draw();
    assert!(!desk.view.links.is_empty());
    for link in &desk.view.links {
        assert!(link.address.starts_with("https://learn.microsoft.com/"), "{}", link.address);
    }
    // Under a dialog nothing is a link: a click there would lead to what nobody sees.
    desk.keys("?");
    let buf = desk.draw();
    for link in &desk.view.links {
        let under: String = (link.area.left()..link.area.right())
            .map(|x| buf[(x, link.area.y)].symbol().to_owned())
            .collect();
        assert!(link.address.contains(&under), "{under}");
    }
    desk.keys("Esc 3 j");
    desk.draw();
    let portal = "https://dev.azure.com/fabrikam/_settings/organizationAad";
    assert!(desk.view.links.iter().any(|link| link.address == portal), "{:?}", desk.view.links);
    desk.keys("2 Enter");
    desk.draw();
    assert!(desk.view.links.is_empty(), "addresses of people are no links");
    let mut without = Desk::ready();
    without.keys("1");
    assert!(without.view.links.is_empty(), "only where they were asked for");
}
