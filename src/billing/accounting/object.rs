//! A batch of vouchers, for staff.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::accounting_batch;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::store::{self, Batch};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The format of an export of the bookkeeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "accounting_batch::Format")]
pub enum AccountingFormat {
    /// SIE 4I, which Swedish bookkeeping programs import.
    Sie,
    /// DATEV postings (EXTF, Buchungsstapel), which German tax advisers import.
    Datev,
    /// A JSON object a line for each voucher.
    Ndjson,
}

/// Vouchers of days in a file that is kept as it was made.
pub struct AccountingBatch {
    row: Arc<Batch>,
    issuer: Decision,
}

impl AccountingBatch {
    /// The batches of an issuer, the newest first.
    pub async fn list(request: &Request, issuer: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, issuer.id(), page).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), issuer: issuer.clone() }))
    }
}

impl Find for AccountingBatch {
    const TYPE: Type = Type::AccountingBatch;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.issuer_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self { row, issuer: at }))
    }
}

impl Guarded for AccountingBatch {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.issuer.grants_at(side)
    }
}

/// Vouchers of days in a file that is kept as it was made.
#[guarded(exists(ACCOUNTING_READ))]
impl AccountingBatch {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::AccountingBatch.id(self.row.id)
    }

    /// The format of the file.
    #[public]
    fn format(&self) -> AccountingFormat {
        self.row.format.into()
    }

    /// The first day of its vouchers. Those that came too late for the batch of an earlier day are in it too.
    #[public]
    fn from(&self) -> Date {
        self.row.from_on
    }

    /// The last day of its vouchers.
    #[public]
    fn until(&self) -> Date {
        self.row.until_on
    }

    /// How many vouchers it has.
    #[public]
    fn voucher_count(&self) -> i32 {
        self.row.vouchers
    }

    /// The SHA-256 of the file, in hexadecimal digits.
    #[public]
    fn sha256(&self) -> &str {
        &self.row.sha256
    }

    /// The path of the file on this server. It can be fetched again and again, with the same credential as the API.
    #[public]
    fn url(&self) -> String {
        format!("/operator/accounting-batches/{}", Type::AccountingBatch.id(self.row.id).0)
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
