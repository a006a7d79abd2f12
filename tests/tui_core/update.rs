//! Which event causes what: the rules of the dashboard, without a screen.

use std::sync::Arc;

use ado2entra::domain::activity::Source;
use ado2entra::domain::{CheckId, Decision, Outcome, Problem, StorageKey};
use ado2entra::tasks::{self, ApplyEvent, Effect as Task, Msg};
use ado2entra::tui::app::Analysing;
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::people::SortBy;
use ado2entra::tui::{Effect, Event, Tab, session, update};

use super::desk::Desk;
use super::people::{Office, org_user};
use crate::made_up::{key, now};

fn only_task(effects: &[Effect]) -> &tasks::Effect {
    match effects {
        [Effect::Task(task)] => task,
        other => panic!("one task was expected: {other:?}"),
    }
}

fn selected(desk: &Desk) -> StorageKey {
    desk.app.users.list.selected().unwrap().clone()
}

#[test]
fn tabs_by_number_and_around() {
    let mut desk = Desk::ready();
    for (keys, tab) in [
        ("2", Tab::Users),
        ("4", Tab::Mapping),
        ("Tab", Tab::Prerequisites),
        ("Shift-Tab", Tab::Mapping),
        ("Shift-Tab", Tab::Connection),
    ] {
        desk.keys(keys);
        assert_eq!(desk.app.tab, tab);
    }
}

#[test]
fn a_reading_causes_one_analysis_at_a_time() {
    let mut desk = Desk::new();
    let office = Office::ordinary();
    let (roster, directory) = (office.roster(), office.directory());
    let read = Msg::RosterRead(Arc::clone(&roster), now());
    assert!(matches!(only_task(&desk.tell(read.clone())), Task::Analyse(_)));
    assert!(desk.tell(read.clone()).is_empty(), "one is under way");
    assert!(desk.tell(read).is_empty());
    assert_eq!(desk.app.analysing, Analysing::Again);
    let effects = desk.tell(office.analysed(&roster, &directory));
    assert!(matches!(only_task(&effects), Task::Analyse(_)), "what changed meanwhile, once");
    assert!(desk.tell(office.analysed(&roster, &directory)).is_empty());
    assert_eq!(desk.app.analysing, Analysing::No);
}

#[test]
fn a_burst_of_decisions_is_one_analysis_and_one_after_it() {
    let mut desk = Desk::ready();
    let office = Office::ordinary();
    let (roster, directory) = (office.roster(), office.directory());
    let asked = |effects: &[Effect]| {
        effects.iter().filter(|effect| matches!(effect, Effect::Task(Task::Analyse(_)))).count()
    };
    let burst: usize = (0..50).map(|number| asked(&desk.tell(Msg::RowsSaved(number)))).sum();
    assert_eq!(burst, 1, "the first; the others wait for its end together");
    assert_eq!(asked(&desk.tell(office.analysed(&roster, &directory))), 1);
    assert_eq!(asked(&desk.tell(office.analysed(&roster, &directory))), 0);
}

#[test]
fn rows_that_were_not_read_whole_stay_on_the_screen_until_a_whole_reading() {
    let mut desk = Desk::ready();
    assert!(!desk.text(100, 24).contains("not read whole"));
    desk.tell(Msg::RowsLeftOut(Source::Directory, 3));
    desk.tell(Msg::RowsLeftOut(Source::Roster, 1));
    assert!(desk.text(100, 24).contains("4 rows not read whole (L)"), "{}", desk.text(100, 24));
    desk.tell(Msg::RowsLeftOut(Source::Directory, 0));
    assert!(desk.text(100, 24).contains("1 row not read whole (L)"));
}

#[test]
fn a_refresh_never_moves_the_cursor_to_another_person() {
    let mut desk = Desk::new();
    let mut office = Office::many(300);
    desk.read(&office);
    desk.keys("2 G k k k");
    let person = selected(&desk);
    for n in 0..50 {
        let user = org_user(1000 + n, &format!("A new one {n}"), &format!("new{n}@fabrikam.com"), "Basic", 1);
        office.add(user, Outcome::Missing, "new", Vec::new());
    }
    desk.read(&office);
    assert_eq!(selected(&desk), person);
    let text = desk.text(120, 40);
    let line = text.lines().find(|line| line.contains('▌')).unwrap();
    assert!(line.contains("Person 0297"), "{line}");
}

#[test]
fn nobody_is_decided_about_who_was_not_on_the_frame() {
    let mut desk = Desk::ready();
    desk.keys("2 j j j");
    let before = selected(&desk);
    let mut office = Office::ordinary();
    office.users.retain(|user| user.storage_key != before);
    office.found.retain(|person| person.storage_key != before);
    for msg in office.messages() {
        desk.tell(msg);
    }
    // The person is gone and another one stands there; no frame was drawn since.
    let effects = desk.press("o");
    assert!(effects.is_empty(), "{effects:?}");
    assert!(desk.toast().contains("the list has changed"), "{}", desk.toast());
}

#[test]
fn a_decision_counts_when_the_store_said_so() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("miriam");
    desk.keys("Enter");
    let effects = desk.keys("i");
    let Task::SaveRows(number, rows) = only_task(&effects) else { panic!("{effects:?}") };
    let number = *number;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].decision, Decision::Invite { address: "miriam@live.com".to_owned() });
    assert_eq!(rows[0].decided_on, Some(Outcome::Missing));
    assert!(rows[0].seen.is_some(), "bound to what was read");
    assert!(desk.text(120, 40).contains("~ saving"));
    assert_eq!(*desk.app.model.plan.decision(&key(5)), Decision::Undecided);
    let effects = desk.tell(Msg::RowsSaved(number));
    assert!(matches!(only_task(&effects), Task::Analyse(_)));
    assert!(desk.app.model.plan.decision(&key(5)).is_decided());
    assert!(!desk.text(120, 40).contains("saving"));
}

#[test]
fn a_decision_that_could_not_be_kept_is_none() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("miriam");
    let effects = desk.keys("Enter o");
    let Task::SaveRows(number, _) = only_task(&effects) else { panic!("{effects:?}") };
    desk.tell(Msg::RowsNotSaved(
        *number,
        Problem::local("keeping a decision", "the disk is full", "Make room."),
    ));
    assert!(desk.toast().contains("the disk is full"), "{}", desk.toast());
    assert!(!desk.app.model.plan.decision(&key(5)).is_decided());
    assert!(desk.app.saving.is_idle());
}

#[test]
fn decisions_are_taken_back_one_after_the_other() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("miriam");
    for decide in ["Enter o", "i"] {
        let effects = desk.keys(decide);
        desk.confirm_saves(&effects);
    }
    assert_eq!(desk.app.model.plan.decision(&key(5)).name(), "invite");
    for expected in ["keep", "undecided"] {
        let effects = desk.keys("u");
        assert!(matches!(only_task(&effects), Task::SaveRows(..)));
        desk.confirm_saves(&effects);
        assert_eq!(desk.app.model.plan.decision(&key(5)).name(), expected);
    }
    assert!(desk.keys("u").is_empty());
}

#[test]
fn without_a_store_nothing_can_be_decided_or_ticked() {
    let mut desk = Desk::ready();
    desk.tell(Msg::StoreOpened(Err(Problem::local(
        "opening the plan",
        "the folder is read-only",
        "Choose another.",
    ))));
    assert!(desk.keys("2 o").is_empty());
    assert!(desk.toast().contains("the folder is read-only"), "{}", desk.toast());
    desk.keys("1 j j Space");
    assert!(desk.app.overlays.is_empty());
    assert!(desk.toast().contains("the folder is read-only"), "{}", desk.toast());
}

#[test]
fn several_at_once_are_always_asked_about() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("is:undecided !privileged");
    desk.keys("Enter Space Space");
    assert_eq!(desk.app.users.list.marks().len(), 2);
    let effects = desk.keys("o");
    assert!(effects.is_empty());
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Confirm(_)]));
    assert!(desk.keys("Enter j o").is_empty(), "only y answers yes");
    let effects = desk.keys("y");
    let Task::SaveRows(_, rows) = only_task(&effects) else { panic!("{effects:?}") };
    assert_eq!(rows.len(), 2);
}

#[test]
fn what_changed_while_a_question_was_open_is_left_out() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("outcome:m");
    desk.keys("Enter Space o");
    if desk.app.overlays.is_empty() {
        // A single mark may need no question; two people always do.
        desk = Desk::ready();
        desk.keys("2 Space Space o");
    }
    assert!(!desk.app.overlays.is_empty());
    let mut office = Office::ordinary();
    for user in &mut office.users {
        user.principal_name = format!("changed-{}", user.principal_name).into();
    }
    for msg in office.messages() {
        desk.tell(msg);
    }
    assert!(desk.keys("y").is_empty());
    assert!(desk.toast().contains("look again"), "{}", desk.toast());
}

#[test]
fn a_tick_needs_a_note_and_only_where_a_person_must_tell() {
    let mut desk = Desk::ready();
    desk.keys("1 g");
    assert_eq!(desk.app.prerequisites.selected(), Some(CheckId::AdminsCovered));
    desk.keys("Space");
    assert!(
        desk.app.overlays.is_empty() && desk.toast().contains("fail cannot be ticked"),
        "{}",
        desk.toast()
    );
    desk.keys("/");
    desk.type_text("told");
    desk.keys("Enter Space");
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Prompt(_)]));
    assert!(desk.keys("Enter").is_empty(), "an empty note is none");
    desk.type_text("mailed on Monday");
    let effects = desk.keys("Enter");
    match only_task(&effects) {
        Task::Tick(CheckId::UsersInformed, Some(tick)) => assert_eq!(tick.note, "mailed on Monday"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_filter_follows_each_key_and_leaves_with_escape() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    for (typed, shown) in [("r", 7), ("a", 2), ("i", 1)] {
        desk.type_text(typed);
        assert!(desk.app.users.list.rows().len() <= shown, "{typed}: {}", desk.app.users.list.rows().len());
    }
    assert_eq!(selected(&desk), key(3));
    desk.keys("Esc");
    assert_eq!(desk.app.users.list.rows().len(), 7);
    assert_eq!(selected(&desk), key(1), "who was selected before a filter that was not kept");
    desk.keys("/");
    desk.type_text("rai");
    desk.keys("Enter Esc");
    assert_eq!(selected(&desk), key(3), "who was found with a filter that was kept");
    for (text, people) in [
        ("review", vec![3, 4]),
        ("!review !safe !automatic", vec![5, 6, 7]),
        ("access:stake", vec![2, 7]),
        ("jörg", vec![4]),
        ("MÜLLER", vec![4]),
        ("decision:undecided outcome:haz", vec![6]),
        ("is:privileged", vec![6]),
        ("outcome:", vec![1, 2, 3, 4, 5, 6, 7]),
    ] {
        desk.keys("/");
        desk.type_text(text);
        desk.keys("Enter");
        let list = &desk.app.users.list;
        let mut shown: Vec<StorageKey> =
            (0..list.rows().len()).filter_map(|row| list.key_at(&desk.app.model, row)).collect();
        shown.sort();
        assert_eq!(shown, people.into_iter().map(key).collect::<Vec<_>>(), "{text}");
        desk.keys("Esc");
    }
}

#[test]
fn sorting_keeps_the_person_and_can_be_turned_round() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("miriam");
    desk.keys("Enter Esc");
    assert_eq!(selected(&desk), key(5));
    desk.app.users.list.set_sort(SortBy::LastAccess, false);
    desk.draw();
    assert_eq!(selected(&desk), key(5));
    let first = desk.app.users.list.key_at(&desk.app.model, 0).unwrap();
    assert_eq!(first, key(1), "used today");
    desk.keys("S");
    assert_eq!(desk.app.users.list.key_at(&desk.app.model, 0).unwrap(), key(7));
    assert_eq!(selected(&desk), key(5));
}

#[test]
fn copying_sends_only_what_the_program_built_or_cleaned() {
    let mut desk = Desk::ready();
    let effects = desk.keys("1 y");
    assert!(
        matches!(effects.as_slice(), [Effect::Copy(text)] if text.starts_with("https://learn.microsoft.com/")),
        "{effects:?}"
    );
    let mut office = Office::empty();
    office.add(
        org_user(1, "Evil", "a\u{1b}]52;c;x\u{7}\u{202e}@b.example", "Basic", 1),
        Outcome::Missing,
        "",
        Vec::new(),
    );
    desk.read(&office);
    let effects = desk.keys("2 y");
    let [Effect::Copy(text)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(!text.chars().any(ado2entra::domain::text::is_suspicious), "{text:?}");
}

#[test]
fn the_export_is_guarded_against_formulas_and_never_replaces_a_file() {
    let mut desk = Desk::new();
    let mut office = Office::empty();
    office.add(org_user(1, "=1+1", "@evil.example", "Basic", 1), Outcome::Missing, "a, b", Vec::new());
    desk.read(&office);
    desk.keys("2 e");
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Prompt(_)]));
    let effects = desk.keys("Enter");
    let Task::WriteFile { path, bytes, force, .. } = only_task(&effects) else { panic!("{effects:?}") };
    assert_eq!(path.to_str(), Some("fabrikam-users.csv"));
    assert!(!force);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains("'=1+1,'@evil.example"), "{text}");
    assert!(text.contains("\"a, b\""), "{text}");
}

#[test]
fn quitting_waits_for_saves_and_asks_while_applying() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("miriam");
    let saving = desk.keys("Enter o");
    assert!(desk.keys("q").is_empty(), "a decision is on its way");
    let effects = desk.confirm_saves(&saving);
    assert!(
        matches!(effects.as_slice(), [.., Effect::Task(Task::SaveSession(_)), Effect::Quit]),
        "{effects:?}"
    );

    let mut desk = Desk::ready();
    desk.tell(Msg::Apply(ApplyEvent::Started { run: "1".into(), due: 3, at: now() }));
    assert!(desk.keys("q").is_empty());
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Confirm(_)]));
    assert!(desk.keys("Esc").is_empty(), "Esc never cancels a run");
    let effects = desk.keys("q y");
    assert!(matches!(effects.as_slice(), [Effect::Task(Task::CancelApply)]), "{effects:?}");
    let effects = desk.tell(Msg::Apply(ApplyEvent::Finished { stopped: None, at: now() }));
    assert!(matches!(effects.as_slice(), [.., Effect::Quit]), "{effects:?}");
}

#[test]
fn in_a_dialog_only_its_keys_are_live() {
    let mut desk = Desk::ready();
    for opener in ["?", ":", "L"] {
        desk.keys(opener);
        let effects = desk.keys("2 4 r Ctrl-z");
        assert!(effects.is_empty(), "{opener}: {effects:?}");
        assert_eq!(desk.app.tab, Tab::Prerequisites);
        desk.keys("Esc");
        assert!(desk.app.overlays.is_empty());
    }
}

#[test]
fn pasted_text_is_cleaned_and_does_nothing_outside_of_a_field() {
    let mut desk = Desk::ready();
    assert!(update(&mut desk.app, Event::Paste("q2x".into())).is_empty());
    assert_eq!(desk.app.tab, Tab::Prerequisites);
    desk.keys("2 /");
    update(&mut desk.app, Event::Paste("rai\u{1b}[31m\nsa".into()));
    assert_eq!(desk.app.users.list.filter().text(), "rai\u{fffd}[31m sa");
}

#[test]
fn keys_that_were_let_go_do_nothing() {
    use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
    let mut desk = Desk::ready();
    let release = KeyEvent::new_with_kind(KeyCode::Char('2'), KeyModifiers::NONE, KeyEventKind::Release);
    update(&mut desk.app, Event::Key(release));
    assert_eq!(desk.app.tab, Tab::Prerequisites);
}

#[test]
fn reading_again_asks_for_everything_but_the_tokens() {
    let mut desk = Desk::ready();
    let effects = desk.keys("r");
    let Task::Read(sources) = only_task(&effects) else { panic!("{effects:?}") };
    assert!(!sources.contains(&Source::Tokens) && sources.contains(&Source::Roster));
    let effects = desk.keys("T");
    assert!(matches!(only_task(&effects), Task::ReadTokens));
}

#[test]
fn the_session_comes_back() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("review");
    desk.keys("Enter s s j");
    let person = selected(&desk);
    let kept = session::write(&desk.app);
    let mut next = Desk::new();
    session::restore(&mut next.app, &kept);
    session::restore(&mut next.app, "not json");
    next.draw();
    next.read(&Office::ordinary());
    assert_eq!(next.app.tab, Tab::Users);
    assert_eq!(next.app.users.list.filter().text(), "review");
    assert_eq!(next.app.users.list.sort().0, SortBy::Access);
    assert_eq!(selected(&next), person);
}

#[test]
fn the_prerequisite_of_the_session_comes_back() {
    let mut desk = Desk::ready();
    desk.keys("1 /");
    desk.type_text("pass");
    desk.keys("Enter j j");
    let check = desk.app.prerequisites.selected();
    assert!(check.is_some());
    let kept = session::write(&desk.app);
    let mut next = Desk::new();
    session::restore(&mut next.app, &kept);
    next.draw();
    next.read(&Office::ordinary());
    assert_eq!(next.app.prerequisites.filter(), "pass");
    assert_eq!(next.app.prerequisites.selected(), check);
    // Where nobody moved there is nothing to come back to: the first line is selected, whatever it is then.
    assert!(session::write(&Desk::ready().app).contains("\"check\":null"));
}

#[test]
fn m_goes_to_the_person_in_mapping() {
    let mut desk = Desk::ready();
    desk.keys("2 /");
    desk.type_text("raisa");
    desk.keys("Enter m");
    assert_eq!(desk.app.tab, Tab::Mapping);
    assert_eq!(desk.app.mapping.list.selected(), Some(&key(3)));
}

#[test]
fn a_page_is_as_long_as_the_list_was_drawn() {
    let mut desk = Desk::new();
    desk.read(&Office::many(300));
    desk.size = (120, 40);
    desk.keys("2");
    let page = desk.app.drawn.page;
    assert!((30..40).contains(&page), "{page}");
    desk.keys("PageDown");
    assert_eq!(desk.app.users.list.cursor(), Some(page));
    desk.keys("PageUp");
    assert_eq!(desk.app.users.list.cursor(), Some(0));
}
