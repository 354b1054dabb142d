//! The card of an organisation: what those who stand in a relation with it always see.

use async_graphql::{Context, ID, Object};
use entity::organisation::{Kind, Model};
use macros::guarded;
use uuid::Uuid;

use super::kind::OrganisationKind;
use super::object::Organisation;
use crate::access::Card;
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::request::Request;

/// What the two sides of a relation (reseller and client, payer and paid for) always see of each other.
#[derive(Clone, Debug)]
pub struct OrganisationCard {
    /// The organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What sort of organisation.
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

/// What the two sides of a relation (reseller and client, payer and paid for) always see of each other.
#[guarded]
#[Object]
impl OrganisationCard {
    /// Opaque id of the organisation.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Organisation.id(self.id)
    }

    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.name
    }

    /// What sort of organisation it is.
    #[public]
    fn kind(&self) -> OrganisationKind {
        self.kind.into()
    }

    /// The organisation itself; null, without an error, for who may not see it.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        super::store::find(&Request::of(context)?.access, self.id).await
    }
}
