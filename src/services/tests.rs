//! The clients against a service that plays a script.

mod around;
mod listings;
mod organization;
mod tenant;

use super::testing::Heard;

fn person(n: usize) -> String {
    format!(
        r#"{{"id":"a0000000-0000-4000-8000-{n:012}","user":{{"displayName":"P{n}","descriptor":"msa.p{n}"}},"extra":{n}}}"#
    )
}

fn guest(n: usize) -> String {
    format!(
        r#"{{"id":"b0000000-0000-4000-8000-{n:012}","displayName":"T{n}","userPrincipalName":"t{n}@contoso.example"}}"#
    )
}

fn parameter(heard: &Heard, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(&format!("http://x{}", heard.target)).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
