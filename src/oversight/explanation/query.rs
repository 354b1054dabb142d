//! Root fields that explain access.

use async_graphql::{Context, ID};
use macros::guarded;
use serde_json::{Value as Json, json};

use super::catalogue::{FieldsByPermission, PermissionInfo};
use super::explain::{AccessExplanation, Asked, Shown, explanation};
use super::store;

use crate::access::{GrantsAt, Guarded, Permission, Rule, Side, Subject, check};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::billing::invoice::Invoice;
use crate::graphql::act::Find;
use crate::graphql::request::{Request, service};
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};
use crate::people::api_key::{self, ApiKey, ApiKeyState};

/// The payer's side of an invoice, as if it were the only side.
struct AtPayer<'a>(&'a Invoice);

impl Guarded for AtPayer<'_> {
    fn grants_at(&self, _: Side) -> Option<GrantsAt> {
        self.0.grants_at(Side::Payer)
    }
}

/// Root fields that explain access.
#[derive(Default)]
pub struct ExplanationQuery;

#[guarded]
impl ExplanationQuery {
    /// Explains why somebody holds a permission at an organisation or not: the paths that grant it, or what blocked the
    /// closest paths and who could change that. Asking about somebody else needs `MEMBER_READ` there. If staff of the
    /// operator ask, it is recorded in the organisation's audit log. If you see only the card of the organisation, for
    /// example because the client delegates nothing, you can ask about yourself and about API keys that you see. The
    /// answer then covers only your own side: your role or key, and the partnership.
    #[finds(ORGANISATION_READ)]
    async fn explain_access(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the organisation.")] organisation_id: ID,
        #[graphql(desc = "The permission to explain.")] permission: Permission,
        #[graphql(desc = "Id of the user to ask about. Without it, the viewer.")] user_id: Option<ID>,
        #[graphql(
            desc = "Id of an API key to ask about, in place of a user. The viewer needs `API_KEY_READ` at the key's organisation."
        )]
        api_key_id: Option<ID>,
        #[graphql(
            desc = "Id of an invoice of the organisation. INVOICE_READ and INVOICE_PAY can also be granted at its payer. For somebody else, paths at the payer need `MEMBER_READ` there."
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
        let organisation = Organisation::find(request, key).await?;
        let own = request.actor().subject();
        let another = user.filter(|user| !matches!(own, Subject::User(own) if own == *user));
        let another_key = api_key.filter(|key| !matches!(own, Subject::Key { id, .. } if id == *key));
        let is_another = another.is_some() || another_key.is_some();
        match &organisation {
            Some(organisation) if is_another => check(organisation, OTHERS)?,
            Some(_) => {}
            // Of its own access, and that of its own keys, each side of a relation may know.
            None if another.is_none() && store::sees_card(request, key).await? => {}
            None => return Err(Error::NotFound),
        }
        let shown = if organisation.is_some() { Shown::Visible } else { Shown::OwnSide };
        let subject = another.map_or(own, Subject::User);
        let mut asked = Asked { subject, has_ended: false, permission, is_another, shown };
        if let Some(key) = another_key {
            let key = ApiKey::find(request, key).await?.ok_or(Error::NotFound)?;
            asked.subject = key.subject();
            asked.has_ended = api_key::state_at(key.model(), request.now()) != ApiKeyState::Active;
        }
        if is_another && shown == Shown::Visible {
            let asked_about = another.map(|user| id::Type::User.id(user)).or_else(|| api_key_id.clone());
            let mut event = Event::done("explainAccess", key, Some(Permission::MemberRead))
                .changing(Json::Null, json!({ "permission": permission.graphql_name() }));
            (event.object, event.person) = (asked_about, another);
            audit::record_look(request, event).await?;
        }
        let mut found = explanation(request, asked, key, Side::Organisation).await?;
        if let Some(invoice) = invoice {
            if !matches!(permission, Permission::InvoiceRead | Permission::InvoicePay) {
                let message = "Only INVOICE_READ and INVOICE_PAY can be granted at the payer of an invoice.";
                return Err(Error::InvalidInput(message.to_owned()));
            }
            let invoice = Invoice::find(request, invoice).await?.ok_or(Error::NotFound)?;
            if invoice.organisation_key() != key {
                return Err(Error::InvalidInput("The invoice is not for this organisation.".to_owned()));
            }
            // Other people's paths at the payer are shown only to askers who may see the members there.
            let is_open = !is_another || check(&AtPayer(&invoice), OTHERS).is_ok();
            if invoice.payer_key() != key && is_open {
                let by_payer = explanation(request, asked, invoice.payer_key(), Side::Payer).await?;
                found = found.or(by_payer);
            }
        }
        Ok(Some(found))
    }

    /// All permissions: what each one allows, what it implies, which fields need it, and which built-in roles hold it.
    #[public]
    async fn permission_catalogue(&self, context: &Context<'_>) -> Result<Option<Vec<PermissionInfo>>> {
        Ok(Some(service::<FieldsByPermission>(context)?.catalogue(Request::of(context)?.locale)))
    }
}
