//! Writing new clients: their rows, mails and audit events.

use chrono::TimeDelta;
use entity::ownership_transfer::{self, Kind};
use entity::{organisation, partnership};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::creating::{Known, Wanted};
use super::recipient::Recipients;
use super::store;
use crate::access::{Authorised, BuiltinRole, Permission, RoleRef};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::hash;
use crate::graphql::request::Work;
use crate::mail::{self, Letter, Recipient};
use crate::oversight::audit::{self, Event};
use crate::partners::custody::Custodian;
use crate::partners::partnership::{Parties, Terms, agreement, store as partnerships};
use crate::people::membership::store::NewMember;
use crate::people::outreach;
use crate::people::ownership;
use crate::people::user::mailbox;

/// A new client.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Made {
    /// The client.
    pub client: Uuid,
    /// The partnership with it; `None` for a client of the operator.
    pub partnership: Option<Uuid>,
}

/// Writes new clients of one reseller.
pub struct Writing<'a> {
    /// The transaction.
    pub work: &'a Work<'a>,
    /// The reseller, which is locked.
    pub reseller: &'a Authorised,
    /// The person who holds ownership until the owners accept.
    pub custodian: &'a Custodian,
    /// Name of the mutation.
    pub action: &'a str,
}

/// The rows of all new clients.
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
    /// Writes all clients and returns them in their order. The number of statements does not depend on the number of
    /// clients.
    pub async fn write(&self, wanted: &[Wanted], known: &Known) -> Result<Vec<Made>> {
        let work = self.work;
        let codes = store::free_codes(work.tx, work.random, wanted.len()).await?;
        let mut rows = Rows::default();
        let made = wanted.iter().zip(codes).map(|(wanted, code)| self.add(&mut rows, wanted, code, known)).collect();
        store::create(work.tx, work.random, work.now, rows.organisations, rows.members).await?;
        partnerships::create(work.tx, rows.partnerships).await?;
        store::offer(work.tx, rows.transfers).await?;
        store::bill(work.tx, rows.recipients).await?;
        outreach::spend(work, rows.letters.len()).await?;
        mail::queue(work.tx, work.random, work.now, rows.letters).await?;
        audit::record_all(work, rows.of_reseller).await?;
        audit::record_beginnings(work, rows.of_clients).await?;
        Ok(made)
    }

    fn add(&self, rows: &mut Rows, wanted: &Wanted, code: String, known: &Known) -> Made {
        let (now, random, reseller) = (self.work.now, self.work.random, self.reseller.id());
        let client = random.id(now);
        rows.organisations.push(organisation::Model {
            id: client,
            name: wanted.name.clone(),
            kind: wanted.kind,
            state: organisation::State::Active,
            code,
            created_at: now,
        });
        let partnership = wanted.terms.map(|terms| {
            let parties = Parties { reseller, client };
            let mut agreed = agreement::new_row(random, now, parties, &wanted.name, terms, wanted.reference.clone());
            agreed.template_id = wanted.template;
            let id = agreed.id;
            rows.partnerships.push(agreed);
            id
        });
        // A custodian who is also the named owner owns the client at once, without custody.
        let own = wanted.owner.as_ref().is_some_and(|(address, _)| address.mailbox() == mailbox(&self.custodian.email));
        let owner = NewMember {
            id: random.id(now),
            organisation_id: client,
            user_id: self.custodian.user,
            partnership_id: None,
            expires_at: None,
            roles: vec![RoleRef::Builtin(BuiltinRole::Owner)],
        };
        rows.members.push((owner, (!own).then_some(reseller)));
        if !own {
            self.offer(rows, wanted, client, known);
        }
        if let Some(recipient) = &wanted.recipient {
            let by = (reseller, self.work.request.actor().user_id());
            rows.recipients.add(random, (now, self.work.today()), (client, &wanted.name), recipient, by);
        }
        let after = json!({
            "name": wanted.name,
            "partnership": partnership.map(|id| Type::Partnership.id(id).0),
            "delegation": wanted.terms.map(Terms::audit_snapshot),
            "template": wanted.template.map(|id| Type::DelegationTemplate.id(id).0),
            "reference": wanted.reference,
            "isOffered": wanted.owner.is_some(),
            "payer": wanted.is_paid_for().then(|| Type::Organisation.id(reseller).0),
        });
        let event = Event::done(self.action, reseller, Some(Permission::ClientCreate));
        let event = event.to(Type::Organisation.id(client)).changing(Json::Null, after);
        let of_client = Event { organisation: client, permission: None, ..event.clone() };
        rows.of_clients.push(match partnership {
            Some(partnership) => of_client.through(partnership),
            None => of_client.by_staff(),
        });
        rows.of_reseller.push(event);
        Made { client, partnership }
    }

    /// Offers ownership to the future owner, who gets a mail with a link.
    fn offer(&self, rows: &mut Rows, wanted: &Wanted, client: Uuid, known: &Known) {
        let Some((address, locale)) = &wanted.owner else { return };
        let (now, random) = (self.work.now, self.work.random);
        let token = random.secret();
        let user = known.get(address.mailbox());
        let row = ownership_transfer::Model {
            id: random.id(now),
            organisation_id: client,
            kind: Kind::Offer,
            state: ownership_transfer::State::Offered,
            email: address.as_str().to_owned(),
            mailbox: address.mailbox().to_owned(),
            token_hash: hash(&token),
            offered_by_id: self.custodian.user,
            leaves: true,
            reason: None,
            accepted_user_id: None,
            opens_at: now,
            expires_at: now + TimeDelta::days(self.work.request.config.organisations.transfer_days),
            answered_at: None,
            created_at: now,
        };
        let locale = user.map_or(*locale, |user| user.locale.into());
        let to = Recipient { user: user.map(|user| user.id), address: row.email.clone(), locale };
        let url = self.work.request.config.link("ownership", &token);
        let by = &self.reseller.row().name;
        rows.letters.push((to, ownership::offer_letter(locale, by, &wanted.name, row.expires_at, &url)));
        rows.transfers.push(row);
    }
}
