//! What an answer, or its absence, is taken for.

use std::time::Duration;

use jiff::Timestamp;

use super::json::Unreadable;
use super::send::{Exchange, Lost};
use super::{Answer, Call, Http, clock, failure, said, wait};
use crate::domain::problem::{Problem, ProblemKind};
use crate::services::credential::token::Token;

/// Tries of a read whose answer is whole but cannot be understood.
const UNREADABLE_TRIES: u32 = 3;

/// Tries of a read whose answer ends in the middle: the next one may well arrive whole.
const CUT_TRIES: u32 = 6;

/// Tries of a read that is answered with a web page and 200.
const PAGE_TRIES: u32 = 2;

/// Bodies above this are parsed off the runtime's threads.
const LARGE: usize = 256 * 1024;

/// What became of one try of a read.
pub(super) enum Tried<T> {
    Done(Answer<T>),
    /// Another try may help, after this wait or the gate's.
    Again {
        problem: Problem,
        wait: Option<Duration>,
        tries: u32,
    },
    Failed(Problem),
}

impl Http {
    fn failed(&self, call: &Call, exchange: &Exchange, token: Option<&Token>) -> Problem {
        let described = call.credential.as_ref().map(|credential| credential.described());
        let secrets = token.map(Token::secrets).unwrap_or_default();
        let mut problem = failure::problem(
            &self.asked(call, described.as_deref()),
            exchange.status,
            &exchange.headers,
            &exchange.body,
            &secrets,
        );
        if problem.kind == ProblemKind::NotSignedIn
            && token.is_some()
            && let Some(advice) = clock::advice(&exchange.headers, Timestamp::now())
        {
            problem.remedy = format!("{advice} {}", problem.remedy);
        }
        problem
    }

    pub(super) async fn judge_read<T, P>(
        &self,
        call: &Call,
        exchange: Result<Exchange, Lost>,
        token: Option<&Token>,
        parse: P,
    ) -> Tried<T>
    where
        T: Send + 'static,
        P: Fn(&[u8]) -> Result<T, Unreadable> + Copy + Send + 'static,
    {
        let exchange = match exchange {
            Ok(exchange) => exchange,
            Err(lost) => {
                let (again, tries) = (lost.may_pass(), lost.tries(self.inner.limits.tries));
                let problem = self.lost(call, &lost);
                return if again {
                    Tried::Again { problem, wait: None, tries }
                } else {
                    Tried::Failed(problem)
                };
            }
        };
        let status = exchange.status.as_u16();
        if exchange.status.is_success() && status != 203 && !said::is_page(&exchange.headers, &exchange.body)
        {
            return self.parsed(call, exchange, parse).await;
        }
        let mut problem = self.failed(call, &exchange, token);
        if status == 200 && problem.kind == ProblemKind::NotSignedIn {
            // As a rule the sign-in page, which comes again; sometimes the passing error page of a gateway.
            return Tried::Again { problem, wait: None, tries: PAGE_TRIES };
        }
        if !matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 509) {
            return Tried::Failed(problem);
        }
        let wait = wait::asked_wait(&exchange.headers, Timestamp::now());
        if wait.is_some() {
            problem.kind = ProblemKind::Throttled;
        }
        Tried::Again { problem, wait, tries: self.inner.limits.tries }
    }

    async fn parsed<T, P>(&self, call: &Call, exchange: Exchange, parse: P) -> Tried<T>
    where
        T: Send + 'static,
        P: Fn(&[u8]) -> Result<T, Unreadable> + Copy + Send + 'static,
    {
        let Exchange { status, headers, body } = exchange;
        let bytes = body.len() as u64;
        let parsed = if !said::may_be_json(&headers) {
            let kind = wait::header(&headers, "content-type").unwrap_or_default().to_owned();
            Err(Unreadable::other(format!("it is declared as `{kind}`")))
        } else if body.len() > LARGE {
            let parsing = tokio::task::spawn_blocking(move || parse(said::without_bom(&body)));
            parsing.await.unwrap_or_else(|_| Err(Unreadable::other("reading it was interrupted")))
        } else {
            parse(said::without_bom(&body))
        };
        match parsed {
            Ok(value) => Tried::Done(Answer { value, status: status.as_u16(), headers, bytes }),
            Err(unreadable) => {
                let tries = if unreadable.is_cut { CUT_TRIES } else { UNREADABLE_TRIES };
                let said = format!(
                    "the answer ({bytes} bytes) of {} is not the JSON that is expected: {unreadable}",
                    call.endpoint.path_for_log(&call.url)
                );
                let mut problem = self.problem(call, ProblemKind::BadAnswer, said);
                problem.status = Some(status.as_u16());
                problem.activity_id = said::activity_id(&headers);
                Tried::Again { problem, wait: None, tries }
            }
        }
    }

    pub(super) fn judge_write(
        &self,
        call: &Call,
        exchange: Result<Exchange, Lost>,
        token: Option<&Token>,
    ) -> Result<Answer<Vec<u8>>, Problem> {
        let exchange = exchange.map_err(|lost| self.lost(call, &lost))?;
        let status = exchange.status.as_u16();
        if exchange.status.is_success() && status != 203 && !said::is_page(&exchange.headers, &exchange.body)
        {
            let Exchange { headers, body, .. } = exchange;
            let bytes = body.len() as u64;
            return Ok(Answer { value: said::without_bom(&body).to_vec(), status, headers, bytes });
        }
        let mut problem = self.failed(call, &exchange, token);
        let now = Timestamp::now();
        let wait = wait::asked_wait(&exchange.headers, now);
        match (status, wait) {
            // 429 and a 503 that says when to come again were not processed.
            (429, _) | (503, Some(_)) => {
                let wait = wait.unwrap_or_else(|| self.inner.limits.backoff_longest);
                let until = self.close(call.endpoint.service, wait, now);
                problem.kind = ProblemKind::Throttled;
                problem.retry_at = Some(until);
                problem.remedy = throttled_remedy(until);
            }
            // A web page where an answer should be, and not by the door (203) or a redirect: whoever wrote it may stand behind the
            // service as well as before it.
            (200..=202 | 204..=299, _) if said::is_page(&exchange.headers, &exchange.body) => {
                problem.kind = ProblemKind::OutcomeUnknown;
                let advice = "A web page came in place of an answer: a sign-in page, or the page of a gateway or proxy. It may or \
                              may not have happened: read it back before anything is sent again.";
                advice.clone_into(&mut problem.remedy);
            }
            // A gateway that lost its patience knows nothing about what happened behind it.
            (408 | 500 | 502..=599, _) => {
                problem.kind = ProblemKind::OutcomeUnknown;
                let advice = "It may or may not have happened: read it back before anything is sent again.";
                problem.remedy = format!("{advice} {}", problem.remedy);
            }
            _ => {}
        }
        Err(problem)
    }

    pub(super) fn lost(&self, call: &Call, lost: &Lost) -> Problem {
        let kind = match lost {
            Lost::NotSent { .. } => ProblemKind::Unreachable,
            _ if call.changes => ProblemKind::OutcomeUnknown,
            Lost::NoAnswer { .. } | Lost::Broken { .. } => ProblemKind::Unreachable,
            Lost::TooLarge { .. } => ProblemKind::BadAnswer,
        };
        let mut problem = self.problem(call, kind, lost.words(&self.inner.limits));
        problem.status = lost.status().map(|status| status.as_u16());
        if kind == ProblemKind::Unreachable {
            let route = self.inner.transport.route(&call.endpoint);
            problem.remedy = lost.remedy(call.endpoint.place(), &route);
        }
        problem
    }

    pub(super) fn given_up(
        &self,
        call: &Call,
        problem: Problem,
        wait: Duration,
        attempt: u32,
        out_of_time: bool,
    ) -> Problem {
        let mut problem = problem;
        if problem.kind == ProblemKind::Throttled {
            let until = self.close(call.endpoint.service, wait, Timestamp::now());
            problem.retry_at = Some(until);
            problem.remedy = throttled_remedy(until);
        }
        if attempt > 1 {
            problem.said = format!("{} (after {attempt} tries)", problem.said);
        } else if out_of_time && problem.kind == ProblemKind::Throttled {
            problem.said.push_str(" (it asks for a longer wait than this program makes by itself)");
        }
        problem
    }
}

/// What to do about a service that asks to wait.
pub(super) fn throttled_remedy(until: Timestamp) -> String {
    let until = until.round(jiff::Unit::Second).unwrap_or(until);
    format!("The service asks to wait until {until}. Nothing is sent there before; read again then.")
}
