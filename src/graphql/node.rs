//! `node` and `nodes`: any object that has an id of its own.

use async_graphql::{Context, ID, Interface};
use futures_util::future::join_all;
use macros::guarded;
use uuid::Uuid;

use crate::access::{Exists, GrantsAt, Rule, Side};
use crate::base::error::{Error, Result};
use crate::base::id::{self, Type};
use crate::billing::accounting::AccountingBatch;
use crate::billing::charge::Charge;
use crate::billing::commission::CommissionStatement;
use crate::billing::credit_note::CreditNote;
use crate::billing::details::BillingContact;
use crate::billing::invoice::Invoice;
use crate::billing::payer::PayerAgreement;
use crate::billing::payment::Payment;
use crate::billing::run::BillingRun;
use crate::catalogue::feature::Feature;
use crate::catalogue::order::Order;
use crate::catalogue::plan::PricePlan;
use crate::catalogue::price::Price;
use crate::catalogue::product::Product;
use crate::catalogue::service::Service;
use crate::catalogue::subscription::{Subscription, SubscriptionChange};
use crate::catalogue::task::ServiceTask;
use crate::directory::group::DirectoryGroup;
use crate::directory::person::DirectoryPerson;
use crate::directory::sync::DirectorySync;
use crate::graphql::act::Find;
use crate::graphql::guard::report;
use crate::graphql::request::Request;
use crate::licence::asset::Asset;
use crate::licence::assignment::LicenceAssignment;
use crate::licence::pin::LicencePin;
use crate::licence::rule::LicenceRuleSet;
use crate::live::webhook::{Webhook, WebhookDelivery};
use crate::organisation::Organisation;
use crate::oversight::audit::AuditEvent;
use crate::oversight::operator::UserAccount;
use crate::partners::client_view::ClientView;
use crate::partners::partnership::Partnership;
use crate::partners::programme::ResellerRequest;
use crate::partners::property::PropertyDefinition;
use crate::partners::proposal::PartnershipProposal;
use crate::partners::reseller::Reseller;
use crate::partners::template::DelegationTemplate;
use crate::people::access_request::AccessRequest;
use crate::people::api_key::ApiKey;
use crate::people::invitation::Invitation;
use crate::people::membership::Membership;
use crate::people::ownership::OwnershipTransfer;
use crate::people::role::Role;
use crate::people::session::Session;

/// The most ids that `nodes` takes.
const MOST: usize = 100;

/// The types that `node` finds, listed once. The same name is used for the type of the id, the object and the variant
/// of `Node`.
macro_rules! nodes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// An object with its own id. It exists for viewers with the permission that its type requires.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "Opaque id."))]
        pub enum Node { $($(#[$doc])* $name($name),)* }

        async fn find(request: &Request, kind: Type, key: Uuid) -> Result<Node> {
            let found = match kind {
                Type::Role if let Some(role) = Role::built_in_by_key(key) => Some(Node::from(role)),
                $(Type::$name => $name::find(request, key).await?.map(Node::from),)*
                Type::User | Type::OrganisationCard | Type::Event => return Err(not_by_node()),
            };
            found.ok_or(Error::NotFound)
        }

        impl Node {
            fn guards(&self) -> Guards {
                match self { $(Self::$name(found) => Guards::of(found),)* }
            }
        }
    };
}

nodes! {
    /// An organisation.
    Organisation,
    /// The facet of an organisation that has clients.
    Reseller,
    /// A member of an organisation.
    Membership,
    /// A role: a custom one of an organisation, or a built-in one.
    Role,
    /// A log-in of the viewer.
    Session,
    /// A partnership.
    Partnership,
    /// A proposal of a partnership.
    PartnershipProposal,
    /// The standard request that a reseller sends to a class of clients.
    DelegationTemplate,
    /// A request to become a reseller.
    ResellerRequest,
    /// A contact that receives invoices.
    BillingContact,
    /// An agreement about who pays.
    PayerAgreement,
    /// Something that the operator sells.
    Product,
    /// Something that products entitle to.
    Feature,
    /// A set of prices.
    PricePlan,
    /// What a product costs in a price plan.
    Price,
    /// A subscription.
    Subscription,
    /// A change of a subscription.
    SubscriptionChange,
    /// An order.
    Order,
    /// A service.
    Service,
    /// A thing that a quota counts.
    Asset,
    /// An invoice.
    Invoice,
    /// A credit note.
    CreditNote,
    /// A charge by hand.
    Charge,
    /// A billing run.
    BillingRun,
    /// A payment.
    Payment,
    /// A statement of commission.
    CommissionStatement,
    /// A batch for the bookkeeping.
    AccountingBatch,
    /// Somebody who is asked to join an organisation.
    Invitation,
    /// A key that acts for an organisation.
    ApiKey,
    /// A transfer of ownership.
    OwnershipTransfer,
    /// A request for access.
    AccessRequest,
    /// An event of an audit log.
    AuditEvent,
    /// A user as the operator's staff see it.
    UserAccount,
    /// A property that a reseller keeps about its clients.
    PropertyDefinition,
    /// A saved view of a reseller's clients.
    ClientView,
    /// Something that is to be done with a service.
    ServiceTask,
    /// A licence that a person has.
    LicenceAssignment,
    /// A decision by hand about the licence of a person.
    LicencePin,
    /// The rules by which the licences of a family are given.
    LicenceRuleSet,
    /// A person of a directory.
    DirectoryPerson,
    /// A group of a directory.
    DirectoryGroup,
    /// A synchronisation of a directory.
    DirectorySync,
    /// An address to which events are sent.
    Webhook,
    /// An event that was sent to a webhook, or waits to be sent.
    WebhookDelivery,
}

/// The object with this id, if the viewer may see it. `None` too for what `node` does not find.
pub async fn find_visible(context: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Ok((kind, key)) = id::parse(id) else { return Ok(None) };
    match find(Request::of(context)?, kind, key).await {
        Ok(node) => Ok(Some(node)),
        Err(Error::NotFound | Error::InvalidInput(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where it is decided what somebody may do with an object.
pub struct Guards {
    /// The organisation on each of its sides, and what of the viewer's grants there counts for the object.
    pub sides: Vec<(Side, GrantsAt)>,
    /// Whoever meets one of these sees the object.
    pub rules: &'static [Rule],
}

impl Guards {
    fn of<T: Exists>(object: &T) -> Self {
        let sides = Side::ALL.into_iter().filter_map(|side| Some((side, object.grants_at(side)?)));
        Self { sides: sides.collect(), rules: T::RULES }
    }

    /// Those of an object, if it exists for the viewer and belongs to organisations.
    pub async fn find(request: &Request, kind: Type, key: Uuid) -> Result<Option<Self>> {
        let is_of_nobody = match kind {
            Type::User | Type::OrganisationCard | Type::Event => true,
            Type::Role => Role::built_in_by_key(key).is_some(),
            _ => false,
        };
        if is_of_nobody {
            return Ok(None);
        }
        match find(request, kind, key).await {
            Ok(found) => Ok(Some(found.guards()).filter(|guards| !guards.sides.is_empty())),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn not_by_node() -> Error {
    let message = "node does not find objects of this type. Query the object that they belong to.";
    Error::InvalidInput(message.to_owned())
}

/// Root fields that find any object by its id.
#[derive(Default)]
pub struct NodeQuery;

#[guarded]
impl NodeQuery {
    /// Any object by its id. The error is NOT_FOUND if it does not exist, or if the viewer may not see it.
    #[authenticated]
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "Id of the object.")] id: ID) -> Result<Option<Node>> {
        let (kind, key) = id::parse(&id)?;
        find(Request::of(context)?, kind, key).await.map(Some)
    }

    /// Several objects by their ids, in the order of the ids: 100 at most. Those that are not found are null.
    #[authenticated]
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Ids of the objects.")] ids: Vec<ID>,
    ) -> Result<Option<Vec<Option<Node>>>> {
        if ids.len() > MOST {
            let value = ids.len() as u64;
            let message =
                format!("nodes takes at most {MOST} ids; this request has {value}. Split them over several requests.");
            return Err(Error::Limited { message, limit: MOST as u64, value });
        }
        let request = Request::of(context)?;
        let one = async |id| {
            let (kind, key) = id::parse(id)?;
            find(request, kind, key).await
        };
        let found = join_all(ids.iter().enumerate().map(async |(index, id)| {
            one(id).await.map_or_else(
                |error| {
                    report(&context.with_index(index), error);
                    None
                },
                Some,
            )
        }));
        Ok(Some(found.await))
    }
}
