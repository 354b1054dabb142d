//! Setting the values of clients.

use async_graphql::{Context, ID, Object};
use macros::guarded;
use uuid::Uuid;

use super::input::{
    ClientPropertiesResult, SetClientPropertiesInput, SetClientPropertiesPayload, SetManyClientPropertiesInput,
    SetManyClientPropertiesPayload,
};
use super::reseller;
use super::set::{Row, set};
use crate::access::{Permission, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::partners::partnership;

/// Rows of one mutation.
const AT_ONCE: usize = 500;

/// Mutations of values of properties.
#[derive(Default)]
pub struct PropertyValueMutation;

#[guarded]
#[Object]
impl PropertyValueMutation {
    /// Sets properties of one client, several at once; all of them or, where one is wrong, none. The permission is needed
    /// at the reseller of the partnership.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn set_client_properties(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Values of one client.")] input: SetClientPropertiesInput,
    ) -> Result<Option<SetClientPropertiesPayload>> {
        let request = Request::of(context)?;
        let id = Type::Partnership.parse(&input.partnership_id)?;
        let found = partnership::store::find(request, id).await?.ok_or(Error::NotFound)?;
        found.reseller_seen().require(Permission::ClientPropertyManage)?;
        let reseller = found.reseller_seen().row.id;
        let rows = [Row { partnership: Ok(id), properties: &input.properties }];
        let user_errors = match set(context, reseller, "setClientProperties", &rows, false).await? {
            Err(error) => told(context, error),
            Ok(outcomes) => {
                let errors = outcomes.into_iter().filter_map(std::result::Result::err).flatten();
                errors.map(|error| inside(&["input"], error)).collect()
            }
        };
        if !user_errors.is_empty() {
            return Ok(Some(SetClientPropertiesPayload { partnership: None, user_errors }));
        }
        let partnership = partnership::store::find(request, id).await?;
        Ok(Some(SetClientPropertiesPayload { partnership, user_errors }))
    }

    /// The same for up to 500 clients at once, for example from a table. Each row is judged by itself: what is wrong with
    /// one does not stop the others.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn set_many_client_properties(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Values of many clients.")] input: SetManyClientPropertiesInput,
    ) -> Result<Option<SetManyClientPropertiesPayload>> {
        let request = Request::of(context)?;
        let refused = |error| {
            let user_errors = told(context, error);
            Ok(Some(SetManyClientPropertiesPayload { results: Vec::new(), user_errors }))
        };
        let reseller = reseller(request, &input.reseller_id).await?;
        if input.rows.is_empty() {
            return refused(UserError::at("rows", UserErrorCode::InvalidInput, "Give at least one row."));
        }
        if input.rows.len() > AT_ONCE {
            let message = format!("These are {}; set {AT_ONCE} at once at most.", input.rows.len());
            return refused(UserError::at("rows", UserErrorCode::TooMany, message));
        }
        let rows = input
            .rows
            .iter()
            .map(|row| Row { partnership: partnership_key(&row.partnership_id), properties: &row.properties });
        let rows: Vec<Row<'_>> = rows.collect();
        let outcomes = match set(context, reseller, "setManyClientProperties", &rows, input.dry_run).await? {
            Ok(outcomes) => outcomes,
            Err(error) => return refused(error),
        };
        let written = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().copied());
        let written: Vec<Uuid> = if input.dry_run { Vec::new() } else { written.collect() };
        let mut found = partnership::store::find_all(request, written).await?;
        let results = outcomes.into_iter().enumerate().map(|(index, outcome)| {
            let place = index.to_string();
            let (partnership, errors) = match outcome {
                Ok(id) => (found.remove(&id), Vec::new()),
                Err(errors) => (None, errors),
            };
            ClientPropertiesResult {
                index: i32::try_from(index).unwrap_or(i32::MAX),
                partnership,
                user_errors: errors.into_iter().map(|error| inside(&["input", "rows", &place], error)).collect(),
            }
        });
        Ok(Some(SetManyClientPropertiesPayload { results: results.collect(), user_errors: Vec::new() }))
    }
}

fn partnership_key(id: &ID) -> Result<Uuid, UserError> {
    Type::Partnership.parse(id).map_err(|error| UserError {
        field: Some(vec!["partnershipId".to_owned()]),
        ..UserError::general(UserErrorCode::InvalidInput, error.to_string())
    })
}

/// The same mistake, with its field inside of this one.
fn inside(path: &[&str], mut error: UserError) -> UserError {
    let outer = path.iter().map(|&part| part.to_owned());
    error.field = error.field.map(|inner| outer.chain(inner).collect());
    error
}
