//! Setting properties of one client.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::set_values::{Row, set_values};
use super::value::PropertyInput;
use crate::base::error::{Result, UserError};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::partners::partnership::Partnership;

/// New values of one client.
#[derive(InputObject)]
pub struct SetClientPropertiesInput {
    /// Id of the partnership with the client.
    pub partnership_id: ID,
    /// The properties to set, each once: 1 to 100. Others stay as they are.
    pub properties: Vec<PropertyInput>,
}

/// The client with its new values.
#[payload]
pub struct SetClientPropertiesPayload {
    /// The partnership with the client; null if nothing was set.
    pub partnership: Option<Partnership>,
}

/// Sets several properties of one client at once. If one value is wrong, none is set, and `userErrors` has all mistakes.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE at RESELLER, on = input.partnership_id)]
async fn set_client_properties(
    act: ActOn<'_, Partnership>,
    input: SetClientPropertiesInput,
) -> Result<SetClientPropertiesPayload> {
    let key = Type::Partnership.parse(&input.partnership_id)?;
    let properties = input.properties.iter().map(PropertyInput::read).collect();
    let rows = [Row { partnership: Ok(key), properties }];
    let outcomes = act.locked(async |work, at| set_values(work, &at, &act.event(), &rows, false).await).await?;
    let errors = outcomes.into_iter().filter_map(std::result::Result::err).flatten();
    let user_errors: Vec<UserError> = errors.map(|error| super::set_many::inside(&["input"], error)).collect();
    let partnership = if user_errors.is_empty() { Partnership::find(act.request, key).await? } else { None };
    Ok(SetClientPropertiesPayload { partnership, user_errors })
}
