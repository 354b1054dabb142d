//! The name of the object that an event is about.
//!
//! The name that the event recorded comes first: it is part of what readers of the log see anyhow. Without one, the object
//! is looked up as `node` would find it, so that nobody learns the name of an object that is hidden from them.

use async_graphql::{Context, ID};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{self, Type};
use crate::billing::credit_note::CreditNote;
use crate::billing::details::BillingContact;
use crate::billing::invoice::Invoice;
use crate::catalogue::feature::Feature;
use crate::catalogue::order::Order;
use crate::catalogue::plan::PricePlan;
use crate::catalogue::product::Product;
use crate::catalogue::service::Service;
use crate::catalogue::subscription::Subscription;
use crate::directory::group::DirectoryGroup;
use crate::directory::person::DirectoryPerson;
use crate::graphql::act::Find;
use crate::graphql::request::Request;
use crate::licence::asset::Asset;
use crate::live::webhook::Webhook;
use crate::organisation::Organisation;
use crate::oversight::operator::UserAccount;
use crate::partners::client_view::ClientView;
use crate::partners::partnership::{Partnership, PartnershipSide};
use crate::partners::property::PropertyDefinition;
use crate::partners::template::DelegationTemplate;
use crate::people::api_key::ApiKey;
use crate::people::invitation::Invitation;
use crate::people::membership::Membership;
use crate::people::ownership::OwnershipTransfer;
use crate::people::role::Role;

/// The type and the key of an object, by the id in an event. `None` for what is not an id of an object.
pub fn read(object: Option<&str>) -> Option<(Type, Uuid)> {
    id::parse(&ID::from(object?)).ok()
}

/// The name of the object that the details of an event say, the later one first.
pub fn recorded(kind: Type, details: Option<&str>) -> Option<String> {
    let field = match kind {
        // The name in its details is that of the new owner.
        Type::OwnershipTransfer => return None,
        Type::Invitation => "email",
        Type::Invoice | Type::CreditNote | Type::Order => "number",
        _ => "name",
    };
    let details: Json = serde_json::from_str(details?).ok()?;
    let said = |of: &str| details.get(of)?.get(field)?.as_str().map(str::to_owned);
    said("after").or_else(|| said("before"))
}

/// The name of an object as the viewer may see it now, for the log of an organisation. Concurrent calls share their
/// statements: their number depends on how many types of objects there are, not on how many events.
pub async fn look_up(context: &Context<'_>, log: Uuid, (kind, key): (Type, Uuid)) -> Result<Option<String>> {
    let request = Request::of(context)?;
    macro_rules! named {
        ($object:ty, |$found:ident| $name:expr) => {
            <$object>::find(request, key).await?.map(|$found| $name.to_owned())
        };
    }
    Ok(match kind {
        Type::Organisation => named!(Organisation, |found| found.row().name),
        Type::User => named!(UserAccount, |found| found.user(context).name),
        Type::Membership => named!(Membership, |found| found.user(context).name),
        Type::Role => named!(Role, |found| found.name(context)),
        Type::ApiKey => named!(ApiKey, |found| found.model().name),
        Type::Webhook => named!(Webhook, |found| found.model().name),
        Type::Invitation => named!(Invitation, |found| found.email(context)),
        Type::OwnershipTransfer => named!(OwnershipTransfer, |found| found.email(context)),
        Type::DelegationTemplate => named!(DelegationTemplate, |found| found.name(context)),
        Type::PropertyDefinition => named!(PropertyDefinition, |found| found.name(context)),
        Type::ClientView => named!(ClientView, |found| found.name(context)),
        Type::BillingContact => named!(BillingContact, |found| found.name(context)),
        Type::Product => named!(Product, |found| found.name(context)),
        Type::Feature => named!(Feature, |found| found.name(context)),
        Type::PricePlan => named!(PricePlan, |found| found.name(context)),
        Type::Order => named!(Order, |found| found.number(context)),
        Type::Subscription => named!(Subscription, |found| found.product_name(context)),
        Type::Service => named!(Service, |found| found.name(context)),
        Type::Invoice => named!(Invoice, |found| found.number_or_draft()),
        Type::CreditNote => named!(CreditNote, |found| found.number_text()),
        Type::Asset => named!(Asset, |found| found.name(context)),
        Type::DirectoryPerson => named!(DirectoryPerson, |found| found.row().name),
        Type::DirectoryGroup => named!(DirectoryGroup, |found| found.name(context)),
        // Its other side.
        Type::Partnership => Partnership::find(request, key).await?.map(|found| {
            let client = found.on(PartnershipSide::Client);
            let other = if client.id() == log { found.on(PartnershipSide::Reseller) } else { client };
            other.card().name
        }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_name_counts_and_each_type_has_its_own_word_for_it() {
        let both = Some(r#"{"before": {"name": "Ada", "email": "a@x.example"}, "after": {"name": "Bea"}}"#);
        assert_eq!(recorded(Type::Role, both).as_deref(), Some("Bea"));
        assert_eq!(recorded(Type::Invitation, both).as_deref(), Some("a@x.example"));
        assert_eq!(recorded(Type::Invoice, both), None);
        assert_eq!(recorded(Type::OwnershipTransfer, both), None);
        for nothing in [None, Some("{}"), Some("nothing"), Some(r#"{"after": {"name": 7}}"#)] {
            assert_eq!(recorded(Type::Role, nothing), None);
        }
    }

    #[test]
    fn an_object_is_read_from_its_id_and_from_nothing_else() {
        let id = Type::Service.id(Uuid::from_u128(7));
        assert_eq!(read(Some(id.as_str())), Some((Type::Service, Uuid::from_u128(7))));
        assert_eq!((read(None), read(Some("nothing"))), (None, None));
    }
}
