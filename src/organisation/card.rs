//! The card of an organisation: what its counterparties always see of it.

use async_graphql::{Context, ID};
use entity::organisation::{Kind, Model};
use macros::guarded;
use uuid::Uuid;

use super::kind::OrganisationKind;
use super::object::Organisation;
use crate::access::Card;
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// What two related organisations always see of each other: reseller and client, payer and paid-for organisation.
#[derive(Clone, Debug)]
pub struct OrganisationCard {
    /// The organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
}

impl From<Card> for OrganisationCard {
    fn from(Card { id, name, kind }: Card) -> Self {
        Self { id, name, kind }
    }
}

impl From<&Model> for OrganisationCard {
    fn from(row: &Model) -> Self {
        Self { id: row.id, name: row.name.clone(), kind: row.kind }
    }
}

/// What two related organisations always see of each other: reseller and client, payer and paid-for organisation.
/// `node` does not find cards, because a card is visible only through the relation that shows it.
#[guarded]
impl OrganisationCard {
    /// Opaque id of the card. It differs from the id of the organisation. Inputs that name an organisation take either.
    #[public]
    fn id(&self) -> ID {
        id::Type::OrganisationCard.id(self.id)
    }

    /// Id of the organisation, as in exports and in the log.
    #[public]
    fn organisation_id(&self) -> ID {
        id::Type::Organisation.id(self.id)
    }

    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.name
    }

    /// What kind of organisation it is.
    #[public]
    fn kind(&self) -> OrganisationKind {
        self.kind.into()
    }

    /// The organisation itself; null, without an error, if the viewer lacks `ORGANISATION_READ` there.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        Organisation::find(Request::of(context)?, self.id).await
    }
}
