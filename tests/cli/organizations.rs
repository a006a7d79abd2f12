//! Several organizations: the same check for each, and one report.

use ado2entra::simulator::Scenario;

use crate::stage::Stage;

#[test]
fn each_is_checked_and_the_one_that_is_not_there_does_not_stop_the_others() {
    let stage = Stage::new(Scenario::Ready, &[]);
    for id in
        ["ssh-keys-cleared", "org-creation-policy", "domains-settled", "users-informed", "tokens-inventory"]
    {
        stage.run(&["check", "tick", id, "--note", "asked"]).exits(0);
    }
    stage.run(&["check"]).exits(0);
    let both = ["check", "--organization", "fabrikam", "--organization", "woodgrove"];
    let text = stage.run(&both).exits(1).stdout;
    assert!(text.starts_with("1 of 2 organizations are ready.\n\nfabrikam: ready\n"), "{text}");
    assert!(text.contains("\nwoodgrove: could not be read\n"), "{text}");

    let document = stage.json(&both);
    assert_eq!(document["schema"], "ado2entra.organizations/1");
    assert_eq!(document["ready"], 1);
    let found = document["organizations"].as_array().unwrap();
    assert_eq!((&found[0]["verdict"], &found[0]["problem"]), (&"ready".into(), &serde_json::Value::Null));
    assert_eq!(found[0]["check"]["checks"].as_array().unwrap().len(), 21);
    assert!(found[1].get("verdict").is_none() && found[1]["problem"].as_str().unwrap().contains("woodgrove"));

    let mut csv = both.to_vec();
    csv.extend(["--format", "csv"]);
    let table = stage.run(&csv).exits(1).stdout;
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[0][0], &rows[0][1]), (2, "fabrikam", "ready"));
    assert_eq!((&rows[1][0], &rows[1][1]), ("woodgrove", ""));
}

#[test]
fn the_portal_s_list_names_them() {
    let stage = Stage::fabrikam();
    stage.write("all.csv", "Organization Id,Organization Name,Url\n1,fabrikam,x\n2,FABRIKAM,x\n");
    let text = stage.run(&["check", "--organizations", "all.csv"]).exits(1).stdout;
    assert!(text.starts_with("0 of 1 organizations are ready.") && text.contains("fail: "), "{text}");
    stage.write("other.csv", "a,b\n1,2\n");
    stage.run(&["check", "--organizations", "other.csv"]).exits(2).says("Organization Name");
    stage.run(&["check", "--organizations", "nowhere.csv"]).exits(2).says("nowhere.csv");
}

#[test]
fn other_commands_are_about_one() {
    let stage = Stage::fabrikam();
    for line in
        [&["diff"][..], &["status"], &["plan", "show"], &["apply"], &["check", "untick", "user-count"]]
    {
        let mut all = vec!["--organization", "fabrikam", "--organization", "woodgrove"];
        all.extend(line);
        stage.run(&all).exits(2).says("one organization");
    }
}

#[test]
fn one_report_for_all_of_them() {
    let mut stage = Stage::fabrikam();
    let both = ["--organization", "fabrikam", "--organization", "woodgrove", "report"];
    let line = |file| [&both[..], &[file]].concat();
    stage.run(&line("all.html")).exits(5).says("nothing was written");
    stage.run(&["check"]).exits(1);
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.stop();
    stage.run(&line("all.html")).exits(1).says("all.html");
    let html = stage.read("all.html");
    assert!(html.contains("Connecting 2 organizations") && html.contains("<td>woodgrove</td>"), "{html}");
    assert!(html.contains("Prerequisites before the switch") && html.contains("Not ready"), "{html}");
    assert!(!html.contains("<script"));
    stage.run(&line("all.md")).exits(1);
    assert!(stage.read("all.md").starts_with("# Connecting 2 organizations to Microsoft Entra ID\n"));
    stage.run(&line("all.pdf")).exits(2);
}
