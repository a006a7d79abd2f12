//! The values on the screen as a configuration, and which of them each trial needs.

use std::collections::BTreeMap;

use crate::config::{
    AfterConnect, AzureDevOpsCredential, AzureDevOpsKind, Config, ConfigError, Credentials, EntraCredential,
    give,
};
use crate::tasks::setup::Subject;

use super::State;
use super::fields::Field;

/// The values as they stand on the screen.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What is right of them.
    pub config: Config,
    /// What is wrong with the others; an empty field is one of them.
    pub errors: BTreeMap<Field, ConfigError>,
}

impl Draft {
    /// Reads the screen.
    pub(super) fn of(state: &State) -> Self {
        let mut config = state.base.clone();
        config.organization.name = None;
        config.tenant.id = None;
        config.credentials = Credentials::default();
        config.credentials.azure_devops.kind = state.azure;
        config.credentials.azure_devops.after_connect = state.after();
        config.credentials.entra.kind = state.entra;
        let mut errors = BTreeMap::new();
        for field in state.fields() {
            let Some(key) = field.key() else { continue };
            let text = state.text(field);
            if field.is_optional() && text.trim().is_empty() {
                continue;
            }
            let key = field.key_of_path().filter(|_| text.contains('/')).unwrap_or(key);
            if let Err(error) = give(&mut config, key, text) {
                errors.insert(field, error);
            }
        }
        Self { config, errors }
    }

    /// What a trial of this subject needs, and nothing else, so that a trial is made again exactly when one of its values
    /// changes; `None` while one of them is missing or wrong.
    pub fn values_for(&self, subject: Subject) -> Option<Config> {
        let mut values = self.config.clone();
        let azure = std::mem::take(&mut values.credentials.azure_devops);
        let entra = std::mem::take(&mut values.credentials.entra);
        let uses_entra = match subject {
            Subject::Organization => {
                values.organization.name.as_ref()?;
                values.tenant.id = None;
                return Some(values);
            }
            Subject::Tenant => {
                values.tenant.id.as_ref()?;
                values.organization.name = None;
                return Some(values);
            }
            Subject::AzureDevOps => {
                values.organization.name.as_ref()?;
                azure.way()?;
                self.without_errors(&[Field::AzureEnv])?;
                let uses_entra = azure.kind == AzureDevOpsKind::Entra;
                values.credentials.azure_devops = before(&azure);
                uses_entra
            }
            Subject::Entra => {
                values.organization.name = None;
                true
            }
            Subject::AfterConnect => {
                azure.way_after_connect()?;
                let same = azure.after_connect == AfterConnect::Same;
                if same {
                    self.without_errors(&[Field::AzureEnv])?;
                }
                values.organization.name = None;
                let before = if same { before(&azure) } else { AzureDevOpsCredential::default() };
                values.credentials.azure_devops = AzureDevOpsCredential {
                    after_connect: azure.after_connect,
                    after_command: azure.after_command.clone(),
                    ..before
                };
                azure.after_connect == AfterConnect::Entra || (same && azure.kind == AzureDevOpsKind::Entra)
            }
        };
        if uses_entra {
            entra.way()?;
            // A wrong value that may be left out is no reason to try without it.
            self.without_errors(&[Field::EntraKey])?;
            values.credentials.entra = entra;
        } else {
            values.credentials.entra = EntraCredential::default();
        }
        // The Azure CLI is asked for an account of the tenant, so that one is needed by all ways of signing in but a
        // token that is there already.
        let needs_tenant =
            uses_entra || azure.kind == AzureDevOpsKind::AzureCli || subject == Subject::AfterConnect;
        if needs_tenant {
            values.tenant.id.as_ref()?;
        } else {
            values.tenant.id = None;
        }
        Some(values)
    }

    fn without_errors(&self, fields: &[Field]) -> Option<()> {
        fields.iter().all(|field| !self.errors.contains_key(field)).then_some(())
    }
}

/// The part that is about the time before the switch.
fn before(azure: &AzureDevOpsCredential) -> AzureDevOpsCredential {
    AzureDevOpsCredential { after_connect: AfterConnect::default(), after_command: None, ..azure.clone() }
}
