//! Setting properties of many clients.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload, public_object};
use uuid::Uuid;

use super::object::ClientTable;
use super::set_values::{Row, set_values};
use super::value::PropertyInput;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::{Type, wrong_id};
use crate::graphql::act::ActOn;
use crate::partners::partnership::Partnership;

/// How many rows one mutation takes.
const MOST_ROWS: usize = 500;

/// New values of one of many clients.
#[derive(InputObject)]
pub struct ClientPropertiesInput {
    /// Id of the partnership with the client.
    pub partnership_id: ID,
    /// The properties to set, each once: 1 to 100. Others stay as they are.
    pub properties: Vec<PropertyInput>,
}

/// New values of many clients.
#[derive(InputObject)]
pub struct SetManyClientPropertiesInput {
    /// Id of the reseller, or of its organisation.
    pub reseller_id: ID,
    /// The clients and their new values: 1 to 500 rows, each about another client.
    pub rows: Vec<ClientPropertiesInput>,
    /// Whether to check the rows only. Nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The outcome of one row.
#[public_object]
pub struct ClientPropertiesResult {
    /// Index of the row in the input, from 0.
    pub index: i32,
    /// The partnership with the client; null if nothing was set, and in a dry run.
    pub partnership: Option<Partnership>,
    /// Everything that is wrong with the row; empty if it is fine.
    pub user_errors: Vec<UserError>,
}

/// The outcome of each row.
#[payload]
pub struct SetManyClientPropertiesPayload {
    /// One result for each row, in the order of the input. A wrong row does not stop the others.
    pub results: Vec<ClientPropertiesResult>,
}

/// Sets properties of up to 500 clients at once, for example from a spreadsheet. Each row succeeds or fails by itself.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE, on = input.reseller_id)]
async fn set_many_client_properties(
    act: ActOn<'_, ClientTable>,
    input: SetManyClientPropertiesInput,
) -> Result<SetManyClientPropertiesPayload> {
    if input.rows.is_empty() {
        return Err(UserError::at(
            "rows",
            UserErrorCode::InvalidInput,
            ["Give at least one row.", "Geben Sie mindestens eine Zeile an.", "Ange minst en rad."],
        )
        .into());
    }
    if input.rows.len() > MOST_ROWS {
        let message = [
            format!("You gave {} rows. Give at most {MOST_ROWS}.", input.rows.len()),
            format!("Sie haben {} Zeilen angegeben. Geben Sie höchstens {MOST_ROWS} an.", input.rows.len()),
            format!("Du angav {} rader. Ange högst {MOST_ROWS}.", input.rows.len()),
        ];
        return Err(UserError::at("rows", UserErrorCode::TooMany, message).into());
    }
    let rows = input.rows.iter().map(|row| Row {
        partnership: partnership_key(&row.partnership_id),
        properties: row.properties.iter().map(PropertyInput::read).collect(),
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let steps = act.locked(async |work, at| set_values(work, &at, &act.event(), &rows, input.dry_run).await);
    let outcomes = steps.await?;
    let written = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().copied());
    let written: Vec<Uuid> = if input.dry_run { Vec::new() } else { written.collect() };
    let mut found = Partnership::find_all(act.request, written).await?;
    let results = outcomes.into_iter().enumerate().map(|(index, outcome)| {
        let row = index.to_string();
        let (partnership, errors) = match outcome {
            Ok(id) => (found.remove(&id), Vec::new()),
            Err(errors) => (None, errors),
        };
        ClientPropertiesResult {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            partnership,
            user_errors: errors.into_iter().map(|error| inside(&["input", "rows", &row], error)).collect(),
        }
    });
    Ok(SetManyClientPropertiesPayload { results: results.collect(), ..Default::default() })
}

fn partnership_key(id: &ID) -> Result<Uuid, UserError> {
    Type::Partnership.parse(id).map_err(|error| UserError {
        field: Some(vec!["partnershipId".to_owned()]),
        ..UserError::general(UserErrorCode::InvalidInput, wrong_id(&error))
    })
}

/// Puts the path of a row before the field of its error.
pub fn inside(path: &[&str], mut error: UserError) -> UserError {
    let outer = path.iter().map(|&part| part.to_owned());
    error.field = error.field.map(|inner| outer.chain(inner).collect());
    error
}
