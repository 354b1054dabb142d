//! The rows of new clients, and everything that is written with them.

use crate::base::error::Result;
use chrono::TimeDelta;
use entity::ownership_transfer::{self, Kind};
use entity::{organisation, partnership};
use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::create::{Known, Wanted};
use super::recipient::Recipients;
use super::store;
use crate::access::{BuiltinRole, Decision, Permission, RoleRef};
use crate::base::config::Config;
use crate::base::id::Type;
use crate::base::random::{Random, hash};
use crate::graphql::request::Request;
use crate::mail::{self, Letter, Recipient};
use crate::oversight::audit::{self, Event};
use crate::partners::custody::Keeper;
use crate::partners::partnership::{Parties, contract, store as partnerships};
use crate::people::membership::store::NewMember;
use crate::people::ownership;

/// What was created.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The client.
    pub client: Uuid,
    /// The partnership with it.
    pub partnership: Uuid,
}

/// Writes new clients of one reseller.
pub struct Writing<'a> {
    /// The request.
    pub request: &'a Request,
    /// Ids, codes and secrets.
    pub random: &'a Random,
    /// The settings.
    pub config: &'a Config,
    /// The reseller, locked.
    pub reseller: &'a Decision,
    /// Who keeps the places of the owners.
    pub keeper: &'a Keeper,
    /// The mutation.
    pub action: &'a str,
}

/// The rows of all of them.
#[derive(Default)]
struct Rows {
    organisations: Vec<organisation::Model>,
    partnerships: Vec<partnership::Model>,
    members: Vec<(NewMember, Option<Uuid>)>,
    transfers: Vec<ownership_transfer::Model>,
    letters: Vec<(Recipient, Letter)>,
    recipients: Recipients,
    of_reseller: Vec<Event>,
    of_clients: Vec<Event>,
}

impl Writing<'_> {
    /// Writes all of them, in as many statements for many as for one, and gives what was created, in their order.
    pub async fn write(&self, tx: &DatabaseTransaction, wanted: &[Wanted], known: &Known) -> Result<Vec<Made>> {
        let codes = store::free_codes(tx, self.random, wanted.len()).await?;
        let mut rows = Rows::default();
        let made = wanted.iter().zip(codes).map(|(wanted, code)| self.add(&mut rows, wanted, code, known)).collect();
        store::create(tx, self.random, self.request.now(), rows.organisations, rows.members).await?;
        partnerships::create(tx, rows.partnerships).await?;
        store::offer(tx, rows.transfers).await?;
        store::bill(tx, rows.recipients).await?;
        mail::queue(tx, self.random, self.request.now(), rows.letters).await?;
        audit::record_all(&self.request.work(tx), rows.of_reseller).await?;
        audit::record_beginnings(&self.request.work(tx), rows.of_clients).await?;
        Ok(made)
    }

    fn add(&self, rows: &mut Rows, wanted: &Wanted, code: String, known: &Known) -> Made {
        let (now, reseller) = (self.request.now(), self.reseller.row.id);
        let client = self.random.id(now);
        rows.organisations.push(organisation::Model {
            id: client,
            name: wanted.name.clone(),
            kind: wanted.kind,
            state: organisation::State::Active,
            code,
            created_at: now,
        });
        let parties = Parties { reseller, client };
        let reference = wanted.reference.clone();
        let mut agreed = contract::new(self.random, now, parties, &wanted.name, wanted.terms, reference);
        agreed.template_id = wanted.template;
        let partnership = agreed.id;
        rows.partnerships.push(agreed);
        // Who creates a client for themselves keeps nothing for anybody.
        let own = wanted.owner.as_ref().is_some_and(|(address, _)| address.as_str() == self.keeper.email);
        let owner = NewMember {
            id: self.random.id(now),
            organisation_id: client,
            user_id: self.keeper.user,
            partnership_id: None,
            expires_at: None,
            roles: vec![RoleRef::Builtin(BuiltinRole::Owner)],
        };
        rows.members.push((owner, (!own).then_some(reseller)));
        if !own {
            self.offer(rows, wanted, client, known);
        }
        if let Some(recipient) = &wanted.recipient {
            let by = (reseller, self.request.actor().user_id());
            rows.recipients.add(self.random, now, (client, &wanted.name), recipient, by);
        }
        let after = json!({
            "name": wanted.name,
            "partnership": Type::Partnership.id(partnership).0,
            "delegation": wanted.terms.described(),
            "template": wanted.template.map(|id| Type::DelegationTemplate.id(id).0),
            "reference": wanted.reference,
            "isOffered": wanted.owner.is_some(),
            "payer": wanted.is_paid_for().then(|| Type::Organisation.id(reseller).0),
        });
        let act = Event::done(self.action, reseller, Some(Permission::ClientCreate));
        let act = act.to(Type::Organisation.id(client)).changing(Json::Null, after);
        rows.of_clients.push(Event { organisation: client, permission: None, ..act.clone() }.through(partnership));
        rows.of_reseller.push(act);
        Made { client, partnership }
    }

    /// The one who is to own it gets a mail with a link.
    fn offer(&self, rows: &mut Rows, wanted: &Wanted, client: Uuid, known: &Known) {
        let Some((address, locale)) = &wanted.owner else { return };
        let (now, token) = (self.request.now(), self.random.secret());
        let user = known.get(address.as_str());
        let row = ownership_transfer::Model {
            id: self.random.id(now),
            organisation_id: client,
            kind: Kind::Offer,
            state: ownership_transfer::State::Offered,
            email: address.as_str().to_owned(),
            token_hash: hash(&token),
            offered_by_id: self.keeper.user,
            leaves: true,
            reason: None,
            accepted_user_id: None,
            opens_at: now,
            expires_at: now + TimeDelta::days(self.config.organisations.transfer_days),
            answered_at: None,
            created_at: now,
        };
        let locale = user.map_or(*locale, |user| user.locale.into());
        let to = Recipient { user: user.map(|user| user.id), address: row.email.clone(), locale };
        let url = self.config.link("ownership", &token);
        let by = &self.reseller.row.name;
        rows.letters.push((to, ownership::offer_letter(locale, by, &wanted.name, row.expires_at, &url)));
        rows.transfers.push(row);
    }
}
