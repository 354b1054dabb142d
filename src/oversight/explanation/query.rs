//! Root fields that explain.

use async_graphql::{Context, ID, Object};
use macros::guarded;
use serde_json::{Value as Json, json};

use super::catalogue::{FieldsByPermission, PermissionInfo};
use super::object::AccessExplanation;
use super::store::{self, Asked};
use crate::access::{GrantsAt, Guarded, Permission, Rule, Side, Subject, check};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::base::random::Random;
use crate::billing::invoice::{self, Invoice};
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::people::api_key::{self, ApiKeyState};

/// The payer's side of an invoice, as if it were the only one.
struct AtPayer<'a>(&'a Invoice);

impl Guarded for AtPayer<'_> {
    fn grants_at(&self, _: Side) -> Option<GrantsAt> {
        self.0.grants_at(Side::Payer)
    }
}

/// Root fields that explain.
#[derive(Default)]
pub struct ExplanationQuery;

#[guarded]
#[Object]
impl ExplanationQuery {
    /// Why somebody may or may not do something at an organisation: the paths that grant it, or what stopped the
    /// nearest ones and who could change it. About others than oneself it needs `member:read` there; where staff of the
    /// operator asks, that stands in the organisation's audit log.
    #[finds(ORGANISATION_READ)]
    async fn explain_access(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where.")] organisation_id: ID,
        #[graphql(desc = "To do what.")] permission: Permission,
        #[graphql(desc = "Whose access; the viewer's if not given.")] user_id: Option<ID>,
        #[graphql(
            desc = "The API key whose access, in place of a user: one that the viewer may see, which needs `api_key:read` where it belongs."
        )]
        api_key_id: Option<ID>,
        #[graphql(
            desc = "An invoice for the organisation: INVOICE_READ and INVOICE_PAY may come by way of its payer as well; of others that is told with `member:read` there."
        )]
        invoice_id: Option<ID>,
    ) -> Result<Option<AccessExplanation>> {
        const OTHERS: &[Rule] = &[Rule { permission: Permission::MemberRead, side: Side::Organisation }];
        let request = Request::of(context)?;
        let key = id::Type::Organisation.parse(&organisation_id)?;
        let user = user_id.map(|user| id::Type::User.parse(&user)).transpose()?;
        let api_key = api_key_id.as_ref().map(|key| id::Type::ApiKey.parse(key)).transpose()?;
        if user.is_some() && api_key.is_some() {
            return Err(Error::InvalidInput("Ask about a user or about an API key, not about both.".to_owned()));
        }
        let invoice = invoice_id.map(|invoice| id::Type::Invoice.parse(&invoice)).transpose()?;
        let organisation = organisation::store::find(&request.access, key).await?.ok_or(Error::NotFound)?;
        let own = request.actor().subject();
        let another = user.filter(|user| !matches!(own, Subject::User(own) if own == *user));
        let another_key = api_key.filter(|key| !matches!(own, Subject::Key { id, .. } if id == *key));
        let is_another = another.is_some() || another_key.is_some();
        if is_another {
            check(&organisation, OTHERS)?;
        }
        let mut asked = Asked { subject: another.map_or(own, Subject::User), has_ended: false, permission, is_another };
        if let Some(key) = another_key {
            let key = api_key::store::find(request, key).await?.ok_or(Error::NotFound)?;
            asked.subject = key.subject();
            asked.has_ended = api_key::state(key.model(), request.now()) != ApiKeyState::Active;
        }
        if is_another {
            let asked_about = another.map(|user| id::Type::User.id(user)).or_else(|| api_key_id.clone());
            let mut act = Event::done("explainAccess", key, Some(Permission::MemberRead))
                .changing(Json::Null, json!({ "permission": permission.text() }));
            (act.object, act.person) = (asked_about, another);
            audit::record_look(request, service::<Random>(context)?, act).await?;
        }
        let mut found = store::explanation(request, asked, key, Side::Organisation).await?;
        if let Some(invoice) = invoice {
            if !matches!(permission, Permission::InvoiceRead | Permission::InvoicePay) {
                let message = "Only INVOICE_READ and INVOICE_PAY come by way of the payer of an invoice.";
                return Err(Error::InvalidInput(message.to_owned()));
            }
            let invoice = invoice::store::find(request, invoice).await?.ok_or(Error::NotFound)?;
            if invoice.organisation_key() != key {
                return Err(Error::InvalidInput("The invoice is not for this organisation.".to_owned()));
            }
            // What others may do at the payer is for those who may see the members there.
            let is_open = !is_another || check(&AtPayer(&invoice), OTHERS).is_ok();
            if invoice.payer_key() != key && is_open {
                let by_payer = store::explanation(request, asked, invoice.payer_key(), Side::Payer).await?;
                found = found.or(by_payer);
            }
        }
        Ok(Some(found))
    }

    /// All permissions: what each opens, what it brings along, which fields need it and which built-in roles hold it.
    #[public]
    async fn permission_catalogue(&self, context: &Context<'_>) -> Result<Option<Vec<PermissionInfo>>> {
        Ok(Some(service::<FieldsByPermission>(context)?.catalogue()))
    }
}
