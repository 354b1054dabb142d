//! Making a batch of the bookkeeping.

use async_graphql::InputObject;
use entity::accounting_batch::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::export::{self, Moment};
use super::object::{AccountingBatch, AccountingFormat};
use super::store::{self, Span};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::base::random::hash_of_bytes;
use crate::billing::invoice::require_issuer;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The days of the batch.
#[derive(InputObject)]
pub struct CreateAccountingBatchInput {
    /// The first day.
    pub from: Date,
    /// The last day: one that is over.
    pub until: Date,
    /// The format of the file.
    pub format: AccountingFormat,
}

/// The batch.
#[payload]
pub struct CreateAccountingBatchPayload {
    /// The batch; null if none was made.
    pub batch: Option<AccountingBatch>,
}

/// Writes all vouchers of days into a file that is kept. Each document, payment and refund is in one batch of a format. What
/// came too late for the batch of its day is in the next one, so nothing is missed and nothing is imported twice.
/// `Operator.accountingBatches` lists the batches, and each can be fetched again.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn create_accounting_batch(
    act: ActOn<'_, Operator>,
    input: CreateAccountingBatchInput,
) -> Result<CreateAccountingBatchPayload> {
    let (from, until, format) = (input.from, input.until, input.format.into());
    let wrong = |code, message: Message| Error::from(UserError::at("until", code, message));
    export::check(from, until).map_err(|why| wrong(UserErrorCode::InvalidInput, why.into()))?;
    if until >= act.request.today() {
        let message = [
            "A batch has days that are over. Give yesterday or an earlier day.",
            "Ein Stapel hat Tage, die vorbei sind. Geben Sie gestern oder einen früheren Tag an.",
            "En bunt har dagar som är över. Ange i går eller en tidigare dag.",
        ];
        return Err(wrong(UserErrorCode::TooEarly, message.into()));
    }
    let id: Uuid = act
        .locked(async |work, at| {
            let issuer = require_issuer(work, at.id()).await?;
            let open = store::unbatched(work.tx, at.id(), format).await?;
            let mut days = from.iter_days().take_while(|day| *day <= until);
            let is_known = days.all(|day| open.has_batch_of(day));
            let span = Span { unbatched: Some(open), ..Span::new(at.id(), from, until) };
            let moment = Moment::of(work.now, &work.request.config.billing);
            let file = export::write(work.tx, &issuer, &span, format, moment).await.map_err(|error| match error {
                Error::User(unwritable) => wrong(UserErrorCode::InvalidInput, unwritable.message),
                other => other,
            })?;
            if is_known && file.sources.is_empty() {
                let message = [
                    "These days are in batches of this format already, and nothing came late. Fetch them again.",
                    "Diese Tage sind schon in Stapeln dieses Formats, und nichts kam später dazu. Holen Sie diese noch \
                     einmal.",
                    "De här dagarna finns redan i buntar i det här formatet, och inget har kommit till. Hämta dem igen.",
                ];
                return Err(wrong(UserErrorCode::Duplicate, message.into()));
            }
            let row = Model {
                id: work.random.id(work.now),
                issuer_id: at.id(),
                format,
                from_on: from,
                until_on: until,
                vouchers: i32::try_from(file.vouchers).unwrap_or(i32::MAX),
                sha256: hash_of_bytes(&file.bytes),
                bytes: file.bytes,
                created_at: work.now,
            };
            let after = json!({ "format": format!("{:?}", input.format), "from": from, "until": until,
                                "vouchers": row.vouchers, "sha256": row.sha256 });
            let id = row.id;
            store::create(work.tx, row, &file.sources).await?;
            let event = act.event().to(Type::AccountingBatch.id(id));
            audit::record(work, event.changing(Json::Null, after)).await?;
            Ok(id)
        })
        .await?;
    Ok(CreateAccountingBatchPayload { batch: AccountingBatch::find(act.request, id).await?, ..Default::default() })
}
