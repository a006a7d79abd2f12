//! `diff` of two files: no configuration, no credential, no service.

use std::fs;

use crate::stage::run;

const ORG: &str = r#"[
 {"id":"00000000-0000-4000-8000-0000000000a1","user":{"subjectKind":"user","origin":"msa","originId":"000300000000a1","domain":"Windows Live ID","principalName":"raisa@fabrikam.com","mailAddress":"raisa@fabrikam.com","displayName":"Raisa Pokrovskaya","descriptor":"msa.cmFpc2E"},"accessLevel":{"licenseDisplayName":"Basic","status":"active"},"lastAccessedDate":"2026-10-01T08:00:00Z"},
 {"id":"00000000-0000-4000-8000-0000000000a2","user":{"subjectKind":"user","origin":"msa","originId":"000300000000a2","domain":"Windows Live ID","principalName":"joerg@outlook.com","mailAddress":"joerg@outlook.com","displayName":"Jörg Müller","descriptor":"msa.am9lcmc"},"accessLevel":{"licenseDisplayName":"=1+1","status":"active"},"lastAccessedDate":"0001-01-01T00:00:00Z"},
 {"id":"00000000-0000-4000-8000-0000000000a3","user":{"subjectKind":"user","origin":"msa","originId":"000300000000a3","domain":"Windows Live ID","principalName":"nobody@outlook.com","mailAddress":"","displayName":"No\u202eBody","descriptor":"msa.bm9ib2R5"},"accessLevel":{"licenseDisplayName":"Stakeholder","status":"active"},"lastAccessedDate":"2026-10-02T08:00:00Z"}
]"#;

const TENANT: &str = r#"{"id":"00000000-0000-4000-8000-0000000000b1","displayName":"Raisa Pokrovskaya","userPrincipalName":"raisa@fabrikam.com","mail":"raisa@fabrikam.com","userType":"Member","accountEnabled":true,"otherMails":[],"proxyAddresses":[],"identities":[]}
{"id":"00000000-0000-4000-8000-0000000000b2","displayName":"Jörg Müller","userPrincipalName":"joerg.mueller@contoso.com","mail":"joerg.mueller@contoso.com","userType":"Member","accountEnabled":true,"otherMails":["joerg@outlook.com"],"proxyAddresses":[],"identities":[]}
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("org.json"), ORG).unwrap();
    fs::write(folder.path().join("tenant.jsonl"), TENANT).unwrap();
    folder
}

const FILES: [&str; 5] = ["diff", "--org-users", "org.json", "--tenant-users", "tenant.jsonl"];

#[test]
fn the_document_is_that_of_the_contract() {
    let folder = folder();
    let ran = run(folder.path(), &[&FILES[..], &["--format", "json"]].concat()).exits(0);
    assert!(ran.stdout.starts_with("{\"schema\":\"ado2entra.diff/1\","), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains('\u{202e}') && ran.stdout.contains("No\\u202eBody"),
        "bidi controls are escaped"
    );
    let document = ran.json();
    assert_eq!(document["summary"]["org_users"], 3);
    assert_eq!(document["summary"]["tenant_users"], 2);
    assert!(document["backing_tenant_id"].is_null());
    assert!(document.get("organization").is_none(), "nobody named it, so it is unknown");
    let users = document["users"].as_array().unwrap();
    let names: Vec<&str> = users.iter().map(|user| user["display_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Jörg Müller", "No\u{202e}Body", "Raisa Pokrovskaya"], "ordered by display name");
    assert_eq!(users[0]["outcome"], "safe");
    assert_eq!(users[0]["candidates"][0]["evidence"][0]["kind"], "other-mail");
    assert!(users[0]["last_accessed"].is_null(), "never is known to be none");
    assert!(users[1]["mail"].is_null());
    assert_eq!(users[1]["outcome"], "missing");
    assert_eq!(users[2]["outcome"], "automatic");
    assert!(users[2].get("privileged").is_none(), "who is privileged was not read");
    assert_eq!(users[2]["decision"], "undecided");
}

#[test]
fn the_csv_has_the_columns_of_the_contract_and_guards_formulas() {
    let folder = folder();
    let ran = run(folder.path(), &[&FILES[..], &["--format", "csv"]].concat()).exits(0);
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        header.join(","),
        "storage_key,display_name,principal_name,mail,origin,access_level,last_accessed,privileged,outcome,why,decision,\
         target_object_id,target_upn,target_user_type,score,evidence,warnings"
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(&rows[0][5], "'=1+1");
    assert_eq!(&rows[0][12], "joerg.mueller@contoso.com");
    assert_eq!(&rows[1][1], "No\u{fffd}Body");
}

#[test]
fn the_text_carries_no_control_character_and_no_colour() {
    let folder = folder();
    let text = run(folder.path(), &FILES).exits(0).stdout;
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("Mappable, safe: 1"), "{text}");
    let coloured = run(folder.path(), &[&FILES[..], &["--color", "always"]].concat()).exits(0).stdout;
    assert!(coloured.contains("\u{1b}[1m"));
}

#[test]
fn portal_exports_are_understood_and_other_layouts_named() {
    let folder = folder();
    fs::write(
        folder.path().join("org.csv"),
        "Name;Email;Access Level\nRaisa Pokrovskaya;raisa@fabrikam.com;Basic\n",
    )
    .unwrap();
    let ran = run(
        folder.path(),
        &["diff", "--org-users", "org.csv", "--tenant-users", "tenant.jsonl", "--format", "json"],
    )
    .exits(0);
    assert_eq!(ran.json()["users"][0]["storage_key"], "row:2");
    assert_eq!(ran.json()["users"][0]["outcome"], "automatic");
    fs::write(folder.path().join("other.csv"), "Project,Team\nx,y\n").unwrap();
    run(folder.path(), &["diff", "--org-users", "other.csv", "--tenant-users", "tenant.jsonl"])
        .exits(2)
        .says("Project, Team");
    fs::write(folder.path().join("cut.json"), ORG.split_at(ORG.len() / 2).0).unwrap();
    run(folder.path(), &["diff", "--org-users", "cut.json", "--tenant-users", "tenant.jsonl"])
        .exits(2)
        .says("cut.json");
    run(folder.path(), &["diff", "--org-users", "none.json", "--tenant-users", "tenant.jsonl"])
        .exits(2)
        .says("none.json");
}

#[test]
fn the_destination_may_be_given_by_guid_only() {
    let folder = folder();
    run(folder.path(), &[&FILES[..], &["--tenant", "contoso.com"]].concat()).exits(2).says("GUID");
    let guid = "00000000-0000-4000-8000-00000000c0c0";
    let ran = run(
        folder.path(),
        &[&FILES[..], &["--tenant", guid, "--organization", "fabrikam", "--format", "json"]].concat(),
    );
    assert_eq!(ran.json()["tenant_id"], guid);
    assert_eq!(ran.json()["organization"], "fabrikam");
}

#[test]
fn neither_variables_nor_a_broken_configuration_matter() {
    let folder = folder();
    let variables = [("ADO2ENTRA_CONFIG", "/nowhere/at/all.toml"), ("ADO2ENTRA_TENANT", "not a tenant")];
    crate::stage::run_with(folder.path(), &FILES, &variables, "").exits(0);
}

#[test]
fn what_cannot_be_read_is_left_out_and_told_with_its_place() {
    let folder = folder();
    let monster = format!(
        "{{\"id\":\"00000000-0000-4000-8000-0000000000b3\",\"displayName\":\"{}\",\"userPrincipalName\":\"m@contoso.com\"}}\n",
        "x".repeat(10_000_000)
    );
    fs::write(folder.path().join("tenant.jsonl"), format!("{TENANT}{{\"id\":12}}\n{monster}")).unwrap();
    let ran = run(folder.path(), &[&FILES[..], &["--format", "json"]].concat()).exits(0);
    let document = ran.json();
    assert_eq!(document["summary"]["tenant_users"], 3);
    let left_out = &document["left_out"][0];
    assert_eq!((&left_out["list"], &left_out["file"]), (&"tenant_users".into(), &"tenant.jsonl".into()));
    assert_eq!((&left_out["rows"], &left_out["parts"]), (&1.into(), &1.into()));
    assert_eq!(left_out["told"][0]["row"], 3);
    assert_eq!(left_out["told"][0]["byte"], TENANT.len());
    assert_eq!(left_out["told"][1]["used"], true);
    assert!(ran.stderr.contains("Left out of tenant.jsonl: 1 row, and a part of 1 row"), "{}", ran.stderr);
    let text = run(folder.path(), &FILES).exits(0).stdout;
    assert!(text.contains(&format!("row 3, byte {}: its `id` is not an object id", TENANT.len())), "{text}");
}

#[test]
fn a_file_that_ends_in_the_middle_is_refused_with_its_place() {
    let folder = folder();
    let half = TENANT.get(..TENANT.len() - 30).unwrap();
    for (tenant, place) in [
        (half.to_owned(), format!("row 2, byte {}", half.len())),
        ("UPN,Object Id\na@contoso.com,6f2e0000".to_owned(), "row 2".to_owned()),
        (
            "UPN,Object Id\na@contoso.com,00000000-0000-4000-8000-0000000000b1\nb@con".to_owned(),
            "row 3: the file ends".to_owned(),
        ),
    ] {
        fs::write(folder.path().join("tenant.jsonl"), tenant).unwrap();
        let ran = run(folder.path(), &FILES);
        assert_ne!(ran.code, 0);
        assert!(ran.stderr.contains("tenant.jsonl") && ran.stderr.contains(&place), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}
