//! `node` and `nodes`: any object that has an id of its own.

use async_graphql::{Context, ID, Interface, Object};
use futures_util::future::join_all;
use macros::guarded;

use crate::access::report;
use crate::base::error::{Error, Result};
use crate::base::id::{self, Type};
use crate::billing::details::{self, BillingContact};
use crate::billing::invoice::{self, Invoice};
use crate::billing::payer::{self, Moment, PayerAgreement};
use crate::catalogue::service::{self, Service};
use crate::catalogue::subscription::{self, Subscription};
use crate::graphql::request::Request;
use crate::organisation::{self, Organisation};
use crate::oversight::audit::{self, AuditEvent};
use crate::oversight::operator::{self, UserAccount};
use crate::partners::client_view::{self, ClientView};
use crate::partners::partnership::{self, Partnership};
use crate::partners::programme::{self, ResellerRequest};
use crate::partners::property::{self, PropertyDefinition};
use crate::partners::proposal::{self, PartnershipProposal};
use crate::partners::reseller::Reseller;
use crate::partners::template::{self, DelegationTemplate};
use crate::people::api_key::{self, ApiKey};
use crate::people::invitation::{self, Invitation};
use crate::people::membership::{self, Membership};
use crate::people::ownership::{self, OwnershipTransfer};

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

async fn find(context: &Context<'_>, id: &ID) -> Result<Node> {
    let request = Request::of(context)?;
    let access = &request.access;
    let (kind, key) = id::parse(id)?;
    let found = match kind {
        Type::Organisation => organisation::store::find(access, key).await?.map(Node::from),
        Type::Reseller => access.look(key).await?.as_ref().and_then(Reseller::of).map(Node::from),
        Type::Membership => membership::store::find(request, key).await?.map(Node::from),
        Type::Partnership => partnership::store::find(request, key).await?.map(Node::from),
        Type::PartnershipProposal => {
            proposal::store::find(request, key, proposal::lapse(context)?).await?.map(Node::from)
        }
        Type::DelegationTemplate => template::store::find(request, key).await?.map(Node::from),
        Type::ResellerRequest => programme::store::find(request, key).await?.map(Node::from),
        Type::BillingContact => details::store::find_contact(request, key).await?.map(Node::from),
        Type::PayerAgreement => payer::store::find(request, key, Moment::of(context)?).await?.map(Node::from),
        Type::Subscription => subscription::store::find(request, key).await?.map(Node::from),
        Type::Service => service::store::find(request, key).await?.map(Node::from),
        Type::Invoice => invoice::store::find(request, key).await?.map(Node::from),
        Type::UserAccount => operator::store::find(request, key).await?.map(Node::from),
        Type::ApiKey => api_key::store::find(request, key).await?.map(Node::from),
        Type::Invitation => invitation::store::find(request, key).await?.map(Node::from),
        Type::AuditEvent => audit::store::find(request, key).await?.map(Node::from),
        Type::PropertyDefinition => property::store::find(request, key).await?.map(Node::from),
        Type::ClientView => client_view::store::find(request, key).await?.map(Node::from),
        Type::OwnershipTransfer => ownership::store::find(request, key).await?.map(Node::from),
        Type::User | Type::Session | Type::Role => {
            return Err(Error::InvalidInput(
                "Objects of this type are reached through the objects that they belong to, not by node.".to_owned(),
            ));
        }
    };
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
