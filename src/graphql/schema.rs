//! The schema, put together from the root fields of the features.

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject, SchemaBuilder};

use super::node::NodeQuery;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::random::Random;
use crate::billing::details::{BillingContactMutation, BillingMutation};
use crate::billing::payer::{PayerAnswerMutation, PayerEndMutation, PayerMutation, PayerQuery};
use crate::organisation::{OrganisationMutation, OrganisationQuery};
use crate::oversight::audit::AuditMutation;
use crate::oversight::explanation::{ExplanationQuery, FieldsByPermission};
use crate::oversight::operator::{OperatorMutation, OperatorQuery};
use crate::partners::client::{ClientMutation, ClientReferenceMutation};
use crate::partners::client_view::ClientViewMutation;
use crate::partners::partnership::PartnershipMutation;
use crate::partners::programme::{ProgrammeDeskMutation, ProgrammeMutation, ResellerWithdrawalMutation};
use crate::partners::property::{PropertyMutation, PropertyValueMutation};
use crate::partners::proposal::{ProposalAnswerMutation, ProposalMutation, ProposalWithdrawalMutation};
use crate::partners::reseller::ResellerQuery;
use crate::partners::template::{TemplateMutation, TemplateProposalMutation};
use crate::people::api_key::ApiKeyMutation;
use crate::people::invitation::{InvitationMutation, InvitationQuery};
use crate::people::membership::MembershipMutation;
use crate::people::ownership::OwnershipMutation;
use crate::people::role::{RoleMutation, RoleQuery};
use crate::people::session::{IdentityMutation, LogInMutation, RevocationMutation, SessionMutation, Tokens};
use crate::people::user::{
    AddressMutation, PasswordMutation, Passwords, ProfileMutation, SecondFactorMutation, SecretKeys, UserMutation,
    VerificationMutation,
};
use crate::people::viewer::ViewerQuery;

/// Everything that can be asked for.
#[derive(MergedObject, Default)]
pub struct Query(
    ViewerQuery,
    OrganisationQuery,
    ResellerQuery,
    NodeQuery,
    ExplanationQuery,
    PayerQuery,
    InvitationQuery,
    OperatorQuery,
    RoleQuery,
);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    OrganisationMutation,
    RoleMutation,
    MembershipMutation,
    OwnershipMutation,
    SessionMutation,
    LogInMutation,
    IdentityMutation,
    RevocationMutation,
    UserMutation,
    VerificationMutation,
    PasswordMutation,
    AddressMutation,
    ProfileMutation,
    SecondFactorMutation,
    ApiKeyMutation,
    InvitationMutation,
    AuditMutation,
    PropertyMutation,
    PropertyValueMutation,
    ClientViewMutation,
    BillingMutation,
    BillingContactMutation,
    PayerMutation,
    PayerAnswerMutation,
    PayerEndMutation,
    OperatorMutation,
    PartnershipMutation,
    ProposalMutation,
    ProposalAnswerMutation,
    ProposalWithdrawalMutation,
    ProgrammeMutation,
    ProgrammeDeskMutation,
    ResellerWithdrawalMutation,
    ClientMutation,
    ClientReferenceMutation,
    TemplateMutation,
    TemplateProposalMutation,
);

/// The schema. Cheap to clone.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// What the mutations work with, besides the request itself.
pub struct Services {
    /// The settings.
    pub config: Arc<Config>,
    /// The clock.
    pub clock: Clock,
    /// Ids and secrets.
    pub random: Random,
    /// Hashes of passwords.
    pub passwords: Passwords,
    /// Access tokens.
    pub tokens: Tokens,
    /// Keys that seal the secrets of second factors.
    pub secret_keys: SecretKeys,
}

/// Builds the schema. A request brings its `Request` and its `Actor` as data. Its limits are those of `limits`, kept
/// before the engine sees the document.
pub fn build(services: Services) -> Schema {
    // The catalogue of permissions is read from the schema itself.
    let fields = FieldsByPermission::read(&sdl()).unwrap_or_else(|error| {
        tracing::error!(%error, "the schema cannot be read back; the permission catalogue names no fields");
        FieldsByPermission::default()
    });
    builder()
        .disable_suggestions()
        .data(fields)
        .data(services.config)
        .data(services.clock)
        .data(services.random)
        .data(services.passwords)
        .data(services.tokens)
        .data(services.secret_keys)
        .finish()
}

/// The schema in its text form, with its directives.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}
