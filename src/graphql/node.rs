//! `node` and `nodes`: any object that has an id of its own.

use async_graphql::{Context, ID, Interface, Object};
use futures_util::future::join_all;
use macros::guarded;

use crate::base::error::{Error, Result};
use crate::base::id::{self, Type};
use crate::billing::details::BillingContact;
use crate::billing::invoice::Invoice;
use crate::billing::payer::PayerAgreement;
use crate::catalogue::service::Service;
use crate::catalogue::subscription::Subscription;
use crate::graphql::act::Find;
use crate::graphql::guard::report;
use crate::graphql::request::Request;
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
use crate::people::api_key::ApiKey;
use crate::people::invitation::Invitation;
use crate::people::membership::Membership;
use crate::people::ownership::OwnershipTransfer;

/// How many ids `nodes` takes.
const MOST: usize = 100;

/// An object that has an id of its own. It exists for those who hold what its type says.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque id."))]
pub enum Node {
    /// An organisation.
    Organisation(Organisation),
    /// The facet of an organisation that has clients.
    Reseller(Reseller),
    /// A member of an organisation.
    Membership(Membership),
    /// A partnership.
    Partnership(Partnership),
    /// A proposal of a partnership.
    PartnershipProposal(PartnershipProposal),
    /// What a reseller asks of a class of clients.
    DelegationTemplate(DelegationTemplate),
    /// A request to become a reseller.
    ResellerRequest(ResellerRequest),
    /// A contact that receives invoices.
    BillingContact(BillingContact),
    /// An agreement about who pays.
    PayerAgreement(PayerAgreement),
    /// A subscription.
    Subscription(Subscription),
    /// A service.
    Service(Service),
    /// An invoice.
    Invoice(Invoice),
    /// Somebody who is asked to join an organisation.
    Invitation(Invitation),
    /// A key that acts for an organisation.
    ApiKey(ApiKey),
    /// A transfer of ownership.
    OwnershipTransfer(OwnershipTransfer),
    /// An event of the audit log.
    AuditEvent(AuditEvent),
    /// A user as those see it who run the platform.
    UserAccount(UserAccount),
    /// A property that a reseller keeps about its clients.
    PropertyDefinition(PropertyDefinition),
    /// A saved view of a reseller's clients.
    ClientView(ClientView),
}

/// The types that `node` finds, one line each: the type of the id, which is also the member of `Node` and the object.
macro_rules! find_by_type {
    ($request:expr, $kind:expr, $key:expr, [$($name:ident),* $(,)?]) => {
        match $kind {
            $(Type::$name => $name::find($request, $key).await?.map(Node::from),)*
            Type::User | Type::Session | Type::Role => {
                return Err(Error::InvalidInput(
                    "Objects of this type are reached through the objects that they belong to, not by node.".to_owned(),
                ));
            }
        }
    };
}

async fn find(context: &Context<'_>, id: &ID) -> Result<Node> {
    let (kind, key) = id::parse(id)?;
    let found = find_by_type!(
        Request::of(context)?,
        kind,
        key,
        [
            Organisation,
            Reseller,
            Membership,
            Partnership,
            PartnershipProposal,
            DelegationTemplate,
            ResellerRequest,
            BillingContact,
            PayerAgreement,
            Subscription,
            Service,
            Invoice,
            UserAccount,
            ApiKey,
            Invitation,
            AuditEvent,
            PropertyDefinition,
            ClientView,
            OwnershipTransfer,
        ]
    );
    found.ok_or(Error::NotFound)
}

/// Root fields that find any object by its id.
#[derive(Default)]
pub struct NodeQuery;

#[guarded]
#[Object]
impl NodeQuery {
    /// Any object by its id. For who may not see it, it is not found.
    #[authenticated]
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "Id of the object.")] id: ID) -> Result<Option<Node>> {
        find(context, &id).await.map(Some)
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
            let message = format!("nodes takes {MOST} ids at most; these are {value}. Ask in several requests.");
            return Err(Error::Limited { message, limit: MOST as u64, value });
        }
        let found = join_all(ids.iter().map(async |id| {
            find(context, id).await.map_or_else(
                |error| {
                    report(context, error);
                    None
                },
                Some,
            )
        }));
        Ok(Some(found.await))
    }
}
