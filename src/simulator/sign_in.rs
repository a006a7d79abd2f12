//! Who has signed in at the simulated sign-in service: codes that wait for a person, tokens that were issued, and how the
//! service is to answer.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    str::FromStr,
    time::{Duration, Instant},
};

/// The made-up application that may sign in.
pub(super) const CLIENT_ID: &str = "51a00000-0000-4000-8000-0000000000aa";
/// Its made-up secret.
pub(super) const CLIENT_SECRET: &str = "simulated~client.secret_of-the-application";
/// A made-up token of another identity provider that the application trusts.
pub(super) const ASSERTION: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaW11bGF0ZWQtd29ya2xvYWQifQ.c2ltdWxhdGVk";

/// What an application was given by its administrator.
pub(super) const ROLES: [&str; 2] = ["User.Read.All", "User.Invite.All"];
/// What a person has when everything that the application may ask for is asked for.
pub(super) const DEFAULT_SCOPES: [&str; 5] =
    ["User.Read", "User.Read.All", "User.Invite.All", "Policy.Read.All", "GroupMember.Read.All"];

/// How the sign-in service answers a person's sign-in by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SignInAnswer {
    /// Once *not yet*, then signed in: no page has to be opened.
    #[default]
    ByItself,
    /// *Not yet*, until somebody approves or declines, on the page or by the control.
    Waits,
    /// The person declines.
    Declines,
    /// Nobody types the code in while it is good.
    Expires,
    /// Once *slower, please*, then as `by-itself`.
    SlowsDown,
    /// Refused by this code, such as 53003 (Conditional Access).
    Refuses(u32),
}

impl fmt::Display for SignInAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByItself => f.write_str("by-itself"),
            Self::Waits => f.write_str("waits"),
            Self::Declines => f.write_str("declines"),
            Self::Expires => f.write_str("expires"),
            Self::SlowsDown => f.write_str("slows-down"),
            Self::Refuses(code) => write!(f, "refuses-{code}"),
        }
    }
}

/// A way of answering was named that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no answer {0:?}: by-itself, waits, declines, expires, slows-down, refuses-CODE")]
pub struct UnknownSignInAnswer(String);

impl FromStr for SignInAnswer {
    type Err = UnknownSignInAnswer;

    fn from_str(text: &str) -> Result<Self, UnknownSignInAnswer> {
        let asked = text.trim().to_ascii_lowercase();
        Ok(match asked.as_str() {
            "by-itself" => Self::ByItself,
            "waits" => Self::Waits,
            "declines" => Self::Declines,
            "expires" => Self::Expires,
            "slows-down" => Self::SlowsDown,
            other => match other.strip_prefix("refuses-").and_then(|code| code.parse().ok()) {
                Some(code) => Self::Refuses(code),
                None => return Err(UnknownSignInAnswer(asked)),
            },
        })
    }
}

/// Which way of signing in to the tenant a written configuration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignInWay {
    /// Commands that print made-up tokens: works in an empty environment.
    #[default]
    Command,
    /// A code for a browser.
    DeviceCode,
    /// The secret of an application, in the variable `ADO2ENTRA_SIMULATED_SECRET`.
    ClientSecret,
}

impl fmt::Display for SignInWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Command => "command",
            Self::DeviceCode => "device-code",
            Self::ClientSecret => "client-secret",
        })
    }
}

/// A way was named that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no way {0:?}: command, device-code, client-secret")]
pub struct UnknownSignInWay(String);

impl FromStr for SignInWay {
    type Err = UnknownSignInWay;

    fn from_str(text: &str) -> Result<Self, UnknownSignInWay> {
        let asked = text.trim().to_ascii_lowercase();
        [Self::Command, Self::DeviceCode, Self::ClientSecret]
            .into_iter()
            .find(|way| way.to_string() == asked)
            .ok_or(UnknownSignInWay(asked))
    }
}

/// What a person did with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Yes,
    No,
}

/// A code that was given out.
#[derive(Debug)]
pub(super) struct Code {
    pub user: String,
    pub scope: String,
    pub said: Said,
    pub polls: u32,
    pub ends: Instant,
}

/// For what a token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    Graph,
    DevOps,
}

/// A token that was issued.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    pub audience: Audience,
    pub application: bool,
    pub permissions: BTreeSet<String>,
    ends: Instant,
    /// How many requests it is still good for, where that is limited.
    uses: Option<u32>,
}

/// What a token that came is worth.
#[derive(Debug)]
pub(super) enum Worth {
    Unknown,
    Ended,
    Good(Issued),
}

/// A certificate that the application trusts, by its thumbprint and its public key.
#[derive(Debug, Clone)]
pub(super) struct Trusted {
    pub thumbprint: String,
    pub public_key: Vec<u8>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct SignIns {
    pub answer: SignInAnswer,
    pub interval: Duration,
    pub code_life: Duration,
    /// How long a token is really good for, and how long the client is told.
    pub token_life: Duration,
    pub token_life_told: Duration,
    /// How many requests a token is good for, where that is limited.
    pub token_uses: Option<u32>,
    /// An old refresh token is refused.
    pub single_use: bool,
    /// Nobody has consented to Azure DevOps.
    pub no_devops_consent: bool,
    pub withheld: BTreeSet<String>,
    /// Permissions that were consented to by signing in; where there is none, everything is.
    pub consented: Option<BTreeSet<String>>,
    pub trusted: Option<Trusted>,
    pub codes: BTreeMap<String, Code>,
    pub refresh: HashMap<String, bool>,
    issued: HashMap<String, Issued>,
    secrets: Vec<String>,
    serial: u32,
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            answer: SignInAnswer::default(),
            interval: Duration::from_secs(1),
            code_life: Duration::from_secs(900),
            token_life: Duration::from_secs(3599),
            token_life_told: Duration::from_secs(3599),
            token_uses: None,
            single_use: false,
            no_devops_consent: false,
            withheld: BTreeSet::new(),
            consented: None,
            trusted: None,
            codes: BTreeMap::new(),
            refresh: HashMap::new(),
            issued: HashMap::new(),
            secrets: Vec::new(),
            serial: 0,
        }
    }
}

impl SignIns {
    /// A number that was not given out before.
    pub fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// A new code for a person.
    pub fn new_code(&mut self, scope: &str) -> (String, String) {
        let number = self.next();
        let (device, user) = (format!("simulated-device-code-{number:08}"), format!("SIML-{number:04}"));
        let code = Code {
            user: user.clone(),
            scope: scope.to_owned(),
            said: Said::Nothing,
            polls: 0,
            ends: Instant::now() + self.code_life,
        };
        self.codes.insert(device.clone(), code);
        self.secrets.push(device.clone());
        (device, user)
    }

    /// What the person says to the codes that wait: to this one, or to all. Answers how many there were.
    pub fn say(&mut self, user_code: Option<&str>, said: Said) -> usize {
        let waiting = self.codes.values_mut().filter(|code| {
            code.said == Said::Nothing
                && user_code.is_none_or(|asked| asked.trim().eq_ignore_ascii_case(&code.user))
        });
        waiting.map(|code| code.said = said).count()
    }

    /// The codes that wait, as people see them.
    pub fn waiting(&self) -> Vec<String> {
        let waits = |code: &&Code| code.said == Said::Nothing && code.ends > Instant::now();
        self.codes.values().filter(waits).map(|code| code.user.clone()).collect()
    }

    /// Takes note of a token that is given out.
    pub fn issue(
        &mut self,
        token: &str,
        audience: Audience,
        application: bool,
        permissions: BTreeSet<String>,
    ) {
        let ends = Instant::now() + self.token_life;
        self.secrets.push(token.to_owned());
        let uses = self.token_uses;
        self.issued.insert(token.to_owned(), Issued { audience, application, permissions, ends, uses });
    }

    /// A refresh token; where each is good for one use, the one before is worth nothing from now on.
    pub fn new_refresh(&mut self) -> String {
        let token = format!("0.simulated-refresh-token-{:08}", self.next());
        self.refresh.insert(token.clone(), true);
        self.secrets.push(token.clone());
        token
    }

    /// What the token that a request carries is worth to it.
    pub fn use_token(&mut self, token: &str) -> Worth {
        let Some(issued) = self.issued.get_mut(token) else { return Worth::Unknown };
        if issued.ends <= Instant::now() || issued.uses == Some(0) {
            return Worth::Ended;
        }
        issued.uses = issued.uses.map(|left| left - 1);
        Worth::Good(issued.clone())
    }

    /// Ends all tokens that were issued so far.
    pub fn end_tokens(&mut self) {
        let now = Instant::now();
        self.issued.values_mut().for_each(|issued| issued.ends = issued.ends.min(now));
    }

    /// Everything secret that was given out.
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_answer() {
        for answer in [
            SignInAnswer::ByItself,
            SignInAnswer::Waits,
            SignInAnswer::Declines,
            SignInAnswer::Expires,
            SignInAnswer::SlowsDown,
            SignInAnswer::Refuses(53003),
        ] {
            assert_eq!(answer.to_string().parse(), Ok(answer));
        }
        assert!("refuses-x".parse::<SignInAnswer>().is_err());
        for way in [SignInWay::Command, SignInWay::DeviceCode, SignInWay::ClientSecret] {
            assert_eq!(way.to_string().parse(), Ok(way));
        }
    }

    #[test]
    fn a_token_ends_and_a_code_is_answered_once() {
        let mut sign_ins = SignIns::default();
        sign_ins.issue("a", Audience::Graph, false, BTreeSet::new());
        assert!(matches!(sign_ins.use_token("a"), Worth::Good(_)));
        assert!(matches!(sign_ins.use_token("b"), Worth::Unknown));
        sign_ins.end_tokens();
        assert!(matches!(sign_ins.use_token("a"), Worth::Ended));
        sign_ins.token_uses = Some(2);
        sign_ins.issue("c", Audience::Graph, false, BTreeSet::new());
        for good in [true, true, false, false] {
            assert_eq!(matches!(sign_ins.use_token("c"), Worth::Good(_)), good);
        }
        let (_, user) = sign_ins.new_code("x");
        assert_eq!(sign_ins.waiting(), std::slice::from_ref(&user));
        assert_eq!(sign_ins.say(Some("OTHER"), Said::Yes), 0);
        assert_eq!(sign_ins.say(Some(&user.to_lowercase()), Said::Yes), 1);
        assert_eq!(sign_ins.say(None, Said::No), 0);
    }
}
