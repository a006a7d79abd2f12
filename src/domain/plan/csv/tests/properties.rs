//! Whatever is in a name, a note or a file: it comes back as it was, or is refused.

use proptest::prelude::*;

use super::super::table;
use super::*;

/// Text with everything that a spreadsheet, a terminal or a CSV reader trips over.
fn nasty() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just('='),
            Just('+'),
            Just('-'),
            Just('@'),
            Just('\''),
            Just('\t'),
            Just('\r'),
            Just('\n'),
            Just('"'),
            Just(','),
            Just(';'),
            Just('\u{feff}'),
            Just('\u{202e}'),
            Just('\u{1b}'),
            Just(' '),
            any::<char>(),
        ],
        0..12,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_text_survives_the_guard(text in nasty()) {
        let guarded = crate::domain::text::csv_guard(&text).into_owned();
        prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(crate::domain::text::csv_unguard(&guarded), text);
    }

    #[test]
    fn every_cell_survives_the_file(cells in proptest::collection::vec(nasty(), Column::ALL.len())) {
        let mut record = PlanRecord::default();
        for (column, cell) in Column::ALL.iter().zip(&cells) {
            record.set(*column, cell.as_str());
        }
        record.set(Column::StorageKey, "somebody");
        let (rows, errors, _) = table::read(write_csv(std::slice::from_ref(&record)).as_bytes(), FileForm::Csv);
        prop_assert!(errors.is_empty(), "{:?}", errors);
        prop_assert_eq!(&rows[0].record, &record);
    }

    #[test]
    fn a_plan_of_any_names_and_notes_comes_back_unchanged(
        names in proptest::collection::vec(nasty(), 5),
        note in nasty(),
        decided in proptest::collection::vec(0u8..5, 5),
    ) {
        let mut world = world();
        let mut rows = Vec::new();
        for ((user, name), decided) in world.users.iter_mut().zip(&names).zip(decided) {
            user.display_name = name.as_str().into();
            let decision = match decided {
                0 => Decision::Undecided,
                1 => Decision::Keep,
                2 => Decision::Remove,
                3 => invite(&format!("{}@outlook.com", user.storage_key)),
                _ => Decision::Map { target: object(6) },
            };
            let mut made = row(user, decision, Outcome::Review, &world.directory);
            made.note = Some(note.clone());
            rows.push(made);
        }
        world.plan = plan(rows);
        world.roster = roster(world.users.clone());
        let list = records(&world.sheet());
        for (bytes, form) in [(write_csv(&list), FileForm::Csv), (write_json("fabrikam", &list), FileForm::Json)] {
            let import = world.import_as(bytes.as_bytes(), form);
            prop_assert_eq!(import, Ok(Import { unchanged: 5, ..Import::default() }));
        }
    }

    #[test]
    fn no_file_makes_reading_fail_hard(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let world = world();
        prop_assert!(world.import_as(&bytes, FileForm::Csv).is_err());
        prop_assert!(world.import_as(&bytes, FileForm::Json).is_err());
    }
}
