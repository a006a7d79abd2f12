//! Trying a way of signing in: who it is, in which tenant, what is granted, and what is missing. For the set-up screen, and for
//! whoever wants to know before the evening. Nothing is changed by it.

use super::Services;
use super::credential::source::Credential;
use super::credential::token::{Form, Token};
use crate::domain::facts::{Operator, PersonTokens, TenantProfile};
use crate::domain::people::UserType;
use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::signin::{AccountKind, Granted, SignedIn};
use crate::domain::text::clean_to;

impl Services {
    /// Signs in to the tenant by the configured way and asks Microsoft Graph who that is. A code that has to be typed in is
    /// told to the observer meanwhile. Fails where nobody can sign in, or where the token is for another tenant. With it the
    /// tenant's own page, or the reason why this account may not read it.
    pub async fn try_tenant(&self) -> Result<(SignedIn, Result<TenantProfile, Problem>), Problem> {
        let credential = &self.keyring.graph;
        let asked = "trying the sign-in to the tenant";
        // Names the wrong tenant, and a tenant of another cloud, before anybody signs in.
        let destination = self.entra.discover().await;
        if let Err(problem) = &destination
            && problem.kind == ProblemKind::NotFound
        {
            return Err(problem.clone());
        }
        let token = credential.token().await?;
        let mut granted = granted(credential, &token);
        let mut notes = Vec::new();
        let profile = self.graph.organization().await;
        let read = match &profile {
            Ok(profile) => Some(profile.id),
            Err(problem) if matches!(problem.kind, ProblemKind::NotAllowed) => granted.tenant,
            Err(problem) => return Err(problem.clone()),
        };
        if let (Some(read), Ok(destination)) = (read, &destination)
            && read != destination.id
        {
            return Err(Problem {
                said: format!(
                    "the token is for another tenant ({read}) than the destination ({})",
                    destination.id
                ),
                remedy: "Sign in with a work account of the destination, or correct [tenant] id.".into(),
                ..Problem::at(Service::MicrosoftGraph, ProblemKind::NotSignedIn, asked)
            });
        }
        granted.tenant = granted.tenant.or(read);
        let mut who = granted.account.clone();
        let mut user_type = None;
        if granted.kind == AccountKind::Application {
            notes.push(NO_ME.to_owned());
        } else {
            match self.graph.me().await {
                Ok(me) => {
                    who = Some(clean_to(me.user_principal_name(), 200).into_owned())
                        .filter(|who| !who.is_empty())
                        .or(who);
                    granted.object = Some(me.id);
                    user_type = me.user_type.map(|kind| kind.as_str().to_owned());
                    if me.user_type == Some(UserType::Guest) {
                        notes.push(
                            "This account is a guest of the tenant. A guest cannot list people, connect or map: have the user \
                             type set to Member."
                                .to_owned(),
                        );
                    }
                }
                Err(problem) => notes.push(format!("Who this is could not be read: {}", problem.headline())),
            }
        }
        notes.extend(granted.missing_lines());
        if granted.permissions.is_none() {
            notes.push(
                "The token does not show its permissions; what is missing shows when it is used.".to_owned(),
            );
        }
        let signed_in = SignedIn {
            way: credential.way().to_owned(),
            source: credential.described(),
            who,
            user_type,
            granted,
            notes,
        };
        Ok((signed_in, profile))
    }

    /// The access tokens of the account that Azure DevOps is signed in to with just now (`after`: by the way of after the
    /// switch), where that is done by one of them. Which of them it is does not show; whether it can be one for all
    /// organizations does. `None` for any other sign-in.
    pub async fn own_tokens(
        &self,
        after: bool,
        operator: &Operator,
    ) -> Option<Result<PersonTokens, Problem>> {
        let (credential, client) = if after {
            (&self.keyring.after_connect, &self.azure_devops_after)
        } else {
            (&self.keyring.azure_devops, &self.azure_devops)
        };
        let token = credential.token().await.ok()?;
        if token.form != Form::Basic {
            return None;
        }
        Some(client.tokens(operator.descriptor.as_ref()?).await)
    }

    /// Whether Azure DevOps is signed in to with a personal access token.
    pub async fn signs_in_by_token(&self) -> bool {
        self.keyring.azure_devops.token().await.is_ok_and(|token| token.form == Form::Basic)
    }

    /// What the credential for Microsoft Graph is worth. Gets a token where none is held.
    pub async fn granted_for_graph(&self) -> Result<Granted, Problem> {
        let credential = &self.keyring.graph;
        Ok(granted(credential, &*credential.token().await?))
    }

    /// Somebody is to be invited: a person who signs in by code is asked for the permission to invite, with the next token.
    /// The least that serves is asked for before.
    pub fn will_invite(&self) {
        self.keyring.graph.choose("User.Invite.All");
    }

    /// Ends a sign-in by code that is under way; whoever waits for it gets a [`ProblemKind::Cancelled`].
    pub fn cancel_sign_in(&self) {
        self.keyring.cancel_sign_in();
    }

    /// Somebody wants to sign in again: failures from before do not stand any more.
    pub fn ask_again(&self) {
        self.keyring.ask_again();
    }

    /// Takes over a sign-in by code that was made with other clients, for the same application and tenant, so that nobody has
    /// to type a code twice. To be called before anything is asked with these clients.
    pub fn adopt_sign_in(&self, other: &Self) {
        self.keyring.adopt(&other.keyring);
    }
}

/// Why an application cannot say whether it is a member.
pub(crate) const NO_ME: &str = "Signed in as an application: whether *you* are a member of the tenant cannot be checked this \
                                way. For that, sign in as a person (azure-cli, device-code).";

fn granted(credential: &Credential, token: &Token) -> Granted {
    let kind = match token.form {
        Form::Basic => AccountKind::Person,
        Form::Bearer => token.holder.kind,
    };
    Granted {
        service: credential.resource.service(),
        kind,
        account: token.holder.account.clone(),
        object: token.holder.object,
        tenant: token.tenant,
        permissions: token.holder.permissions.clone(),
        ends_at: token.expires_at,
    }
}
