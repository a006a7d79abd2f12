//! Why a command takes longer than it should: a call that is made again, a service that asks to wait. One line on standard
//! error for each service and reason, and not more than one in ten seconds, so that nobody looks at a silent program.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::Service;
use crate::domain::activity::RequestLine;
use crate::tasks::Msg;

/// Nothing more is said about a service for so long.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// Shorter waits are not worth a word.
const WORTH_A_WORD: SignedDuration = SignedDuration::from_secs(2);

/// What was said when.
#[derive(Debug, Default)]
pub struct Delays {
    repeated: BTreeMap<Service, Timestamp>,
    waits: BTreeMap<Service, Timestamp>,
}

impl Delays {
    /// What is to be said about this message, if anything is.
    pub fn hear(&mut self, msg: &Msg, now: Timestamp) -> Option<String> {
        match msg {
            Msg::Requested(line) if line.is_repeated() => {
                first_in_a_while(&mut self.repeated, line.service, now).then(|| repeated(line))
            }
            Msg::BudgetRead(service, budget) => {
                let wait = budget.closed_until?.duration_since(now);
                (wait >= WORTH_A_WORD && first_in_a_while(&mut self.waits, *service, now)).then(|| {
                    format!("{service} asks to wait {} s; the command goes on by itself.", wait.as_secs())
                })
            }
            _ => None,
        }
    }
}

fn first_in_a_while(said: &mut BTreeMap<Service, Timestamp>, service: Service, now: Timestamp) -> bool {
    let due = said.get(&service).is_none_or(|last| now.duration_since(*last) >= PAUSE);
    if due {
        said.insert(service, now);
    }
    due
}

fn repeated(line: &RequestLine) -> String {
    let what = match line.status {
        Some(status) if status >= 400 => format!("answered {status} to"),
        Some(_) => "broke off its answer to".to_owned(),
        None => "did not answer".to_owned(),
    };
    format!("{} {what} {} {}; it is asked again.", line.service, line.method, line.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::Budget;

    fn request(status: Option<u16>, note: &str, service: Service) -> Msg {
        Msg::Requested(Box::new(RequestLine {
            at: Timestamp::UNIX_EPOCH,
            service,
            method: "GET".into(),
            path: "/fabrikam/_apis/connectionData".into(),
            status,
            millis: 12,
            bytes: 0,
            note: note.into(),
        }))
    }

    #[test]
    fn a_call_that_is_made_again_is_told_once_in_a_while() {
        let mut delays = Delays::default();
        let now = Timestamp::UNIX_EPOCH;
        let failing = request(Some(503), "ServiceFailing again in 1 s", Service::AzureDevOps);
        let said = delays.hear(&failing, now).unwrap();
        assert_eq!(
            said,
            "Azure DevOps answered 503 to GET /fabrikam/_apis/connectionData; it is asked again."
        );
        assert_eq!(delays.hear(&failing, now), None);
        let other = request(None, "Unreachable try 2 again in 2 s", Service::MicrosoftGraph);
        assert!(delays.hear(&other, now).unwrap().starts_with("Microsoft Graph did not answer GET"));
        assert!(delays.hear(&failing, now + PAUSE).is_some());
        let settled = request(Some(200), "try 2", Service::AzureDevOpsAudit);
        assert_eq!(delays.hear(&settled, now), None, "an answer is no delay");
        let cut = request(Some(200), "Unreachable again in 1 s", Service::EntraLogin);
        assert!(delays.hear(&cut, now).unwrap().contains("broke off its answer"));
    }

    #[test]
    fn a_long_wait_is_told_with_its_length() {
        let mut delays = Delays::default();
        let now = Timestamp::UNIX_EPOCH;
        let wait = |seconds| {
            let until = now + SignedDuration::from_secs(seconds);
            Msg::BudgetRead(
                Service::AzureDevOps,
                Budget { remaining: None, limit: None, closed_until: Some(until) },
            )
        };
        assert_eq!(delays.hear(&wait(1), now), None);
        let said = delays.hear(&wait(30), now).unwrap();
        assert_eq!(said, "Azure DevOps asks to wait 30 s; the command goes on by itself.");
        assert_eq!(delays.hear(&wait(30), now), None);
    }
}
