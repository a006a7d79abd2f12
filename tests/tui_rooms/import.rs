//! A plan file read back in the tab Mapping: what it would change is shown first, and all of it is taken over, or nothing.

use ado2entra::domain::Decision;
use ado2entra::domain::plan::csv::{Column, Sheet, records, write_csv};
use ado2entra::tasks::import::{ImportInput, preview};
use ado2entra::tasks::{self, Msg};
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::{Effect, Tab};

use crate::fixture::{Desk, picture};
use crate::made_up::{key, object};

/// A desk in Mapping that was told which file; what it wants to read it against.
fn asked() -> (Desk, ImportInput) {
    let mut desk = Desk::new();
    desk.app.tab = Tab::Mapping;
    desk.draw();
    desk.effects.clear();
    desk.keys("E");
    desk.draw();
    desk.types("plan.csv");
    desk.keys("Enter");
    let input = desk.effects.iter().find_map(|effect| match effect {
        Effect::Task(tasks::Effect::ReadImport(input)) => Some(ImportInput::clone(input)),
        _ => None,
    });
    desk.effects.clear();
    (desk, input.unwrap())
}

/// The file as it would be exported now, with these cells changed.
fn file(input: &ImportInput, edits: &[(u32, Column, &str)]) -> Vec<u8> {
    let sheet = Sheet {
        organization: &input.organization,
        roster: &input.roster,
        directory: &input.directory,
        forecast: &input.forecast,
        plan: &input.plan,
    };
    let mut records = records(&sheet);
    for (n, column, cell) in edits {
        let record = records.iter_mut().find(|it| it.storage_key() == key(*n)).unwrap();
        record.set(*column, *cell);
    }
    write_csv(&records).into_bytes()
}

fn show(desk: &mut Desk, input: &ImportInput, bytes: &[u8]) {
    desk.msg(Msg::ImportRead("plan.csv".into(), Box::new(preview(input, bytes, None))));
    desk.draw();
}

/// With what a file would change on the screen, and (`mistake`) with one that is refused.
pub fn shown(mistake: bool) -> Desk {
    let (mut desk, input) = asked();
    let word = if mistake { "perhaps" } else { "remove" };
    let edits =
        [(2, Column::Decision, word), (4, Column::Decision, "keep"), (4, Column::Note, "leaves in June")];
    let bytes = file(&input, &edits);
    show(&mut desk, &input, &bytes);
    desk
}

#[test]
fn what_would_change_is_shown_first_and_then_taken_over_whole() {
    let (mut desk, input) = asked();
    let target = object(2).to_string();
    let bytes = file(
        &input,
        &[
            (2, Column::Decision, "map"),
            (2, Column::TargetObjectId, &target),
            (4, Column::Decision, "keep"),
            (4, Column::Note, "leaves in June"),
        ],
    );
    show(&mut desk, &input, &bytes);
    let text = desk.text();
    assert!(text.contains("plan.csv: 2 changes, 7 unchanged"), "{text}");
    assert!(text.contains("map raisa.pokrovskaya@contoso.com") && text.contains("leaves in June"), "{text}");
    assert!(desk.saves().is_empty(), "nothing was taken over yet");
    desk.keys("Enter");
    let saved: Vec<_> =
        desk.saves().into_iter().map(|row| (row.storage_key, row.decision, row.note)).collect();
    assert_eq!(
        saved,
        [
            (key(2), Decision::Map { target: object(2) }, None),
            (key(4), Decision::Keep, Some("leaves in June".to_owned())),
        ]
    );
    assert!(desk.overlay().is_none());
}

#[test]
fn a_mistake_refuses_all_of_it_with_row_column_and_reason() {
    let (mut desk, input) = asked();
    let bytes = file(&input, &[(4, Column::Decision, "keep"), (2, Column::Decision, "perhaps")]);
    show(&mut desk, &input, &bytes);
    let text = desk.text();
    assert!(
        text.contains("refused, 1 mistake") && text.contains("decision: `perhaps` is not a decision"),
        "{text}"
    );
    desk.keys("Enter");
    assert!(desk.saves().is_empty() && matches!(desk.overlay(), Some(Overlay::Import(_))));
    desk.keys("Esc");
    assert!(desk.overlay().is_none());
}

#[test]
fn who_was_decided_about_meanwhile_stops_all_of_it() {
    let (mut desk, input) = asked();
    let bytes = file(&input, &[(4, Column::Decision, "keep"), (3, Column::Decision, "remove")]);
    desk.select(4);
    desk.keys("o");
    desk.store_keeps();
    desk.effects.clear();
    show(&mut desk, &input, &bytes);
    desk.keys("Enter");
    assert!(desk.saves().is_empty());
    assert!(desk.toast().contains("read the file again"), "{}", desk.toast());
}

#[test]
fn what_was_never_drawn_is_not_taken_over() {
    let (mut desk, input) = asked();
    let bytes = file(&input, &[(4, Column::Decision, "keep")]);
    desk.msg(Msg::ImportRead("plan.csv".into(), Box::new(preview(&input, &bytes, None))));
    desk.blind("Enter");
    assert!(desk.saves().is_empty());
}

#[test]
fn looks_of_the_import() {
    let (mut desk, input) = asked();
    let target = object(12).to_string();
    let bytes = file(
        &input,
        &[
            (2, Column::Decision, "map"),
            (2, Column::TargetObjectId, &target),
            (4, Column::Decision, "remove"),
            (7, Column::Note, "asked her"),
        ],
    );
    show(&mut desk, &input, &bytes);
    insta::assert_snapshot!("import", picture(&desk.draw()));
}

#[test]
fn e_offers_the_lists_for_others_too() {
    let mut desk = Desk::new();
    desk.app.tab = Tab::Mapping;
    desk.draw();
    desk.effects.clear();
    let mut files = Vec::new();
    for turns in 0..5 {
        desk.keys("e");
        desk.draw();
        for _ in 0..turns {
            desk.keys("Tab");
        }
        desk.draw();
        desk.keys("Enter");
        let written = desk.effects.drain(..).find_map(|effect| match effect {
            Effect::Task(tasks::Effect::WriteFile { path, bytes, force: false, .. }) => {
                Some((path.display().to_string(), String::from_utf8(bytes).unwrap()))
            }
            _ => None,
        });
        files.push(written.unwrap());
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "fabrikam-mapping.csv",
            "fabrikam-m365.csv",
            "fabrikam-entra-create.csv",
            "fabrikam-entra-invite.csv",
            "fabrikam-mapping.csv"
        ]
    );
    assert!(files[1].1.lines().all(|line| line.starts_with("User,") && line.matches(',').count() == 5));
    for list in [&files[2].1, &files[3].1] {
        assert!(list.starts_with("display_name,address,user_principal_name"), "{list}");
    }
    assert!(files[2].1.lines().count() > 1, "somebody is missing: {}", files[2].1);
    // A path that was typed stays.
    desk.keys("e");
    desk.types("x");
    desk.keys("Tab");
    desk.draw();
    assert!(desk.text().contains("fabrikam-mapping.csvx"), "{}", desk.text());
}
