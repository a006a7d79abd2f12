//! A simulator and clients of it, and what was asked of whom.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ado2entra::domain::signin::{DeviceCode, SignInStep};
use ado2entra::services::{
    Credentials, Endpoints, Environment, Limits, Observer, Services, Settings, Traffic, Way,
};
use ado2entra::simulator::{Control, Fault, LoggedRequest, Options, Simulator, start};

pub struct Stage {
    pub simulator: Simulator,
    pub services: Services,
    traffic: Arc<Mutex<Vec<Traffic>>>,
}

/// A person who signs in by code.
pub fn by_code(client_id: &str, permissions: &[&str]) -> Way {
    Way::DeviceCode {
        client_id: client_id.to_owned(),
        permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// The application that the simulator knows.
pub const APP: &str = "51a00000-0000-4000-8000-0000000000aa";

impl Stage {
    pub async fn new(entra: Way) -> Self {
        Self::with(entra, &[], Options::default(), None).await
    }

    pub async fn faulty(entra: Way, variables: &[(&str, &str)], faults: &[Fault]) -> Self {
        let options = Options { faults: faults.to_vec(), ..Options::default() };
        Self::with(entra, variables, options, None).await
    }

    /// With these variables beside the access token, and for another tenant than the simulator's.
    pub async fn with(
        entra: Way,
        variables: &[(&str, &str)],
        options: Options,
        tenant: Option<&str>,
    ) -> Self {
        let simulator = start(options).await.unwrap();
        assert_eq!(simulator.client_id(), APP);
        // Nobody waits longer than necessary.
        simulator.control().pace_sign_ins(Duration::ZERO, Duration::from_secs(900));
        let at = simulator.endpoints();
        let mut settings =
            Settings::new(simulator.organization(), tenant.unwrap_or(simulator.tenant_domain()));
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
            backoff_first: Duration::from_millis(20),
            backoff_longest: Duration::from_millis(200),
            ..Limits::default()
        };
        let credentials = Credentials {
            azure_devops: Way::Pat { env: "PAT".into() },
            after_connect: Way::Entra,
            entra,
            secret_variables: vec![],
        };
        let mut all = vec![("PATH", "/usr/bin:/bin"), ("PAT", simulator.azure_devops_token())];
        all.extend(variables);
        let environment = Environment::of(all);
        let traffic: Arc<Mutex<Vec<Traffic>>> = Arc::default();
        let heard = Arc::clone(&traffic);
        let observer = Observer::new(move |one| heard.lock().unwrap().push(one));
        let services = Services::new(settings, credentials, environment, observer).unwrap();
        Self { simulator, services, traffic }
    }

    pub fn control(&self) -> Control {
        self.simulator.control()
    }

    /// The steps of signing in that were told.
    pub fn steps(&self) -> Vec<SignInStep> {
        let traffic = self.traffic.lock().unwrap();
        let step = |one: &Traffic| match one {
            Traffic::SignIn(step) => Some(step.clone()),
            _ => None,
        };
        traffic.iter().filter_map(step).collect()
    }

    /// The codes that were shown.
    pub fn codes(&self) -> Vec<DeviceCode> {
        let shown = |step: SignInStep| match step {
            SignInStep::CodeShown(code) => Some(code),
            _ => None,
        };
        self.steps().into_iter().filter_map(shown).collect()
    }

    /// Waits until so many codes were shown.
    pub async fn until_shown(&self, count: usize) {
        for _ in 0..3000 {
            if self.codes().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no code was shown: {:?}", self.steps());
    }

    /// Requests whose path ends like this.
    pub fn asked(&self, path: &str) -> Vec<LoggedRequest> {
        self.control().requests().into_iter().filter(|request| request.path.ends_with(path)).collect()
    }

    /// How many tokens were asked for.
    pub fn tokens_asked(&self) -> usize {
        self.asked("/oauth2/v2.0/token").len()
    }

    /// Everything that the observer was told, as it would be written down by somebody careless.
    pub fn told(&self) -> String {
        format!("{:?} {:?}", self.traffic.lock().unwrap(), self.services)
    }

    /// Nothing secret shows in what was told, or in this text.
    pub fn keeps_secrets(&self, text: &str) {
        let told = self.told();
        for secret in self.control().secrets_given_out() {
            assert!(!told.contains(&secret) && !text.contains(&secret), "{text}");
        }
    }
}
