//! The clients against every fault of the simulator: a read is whole or it is an error with advice; nothing hangs, nothing
//! is doubled, and no token shows.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ado2entra::domain::{ObjectId, OrgUser, Problem, ProblemKind};
use ado2entra::services::{
    Credentials, Endpoints, Environment, Limits, Observer, Raw, Services, Settings, Traffic, Way,
};
use ado2entra::simulator::{self, Fault, Options, Simulator};

struct Stage {
    simulator: Simulator,
    services: Services,
    traffic: Arc<Mutex<Vec<Traffic>>>,
}

async fn stage(faults: &[Fault]) -> Stage {
    stage_for(faults, None).await
}

/// With clients that ask for another organization than the one that is there.
async fn stage_for(faults: &[Fault], organization: Option<&str>) -> Stage {
    let options = Options { faults: faults.to_vec(), page_size: Some(20), ..Options::default() };
    let simulator = simulator::start(options).await.unwrap();
    let at = simulator.endpoints();
    let mut settings =
        Settings::new(organization.unwrap_or(simulator.organization()), simulator.tenant_domain());
    settings.endpoints = Endpoints {
        azure_devops: at.azure_devops,
        azure_devops_identity: at.azure_devops_identity,
        azure_devops_entitlements: at.azure_devops_entitlements,
        azure_devops_audit: at.azure_devops_audit,
        azure_devops_status: at.azure_devops_status,
        microsoft_graph: at.microsoft_graph,
        entra_login: at.entra_login,
    };
    settings.limits = Limits {
        first_byte: Duration::from_secs(3),
        between_bytes: Duration::from_millis(500),
        backoff_first: Duration::from_millis(100),
        backoff_longest: Duration::from_secs(1),
        ..Limits::default()
    };
    let credentials = Credentials {
        azure_devops: Way::Pat { env: "PAT".into() },
        after_connect: Way::Command {
            command: vec!["printf".into(), "%s".into(), simulator.azure_devops_entra_token().into()],
        },
        entra: Way::Env { env: "GRAPH".into() },
        secret_variables: vec![],
    };
    let environment = Environment::of([
        ("PATH", "/usr/bin:/bin"),
        ("PAT", simulator.azure_devops_token()),
        ("GRAPH", simulator.graph_token()),
    ]);
    let traffic: Arc<Mutex<Vec<Traffic>>> = Arc::default();
    let heard = Arc::clone(&traffic);
    let observer = Observer::new(move |one| heard.lock().unwrap().push(one));
    let services = Services::new(settings, credentials, environment, observer).unwrap();
    Stage { simulator, services, traffic }
}

/// Each read by name: how many things it found, or why not.
type Found = Vec<(&'static str, Result<usize, Problem>)>;

async fn read_all(services: &Services) -> Found {
    let azure = &services.azure_devops;
    let graph = &services.graph;
    let users = async {
        let (users, _) = azure.users(Raw::Drop).all().await?;
        let keys: BTreeSet<_> = users.into_iter().map(|user| user.storage_key).collect();
        Ok(keys.len())
    };
    let graph_users = async {
        let (users, _) = azure.graph_users(&["msa", "aad"], Raw::Drop).all().await?;
        let keys: BTreeSet<_> = users.into_iter().map(|user| user.descriptor).collect();
        Ok(keys.len())
    };
    let tenant_users = async {
        let (users, _) = graph.users(Raw::Drop).all().await?;
        let keys: BTreeSet<_> = users.into_iter().map(|user| user.id.as_uuid()).collect();
        Ok(keys.len())
    };
    let administrators = async { azure.administrators(Some(graph)).await.map(|found| found.members.len()) };
    vec![
        ("operator", azure.operator().await.map(|_| 1)),
        ("users", users.await),
        ("graph users", graph_users.await),
        ("groups", azure.groups(Raw::Drop).all().await.map(|(groups, _)| groups.len())),
        ("administrators", administrators.await),
        ("owner", azure.owner().await.map(|_| 1)),
        ("identities", azure.identities_at("nobody@fabrikam.example").await.map(|found| found.len())),
        ("me", graph.me().await.map(|_| 1)),
        ("tenant", graph.organization().await.map(|_| 1)),
        ("roles", graph.my_roles().await.map(|_| 1)),
        ("tenant users", tenant_users.await),
        ("deleted", graph.deleted_users(Raw::Drop).all().await.map(|(users, _)| users.len())),
        ("policy", graph.invitation_policy().await.map(|_| 1)),
        ("discovery", services.entra.discover().await.map(|_| 1)),
        ("probe", services.probe.read().await.map(|_| 1)),
        ("health", services.status.health().await.map(|_| 1)),
        ("after", services.try_after_connect().await.map(|_| 1)),
    ]
}

/// What these reads find when nothing is wrong.
async fn healthy() -> &'static [(&'static str, usize)] {
    static FOUND: tokio::sync::OnceCell<Vec<(&str, usize)>> = tokio::sync::OnceCell::const_new();
    let found = FOUND.get_or_init(|| async {
        let found = Box::pin(read_all(&stage(&[]).await.services)).await;
        found.into_iter().map(|(name, result)| (name, result.unwrap())).collect()
    });
    Box::pin(found).await
}

/// Everything that went over the wire and every error, as text, without a token in it.
fn check_secrets(stage: &Stage, found: &Found) {
    let text = format!("{found:?} {:?} {:?}", stage.traffic.lock().unwrap(), stage.services);
    for secret in [stage.simulator.azure_devops_token(), stage.simulator.graph_token()] {
        assert!(!text.contains(secret));
    }
}

/// Reads everything under this fault. Only what is named may fail, and as named; the rest is whole.
async fn expect(fault: Fault, failing: &[(&str, ProblemKind)]) {
    let healthy = healthy().await;
    let stage = stage(&[fault]).await;
    let found = Box::pin(read_all(&stage.services)).await;
    check_secrets(&stage, &found);
    for ((name, result), (_, whole)) in found.iter().zip(healthy) {
        let expected = failing.iter().find(|(failing, _)| failing == name).map(|(_, kind)| *kind);
        match (result, expected) {
            (Ok(count), None) => assert_eq!(count, whole, "{fault}: {name}"),
            (Err(problem), Some(kind)) => {
                assert_eq!(problem.kind, kind, "{fault}: {name}: {problem}");
                assert!(
                    !problem.said.is_empty() && !problem.remedy.is_empty(),
                    "{fault}: {name}: {problem:?}"
                );
            }
            (result, expected) => panic!("{fault}: {name}: {result:?}, expected {expected:?}"),
        }
    }
}

macro_rules! faults {
    ($($test:ident: $fault:ident [$($name:literal $kind:ident),*];)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            expect(Fault::$fault, &[$(($name, ProblemKind::$kind)),*]).await;
        })*
    };
}

faults! {
    throttle: Throttle [];
    throttle_by_date: ThrottleDate [];
    throttle_without_a_word: ThrottleSilent [];
    throttle_with_garbage: ThrottleGarbage [];
    throttle_on_good_answers: ThrottleOn200 [];
    resets: Reset [];
    half_documents: Truncate [];
    slow_answers: Slow [];
    stalls: Stall [];
    server_errors: ServerErrors [];
    a_web_page_now_and_then: HtmlError [];
    an_expired_page_token: ExpiredPageToken [];
    empty_pages: EmptyPages [];
    short_pages: ShortPages [];
    byte_order_marks: Bom [];
    members_in_place_of_items: MembersNotItems [];
    members_beside_items: MembersAndItems [];
    filters_after_paging: FilterAfterPaging [];
    odd_meta_types: OddMetaTypes [];
    sign_in_pages: SignInPage [
        "operator" NotSignedIn, "users" NotSignedIn, "graph users" NotSignedIn, "groups" NotSignedIn,
        "administrators" NotSignedIn, "owner" NotSignedIn, "identities" NotSignedIn];
    expired_credentials: ExpiredCredential [
        "operator" NotSignedIn, "users" NotSignedIn, "graph users" NotSignedIn, "groups" NotSignedIn,
        "administrators" NotSignedIn, "owner" NotSignedIn, "identities" NotSignedIn, "me" NotSignedIn,
        "tenant" NotSignedIn, "roles" NotSignedIn, "tenant users" NotSignedIn, "deleted" NotSignedIn,
        "policy" NotSignedIn];
    repeated_tokens: RepeatedToken [
        "users" BadAnswer, "graph users" BadAnswer, "groups" BadAnswer, "administrators" BadAnswer,
        "tenant users" BadAnswer];
    endless_pages: EndlessPages [
        "users" BadAnswer, "graph users" BadAnswer, "groups" BadAnswer, "administrators" BadAnswer,
        "tenant users" BadAnswer];
    a_foreign_next_page: ForeignNextLink ["tenant users" BadAnswer];
    a_bomb: GzipBomb [
        "users" BadAnswer, "graph users" BadAnswer, "groups" BadAnswer, "administrators" BadAnswer,
        "identities" BadAnswer, "roles" BadAnswer, "tenant users" BadAnswer, "deleted" BadAnswer];
    a_page_that_is_too_large: OversizedPage [
        "users" BadAnswer, "graph users" BadAnswer, "groups" BadAnswer, "administrators" BadAnswer,
        "identities" BadAnswer, "roles" BadAnswer, "tenant users" BadAnswer, "deleted" BadAnswer];
    no_right_to_the_policy: NoPolicyPermission ["policy" NotAllowed];
    no_right_to_the_tenants_users: NoGraphPermission ["tenant users" NotAllowed];
    no_right_to_deleted_users: NoDeletedPermission ["deleted" NotAllowed];
    no_right_to_groups: NoPcaPermission ["groups" NotAllowed, "administrators" NotAllowed];
    no_right_to_the_owner: NoOwnerPermission ["owner" NotAllowed];
    no_right_to_identities: NoIdentityPermission ["identities" NotAllowed];
}

/// Nothing is asked of a service inside the window that it closed, by the simulator's own clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_inside_a_closed_window() {
    let stage = stage(&[Fault::Throttle]).await;
    let (azure, graph) = (&stage.services.azure_devops, &stage.services.graph);
    // Several at once, as the dashboard does.
    let (a, b, c, d) = tokio::join!(
        azure.users(Raw::Drop).all(),
        azure.administrators(None),
        azure.graph_users(&[], Raw::Drop).all(),
        graph.users(Raw::Drop).all(),
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    let requests = stage.simulator.control().requests();
    let service = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let refused: Vec<_> = requests.iter().filter(|request| request.status == 429).collect();
    assert!(!refused.is_empty());
    for window in &refused {
        let after =
            requests.iter().filter(|one| service(&one.path) == service(&window.path) && one.at > window.at);
        let inside =
            after.filter(|one| one.status != 429 && one.at < window.at + Duration::from_millis(990)).count();
        assert_eq!(inside, 0, "after {window:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_backs_the_organization_in_all_its_forms() {
    use ado2entra::domain::Backing;
    for (fault, known) in [
        (Fault::SeveralTenantValues, true),
        (Fault::ZeroTenantBearer, true),
        (Fault::BothTenantHeadersDiffer, false),
        (Fault::NoTenantHeaders, false),
    ] {
        let stage = stage(&[fault]).await;
        let before = stage.services.probe.read().await.unwrap();
        let expected = known.then_some(Backing::MicrosoftAccounts);
        if fault != Fault::SeveralTenantValues {
            assert_eq!(before.backing, expected, "{fault}: {before:?}");
        }
        assert!(!before.notes.is_empty());
        stage.simulator.control().connect();
        let after = stage.services.probe.read().await.unwrap();
        let tenant = Backing::Tenant(stage.simulator.tenant_id().parse().unwrap());
        assert_eq!(after.backing, known.then_some(tenant), "{fault}: {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_names_are_told_apart() {
    let stage = stage(&[]).await;
    let problem = stage.services.entra.discover_tenant("nowhere.example").await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotFound, "{problem}");
    assert!(problem.remedy.contains("verified domains"), "{problem}");
    let wrong = stage_for(&[], Some("fabrikan")).await;
    let problem = wrong.services.probe.read().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotFound, "{problem}");
    assert!(problem.remedy.contains("organization's name (`fabrikan`"), "{problem}");
    let problem = wrong.services.azure_devops.users(Raw::Drop).all().await.unwrap_err();
    assert!(matches!(problem.kind, ProblemKind::NotFound | ProblemKind::NotSignedIn), "{problem}");
    assert!(problem.remedy.contains("fabrikan"), "{problem}");
    let trial = stage.services.try_after_connect().await.unwrap();
    assert_eq!(trial.tenant.map(|id| id.to_string()).as_deref(), Some(stage.simulator.tenant_id()));
}

/// A mapping and each of its odd answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mappings_and_their_odd_answers() {
    for (fault, kind) in [
        (None, None),
        (Some(Fault::Patch201), None),
        (Some(Fault::PatchForbidden), Some(ProblemKind::NotAllowed)),
        (Some(Fault::PatchUnknown), Some(ProblemKind::OutcomeUnknown)),
    ] {
        let stage = stage(&[]).await;
        let control = stage.simulator.control();
        control.connect();
        if let Some(fault) = fault {
            control.set_fault(fault, true);
        }
        let azure = &stage.services.azure_devops_after;
        let (people, _) = azure.users(Raw::Drop).all().await.unwrap();
        let (tenant, _) = stage.services.graph.users(Raw::Drop).all().await.unwrap();
        let taken: BTreeSet<_> =
            people.iter().filter_map(OrgUser::origin_object).map(ObjectId::as_uuid).collect();
        let person = people.iter().find(|one| one.origin.as_str() == "msa" && !one.is_pending()).unwrap();
        let target = tenant
            .iter()
            .find(|one| !taken.contains(&one.id.as_uuid()) && one.enabled == Some(true))
            .unwrap();
        let result = azure.map(&person.descriptor, target.id, None).await;
        assert_eq!(result.as_ref().err().map(|problem| problem.kind), kind, "{fault:?}: {result:?}");
        let patches: u32 = control.patches().values().sum();
        assert!(patches <= 1, "{fault:?}: a change is sent once");
        if kind.is_none() {
            let read = azure.user(&person.storage_key).await.unwrap();
            assert_eq!(read.origin_object(), Some(target.id), "{fault:?}");
        }
    }
}

/// The refusals of a mapping, each with its own way out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_mappings_say_what_to_do() {
    for fault in [None, Some(Fault::PatchStringError), Some(Fault::PatchNeedsEntraToken)] {
        let stage = stage(&[]).await;
        let control = stage.simulator.control();
        control.connect();
        if let Some(fault) = fault {
            control.set_fault(fault, true);
        }
        let azure = &stage.services.azure_devops;
        let (people, _) = azure.users(Raw::Drop).all().await.unwrap();
        let person = people.iter().find(|one| one.origin.as_str() == "msa" && !one.is_pending()).unwrap();
        let used = people.iter().find_map(OrgUser::origin_object).unwrap();
        let nobody: ObjectId = "b0000000-0000-4000-8000-0000000000ff".parse().unwrap();
        let in_use = azure.map(&person.descriptor, used, None).await.unwrap_err();
        let unknown = azure.map(&person.descriptor, nobody, None).await.unwrap_err();
        if fault == Some(Fault::PatchNeedsEntraToken) {
            assert_eq!(in_use.kind, ProblemKind::NotSignedIn);
            assert!(in_use.remedy.contains("after_connect = \"azure-cli\""), "{in_use}");
        } else {
            assert_eq!((in_use.kind, unknown.kind), (ProblemKind::Refused, ProblemKind::Refused));
            assert!(in_use.remedy.contains("Choose another target"), "{in_use}");
            assert!(unknown.remedy.contains("right tenant is connected"), "{unknown}");
        }
    }
}
