//! Makes two snapshots of a made-up organization, before and after a switch, in the shapes and sizes in which the services
//! answer: for measuring `snapshot compare`.
//!
//! `make_snapshots --people 100000 --out /tmp/large` writes `before.json.zst` and `after.json.zst`. One person in 50 loses a
//! group, one in 100 falls to Stakeholder, one in 1,000 is gone.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const TENANT: &str = "11111111-0000-4000-8000-000000000001";
const GROUPS: usize = 300;

fn main() -> io::Result<()> {
    let (mut people, mut out) = (1_000_usize, PathBuf::from("."));
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--people" => people = value.parse().map_err(io::Error::other)?,
            "--out" => out = PathBuf::from(value),
            other => return Err(io::Error::other(format!("`{other}`: give --people N and --out FOLDER"))),
        }
    }
    std::fs::create_dir_all(&out)?;
    snapshot(&out.join("before.json.zst"), people, false)?;
    snapshot(&out.join("after.json.zst"), people, true)
}

/// A number that looks like chance, the same every time.
fn mix(number: usize, salt: u64) -> u64 {
    let mut x = (number as u64 ^ salt.rotate_left(32)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn guid(number: usize, salt: u64) -> String {
    let (a, b) = (mix(number, salt), mix(number, salt + 1));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xFFFF,
        a & 0xFFF,
        (b >> 52) & 0xFFF,
        b & 0xFFFF_FFFF_FFFF
    )
}

fn descriptor(number: usize, after: bool) -> String {
    let (kind, salt) = if after { ("aad", 7) } else { ("msa", 3) };
    format!("{kind}.{}", URL_SAFE_NO_PAD.encode(guid(number, salt)))
}

fn group(number: usize) -> String {
    let sid = format!(
        "S-1-9-1551374245-{}-{}-{}-{}-1-1-1-1-4",
        mix(number, 20) >> 32,
        mix(number, 21) >> 32,
        mix(number, 22) >> 32,
        mix(number, 23) >> 32
    );
    format!("vssgp.{}", URL_SAFE_NO_PAD.encode(sid))
}

fn address(number: usize, after: bool) -> String {
    format!("person.{number}@{}", if after { "contoso.com" } else { "fabrikam.com" })
}

fn graph_user(number: usize, after: bool) -> Value {
    let descriptor = descriptor(number, after);
    let base = "https://vssps.dev.azure.com/fabrikam/_apis/Graph";
    json!({
        "subjectKind": "user", "metaType": if after { Value::from("member") } else { Value::Null },
        "domain": if after { TENANT } else { "Windows Live ID" },
        "principalName": address(number, after), "mailAddress": address(number, after),
        "origin": if after { "aad" } else { "msa" },
        "originId": if after { guid(number, 30) } else { format!("{:016X}", mix(number, 31)) },
        "displayName": format!("Made Up {number}"),
        "_links": {
            "self": {"href": format!("{base}/Users/{descriptor}")},
            "memberships": {"href": format!("{base}/Memberships/{descriptor}")},
            "membershipState": {"href": format!("{base}/MembershipStates/{descriptor}")},
            "storageKey": {"href": format!("{base}/StorageKeys/{descriptor}")},
        },
        "url": format!("{base}/Users/{descriptor}"), "descriptor": descriptor,
    })
}

fn entitlement(number: usize, after: bool) -> Value {
    let fell = after && number % 100 == 7;
    let level = if fell { "Stakeholder" } else { ["Basic", "Basic + Test Plans", "Stakeholder"][number % 3] };
    json!({
        "id": guid(number, 1), "user": graph_user(number, after),
        "accessLevel": {
            "licensingSource": "account", "accountLicenseType": "express", "msdnLicenseType": "none",
            "gitHubLicenseType": "none", "licenseDisplayName": level, "status": "active", "statusMessage": "",
            "assignmentSource": "unknown",
        },
        "lastAccessedDate": format!("2026-11-{:02}T10:00:00.1234567Z", 1 + number % 20),
        "dateCreated": "2020-01-01T00:00:00Z",
        "projectEntitlements": [{
            "projectRef": {"id": guid(number % 100, 40), "name": format!("Project {}", number % 100)},
            "group": {"groupType": "projectContributor", "displayName": "Contributors"},
            "teamRefs": [], "assignmentSource": "unknown", "projectPermissionInherited": "notInherited",
        }],
        "extensions": [], "groupAssignments": [],
    })
}

fn tenant_user(number: usize) -> Value {
    let address = address(number, true);
    json!({
        "id": guid(number, 30), "displayName": format!("Made Up {number}"), "givenName": "Made", "surname": "Up",
        "mail": address, "userPrincipalName": address, "otherMails": [], "proxyAddresses": [format!("SMTP:{address}")],
        "userType": "Member", "accountEnabled": true, "externalUserState": null, "creationType": null,
        "identities": [{"signInType": "userPrincipalName", "issuer": "contoso.onmicrosoft.com", "issuerAssignedId": address}],
        "mailNickname": format!("person.{number}"), "onPremisesSamAccountName": null,
        "createdDateTime": "2019-05-01T08:00:00Z",
    })
}

fn memberships(number: usize, after: bool) -> Vec<Value> {
    let kept = if after && number % 50 == 3 { 2 } else { 3 };
    (0..kept)
        .map(|place| json!({"container": group(place * 100 + number % 100), "member": descriptor(number, after)}))
        .collect()
}

fn snapshot(path: &Path, people: usize, after: bool) -> io::Result<()> {
    let mut out = zstd::Encoder::new(BufWriter::new(File::create(path)?), 3)?;
    let there = |number: &usize| !(after && number % 1_000 == 11);
    let taken_at = if after { "2026-11-28T22:00:00Z" } else { "2026-11-28T18:00:00Z" };
    let backing = if after { json!({"tenant": TENANT}) } else { json!("microsoft-accounts") };
    write!(
        out,
        "{{\"schema\":\"ado2entra.snapshot/1\",\"taken_at\":\"{taken_at}\",\n\"organization\":{},\n\"tenant\":{}",
        json!({"name": "fabrikam", "backing": backing, "with_projects": true}),
        json!({"configured": "contoso.onmicrosoft.com", "id": TENANT}),
    )?;
    list(&mut out, "org_users", (0..people).filter(there).map(|number| entitlement(number, after)))?;
    list(&mut out, "graph_users", (0..people).filter(there).map(|number| graph_user(number, after)))?;
    let groups = (0..GROUPS).map(|number| {
        json!({
            "subjectKind": "group", "description": "", "origin": "vsts", "originId": guid(number, 50),
            "domain": format!("vstfs:///Classification/TeamProject/{}", guid(number % 100, 40)),
            "principalName": format!("[Project {}]\\Group {}", number % 100, number / 100),
            "displayName": format!("Group {}", number / 100), "descriptor": group(number), "mailAddress": null,
        })
    });
    list(&mut out, "groups", groups)?;
    let rows = (0..people).filter(there).flat_map(|number| memberships(number, after));
    list(&mut out, "memberships", rows)?;
    list(&mut out, "tenant_users", (0..people).map(tenant_user))?;
    list(&mut out, "left_out", std::iter::empty())?;
    out.write_all(b"}\n")?;
    out.finish()?.flush()
}

fn list(out: &mut impl Write, name: &str, rows: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (at, row) in rows.enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &row)?;
    }
    out.write_all(b"]")
}
