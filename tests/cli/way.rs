//! The whole way by commands: check, diff, decide, connect, apply, prove.

use std::os::unix::fs::PermissionsExt as _;

use crate::stage::Stage;

#[test]
fn from_two_lists_to_verified_mappings() {
    let stage = Stage::fabrikam();
    let check = stage.run(&["check", "--format", "json"]).exits(1);
    assert!(
        check.stdout.starts_with(
            "{\"schema\":\"ado2entra.check/1\",\"organization\":\"fabrikam\",\"tenant\":{\"id\":"
        )
    );
    assert_eq!(check.json()["verdict"], "not-ready");
    assert_eq!(check.json()["checks"].as_array().unwrap().len(), 21);

    let status = stage.json(&["status"]);
    assert_eq!(status["state"], "not-connected");
    assert_eq!(status["goal"], "connect");
    assert!(status["backing_tenant_id"].is_null() && status["disconnected_users"].is_null());

    let before = stage.json(&["diff"]);
    let safe = before["summary"]["by_outcome"]["safe"].as_u64().unwrap();
    assert!(safe > 5);
    assert_eq!(
        before["users"].as_array().unwrap().len() as u64,
        before["summary"]["org_users"].as_u64().unwrap()
    );

    stage.run(&["plan", "accept-safe"]).exits(5).says("--yes");
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0).says("Nothing was sent");
    let decided = stage.json(&["plan", "show"]);
    assert_eq!(decided["schema"], "ado2entra.plan/1");
    let maps = |document: &serde_json::Value| {
        document["rows"].as_array().unwrap().iter().filter(|row| row["decision"] == "map").count()
    };
    let accepted = maps(&decided);
    assert!(accepted > 5 && (accepted as u64) < safe, "privileged people are left out");

    // Before the switch nothing is due.
    let waiting = stage.run(&["apply", "--yes", "--confirm", "fabrikam", "--format", "json"]).exits(0).json();
    assert_eq!(waiting["summary"]["skipped"], accepted);

    stage.control().connect();
    let status = stage.json(&["status"]);
    assert_eq!(status["state"], "connected");
    assert_eq!(status["phase"], "map");
    assert!(status["disconnected_users"].as_u64().unwrap() >= accepted as u64);

    let dry = stage.run(&["apply", "--dry-run", "--format", "json"]).exits(0).json();
    assert_eq!(dry["dry_run"], true);
    let planned: Vec<_> =
        dry["rows"].as_array().unwrap().iter().filter(|row| row["state"] == "planned").collect();
    assert_eq!(planned.len(), accepted);
    for row in planned {
        assert_eq!(row["call"]["method"], "PATCH");
        assert!(row["call"]["url"].as_str().unwrap().contains("/graph/users/msa."), "{row}");
        assert_eq!(row["call"]["body"]["originId"], row["target_object_id"]);
    }
    assert!(stage.control().mappings().is_empty(), "a dry run sends nothing");

    for wrong in [&["apply"][..], &["apply", "--yes"], &["apply", "--yes", "--confirm", "contoso"]] {
        stage.run(wrong).exits(5).says("nothing was sent");
    }
    stage.run(&["--read-only", "apply", "--yes", "--confirm", "fabrikam"]).exits(5).says("read-only");
    assert!(stage.control().mappings().is_empty(), "nothing was confirmed");

    let applied = stage.run(&["apply", "--yes", "--confirm", "fabrikam", "--format", "json"]).exits(0).json();
    assert_eq!(applied["summary"]["verified"], accepted, "{applied}");
    assert_eq!(stage.control().mappings().len(), accepted);
    assert!(stage.control().mappings().values().all(|times| *times == 1), "nobody is mapped twice");

    // Again: nothing is left, nothing is sent.
    stage.run(&["apply", "--yes", "--confirm", "fabrikam"]).exits(0);
    stage.run(&["apply", "--verify"]).exits(0);
    assert_eq!(stage.control().mappings().len(), accepted);
    let after = stage.json(&["diff"]);
    let count =
        |document: &serde_json::Value| document["summary"]["by_outcome"]["connected"].as_u64().unwrap_or(0);
    assert!(count(&after) >= count(&before) + accepted as u64);
}

#[test]
fn one_person_by_key_and_nobody_else() {
    let stage = Stage::fabrikam();
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    let rows = stage.json(&["apply", "--dry-run"]);
    let key = rows["rows"][0]["storage_key"].as_str().unwrap().to_owned();
    let applied = stage
        .run(&["apply", "--yes", "--confirm", "fabrikam", "--only", &key, "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(applied["summary"]["verified"], 1, "{applied}");
    assert_eq!(stage.control().mappings().len(), 1);
    stage.run(&["apply", "--yes", "--confirm", "fabrikam", "--only", "nobody"]).exits(2).says("nobody");
}

#[test]
fn ticks_are_kept_and_only_where_a_person_may_tick() {
    let stage = Stage::fabrikam();
    stage.run(&["check", "tick", "user-informed", "--note", "x"]).exits(2).says("users-informed");
    stage.run(&["check", "tick", "users-informed", "--note", "  "]).exits(2);
    stage.run(&["check", "tick", "admin-is-pca", "--note", "x"]).exits(5).says("passes");
    stage.run(&["check", "tick", "hazards-resolved", "--note", "x"]).exits(5).says("fails");
    stage.run(&["check", "untick", "users-informed"]).exits(5);
    stage.run(&["check", "tick", "users-informed", "--note", "told by mail"]).exits(0);
    let ticked = |stage: &Stage| {
        let document = stage.json(&["check"]);
        let checks = document["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == "users-informed").unwrap();
        assert_eq!(check["status"], "manual", "a tick keeps the status");
        check["ticked"].clone()
    };
    assert_eq!(ticked(&stage)["note"], "told by mail");
    stage.run(&["check", "untick", "users-informed"]).exits(0);
    assert!(ticked(&stage).is_null());
}

#[test]
fn a_plan_goes_out_is_edited_and_comes_back_whole_or_not_at_all() {
    let stage = Stage::fabrikam();
    stage.run(&["plan", "export", "plan.csv"]).exits(0);
    let mode = std::fs::metadata(stage.path("plan.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    stage.run(&["plan", "export", "plan.csv"]).exits(5).says("--force");
    stage.run(&["plan", "export", "plan.csv", "--force"]).exits(0);
    let printed = stage.run(&["plan", "export", "-"]).exits(0).stdout;
    assert_eq!(printed, stage.read("plan.csv"));
    stage.run(&["plan", "import", "plan.csv", "--yes"]).exits(0).says("changes nothing");

    let edited = |change: &dyn Fn(&str, usize) -> Option<String>| {
        let mut reader = csv::Reader::from_reader(printed.as_bytes());
        let header = reader.headers().unwrap().clone();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for (at, row) in reader.records().map(Result::unwrap).enumerate() {
            let cells = header
                .iter()
                .zip(&row)
                .map(|(column, cell)| change(column, at).unwrap_or_else(|| cell.to_owned()));
            writer.write_record(cells.collect::<Vec<_>>()).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    // One good change and one edit of a cell that is not to be edited: the whole file is refused.
    let outcomes = stage.json(&["diff"]);
    let missing =
        outcomes["users"].as_array().unwrap().iter().position(|user| user["outcome"] == "missing").unwrap();
    let keep = |column: &str, at: usize| (column == "decision" && at == missing).then(|| "keep".to_owned());
    stage.write(
        "bad.csv",
        &edited(&|column, at| {
            if column == "origin" && at == 0 { Some("aad".into()) } else { keep(column, at) }
        }),
    );
    stage.run(&["plan", "import", "bad.csv", "--yes"]).exits(5).says("row 2, origin");
    assert!(stage.run(&["plan", "show"]).exits(0).stdout.contains("Nothing is decided yet"));

    stage.write("good.csv", &edited(&keep));
    stage.run(&["plan", "import", "good.csv"]).exits(5).says("--yes");
    let preview = stage.run(&["plan", "import", "good.csv", "--yes"]).exits(0);
    assert!(preview.stdout.contains("undecided becomes keep"), "{preview:?}");
    assert!(stage.run(&["plan", "show"]).exits(0).stdout.contains("Decided: 1 keep."));

    stage.run(&["plan", "export", "plan.json"]).exits(0);
    assert!(stage.read("plan.json").starts_with("{\n  \"schema\": \"ado2entra.plan/1\","));
    stage.run(&["plan", "import", "plan.json", "--yes"]).exits(0).says("changes nothing");
    for form in ["m365", "entra-create", "entra-invite"] {
        stage.run(&["plan", "export", &format!("{form}.csv"), "--as", form]).exits(0);
    }
    assert!(stage.read("entra-create.csv").starts_with("display_name,address,user_principal_name"));
}

#[test]
fn a_hazard_is_confirmed_with_a_note() {
    let stage = Stage::fabrikam();
    let hazard = |stage: &Stage| {
        let document = stage.json(&["diff"]);
        let users = document["users"].as_array().unwrap();
        users
            .iter()
            .find(|user| user["outcome"] == "hazard")
            .map(|user| user["storage_key"].as_str().unwrap().to_owned())
    };
    let first = hazard(&stage).unwrap();
    stage.run(&["plan", "confirm", &first, "--note", " "]).exits(2);
    stage.run(&["plan", "confirm", "nobody", "--note", "x"]).exits(2);
    stage.run(&["plan", "confirm", &first, "--note", "asked them both"]).exits(0).says("same person");
    assert_ne!(hazard(&stage), Some(first.clone()));
    stage.run(&["plan", "confirm", &first, "--note", "again"]).exits(5).says("nothing to confirm");
}

#[test]
fn a_snapshot_works_offline_and_changes_nothing() {
    let mut stage = Stage::fabrikam();
    stage.run(&["snapshot", "take", "s.json.zst"]).exits(0);
    stage.run(&["snapshot", "take", "s.json.zst"]).exits(5).says("--force");
    let mode = std::fs::metadata(stage.path("s.json.zst")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let live = stage.json(&["diff"]);
    let printed = stage.run(&["snapshot", "take", "-"]).exits(0).stdout;
    assert!(printed.starts_with("{\"schema\":\"ado2entra.snapshot/1\","));
    stage.stop();
    let offline = crate::stage::run(
        stage.path("").as_path(),
        &["--snapshot", "s.json.zst", "diff", "--format", "json"],
    )
    .exits(0)
    .json();
    assert_eq!(offline["organization"], "fabrikam");
    assert_eq!(offline["summary"]["org_users"], live["summary"]["org_users"]);
    for changing in [&["apply"][..], &["plan", "accept-safe", "--yes"], &["snapshot", "take", "t.json"]] {
        let mut all = vec!["--snapshot", "s.json.zst"];
        all.extend(changing);
        crate::stage::run(stage.path("").as_path(), &all).exits(5);
    }
}
