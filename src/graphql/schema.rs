//! The schema, assembled from the root fields of all chapters.

use std::sync::LazyLock;

use async_graphql::{EmptyMutation, EmptySubscription, ObjectType, SchemaBuilder, SubscriptionType, ValidationMode};
use macros::merged;

use super::introspected::{self, Specified};
use super::node::NodeQuery;
use super::streamed::Streamed;
use crate::billing::accounting::AccountingMutation;
use crate::billing::charge::ChargeMutation;
use crate::billing::commission::CommissionMutation;
use crate::billing::credit_note::CreditNoteMutation;
use crate::billing::details::BillingMutation;
use crate::billing::exchange::ExchangeMutation;
use crate::billing::invoice::InvoiceMutation;
use crate::billing::issuer::IssuerMutation;
use crate::billing::payer::{PayerMutation, PayerQuery};
use crate::billing::payment::PaymentMutation;
use crate::billing::reminder::ReminderMutation;
use crate::billing::run::BillingRunMutation;
use crate::billing::series::NumberSeriesMutation;
use crate::billing::vat::VatMutation;
use crate::catalogue::feature::FeatureMutation;
use crate::catalogue::order::OrderMutation;
use crate::catalogue::plan::PricePlanMutation;
use crate::catalogue::price::PriceMutation;
use crate::catalogue::product::ProductMutation;
use crate::catalogue::service::ServiceMutation;
use crate::catalogue::subscription::SubscriptionMutation;
use crate::catalogue::task::TaskMutation;
use crate::directory::sync::DirectoryMutation;
use crate::licence::asset::AssetMutation;
use crate::licence::assignment::LicenceAssignmentMutation;
use crate::licence::pin::LicencePinMutation;
use crate::licence::rule::{LicenceRuleMutation, LicenceRuleQuery};
use crate::live::event::EventQuery;
use crate::live::stream::EventSubscription;
use crate::live::webhook::WebhookMutation;
use crate::organisation::{OrganisationMutation, OrganisationQuery};
use crate::oversight::audit::AuditMutation;
use crate::oversight::explanation::{ExplanationQuery, FieldsByPermission};
use crate::oversight::operator::{OperatorMutation, OperatorQuery};
use crate::partners::client::ClientMutation;
use crate::partners::client_view::ClientViewMutation;
use crate::partners::partnership::PartnershipMutation;
use crate::partners::programme::ProgrammeMutation;
use crate::partners::property::PropertyMutation;
use crate::partners::proposal::ProposalMutation;
use crate::partners::reseller::ResellerQuery;
use crate::partners::template::TemplateMutation;
use crate::people::access_request::AccessRequestMutation;
use crate::people::api_key::ApiKeyMutation;
use crate::people::erasure::ErasureMutation;
use crate::people::invitation::{InvitationMutation, InvitationQuery};
use crate::people::membership::MembershipMutation;
use crate::people::ownership::OwnershipMutation;
use crate::people::role::{RoleMutation, RoleQuery};
use crate::people::session::{SessionMutation, Tokens};
use crate::people::sign_in::SignInMutation;
use crate::people::user::{Passwords, SecretKeys, UserMutation};
use crate::people::viewer::ViewerQuery;

/// Everything that can be asked for.
#[merged]
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
    LicenceRuleQuery,
    EventQuery,
);

/// Everything that can be changed.
#[merged]
pub struct Mutation(
    OrganisationMutation,
    RoleMutation,
    MembershipMutation,
    AccessRequestMutation,
    OwnershipMutation,
    SessionMutation,
    SignInMutation,
    UserMutation,
    ErasureMutation,
    ApiKeyMutation,
    InvitationMutation,
    AuditMutation,
    PropertyMutation,
    ClientViewMutation,
    BillingMutation,
    PayerMutation,
    IssuerMutation,
    NumberSeriesMutation,
    VatMutation,
    ExchangeMutation,
    ChargeMutation,
    BillingRunMutation,
    InvoiceMutation,
    CreditNoteMutation,
    PaymentMutation,
    ReminderMutation,
    CommissionMutation,
    AccountingMutation,
    OperatorMutation,
    PartnershipMutation,
    ProposalMutation,
    ProgrammeMutation,
    ClientMutation,
    TemplateMutation,
    OrderMutation,
    SubscriptionMutation,
    ServiceMutation,
    TaskMutation,
    ProductMutation,
    FeatureMutation,
    PricePlanMutation,
    PriceMutation,
    DirectoryMutation,
    LicenceAssignmentMutation,
    LicencePinMutation,
    LicenceRuleMutation,
    AssetMutation,
    WebhookMutation,
);

/// Everything that can be followed: the root of subscriptions. (A `Subscription` is something that was bought.)
#[merged]
pub struct Streams(EventSubscription);

/// The schema. Cheap to clone.
pub type Schema = async_graphql::Schema<Query, Mutation, Streamed<Streams>>;

/// The schema in which a subscription runs for one event: its root fields are those of subscriptions. Cheap to clone.
pub type EventSchema = async_graphql::Schema<Streams, EmptyMutation, EmptySubscription>;

/// The services that resolvers use, besides the request itself.
#[derive(Clone)]
pub struct Services {
    /// Password hashing.
    pub passwords: Passwords,
    /// Access tokens.
    pub tokens: Tokens,
    /// The keys that encrypt the secrets of second factors.
    pub secret_keys: SecretKeys,
}

/// Builds the schema. Each request supplies its `Request` and its `Actor` as data. The limits in `limits` are checked
/// before the engine sees the document.
pub fn build(services: Services) -> Schema {
    serving(builder(), services).finish()
}

/// Builds the schema for the runs of subscriptions.
pub fn build_for_events(services: Services) -> EventSchema {
    let builder = EventSchema::build(Streams::default(), EmptyMutation, EmptySubscription);
    serving(builder.validation_mode(ValidationMode::Fast), services).finish()
}

fn serving<Q, M, S>(builder: SchemaBuilder<Q, M, S>, services: Services) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    // The permission catalogue is read from the schema itself.
    let fields = FieldsByPermission::read(sdl()).unwrap_or_else(|error| {
        tracing::error!(%error, "the schema text cannot be parsed; the permission catalogue lists no fields");
        FieldsByPermission::default()
    });
    builder.disable_suggestions().data(fields).data(services.passwords).data(services.tokens).data(services.secret_keys)
}

/// The schema in its text form, with its directives.
pub fn sdl() -> &'static str {
    static SDL: LazyLock<String> = LazyLock::new(|| introspected::text(&builder().finish()));
    &SDL
}

/// Documents and variables are checked by `validation`, so the engine need not do it again for each request.
fn builder() -> SchemaBuilder<Query, Mutation, Streamed<Streams>> {
    Schema::build(Query::default(), Mutation::default(), Streamed::default())
        .register_output_type::<Specified>()
        .validation_mode(ValidationMode::Fast)
}
