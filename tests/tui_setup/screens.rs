//! Screens at three sizes.

use ado2entra::config::Config;
use ado2entra::domain::connection::Backing;
use ado2entra::domain::facts::{Cloud, Operator, TenantDiscovery, TenantProfile};
use ado2entra::domain::{Problem, ProblemKind, Service, StorageKey, TenantId};
use ado2entra::tasks::setup::{Finding, Permission, PlaceState, Subject};
use ado2entra::tui::setup::outcome_of;

use super::desk::{Desk, PATH};

fn tenant(n: u32) -> TenantId {
    format!("00000000-0000-4000-a000-0000000{n:05}").parse().unwrap()
}

pub fn discovered() -> Finding {
    Finding::Tenant(TenantDiscovery {
        id: tenant(1),
        region: Some("EU".into()),
        cloud: Cloud::Public { gcc: false },
        sign_in_host: "login.microsoftonline.com".into(),
    })
}

fn profile(n: u32, name: &str) -> Finding {
    Finding::Profile(TenantProfile {
        id: tenant(n),
        display_name: name.into(),
        verified_domains: vec!["contoso.com".into()],
    })
}

fn not_set() -> Problem {
    Problem {
        said: "the environment variable AZURE_DEVOPS_EXT_PAT is not set".into(),
        remedy: "Set AZURE_DEVOPS_EXT_PAT to a personal access token.".into(),
        ..Problem::at(
            Service::AzureDevOps,
            ProblemKind::NotSignedIn,
            "getting a token (credentials.azure_devops)",
        )
    }
}

/// Organization and tenant answered, Azure DevOps is not signed in to, the tenant is read.
pub fn half_way() -> Desk {
    let mut desk = Desk::new();
    desk.types("https://dev.azure.com/fabrikam/");
    desk.keys("Tab");
    desk.answer(Subject::Organization, vec![Finding::Backing(Some(Backing::MicrosoftAccounts), vec![])]);
    desk.answer(Subject::AzureDevOps, vec![Finding::Failed(not_set())]);
    desk.types("contoso.onmicrosoft.com");
    desk.keys("Enter");
    desk.answer(Subject::Tenant, vec![discovered()]);
    desk.answer(
        Subject::Entra,
        vec![
            profile(1, "Contoso"),
            Finding::Permission(Permission {
                reads: "the tenant's people",
                without: "nobody can be compared with anybody",
                required: true,
                result: Ok(()),
            }),
        ],
    );
    desk
}

fn compare(name: &str, desk: &mut Desk) {
    for (width, height) in [(80, 24), (40, 12), (160, 45)] {
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), desk.text(width, height));
    }
}

#[test]
fn the_first_frame() {
    compare("first", &mut Desk::new());
}

#[test]
fn half_way_through() {
    compare("half-way", &mut half_way());
}

#[test]
fn the_summary_says_what_is_missing_and_where_the_file_goes() {
    let mut desk = half_way();
    desk.keys("w");
    compare("summary", &mut desk);
    let text = desk.text(160, 45);
    assert!(text.contains(PATH) && text.contains("AZURE_DEVOPS_EXT_PAT is not set"), "{text}");
}

#[test]
fn a_file_that_is_there_is_not_written_over_and_its_lines_are_shown() {
    let mut desk = Desk::with(Config::default(), PlaceState::Taken);
    desk.types("fabrikam");
    desk.keys("Tab");
    desk.types("contoso.com");
    desk.keys("Tab w");
    compare("taken", &mut desk);
}

#[test]
fn another_tenant_than_the_destination_is_said() {
    let mut desk = half_way();
    desk.keys("Tab Tab r");
    desk.answer(Subject::Tenant, vec![discovered()]);
    desk.answer(Subject::Entra, vec![profile(2, "Tailspin")]);
    let text = desk.text(160, 45);
    assert!(text.contains("reads another tenant: Tailspin"), "{text}");
    let lines = outcome_of(&desk.state, Subject::Entra).lines;
    assert!(lines[0].1.contains("az login --tenant 00000000-0000-4000-a000-000000000001"), "{lines:?}");
}

#[test]
fn an_operator_without_a_permission_is_told_which_and_what_for() {
    let mut desk = half_way();
    desk.keys("r");
    let operator = Operator {
        storage_key: StorageKey::new("k"),
        descriptor: None,
        display_name: "Jamal \u{202e}Owusu".into(),
        account: Some("jamal@fabrikam.com".into()),
        organization_id: None,
    };
    let refused = Problem {
        said: "forbidden".into(),
        remedy: "Make the token with the scope Member Entitlement Management (Read).".into(),
        ..Problem::at(Service::AzureDevOpsEntitlements, ProblemKind::NotAllowed, "reading the people")
    };
    desk.answer(
        Subject::AzureDevOps,
        vec![
            Finding::Operator(operator),
            Finding::Permission(Permission {
                reads: "the organization's people",
                without: "nothing can be compared or mapped",
                required: true,
                result: Err(refused),
            }),
        ],
    );
    let text = desk.text(160, 45);
    assert!(text.contains("cannot read the organization's people"), "{text}");
    let lines = outcome_of(&desk.state, Subject::AzureDevOps).lines;
    assert!(lines[1].1.contains("with the scope Member Entitlement Management (Read)"), "{lines:?}");
    assert!(!text.contains('\u{202e}'));
}
