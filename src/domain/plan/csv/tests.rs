//! Round trips and every reason for refusing.

use std::collections::BTreeMap;

use super::Column as C;
use super::*;
use crate::domain::candidate::{EvidenceKind, WarningKind};
use crate::domain::forecast::{Forecast, Situation};
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;
use crate::domain::people::{Directory, OrgUser, Roster, UserType};
use crate::domain::plan::fixtures::*;
use crate::domain::plan::{Decision, Plan, RowState};

struct World {
    users: Vec<OrgUser>,
    roster: Roster,
    directory: Directory,
    forecast: Forecast,
    plan: Plan,
    situation: Situation,
    exported: Option<Exported>,
}

/// 1 maps by itself, 2 is mapped, 3 undecided and safe, 4 missing and invited, 5 kept.
fn world() -> World {
    let users: Vec<_> =
        (1..=5).map(|n| org_user(n, &format!("Person {n}"), &format!("p{n}@fabrikam.com"))).collect();
    let directory =
        directory((1..=6).map(|n| tenant_user(n, &format!("Person {n}"), &format!("p{n}@contoso.com"))));
    let found = |n| vec![candidate(n, &[EvidenceKind::Mail, EvidenceKind::Name], &[])];
    let people = vec![
        person(1, Outcome::Automatic, Some(1), found(1)),
        person(2, Outcome::Review, None, found(2)),
        person(3, Outcome::Safe, Some(3), found(3)),
        person(4, Outcome::Missing, None, vec![]),
        person(5, Outcome::Review, None, found(5)),
    ];
    let mut mapped = row(&users[1], map(2), Outcome::Review, &directory);
    mapped.note = Some("=called him".into());
    let plan = plan([
        mapped,
        row(&users[3], invite("p4@outlook.com"), Outcome::Missing, &directory),
        row(&users[4], Decision::Keep, Outcome::Review, &directory),
    ]);
    World {
        roster: roster(users.clone()),
        users,
        directory,
        forecast: Forecast::new(people),
        plan,
        situation: situation(),
        exported: None,
    }
}

impl World {
    fn sheet(&self) -> Sheet<'_> {
        Sheet {
            organization: "fabrikam",
            roster: &self.roster,
            directory: &self.directory,
            forecast: &self.forecast,
            plan: &self.plan,
        }
    }

    fn csv(&self) -> String {
        write_csv(&records(&self.sheet()))
    }

    fn import_as(&self, bytes: &[u8], form: FileForm) -> Result<Import, Vec<ImportError>> {
        let context = ImportContext {
            sheet: self.sheet(),
            situation: &self.situation,
            exported: self.exported.as_ref(),
            verified_domains: &[],
        };
        import(bytes, form, &context)
    }

    fn import(&self, text: &str) -> Result<Import, Vec<ImportError>> {
        self.import_as(text.as_bytes(), FileForm::Csv)
    }

    /// The file with these cells changed, each given by the person's number.
    fn edited(&self, edits: &[(u32, Column, &str)]) -> String {
        let mut list = records(&self.sheet());
        for (n, column, text) in edits {
            list.iter_mut().find(|record| record.storage_key() == key(*n)).unwrap().set(*column, *text);
        }
        write_csv(&list)
    }

    fn changes(&self, edits: &[(u32, Column, &str)]) -> Vec<(StorageKey, Decision)> {
        let import = self.import(&self.edited(edits)).unwrap();
        import.changes.into_iter().map(|change| (change.storage_key, change.to)).collect()
    }

    #[track_caller]
    fn refused(&self, edits: &[(u32, Column, &str)], column: &str, why: &str) {
        let errors = self.import(&self.edited(edits)).expect_err("the file is refused");
        assert!(
            errors.iter().any(|error| error.column.as_deref() == Some(column) && error.reason.contains(why)),
            "{column}: {why}: {errors:?}"
        );
    }
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let csv = world().csv();
    assert_eq!(
        csv.lines().next(),
        Some(
            "organization,storage_key,display_name,principal_name,mail,origin,access_level,last_accessed,outcome,decision,\
             target_object_id,target_upn,target_user_type,invite_address,candidate_upn,score,evidence,warnings,needs_a_look,\
             note,state,error"
        )
    );
    assert_eq!(csv.lines().count(), 6);
    assert_eq!(
        csv.lines().nth(2).unwrap(),
        format!(
            "fabrikam,{},Person 2,p2@fabrikam.com,p2@fabrikam.com,msa,Basic,2026-11-21T10:00:00Z,review,map,{},p2@contoso.com,\
             Member,,p2@contoso.com,0.50,mail: mail; name: name,,false,'=called him,planned,",
            key(2),
            object(2)
        )
    );
}

#[test]
fn an_unedited_file_changes_nothing_in_either_form() {
    let world = world();
    let none = Import { unchanged: 5, ..Import::default() };
    assert_eq!(world.import(&world.csv()).unwrap(), none);
    let json = write_json("fabrikam", &records(&world.sheet()));
    assert!(
        json.starts_with("{\n  \"schema\": \"ado2entra.plan/1\"") || json.contains("\"ado2entra.plan/1\"")
    );
    assert_eq!(world.import_as(json.as_bytes(), FileForm::Json).unwrap(), none);
    assert_eq!(FileForm::of_name("plan.JSON"), FileForm::Json);
    assert_eq!(FileForm::of_name("plan.csv"), FileForm::Csv);
}

#[test]
fn what_spreadsheets_write_is_read() {
    let world = world();
    let bom = format!("\u{feff}{}", world.csv().replace('\n', "\r\n"));
    assert_eq!(world.import(&bom).unwrap().unchanged, 5);
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(world.csv().into_bytes().leak() as &[u8]);
    for record in reader.records() {
        let cells = record.unwrap();
        let rewritten = cells.iter().map(|cell| match cell {
            "0.50" => "0,50",
            "false" => "FALSE",
            other => other,
        });
        writer.write_record(rewritten).unwrap();
    }
    let semicolons = writer.into_inner().unwrap();
    assert_eq!(world.import_as(&semicolons, FileForm::Csv).unwrap().unchanged, 5);
}

#[test]
fn edits_become_a_preview() {
    let world = world();
    assert_eq!(
        world.changes(&[(3, C::Decision, "map"), (3, C::TargetUpn, "P3@Contoso.com")]),
        [(key(3), map(3))],
        "by sign-in name"
    );
    assert_eq!(
        world.changes(&[(3, C::Decision, " MAP "), (3, C::TargetObjectId, &object(3).to_string())]),
        [(key(3), map(3))],
        "by object id"
    );
    assert_eq!(
        world.changes(&[(2, C::TargetUpn, "p6@contoso.com")]),
        [(key(2), map(6))],
        "the changed cell decides"
    );
    assert_eq!(world.changes(&[(2, C::TargetObjectId, &object(6).to_string())]), [(key(2), map(6))]);
    assert_eq!(world.changes(&[(1, C::Decision, "remove")]), [(key(1), Decision::Remove)]);
    assert_eq!(
        world.changes(&[(5, C::Decision, "invite"), (5, C::InviteAddress, "p5@outlook.com")]),
        [(key(5), invite("p5@outlook.com"))]
    );
    let cleared = [(2, C::Decision, "undecided"), (2, C::TargetObjectId, ""), (2, C::TargetUpn, "")];
    assert_eq!(world.changes(&cleared), [(key(2), Decision::Undecided)]);

    let noted = world.import(&world.edited(&[(2, C::Note, "-new note")])).unwrap();
    assert_eq!(noted.changes.len(), 1);
    assert_eq!(noted.changes[0].from, noted.changes[0].to);
    assert_eq!(noted.changes[0].note_from.as_deref(), Some("=called him"));
    assert_eq!(noted.changes[0].note_to.as_deref(), Some("-new note"));
    assert_eq!(noted.changes[0].name, "Person 2 (p2@fabrikam.com)");
}

#[test]
fn targets_can_be_swapped_in_one_file() {
    let world = world();
    let two = object(2).to_string();
    let edits =
        [(2, C::TargetUpn, "p3@contoso.com"), (3, C::Decision, "map"), (3, C::TargetObjectId, two.as_str())];
    assert_eq!(world.changes(&edits), [(key(2), map(3)), (key(3), map(2))]);
}

#[test]
fn a_choice_that_would_be_asked_about_says_so_in_the_preview() {
    let mut world = world();
    let mut guest = tenant_user(6, "Person 6", "p6@contoso.com");
    guest.user_type = Some(UserType::Guest);
    world.directory.insert(guest);
    let import = world.import(&world.edited(&[(2, Column::TargetUpn, "p6@contoso.com")])).unwrap();
    assert!(import.changes[0].asks.iter().any(|ask| ask.contains("guest")), "{import:?}");
}

#[test]
fn each_wrong_cell_refuses_the_file() {
    let world = world();
    let one = object(1).to_string();
    for (edits, column, why) in [
        (vec![(1, C::Decision, "delete")], "decision", "is not a decision"),
        (vec![(3, C::Decision, "map")], "target_object_id", "needs a target"),
        (vec![(2, C::Decision, "keep")], "target_object_id", "only `map` has a target"),
        (vec![(2, C::Decision, "keep")], "target_upn", "only `map` has a target"),
        (vec![(4, C::Decision, "keep")], "invite_address", "only `invite` has an address"),
        (vec![(4, C::InviteAddress, "")], "invite_address", "needs an address"),
        (vec![(4, C::InviteAddress, "p4+x@outlook.com")], "decision", "`+`"),
        (vec![(2, C::TargetUpn, "nobody@contoso.com")], "target_upn", "nobody in the tenant"),
        (vec![(2, C::TargetObjectId, "hello")], "target_object_id", "is not an object id"),
        (
            vec![(2, C::TargetObjectId, "00000000-0000-4000-9000-000000000099")],
            "target_object_id",
            "nobody in the tenant",
        ),
        (vec![(2, C::TargetObjectId, "")], "target_object_id", "was emptied"),
        (vec![(2, C::TargetUpn, "")], "target_upn", "was emptied"),
        (
            vec![(2, C::TargetObjectId, one.as_str()), (2, C::TargetUpn, "p6@contoso.com")],
            "target_upn",
            "must agree",
        ),
        (vec![(2, C::TargetUpn, "p1@contoso.com")], "target_object_id", "by itself"),
        (
            vec![(3, C::Decision, "map"), (3, C::TargetUpn, "p2@contoso.com")],
            "target_object_id",
            "one target for one person",
        ),
        (vec![(1, C::Decision, "map"), (1, C::TargetUpn, "p6@contoso.com")], "target_object_id", "by itself"),
        (vec![(1, C::Organization, "contoso")], "organization", "the plan has `fabrikam`"),
        (vec![(1, C::PrincipalName, "x@fabrikam.com")], "principal_name", "the plan has"),
        (vec![(1, C::Origin, "aad")], "origin", "the plan has"),
        (vec![(1, C::StorageKey, "somebody")], "storage_key", "nobody of the plan"),
        (vec![(1, C::DisplayName, "X")], "display_name", "read-only"),
        (vec![(1, C::Mail, "")], "mail", "read-only"),
        (vec![(1, C::AccessLevel, "Stakeholder")], "access_level", "read-only"),
        (vec![(1, C::LastAccessed, "21.11.2026")], "last_accessed", "read-only"),
        (vec![(1, C::Outcome, "safe")], "outcome", "read-only"),
        (vec![(2, C::TargetUserType, "Guest")], "target_user_type", "read-only"),
        (vec![(1, C::CandidateUpn, "")], "candidate_upn", "read-only"),
        (vec![(1, C::Score, "0.99")], "score", "read-only"),
        (vec![(1, C::Evidence, "")], "evidence", "read-only"),
        (vec![(1, C::Warnings, "none")], "warnings", "read-only"),
        (vec![(1, C::NeedsALook, "true")], "needs_a_look", "read-only"),
        (vec![(1, C::State, "verified")], "state", "read-only"),
        (vec![(1, C::Error, "x")], "error", "read-only"),
    ] {
        // Who disappears from the storage_key column is missing, too; the edit is what is looked for.
        let mut list = records(&world.sheet());
        for (n, column, text) in &edits {
            list.iter_mut()
                .find(|it| it.get(C::DisplayName).ends_with(&n.to_string()))
                .unwrap()
                .set(*column, *text);
        }
        let errors = world.import(&write_csv(&list)).expect_err(why);
        assert!(
            errors.iter().any(|error| error.column.as_deref() == Some(column) && error.reason.contains(why)),
            "{column}: {why}: {errors:?}"
        );
    }
}

#[test]
fn all_errors_are_listed_with_row_and_column() {
    let world = world();
    let edits = [
        (1, Column::Decision, "map"),
        (2, Column::Outcome, "safe"),
        (5, Column::Decision, "whatever"),
        (3, Column::Mail, "x"),
    ];
    let errors = world.import(&world.edited(&edits)).unwrap_err();
    let places: Vec<_> = errors.iter().map(|it| (it.row.unwrap(), it.column.clone().unwrap())).collect();
    assert_eq!(
        places,
        [(2, "target_object_id"), (3, "outcome"), (4, "mail"), (6, "decision")]
            .map(|(row, it)| (row, it.to_owned()))
    );
    assert!(errors[3].to_string().starts_with("row 6, decision: `whatever` is not a decision"));
}

#[test]
fn everybody_is_there_exactly_once() {
    let world = world();
    let csv = world.csv();
    let lines: Vec<&str> = csv.lines().collect();
    let without = lines[..5].join("\n");
    let errors = world.import(&without).unwrap_err();
    assert!(errors[0].reason.contains("Person 5 (p5@fabrikam.com) is missing"), "{errors:?}");
    let twice = format!("{csv}{}\n", lines[2]);
    let errors = world.import(&twice).unwrap_err();
    assert!(errors.iter().any(|it| it.row == Some(7) && it.reason.contains("row 3 already")), "{errors:?}");
}

#[test]
fn who_is_gone_from_the_organization_stays_in_the_file() {
    let mut world = world();
    world.roster = roster(world.users.iter().filter(|user| user.storage_key != key(2)).cloned());
    let list = records(&world.sheet());
    assert_eq!(list.len(), 5);
    assert_eq!(list[4].get(Column::PrincipalName), "p2@fabrikam.com");
    assert_eq!(world.import(&world.csv()).unwrap().unchanged, 5);
    world.refused(
        &[(2, Column::TargetUpn, "p6@contoso.com")],
        "target_object_id",
        "not in the organization any more",
    );
}

#[test]
fn a_change_at_the_service_meanwhile_is_a_warning() {
    let mut world = world();
    let file = world.csv();
    world.exported = Some(exported(&records(&world.sheet())));
    world.users[2].access_level = Some("Stakeholder".into());
    world.roster = roster(world.users.clone());
    let import = world.import(&file).unwrap();
    assert_eq!(import.unchanged, 5);
    assert_eq!(
        import.warnings[0].to_string(),
        "row 4, access_level: changed since the export: was `Basic`, is `Stakeholder`"
    );
    let edited = file.replace(",Basic,", ",Advanced,");
    assert!(world.import(&edited).is_err(), "edited in the file");
    world.exported = None;
    assert!(world.import(&file).is_err(), "without an export nobody can tell");
    world.users[2].principal_name = "new@fabrikam.com".into();
    world.users[2].access_level = Some("Basic".into());
    world.roster = roster(world.users.clone());
    world.exported = Some(BTreeMap::new());
    assert!(
        world.import(&file).unwrap_err()[0].reason.contains("the plan has"),
        "who the row is about must fit"
    );
}

#[test]
fn a_file_older_than_a_decision_says_that_it_takes_it_back() {
    let mut world = world();
    let file = world.csv();
    world.exported = Some(exported(&records(&world.sheet())));
    let later = row(&world.users[2], Decision::Keep, Outcome::Safe, &world.directory);
    world.plan.rows.insert(key(3), later);
    let import = world.import(&file).unwrap();
    assert_eq!(import.changes[0].to, Decision::Undecided);
    assert!(
        import.warnings.iter().any(|it| it.reason.contains("since the export (keep)")),
        "{:?}",
        import.warnings
    );
}

#[test]
fn what_was_sent_is_not_changed_by_a_file() {
    let mut world = world();
    world.plan.rows.get_mut(&key(2)).unwrap().state = RowState::Verified;
    world.refused(&[(2, Column::TargetUpn, "p6@contoso.com")], "target_object_id", "cannot undo");
}

#[test]
fn files_that_are_no_plan_say_why() {
    let world = world();
    let reasons = |bytes: &[u8], form| {
        let errors = world.import_as(bytes, form).unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let csv = FileForm::Csv;
    assert!(reasons(b"", csv).contains("empty"));
    assert!(reasons(&[0xff, 0xfe, 0x41], csv).contains("UTF-8"));
    assert!(reasons(b"a,b\n1,2\n", csv).contains("row 1, storage_key: the column is missing"));
    let short = world.csv().replace(",planned,\n", "\n");
    assert!(reasons(short.as_bytes(), csv).contains("cells, the header has 22"));
    let twice = world.csv().replace(",error\n", ",note\n");
    assert!(reasons(twice.as_bytes(), csv).contains("row 1, note: the column is there twice"));
    let json = FileForm::Json;
    assert!(reasons(b"{", json).contains("not JSON"));
    assert!(reasons(b"{\"schema\":\"ado2entra.diff/1\"}", json).contains("not a plan"));
    assert!(reasons(b"{\"schema\":\"ado2entra.plan/1\"}", json).contains("no list"));
    assert!(
        reasons(b"{\"schema\":\"ado2entra.plan/1\",\"rows\":[1]}", json).contains("row 1: is not an object")
    );
    assert!(
        reasons(b"{\"schema\":\"ado2entra.plan/1\",\"rows\":[{\"note\":[]}]}", json)
            .contains("row 1, note: must be")
    );
}

#[test]
fn an_extra_column_is_left_unread_and_said() {
    let world = world();
    let csv = world.csv().replace('\n', ",mine\n");
    let import = world.import(&csv).unwrap();
    assert!(import.warnings[0].reason.contains("`mine`"), "{import:?}");
}

#[test]
fn names_that_attack_terminals_and_spreadsheets_are_text() {
    let mut world = world();
    for (user, name) in
        world.users.iter_mut().zip(["=cmd|' /C calc'!A0", "\u{1b}[2J\u{202e}x", "a\"b,c;d", "\t=1", "'@x"])
    {
        user.display_name = name.into();
    }
    world.roster = roster(world.users.clone());
    let csv = world.csv();
    assert!(!csv.chars().any(|c| c != '\n' && crate::domain::text::is_suspicious(c)));
    assert!(csv.contains("'=cmd|' /C calc'!A0"));
    assert!(csv.contains("''@x"));
    assert_eq!(world.import(&csv).unwrap().unchanged, 5);
}

#[test]
fn lists_for_others_have_their_columns() {
    let mut world = world();
    world.plan.rows.remove(&key(4));
    assert_eq!(
        identity_map(&world.sheet(), &world.situation),
        "User,9188040d-6c67-4c5b-b112-36a304b66dad,p1@fabrikam.com,p1@contoso.com,,RegularUser\n\
         User,9188040d-6c67-4c5b-b112-36a304b66dad,p2@fabrikam.com,p2@contoso.com,,RegularUser\n"
    );
    assert_eq!(
        entra_create(&world.sheet(), &[]),
        "display_name,address,user_principal_name\nPerson 4,p4@fabrikam.com,\n"
    );
    assert_eq!(
        entra_create(&world.sheet(), &["FABRIKAM.com".to_owned()]),
        "display_name,address,user_principal_name\nPerson 4,p4@fabrikam.com,p4@fabrikam.com\n"
    );
    let world = self::world();
    assert_eq!(
        entra_invite(&world.sheet()),
        "display_name,address,user_principal_name\nPerson 4,p4@outlook.com,\n"
    );
    assert_eq!(entra_create(&world.sheet(), &[]).lines().count(), 1, "decided");
    let warned =
        person(3, Outcome::Safe, Some(3), vec![candidate(3, &[EvidenceKind::Mail], &[WarningKind::Guest])]);
    let world = World { forecast: Forecast::new(vec![warned]), ..world };
    assert!(world.csv().contains("mail: mail,guest: guest"));
}

mod properties;
