//! Mapping by hand at speed: both sides of a candidate, scrolling, skipping, marks, taking back, the mouse.

use std::sync::Arc;

use ado2entra::domain::people::LastAccess;
use ado2entra::domain::plan::Plan;
use ado2entra::domain::{Backing, Decision};
use ado2entra::tasks::{self, Msg};
use ado2entra::tui::mapping::Side;
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::people::SortBy;
use ado2entra::tui::{Effect, Event, Tab};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::fixture::{Desk, org_users, tenant_users, text};
use crate::made_up::{context, key, object, org_user, tenant_user};

fn line<'a>(screen: &'a str, with: &str) -> &'a str {
    screen.lines().find(|line| line.contains(with)).unwrap_or_else(|| panic!("{with} in\n{screen}"))
}

/// The texts of a frame that are underlined: what differs between both sides.
fn marked(buf: &Buffer) -> Vec<String> {
    let mut out = Vec::new();
    for y in 0..buf.area.height {
        let mut run = String::new();
        for x in 0..buf.area.width {
            let cell = &buf[(x, y)];
            if cell.modifier.contains(Modifier::UNDERLINED) {
                run.push_str(cell.symbol());
            } else if !run.is_empty() {
                out.push(std::mem::take(&mut run));
            }
        }
    }
    out
}

// --- both sides -----------------------------------------------------------------------------------------------------

#[test]
fn both_sides_stand_side_by_side_with_a_sign_and_what_differs_marked() {
    let mut desk = Desk::new();
    desk.size = (140, 40);
    desk.select(2);
    let buf = desk.draw();
    let screen = text(&buf);
    let sign_in = line(&screen, "~ sign-in");
    assert!(sign_in.contains("raisa.p@outlook.com") && sign_in.contains("raisa.pokrovskaya@contoso.com"));
    let name = line(&screen, "= name");
    let column = |line: &str, what: &str| line.split(what).next().unwrap().chars().count();
    assert_eq!(column(sign_in, "raisa.pokrovskaya@"), column(name, "identical"), "one below the other");
    desk.keys("l j");
    let buf = desk.draw();
    let screen = text(&buf);
    let name = line(&screen, "~ name");
    assert_eq!(column(name, "Raisa Petrova"), column(sign_in, "raisa.pokrovskaya@"), "{name}");
    let marks = marked(&buf);
    assert!(
        marks.contains(&"Petrova".to_owned()) && !marks.iter().any(|text| text.contains("Raisa")),
        "{marks:?}"
    );
}

#[test]
fn what_contradicts_comes_first_and_is_not_told_by_colour_alone() {
    let mut desk = Desk::new();
    desk.size = (140, 40);
    desk.select(6);
    let screen = desk.text();
    let place = |what: &str| screen.lines().position(|line| line.contains(what)).unwrap();
    assert!(place("≠ name") < place("= upn"), "{screen}");
    desk.select(8);
    let screen = desk.text();
    let place = |what: &str| screen.lines().position(|line| line.contains(what)).unwrap();
    assert!(place("≠ disabled") < place("~ sign-in"), "{screen}");
}

#[test]
fn what_one_side_does_not_have_is_missing_and_no_contradiction() {
    let mut desk = Desk::new();
    let mut users = tenant_users();
    users[1].edit(|it| it.mail = None);
    let mut people = org_users();
    people[1].mail = Some("raisa@private.example".into());
    desk.read_roster(people);
    desk.read_directory(users);
    desk.size = (140, 40);
    desk.select(2);
    let screen = desk.text();
    let mail = line(&screen, "- mail");
    assert!(mail.contains("raisa@private.example") && mail.contains("none"), "{mail}");
}

#[test]
fn where_there_is_no_room_for_two_columns_one_side_stands_above_the_other() {
    let mut desk = Desk::new();
    desk.size = (80, 24);
    desk.select(2);
    let screen = desk.text();
    let above = screen.lines().position(|line| line.contains("~ sign-in  raisa.p@outlook.com")).unwrap();
    let below = screen.lines().nth(above + 1).unwrap();
    assert!(below.contains("raisa.pokrovskaya@contoso.com"), "{screen}");
    assert_eq!(line(&screen, "= name").matches("Raisa").count(), 1, "the same is said once");
}

// --- scrolling ------------------------------------------------------------------------------------------------------

/// A person with many candidates, in a small terminal.
fn crowded() -> Desk {
    let mut desk = Desk::new();
    let mut users = tenant_users();
    users.extend((50..54).map(|n| tenant_user(n, "Raisa Pokrovskaya", &format!("raisa{n}@contoso.com"))));
    desk.read_directory(users);
    desk.size = (80, 18);
    desk.select(2);
    desk
}

#[test]
fn evidence_that_is_longer_than_the_room_is_scrolled_to() {
    let mut desk = crowded();
    let first = desk.text();
    assert!(line(&first, "more, J").contains("↓"), "{first}");
    let last = desk.app.mapping.proposals().last().unwrap().candidate.object_id;
    let address =
        desk.app.model.directory.value.as_ref().unwrap().get(last).unwrap().user_principal_name().to_owned();
    assert!(!first.contains(&address));
    desk.keys("J J J J J J");
    let screen = desk.text();
    assert!(screen.contains(&address) && !screen.contains("more, J"), "{screen}");
    desk.keys("K K K K K K");
    let below = |screen: &str| screen.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(below(&desk.text()), below(&first), "back again");
    desk.keys("J j");
    assert!(desk.text().contains("Zora Quist"), "the next person begins at the top");
}

#[test]
fn a_candidate_that_was_scrolled_away_is_looked_at_before_it_is_accepted() {
    let mut desk = crowded();
    desk.keys("J J J J");
    assert_eq!(desk.app.drawn.proposal, None);
    desk.keys("Enter");
    assert!(desk.saves().is_empty() && desk.app.overlays.is_empty());
    assert!(desk.app.drawn.proposal.is_some(), "it is on the screen now");
}

// --- skipping -------------------------------------------------------------------------------------------------------

#[test]
fn n_goes_to_the_next_who_waits_and_round_and_back_again() {
    let mut desk = Desk::new();
    desk.draw();
    assert_eq!(desk.selected(), Some(key(1)));
    let mut seen = Vec::new();
    for _ in 0..8 {
        desk.keys("n");
        seen.push(desk.selected().unwrap());
    }
    assert_eq!(seen.last(), Some(&key(1)), "around the end: {seen:?}");
    assert!(!seen.contains(&key(5)), "Alex Wilber maps by himself");
    desk.keys("N");
    assert_eq!(desk.selected(), seen.get(6).cloned());
    assert!(desk.saves().is_empty());
}

// --- marks ----------------------------------------------------------------------------------------------------------

#[test]
fn a_range_is_marked_from_the_last_mark_and_everybody_shown_with_one_key() {
    let mut desk = Desk::new();
    desk.draw();
    desk.keys("g Space j V");
    assert_eq!(desk.app.mapping.list.marks().len(), 3);
    desk.keys("*");
    assert_eq!(desk.app.mapping.list.marks().len(), 9);
    desk.keys("*");
    assert!(desk.app.mapping.list.marks().is_empty());
    desk.keys("/");
    desk.types("outlook");
    desk.keys("Enter *");
    assert_eq!(
        desk.app.mapping.list.marks().iter().collect::<Vec<_>>(),
        [&key(2)],
        "nobody who is not shown"
    );
}

#[test]
fn a_filter_for_marks_follows_them() {
    let mut desk = Desk::new();
    desk.draw();
    desk.keys("g Space Space /");
    desk.types("is:marked");
    desk.keys("Enter");
    assert_eq!(desk.app.mapping.list.rows().len(), 2);
    desk.keys("g Space");
    assert_eq!(desk.app.mapping.list.rows().len(), 1);
}

#[test]
fn safe_proposals_of_the_marked_are_accepted_without_the_others() {
    let mut desk = Desk::new();
    desk.select(7);
    desk.keys("Space a");
    let Some(Overlay::Confirm(confirm)) = desk.overlay() else { panic!("a question") };
    assert_eq!(confirm.title, "Accept 1 safe proposal of those marked?");
    desk.keys("y");
    let saved: Vec<_> = desk.saves().into_iter().map(|row| row.storage_key).collect();
    assert_eq!(saved, [key(7)]);
    assert!(desk.app.mapping.list.marks().is_empty(), "the marks have done what they were for");
    desk.select(4);
    desk.keys("Space a");
    assert!(desk.toast().contains("nobody of those marked"), "{}", desk.toast());
}

// --- taking back ----------------------------------------------------------------------------------------------------

/// Three people are kept, one after the other, whatever is asked about it.
fn keep_three(desk: &mut Desk) {
    for _ in 0..3 {
        desk.keys("o");
        if desk.overlay().is_some() {
            desk.keys("y");
        }
        desk.store_keeps();
    }
}

#[test]
fn decisions_are_taken_back_one_after_the_other_and_shown() {
    let mut desk = Desk::new();
    desk.select(1);
    keep_three(&mut desk);
    let decided: Vec<_> = desk.app.model.plan.rows.keys().cloned().collect();
    assert_eq!(decided.len(), 3);
    let mut back = Vec::new();
    for left in [2, 1, 0] {
        desk.keys("u");
        back.push(desk.selected().unwrap());
        desk.store_keeps();
        let said = if left == 0 { "nothing else".to_owned() } else { format!("{left} more") };
        assert!(desk.toast().contains("taken back") && desk.toast().contains(&said), "{}", desk.toast());
    }
    assert_eq!(back.last(), Some(&key(1)), "the cursor goes to whom it is about: {back:?}");
    assert!(desk.app.model.plan.rows.values().all(|row| row.decision == Decision::Undecided));
}

#[test]
fn pressed_quickly_it_waits_for_the_disk_and_loses_no_step() {
    let mut desk = Desk::new();
    desk.select(1);
    keep_three(&mut desk);
    desk.keys("u u u");
    for _ in 0..4 {
        desk.store_keeps();
    }
    assert!(desk.app.model.plan.rows.values().all(|row| row.decision == Decision::Undecided));
    desk.keys("u");
    assert!(desk.toast().contains("nothing was decided"), "{}", desk.toast());
}

#[test]
fn every_key_of_the_tab_is_counted_those_of_its_dialogs_too() {
    let mut desk = Desk::new();
    desk.select(2);
    let before = desk.app.mapping.keys();
    desk.keys("Enter y / a Esc");
    assert_eq!(desk.app.mapping.keys() - before, 5);
    assert!(desk.text().contains("5 keys so far"), "{}", desk.text());
}

// --- the mouse ------------------------------------------------------------------------------------------------------

fn mouse(desk: &mut Desk, kind: MouseEventKind, column: u16, row: u16) {
    desk.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    desk.draw();
}

/// Clicks on the first cell of this text.
fn click(desk: &mut Desk, on: &str) {
    let screen = desk.text();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(on)).unwrap();
    let column = line.split(on).next().unwrap().chars().count();
    let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    mouse(desk, MouseEventKind::Down(MouseButton::Left), column, row);
}

#[test]
fn a_click_highlights_a_candidate_and_accepts_nobody() {
    let mut desk = Desk::new();
    desk.app.mouse = true;
    desk.size = (140, 40);
    desk.select(2);
    click(&mut desk, "raisa.petrova@");
    assert_eq!(desk.app.mapping.highlighted().map(|it| it.candidate.object_id), Some(object(12)));
    assert_eq!(desk.app.mapping.side, Side::Candidates);
    click(&mut desk, "raisa.petrova@contoso.com");
    assert!(desk.effects.is_empty() && desk.app.overlays.is_empty(), "not with a second one either");
    click(&mut desk, "Zora Quist");
    assert_eq!((desk.selected(), desk.app.mapping.side), (Some(key(4)), Side::People));
}

#[test]
fn a_click_on_a_head_sorts_and_a_second_one_turns_it_round() {
    let mut desk = Desk::new();
    desk.app.mouse = true;
    desk.size = (160, 40);
    desk.select(2);
    click(&mut desk, "outcome");
    assert_eq!(desk.app.mapping.list.sort(), (SortBy::Outcome, false));
    // The second line names the order now too.
    click(&mut desk, "outcome ↓ │");
    assert_eq!(desk.app.mapping.list.sort(), (SortBy::Outcome, true));
    assert_eq!(desk.selected(), Some(key(2)), "the cursor stays with the person");
    desk.app.tab = Tab::Users;
    click(&mut desk, "last access");
    assert_eq!(desk.app.users.list.sort(), (SortBy::LastAccess, false));
}

#[test]
fn a_click_on_an_outcome_of_the_bar_shows_only_those() {
    let mut desk = Desk::new();
    desk.app.mouse = true;
    desk.size = (160, 40);
    desk.app.tab = Tab::Users;
    click(&mut desk, "1 missing");
    assert_eq!(desk.app.users.list.rows().len(), 1);
    click(&mut desk, "1 missing");
    assert_eq!(desk.app.users.list.rows().len(), 9);
}

#[test]
fn the_wheel_scrolls_what_it_is_over() {
    let mut desk = crowded();
    desk.app.mouse = true;
    desk.draw();
    let before = desk.text();
    mouse(&mut desk, MouseEventKind::ScrollDown, 60, 10);
    assert_ne!(desk.text(), before);
    assert_eq!(desk.selected(), Some(key(2)), "the list stands still");
    mouse(&mut desk, MouseEventKind::ScrollUp, 5, 10);
    assert_ne!(desk.selected(), Some(key(2)));
}

#[test]
fn whom_the_search_found_is_chosen_with_two_clicks_and_not_accepted() {
    let mut desk = Desk::new();
    desk.app.mouse = true;
    desk.select(4);
    desk.keys("f");
    desk.types("ra");
    let Some(Effect::Task(tasks::Effect::Search { generation, .. })) = desk.effects.last() else {
        panic!("a search")
    };
    let generation = *generation;
    desk.msg(Msg::SearchAnswered(generation, Arc::new(vec![object(2), object(12)])));
    click(&mut desk, "Raisa Petrova");
    assert!(matches!(desk.overlay(), Some(Overlay::Search(_))));
    click(&mut desk, "Raisa Petrova");
    assert!(desk.app.overlays.is_empty() && desk.saves().is_empty());
    assert_eq!(desk.app.mapping.highlighted().map(|it| it.candidate.object_id), Some(object(12)));
}

// --- lists ----------------------------------------------------------------------------------------------------------

/// Nine people in an order of their own for each column.
fn mixed() -> Desk {
    let mut people = org_users();
    for (n, user) in (0u32..).zip(&mut people) {
        user.access_level = Some(["Stakeholder", "Basic", "Express"][n as usize % 3].into());
    }
    people[3].last_accessed = LastAccess::Never;
    people[4].last_accessed = LastAccess::Unknown;
    people[5].display_name = "Line\nbreak".into();
    people.push(org_user(21, "Änne Zz", "ÄNNE@fabrikam.com"));
    let mut desk = Desk::with(context(), Plan::default(), Backing::MicrosoftAccounts);
    desk.read_roster(people);
    desk.effects.clear();
    desk.app.tab = Tab::Users;
    desk.draw();
    desk
}

fn shown<T>(desk: &Desk, of: impl Fn(&ado2entra::domain::OrgUser) -> T) -> Vec<T> {
    let roster = desk.app.model.roster.value.as_ref().unwrap();
    desk.app.users.list.rows().iter().map(|at| of(&roster.people()[*at as usize])).collect()
}

#[test]
fn every_column_sorts_and_its_reverse_is_its_reverse() {
    let mut desk = mixed();
    let mut orders = Vec::new();
    for _ in SortBy::ALL {
        desk.keys("s");
        let (by, reversed) = desk.app.users.list.sort();
        assert!(!reversed);
        let order = desk.app.users.list.rows().to_vec();
        desk.keys("S");
        let mut back = desk.app.users.list.rows().to_vec();
        back.reverse();
        assert_eq!(order, back, "{by:?}");
        desk.keys("S");
        orders.push(by);
    }
    assert_eq!(orders.last(), Some(&SortBy::Name), "around the end");
    desk.app.users.list.set_sort(SortBy::Address, false);
    desk.draw();
    let addresses = shown(&desk, |user| user.principal_name.to_lowercase());
    let mut sorted = addresses.clone();
    sorted.sort();
    assert_eq!(addresses, sorted);
    desk.app.users.list.set_sort(SortBy::Access, false);
    desk.draw();
    let levels = shown(&desk, |user| user.access_level.clone());
    assert!(levels.is_sorted(), "{levels:?}");
    desk.app.users.list.set_sort(SortBy::LastAccess, false);
    desk.draw();
    let accesses = shown(&desk, |user| user.last_accessed);
    assert!(accesses.iter().rev().is_sorted(), "{accesses:?}");
    assert_eq!(accesses.last(), Some(&LastAccess::Unknown));
}

#[test]
fn a_filter_keeps_the_order_and_another_order_keeps_the_filter() {
    let mut desk = mixed();
    desk.app.users.list.set_sort(SortBy::Address, true);
    desk.draw();
    let all = shown(&desk, |user| user.principal_name.to_string());
    desk.keys("/");
    desk.types("fabrikam");
    desk.keys("Enter");
    let some = shown(&desk, |user| user.principal_name.to_string());
    let expected: Vec<String> = all.into_iter().filter(|address| address.contains("fabrikam")).collect();
    assert_eq!(some, expected);
    desk.keys("s");
    assert_eq!(desk.app.users.list.rows().len(), some.len());
}

#[test]
fn a_decision_moves_a_person_in_an_order_by_decisions() {
    let mut desk = mixed();
    desk.app.users.list.set_sort(SortBy::Decision, false);
    desk.draw();
    desk.keys("G o");
    if desk.overlay().is_some() {
        desk.keys("y");
    }
    let decided = desk.app.users.list.selected().cloned();
    desk.store_keeps();
    assert_eq!(desk.app.users.list.cursor(), Some(0), "the only one who is kept");
    assert_eq!(desk.app.users.list.selected().cloned(), decided);
}

#[test]
fn filters_know_fields_of_every_kind() {
    let mut desk = mixed();
    for (filter, expected) in [
        ("\"raisa pok\"", 1),
        ("access:stake", 3),
        ("!access:stake", 7),
        ("idle:2", 9),
        ("idle:400", 1),
        ("is:never", 1),
        ("is:suspicious", 2),
        ("origin:msa name:a", 8),
        ("outcome:miss", 2),
        ("is:missing", 2),
        ("!is:missing", 8),
        ("missing", 2),
        ("is:undecided", 10),
        ("decision:undecided", 10),
        ("state:planned", 0),
        ("why:\"address\" missing", 2),
        ("mail:hostile", 1),
    ] {
        desk.app.users.list.set_filter(filter);
        desk.draw();
        assert_eq!(desk.app.users.list.rows().len(), expected, "{filter}");
    }
}

#[test]
fn the_page_about_lists_names_every_field_and_value() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/howto/lists.md")).unwrap();
    for field in ado2entra::tui::filter::FIELDS {
        let values = field.values.join(", ");
        let row = format!("| `{}:` | {} | {values}", field.name, field.help);
        assert!(page.contains(row.trim_end()), "{row}");
    }
}

#[test]
fn tab_completes_a_filter_and_the_heads_tell_what_may_follow() {
    let mut desk = mixed();
    desk.keys("/");
    let screen = desk.text();
    assert!(line(&screen, "outcome: ").contains("Tab completes"), "{screen}");
    desk.types("ou");
    desk.keys("Tab");
    let typed = |desk: &Desk| match desk.overlay() {
        Some(Overlay::Filter(line)) => line.input.value().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(typed(&desk), "outcome:");
    desk.keys("Tab");
    assert_eq!(typed(&desk), "outcome:connected");
    desk.keys("Tab Tab Tab Tab");
    assert_eq!(typed(&desk), "outcome:missing");
    assert_eq!(desk.app.users.list.rows().len(), 2, "the list follows");
    assert!(desk.text().contains("missing"));
    desk.types(" bla:x");
    assert!(desk.text().contains("there is no field bla"), "{}", desk.text());
    desk.keys("Esc");
    assert_eq!(desk.app.users.list.filter().text(), "");
}

#[test]
fn whom_a_half_typed_word_left_in_the_list_does_not_stay_selected() {
    let mut desk = mixed();
    desk.app.users.list.select(&desk.app.model, &key(9));
    desk.draw();
    desk.keys("/");
    desk.types("is:");
    assert_eq!(desk.app.users.list.selected(), Some(&key(9)), "`is` alone hid everybody");
    desk.types("undecided");
    assert_eq!(desk.app.users.list.selected(), Some(&key(9)));
    desk.keys("Esc /");
    desk.types("zora");
    desk.keys("Esc");
    assert_eq!(desk.app.users.list.selected(), Some(&key(9)), "a filter that was not kept");
    desk.keys("/");
    desk.types("zora");
    desk.keys("Enter Esc");
    assert_eq!(desk.app.users.list.selected(), Some(&key(4)), "whom a kept filter found stays");
}
