//! Tokens that end: before, in the middle of, and for many at once.

use std::collections::BTreeSet;
use std::time::Duration;

use ado2entra::services::Raw;
use ado2entra::simulator::{Options, SignInAnswer};
use futures_util::future::join_all;

use crate::stage::{APP, Stage, by_code};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_need_a_token_cause_one_question() {
    let stage = Stage::new(by_code(APP, &[])).await;
    // At the start: twenty at once, one sign-in.
    let first = join_all((0..20).map(|_| stage.services.graph.organization())).await;
    assert!(first.iter().all(Result::is_ok), "{first:?}");
    assert_eq!((stage.codes().len(), stage.tokens_asked()), (1, 2), "once not yet, once signed in");
    // And whenever all of them are refused at the same moment.
    for round in 1..=3 {
        stage.control().end_tokens();
        let all = join_all((0..20).map(|_| stage.services.graph.organization())).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        assert_eq!(stage.tokens_asked(), 2 + round);
    }
    assert_eq!(stage.codes().len(), 1);
}

#[tokio::test]
async fn each_refresh_token_is_used_once_where_that_is_the_rule() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().single_use_refresh_tokens(true);
    stage.services.graph.organization().await.unwrap();
    for _ in 0..3 {
        stage.control().end_tokens();
        let (graph, after) =
            tokio::join!(stage.services.graph.organization(), stage.services.try_after_connect());
        graph.unwrap();
        after.unwrap();
    }
    assert_eq!(stage.codes().len(), 1, "both services renew by the newest refresh token");
}

/// The client believes that its tokens last; they end after three requests, wherever the listing is just then.
#[tokio::test]
async fn a_listing_does_not_lose_its_place_when_the_token_ends() {
    let options = Options { page_size: Some(5), ..Options::default() };
    let stage = Stage::with(by_code(APP, &[]), &[], options, None).await;
    stage.control().token_uses(Some(3));
    let (users, skipped) = stage.services.graph.users(Raw::Drop).all().await.unwrap();
    assert!(skipped.is_empty());
    let whole = Stage::new(by_code(APP, &[])).await;
    let (all, _) = whole.services.graph.users(Raw::Drop).all().await.unwrap();
    let ids =
        |users: &[ado2entra::domain::TenantUser]| users.iter().map(|user| user.id).collect::<BTreeSet<_>>();
    assert_eq!(users.len(), all.len());
    assert_eq!(ids(&users).len(), all.len());
    let refused = stage.control().requests().iter().filter(|request| request.status == 401).count();
    assert!(refused >= 2, "the tokens did not end in the middle: {refused}");
    assert_eq!(stage.codes().len(), 1);
    // No page was asked for twice but those that were refused.
    let pages: Vec<_> =
        stage.asked("/v1.0/users").into_iter().filter(|request| request.status == 200).collect();
    let distinct: BTreeSet<_> = pages.iter().map(|page| page.query.clone()).collect();
    assert_eq!(pages.len(), distinct.len());
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let options = Options { page_size: Some(3), latency: Duration::from_millis(60), ..Options::default() };
    let stage = Stage::with(by_code(APP, &[]), &[], options, None).await;
    // Told one second; really good for much longer, so that only the client's own care can renew it.
    stage.control().token_life(Duration::from_secs(60), Duration::from_secs(1));
    stage.services.graph.users(Raw::Drop).all().await.unwrap();
    assert!(stage.tokens_asked() >= 3, "{}", stage.tokens_asked());
    assert!(stage.control().requests().iter().all(|request| request.status != 401));
}

#[tokio::test]
async fn a_sign_in_that_was_taken_back_is_asked_for_once_more_with_the_reason() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.services.graph.organization().await.unwrap();
    stage.control().end_sign_ins();
    stage.control().end_tokens();
    stage.services.graph.organization().await.unwrap();
    let codes = stage.codes();
    assert_eq!(codes.len(), 2);
    let why = codes[1].again_because.as_deref().unwrap();
    assert!(why.contains("revoked"), "{why}");
    // The service repeats the refresh token in its refusal; we do not.
    stage.keeps_secrets(why);
}

#[tokio::test]
async fn consent_for_azure_devops_that_is_missing_is_told_without_a_second_code() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().no_devops_consent(true);
    let problem = stage.services.try_after_connect().await.unwrap_err();
    assert!(problem.remedy.contains("Azure DevOps > user_impersonation"), "{problem}");
    assert_eq!(stage.codes().len(), 1);
    stage.services.graph.organization().await.unwrap();
    assert_eq!(stage.codes().len(), 1, "the sign-in itself is good");
}

#[tokio::test]
async fn a_token_of_a_person_who_is_asked_again_and_declines_is_an_error_and_not_a_loop() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.services.graph.organization().await.unwrap();
    stage.control().end_sign_ins();
    stage.control().end_tokens();
    stage.control().answer_sign_ins(SignInAnswer::Declines);
    let first = stage.services.graph.organization().await.unwrap_err();
    assert!(first.said.contains("a new token could not be had"), "{first}");
    assert!(first.remedy.contains("declined"), "{first}");
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert!(problem.remedy.contains("declined"), "{problem}");
    assert_eq!(stage.codes().len(), 2);
}
