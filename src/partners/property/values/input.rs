//! What the mutations of values take and give.

use async_graphql::{ID, InputObject, SimpleObject};

use super::super::value::PropertyInput;
use crate::access::directive;
use crate::base::error::UserError;
use crate::partners::partnership::Partnership;

/// Values of one client.
#[derive(InputObject)]
pub struct SetClientPropertiesInput {
    /// Id of the partnership with the client.
    pub partnership_id: ID,
    /// The properties to set, each once: 1 to 100. Others stay as they are.
    pub properties: Vec<PropertyInput>,
}

/// Values of one of many clients.
#[derive(InputObject)]
pub struct ClientPropertiesInput {
    /// Id of the partnership with the client.
    pub partnership_id: ID,
    /// The properties to set, each once: 1 to 100. Others stay as they are.
    pub properties: Vec<PropertyInput>,
}

/// Values of many clients.
#[derive(InputObject)]
pub struct SetManyClientPropertiesInput {
    /// Id of the reseller, or of its organisation.
    pub reseller_id: ID,
    /// What to set: 1 to 500 rows, each of another client.
    pub rows: Vec<ClientPropertiesInput>,
    /// Only says what would be done: nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The client with its values.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SetClientPropertiesPayload {
    /// The partnership with the client; null if nothing was set.
    pub partnership: Option<Partnership>,
    /// Why nothing was set: everything that is wrong.
    pub user_errors: Vec<UserError>,
}

/// What became of one row.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ClientPropertiesResult {
    /// Its place in the input, from 0 on.
    pub index: i32,
    /// The partnership with the client; null if nothing was set, and in a dry run.
    pub partnership: Option<Partnership>,
    /// Why nothing of the row was set, or would be: everything that is wrong with it.
    pub user_errors: Vec<UserError>,
}

/// What became of each row.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SetManyClientPropertiesPayload {
    /// One for each row of the input, in its order. What is wrong with one does not stop the others.
    pub results: Vec<ClientPropertiesResult>,
    /// Why none at all was looked at.
    pub user_errors: Vec<UserError>,
}
