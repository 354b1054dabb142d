//! The ids of the API: a type prefix and a UUIDv7 in the TypeID form (<https://github.com/jetify-com/typeid>), for
//! example `organisation_01h455vb4pex5vsknk084sn02q`.

use async_graphql::{Enum, ID};
use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::message::Message;

/// An id as clients know it.
pub type PublicId = ID;

macro_rules! types {
    ($($name:ident $prefix:literal $doc:tt),* $(,)?) => {
        /// The type of an object that has an id of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
        #[graphql(name = "ObjectKind")]
        pub enum Type { $(#[doc = $doc] $name,)* }

        impl Type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The prefix of its ids.
            pub const fn prefix(self) -> &'static str {
                match self { $(Self::$name => $prefix,)* }
            }

            /// What it is, as a sentence: "An invoice."
            const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }
            }
        }
    };
}

types! {
    User "user" "A user.",
    Session "session" "A session.",
    Organisation "organisation" "An organisation.",
    OrganisationCard "organisation_card" "The card of an organisation.",
    Reseller "reseller" "A reseller.",
    Membership "membership" "A membership.",
    Role "role" "A role.",
    Partnership "partnership" "A partnership.",
    PartnershipProposal "partnership_proposal" "A proposal of a partnership.",
    DelegationTemplate "delegation_template" "A delegation template.",
    ResellerRequest "reseller_request" "A request to become a reseller.",
    BillingContact "billing_contact" "A billing contact.",
    PayerAgreement "payer" "An agreement about who pays.",
    Product "product" "A product.",
    Feature "feature" "A feature.",
    PricePlan "price_plan" "A price plan.",
    Price "price" "A price.",
    Subscription "subscription" "A subscription.",
    Service "service" "A service.",
    Invoice "invoice" "An invoice.",
    ApiKey "api_key" "An API key.",
    Invitation "invitation" "An invitation.",
    UserAccount "user_account" "The account of a user.",
    OwnershipTransfer "ownership_transfer" "A transfer of ownership.",
    AccessRequest "access_request" "A request for access.",
    AuditEvent "audit_event" "An audit event.",
    PropertyDefinition "property_definition" "A definition of a property.",
    ClientView "client_view" "A view of clients.",
    Order "order" "An order.",
    SubscriptionChange "subscription_change" "A change of a subscription.",
    ServiceTask "service_task" "A task of a service.",
    CreditNote "credit_note" "A credit note.",
    Charge "charge" "A charge.",
    BillingRun "billing_run" "A billing run.",
    Payment "payment" "A payment.",
    CommissionStatement "commission_statement" "A statement of commission.",
    AccountingBatch "accounting_batch" "A batch for the bookkeeping.",
    LicenceAssignment "licence_assignment" "The licence of a person.",
    LicencePin "licence_pin" "A pin.",
    LicenceRuleSet "licence_rule_set" "A set of licence rules.",
    DirectoryPerson "directory_person" "A person of a directory.",
    DirectoryGroup "directory_group" "A group of a directory.",
    DirectorySync "directory_sync" "A synchronisation of a directory.",
    Asset "asset" "An asset.",
    Event "event" "An event.",
    Webhook "webhook" "A webhook.",
    WebhookDelivery "webhook_delivery" "A delivery to a webhook.",
}

impl Type {
    /// The type with this name, which is the prefix of its ids.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.prefix() == name)
    }

    /// The id in its public form.
    pub fn id(self, uuid: Uuid) -> ID {
        match DynamicType::new(self.prefix()) {
            Ok(prefix) => ID(TypeSafeId::from_type_and_uuid(prefix, uuid).to_string()),
            Err(_) => ID(String::new()),
        }
    }

    /// What it is, within a sentence: "an invoice", and "an API key".
    fn with_article(self) -> String {
        let (article, rest) = self.sentence().trim_end_matches('.').split_once(' ').unwrap_or_default();
        format!("{} {rest}", article.to_lowercase())
    }

    /// The type of what it is about: an organisation, its facet as a reseller and its card are about the same, and so are
    /// a user and the account that staff see.
    const fn subject(self) -> Self {
        match self {
            Self::Reseller | Self::OrganisationCard => Self::Organisation,
            Self::UserAccount => Self::User,
            other => other,
        }
    }

    /// Reads an id of this type, or of another type that is about the same. Any other id is an error that says so.
    pub fn parse(self, id: &ID) -> Result<Uuid> {
        let (found, uuid) = parse(id)?;
        if found.subject() == self.subject() {
            return Ok(uuid);
        }
        Err(Error::InvalidInput(format!(
            "This is the id of {}; give the id of {}.",
            found.with_article(),
            self.with_article()
        )))
    }
}

/// Reads an id of any type.
pub fn parse(id: &ID) -> Result<(Type, Uuid)> {
    let malformed = || {
        Error::InvalidInput(
            "This is not an id. Ids come from the API, for example organisation_01h455vb4pex5vsknk084sn02q.".to_owned(),
        )
    };
    // The parser slices text at byte positions, which fails inside a multi-byte character.
    if !id.is_ascii() {
        return Err(malformed());
    }
    let read: TypeSafeId<DynamicType> = id.parse().map_err(|_| malformed())?;
    let kind = Type::ALL.iter().copied().find(|kind| kind.prefix() == read.type_prefix()).ok_or_else(malformed)?;
    Ok((kind, read.uuid()))
}

/// What is wrong with an id that could not be read, for a person: in a list whose rows fail one by one.
pub fn wrong_id(error: &Error) -> Message {
    let texts = [
        error.to_string(),
        "Das ist nicht die id, die hier gebraucht wird. Nehmen Sie eine id, die die API nennt.".to_owned(),
        "Det är inte det id som behövs här. Använd ett id som API:t anger.".to_owned(),
    ];
    texts.into()
}

/// The one id by which the log names what this id is about: that of the organisation for its card. What is not an id
/// stays as it is.
pub fn of_subject(id: ID) -> ID {
    match parse(&id) {
        Ok((kind, key)) => kind.subject().id(key),
        Err(_) => id,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_comes_back(bits in any::<u128>()) {
            for kind in Type::ALL {
                prop_assert_eq!(parse(&kind.id(Uuid::from_u128(bits))).unwrap(), (*kind, Uuid::from_u128(bits)));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = parse(&ID(text));
        }
    }

    #[test]
    fn an_id_of_another_type_is_refused_by_name() {
        let user = Type::User.id(Uuid::nil());
        let error = Type::Organisation.parse(&user).unwrap_err().to_string();
        assert_eq!(error, "This is the id of a user; give the id of an organisation.");
    }

    #[test]
    fn ids_that_are_about_the_same_are_taken_for_each_other_and_no_others() {
        let families: [&[Type]; 2] =
            [&[Type::Organisation, Type::Reseller, Type::OrganisationCard], &[Type::User, Type::UserAccount]];
        let key = Uuid::from_u128(7);
        for wanted in Type::ALL {
            for given in Type::ALL {
                let is_same = wanted == given || families.iter().any(|all| all.contains(wanted) && all.contains(given));
                assert_eq!(wanted.parse(&given.id(key)).ok(), is_same.then_some(key), "{given:?} for {wanted:?}");
            }
        }
        assert_eq!(of_subject(Type::Reseller.id(key)), Type::Organisation.id(key));
        assert_eq!(of_subject(Type::Invoice.id(key)), Type::Invoice.id(key));
        assert_eq!(of_subject(ID("nothing".to_owned())), ID("nothing".to_owned()));
    }
}
