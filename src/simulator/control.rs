//! The handle to a running simulation: for tests, for the demo, for a trainer.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use super::{
    changes::{Change, Effects},
    fault::Fault,
    interference::Aim,
    quota::{Books, Consumption, Quota},
    scenarios,
    server::Shared,
    sign_in::{Said, SignInAnswer, Trusted},
    world::{World, group},
};

/// One request that the simulator has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// `GET`, `PATCH` and so on.
    pub method: String,
    /// The path, with the service's own first part: `/vssps/fabrikam/_apis/graph/users`.
    pub path: String,
    /// The query as it came, without the question mark.
    pub query: String,
    /// The time since the start when it arrived, by a clock that only goes forward.
    pub at: Duration,
    /// Whether it carried a credential, good or not.
    pub authenticated: bool,
    /// The status it was answered with.
    pub status: u16,
}

/// A change on the tenant's side.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TenantChange {
    /// Blocks sign-in.
    Disable,
    /// Allows sign-in.
    Enable,
    /// Moves the user to the recycle bin.
    Delete,
    /// Takes the user out of the recycle bin.
    Restore,
    /// Deletes the user for good.
    Purge,
    /// Gives another user principal name.
    Rename(String),
    /// Gives another mail address.
    Mail(String),
    /// Makes the user a member instead of a guest.
    MakeMember,
    /// The guest takes the invitation up.
    AcceptInvitation,
}

/// A handle to what the simulation does and has seen. Clones share one simulation.
#[derive(Debug, Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

impl Control {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Connects the organization to its destination tenant, as the portal's button does (also to the wrong one,
    /// with `wrong-directory`). Answers how many people were mapped by it.
    pub fn connect(&self) -> usize {
        let destination = self.shared.read(|world| world.destination);
        self.shared.connect(destination)
    }

    /// Connects the organization to a tenant, by id or domain. `None`: there is no such tenant.
    pub fn connect_to(&self, tenant: &str) -> Option<usize> {
        let number = self.shared.read(|world| world.tenant_named(tenant).map(|tenant| tenant.number))?;
        Some(self.shared.connect(number))
    }

    /// Disconnects the organization from whatever tenant backs it.
    pub fn disconnect(&self) {
        self.shared.write(World::disconnect);
    }

    /// The id of the tenant that backs the organization now.
    pub fn backing_tenant(&self) -> Option<String> {
        self.shared.read(|world| world.backing_tenant().map(|tenant| tenant.id.to_string()))
    }

    /// Id, initial domain and name of the tenants there are; the destination first.
    pub fn tenants(&self) -> Vec<(String, String, String)> {
        self.shared.read(|world| {
            let tenants = world.tenants.iter();
            tenants
                .map(|tenant| (tenant.id.to_string(), tenant.initial_domain.clone(), tenant.display.clone()))
                .collect()
        })
    }

    /// Turns a switch on or off.
    pub fn set_fault(&self, fault: Fault, on: bool) {
        self.shared.set_fault(fault, on);
    }

    /// The switches that are on.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.faults()
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.shown_requests()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        // entries stay: one that is still being answered gets its status by its place
        let log = self.shared.log.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.forgotten.store(log.len(), Ordering::SeqCst);
    }

    /// How many mappings were carried out for each person, by storage key at that time. More than one for a
    /// person is a double write.
    pub fn mappings(&self) -> BTreeMap<String, u32> {
        self.shared.mappings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was done to whom, and how often. More than once for anybody is a double write.
    pub fn effects(&self) -> Effects {
        self.shared.changes.effects(self.mappings())
    }

    /// Calls this just before and just after every change; the simulation of that request stands still meanwhile. One hook
    /// at a time; it must not make a change itself.
    pub fn on_change(&self, hook: impl Fn(&Change) + Send + Sync + 'static) {
        self.shared.changes.set_hook(Some(Arc::new(hook)));
    }

    /// Calls no hook any more.
    pub fn forget_hook(&self) {
        self.shared.changes.set_hook(None);
    }

    /// Which requests the faults touch; all of them at first.
    pub fn aim(&self, aim: Aim) {
        self.shared.disturb().aim = aim;
    }

    /// Gives the services of Azure DevOps another quota, or none; their books begin anew.
    pub fn set_quota(&self, quota: Option<Quota>) {
        let mut state = self.shared.disturb();
        state.quota = quota;
        state.books = Books::default();
    }

    /// What each service of Azure DevOps counted against its quota, by the first part of its path.
    pub fn consumption(&self) -> BTreeMap<String, Consumption> {
        self.shared.disturb().books.read()
    }

    /// How many PATCH requests came for each person, by descriptor as sent, carried out or not.
    pub fn patches(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for request in self.requests() {
            if request.method == "PATCH"
                && let Some(descriptor) = request.path.rsplit('/').next()
            {
                *counts.entry(descriptor.to_owned()).or_insert(0) += 1;
            }
        }
        counts
    }

    /// Changes a user of the destination tenant, named by user principal name or object id. Visible late with
    /// `late-entra`. Answers whether there is such a user.
    pub fn change_tenant_user(&self, user: &str, change: &TenantChange) -> bool {
        let from = World::visible_from(self.shared.entra_delay());
        self.shared.write(|world| {
            let tenant = world.destination;
            let directory = world.tenant_mut(tenant);
            let number = uuid::Uuid::try_parse(user)
                .ok()
                .and_then(|object| directory.number_of(object))
                .or_else(|| directory.by_upn(user).first().copied());
            if let (Some(number), TenantChange::Purge) = (number, change) {
                directory.purge(number);
            }
            number.is_some_and(|number| {
                directory.edit(number, from, |user| match change {
                    TenantChange::Disable => user.enabled = false,
                    TenantChange::Enable => user.enabled = true,
                    TenantChange::Delete | TenantChange::Purge => user.deleted = true,
                    TenantChange::Restore => user.deleted = false,
                    TenantChange::Rename(upn) => user.upn.clone_from(upn),
                    TenantChange::Mail(mail) => user.mail = Some(mail.clone()),
                    TenantChange::MakeMember => user.kind = Some("Member"),
                    TenantChange::AcceptInvitation => user.external = Some("Accepted"),
                })
            })
        })
    }

    /// What was changed in the destination tenant so far is visible everywhere now, however late it would have been.
    pub fn catch_up(&self) {
        self.shared.write(|world| {
            let tenant = world.destination;
            world.tenant_mut(tenant).catch_up();
        });
    }

    /// Sets who may invite guests: `everyone`, `adminsGuestInvitersAndAllMembers`, `adminsAndGuestInviters`,
    /// `none`. Another word is `unknownFutureValue`.
    pub fn set_invitation_policy(&self, allow_invites_from: &str) {
        let known = ["everyone", "adminsGuestInvitersAndAllMembers", "adminsAndGuestInviters", "none"];
        let value = known.into_iter().find(|value| *value == allow_invites_from);
        self.shared.write(|world| world.invites_from = value.unwrap_or("unknownFutureValue"));
    }

    /// How sign-ins by code are answered from now on.
    pub fn answer_sign_ins(&self, answer: SignInAnswer) {
        self.shared.sign_ins().answer = answer;
    }

    /// The codes that wait for a person.
    pub fn waiting_codes(&self) -> Vec<String> {
        self.shared.sign_ins().waiting()
    }

    /// Approves all sign-ins that wait. Answers how many there were.
    pub fn approve_sign_in(&self) -> usize {
        self.shared.sign_ins().say(None, Said::Yes)
    }

    /// How often a client is told to ask (whole seconds), and how long a code is good.
    pub fn pace_sign_ins(&self, interval: Duration, code_life: Duration) {
        let mut sign_ins = self.shared.sign_ins();
        (sign_ins.interval, sign_ins.code_life) = (interval, code_life);
    }

    /// How long tokens that are issued from now on are good for, and how long the client is told that they are.
    pub fn token_life(&self, real: Duration, told: Duration) {
        let mut sign_ins = self.shared.sign_ins();
        (sign_ins.token_life, sign_ins.token_life_told) = (real, told);
    }

    /// For how many requests each token that is issued from now on is good; `None`: for any number. The client is told of its
    /// life only, so that such a token ends in the middle of things however slow the machine is.
    pub fn token_uses(&self, uses: Option<u32>) {
        self.shared.sign_ins().token_uses = uses;
    }

    /// Ends all access tokens that the sign-in service issued so far.
    pub fn end_tokens(&self) {
        self.shared.sign_ins().end_tokens();
    }

    /// Takes back all refresh tokens: everybody has to sign in again.
    pub fn end_sign_ins(&self) {
        self.shared.sign_ins().refresh.clear();
    }

    /// Whether a refresh token is good for one use only.
    pub fn single_use_refresh_tokens(&self, on: bool) {
        self.shared.sign_ins().single_use = on;
    }

    /// Whether consent to Azure DevOps is missing.
    pub fn no_devops_consent(&self, on: bool) {
        self.shared.sign_ins().no_devops_consent = on;
    }

    /// From now on a person has consented to nothing but what is asked for when they sign in by code.
    pub fn consent_by_signing_in(&self) {
        self.shared.sign_ins().consented = Some(std::collections::BTreeSet::new());
    }

    /// Leaves this permission out of every token that is issued from now on.
    pub fn withhold_permission(&self, name: &str) {
        self.shared.sign_ins().withheld.insert(name.to_owned());
    }

    /// Registers a certificate for the application: the SHA-256 thumbprint in base64url, and the RSA public key in DER.
    pub fn trust_certificate(&self, thumbprint: &str, public_key: &[u8]) {
        self.shared.sign_ins().trusted =
            Some(Trusted { thumbprint: thumbprint.to_owned(), public_key: public_key.to_vec() });
    }

    /// Everything secret that the sign-in service gave out: tokens, refresh tokens, device codes.
    pub fn secrets_given_out(&self) -> Vec<String> {
        self.shared.sign_ins().secrets()
    }

    /// Adds a person to the organization who signs in with this address: as a user of the tenant that backs it
    /// where that tenant knows the address, else as a Microsoft account. Answers the storage key.
    pub fn add_person(&self, display_name: &str, address: &str) -> String {
        self.shared.write(|world| scenarios::add_person(world, display_name, address, true))
    }

    /// Adds an identity that only the graph knows: active, and without an entitlement. Answers the storage key.
    pub fn add_identity(&self, display_name: &str, address: &str) -> String {
        self.shared.write(|world| scenarios::add_person(world, display_name, address, false))
    }

    /// Makes the person with this storage key an administrator of the organization, through a group inside the administrators'
    /// group. Answers whether there is one.
    pub fn make_administrator(&self, storage_key: &str) -> bool {
        self.with_key(storage_key, |world, number| world.join(number, group::MIGRATION_TEAM))
    }

    /// Makes the person with this storage key the owner of the organization. Answers whether there is one.
    pub fn make_owner(&self, storage_key: &str) -> bool {
        self.with_key(storage_key, |world, number| world.owner = number)
    }

    fn with_key(&self, storage_key: &str, change: impl FnOnce(&mut World, u32)) -> bool {
        let Ok(key) = uuid::Uuid::try_parse(storage_key) else { return false };
        self.shared.write(|world| match world.find_key(key) {
            Some(seen) => {
                change(world, seen.number);
                true
            }
            None => false,
        })
    }

    /// Somebody else maps this person, in the portal or with another tool. Answers whether the service took it; it is not
    /// among [`Control::mappings`].
    pub fn map_by_somebody_else(&self, storage_key: &str, object_id: &str) -> bool {
        let (Ok(key), Ok(object)) = (uuid::Uuid::try_parse(storage_key), uuid::Uuid::try_parse(object_id))
        else {
            return false;
        };
        let rules = self.shared.rules();
        self.shared.write(|world| {
            world.find_key(key).is_some_and(|seen| world.map(seen.number, object, rules).is_ok())
        })
    }

    /// Removes the person with this storage key. Answers whether there was one.
    pub fn remove_person(&self, storage_key: &str) -> bool {
        let key = uuid::Uuid::try_parse(storage_key);
        key.is_ok_and(|key| self.shared.write(|world| world.remove(key)))
    }

    /// The storage key of the person with this sign-in address, as shown now.
    pub fn storage_key(&self, address: &str) -> Option<String> {
        self.shared.read(|world| {
            (0..world.people_count())
                .filter_map(|number| world.person(number))
                .find(|seen| seen.listed() && seen.person.principal.eq_ignore_ascii_case(address))
                .map(|seen| seen.key.to_string())
        })
    }

    /// The object id of the destination tenant's user with this user principal name.
    pub fn object_id(&self, user_principal_name: &str) -> Option<String> {
        self.shared.read(|world| {
            let tenant = world.destination();
            let number = tenant.by_upn(user_principal_name).first().copied()?;
            Some(tenant.object(number).to_string())
        })
    }
}
