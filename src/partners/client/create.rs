//! Creating clients, for one and for many alike: each row is judged by itself, and what is right is written together, in as
//! many statements for many as for one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::Context;
use entity::organisation::Kind;
use entity::user;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::input::NewClientInput;
use super::recipient::{self, Recipient};
use super::reference;
use super::rows::{Made, Writing};
use super::store;
use crate::access::{Decision, Permission};
use crate::base::config::Config;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::base::text;
use crate::billing::payer;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::partners::custody::{self, Keeper};
use crate::partners::partnership::contract::misfit;
use crate::partners::partnership::{Parties, Terms, store as partnerships, terms};
use crate::partners::template;
use crate::people::user::Address;

/// So many are created by one mutation at most.
pub const AT_ONCE: usize = 500;
/// So many organisations are offered to one address in a day by this way at most.
const TO_ONE_ADDRESS: i64 = 100;

/// What was created, or nothing in a dry run; or what is wrong with the row.
pub type Outcome = Result<Option<Made>, UserError>;

/// A row with which nothing is wrong by itself.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// What sort of organisation.
    pub kind: Kind,
    /// What it lets through.
    pub terms: Terms,
    /// Who is to own it.
    pub owner: Option<(Address, Locale)>,
    /// The reseller's own number of it.
    pub reference: Option<String>,
    /// The class of clients that it belongs to.
    pub template: Option<Uuid>,
    /// Where its invoices go, if not to itself.
    pub recipient: Option<Recipient>,
}

impl Wanted {
    /// Whether the reseller pays for it.
    pub const fn is_paid_for(&self) -> bool {
        matches!(self.recipient, Some(Recipient::Reseller))
    }
}

/// Judges the rows and creates what it can. A row keeps its place.
pub async fn create(
    context: &Context<'_>,
    reseller: Uuid,
    action: &str,
    rows: &[NewClientInput],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    let request = Request::of(context)?;
    let config = service::<Arc<Config>>(context)?;
    let random = service::<Random>(context)?;
    let batch = Batch { request, random, config, reseller, action };
    request.write(async |tx| batch.write(tx, rows, dry_run).await).await
}

/// What the rows of one mutation have in common.
struct Batch<'a> {
    request: &'a Request,
    random: &'a Random,
    config: &'a Config,
    reseller: Uuid,
    action: &'a str,
}

impl Batch<'_> {
    async fn write(&self, tx: &DatabaseTransaction, rows: &[NewClientInput], dry_run: bool) -> Result<Vec<Outcome>> {
        let all = |error: UserError| Ok(rows.iter().map(|_| Err(error.clone())).collect());
        partnerships::lock_graph(tx).await?;
        let access = &self.request.access;
        let at = organisation::store::lock_to_act(tx, access, self.reseller, Permission::ClientCreate).await?;
        let keeper = match self.keeper(tx, &at).await? {
            Ok(keeper) => keeper,
            Err(error) => return all(error),
        };
        let templates = self.templates(tx, rows).await?;
        let judged: Vec<Result<Wanted, UserError>> = rows.iter().map(|row| self.read(row, &templates, &at)).collect();
        let judged = self.among_each_other(tx, judged).await?;
        let known = store::users(tx, &addresses(&judged)).await?;
        let good: Vec<Wanted> = judged.iter().filter_map(|row| row.as_ref().ok().cloned()).collect();
        let mut made = Vec::new();
        if !dry_run && !good.is_empty() {
            let writing = Writing {
                request: self.request,
                random: self.random,
                config: self.config,
                reseller: &at,
                keeper: &keeper,
                action: self.action,
            };
            made = writing.write(tx, &good, &known).await?;
        }
        let mut made = made.into_iter();
        Ok(judged.into_iter().map(|row| row.map(|_| made.next())).collect())
    }

    /// Who keeps the places of the owners; or why nobody creates clients here.
    async fn keeper(&self, tx: &DatabaseTransaction, at: &Decision) -> Result<Result<Keeper, UserError>> {
        if let Some(error) = halted(&at.row) {
            return Ok(Err(error));
        }
        if at.row.kind != Kind::Reseller {
            let message = "Only a reseller has clients: ask for it with requestReseller.";
            return Ok(Err(UserError::at("organisationId", UserErrorCode::NotAReseller, message)));
        }
        // Something new has nobody below it, so one question answers for all.
        let parties = Parties { reseller: at.row.id, client: Uuid::nil() };
        if let Some(error) = misfit(tx, self.request, parties).await? {
            return Ok(Err(error));
        }
        let keeper = custody::keeper(tx, at.row.id, self.request.actor(), self.request.now()).await?;
        Ok(keeper.ok_or_else(|| {
            let message =
                "The reseller has no owner who can act, so nobody could keep the places of its clients' owners.";
            UserError::at("organisationId", UserErrorCode::StaleState, message)
        }))
    }

    /// Those of the reseller's templates that occur in the rows.
    async fn templates(&self, tx: &DatabaseTransaction, rows: &[NewClientInput]) -> Result<HashMap<Uuid, Terms>> {
        let ids: Vec<Uuid> = rows
            .iter()
            .filter_map(|row| Type::DelegationTemplate.parse(row.delegation_template_id.as_ref()?).ok())
            .collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = template::store::load_all(tx, self.reseller, &ids).await?;
        Ok(found.into_iter().map(|row| (row.id, template::store::terms(&row))).collect())
    }

    /// What is wrong with a row by itself.
    fn read(&self, row: &NewClientInput, templates: &HashMap<Uuid, Terms>, at: &Decision) -> Result<Wanted, UserError> {
        let name = text::name("name", &row.name)?;
        let template = match &row.delegation_template_id {
            None => None,
            Some(id) => {
                let key = Type::DelegationTemplate.parse(id).ok().filter(|key| templates.contains_key(key));
                let unknown = || {
                    let message = "The reseller has no such template.";
                    UserError::at("delegationTemplateId", UserErrorCode::Unknown, message)
                };
                Some(key.ok_or_else(unknown)?)
            }
        };
        let terms = match (&row.delegation, template.and_then(|key| templates.get(&key))) {
            (Some(delegation), _) => Terms::default().with(delegation, "delegation")?,
            (None, Some(terms)) => *terms,
            (None, None) => {
                let message = "Say what the client lets through: by a delegation, or by a template.";
                return Err(UserError::at("delegation", UserErrorCode::InvalidInput, message));
            }
        };
        let ends_at = terms::end(row.ends_at, self.request.now(), self.config.partnerships)?;
        let owner = match &row.owner_email {
            None => None,
            Some(typed) => Some((Address::read("ownerEmail", typed)?, row.locale)),
        };
        let reference = row.reference.as_deref().map(|typed| text::reference("reference", typed)).transpose()?;
        let kind = organisation::OrganisationKind::from(row.kind).into();
        Ok(Wanted {
            name,
            kind,
            terms: Terms { ends_at, ..terms },
            owner,
            reference,
            template,
            recipient: recipient::read(row.recipient.as_ref(), at)?,
        })
    }

    /// What is wrong with rows because of others, in the list or already there.
    async fn among_each_other(
        &self,
        tx: &DatabaseTransaction,
        mut judged: Vec<Result<Wanted, UserError>>,
    ) -> Result<Vec<Result<Wanted, UserError>>> {
        let references: Vec<&str> = judged.iter().flatten().filter_map(|wanted| wanted.reference.as_deref()).collect();
        let taken = store::references(tx, self.reseller, &references).await?;
        let mut offered = store::offered_lately(tx, &addresses(&judged), self.request.now()).await?;
        let is_to_pay = judged.iter().flatten().any(Wanted::is_paid_for);
        let unpayable = if is_to_pay { payer::unfit_for_another(tx, self.request, self.reseller).await? } else { None };
        let mut used = HashSet::new();
        for row in &mut judged {
            let Ok(wanted) = row else { continue };
            let duplicate = wanted.reference.as_ref().and_then(|number| match taken.get(number) {
                Some(name) => Some(reference::taken(name)),
                None if used.insert(number.clone()) => None,
                None => {
                    let message = "Another client in this list has the same number.";
                    Some(UserError::at("reference", UserErrorCode::Duplicate, message))
                }
            });
            let unpaid = unpayable.as_ref().filter(|_| wanted.is_paid_for());
            if let Some(error) = duplicate.or_else(|| unpaid.cloned()) {
                *row = Err(error);
                continue;
            }
            if let Some((address, _)) = &wanted.owner {
                let count = offered.entry(address.as_str().to_owned()).or_default();
                *count += 1;
                if *count > TO_ONE_ADDRESS {
                    let message =
                        format!("To this address {TO_ONE_ADDRESS} organisations were offered in a day. Wait.");
                    *row = Err(UserError::at("ownerEmail", UserErrorCode::TooMany, message));
                }
            }
        }
        Ok(judged)
    }
}

fn addresses(judged: &[Result<Wanted, UserError>]) -> Vec<String> {
    let owners = judged.iter().flatten().filter_map(|wanted| wanted.owner.as_ref());
    let mut addresses: Vec<String> = owners.map(|(address, _)| address.as_str().to_owned()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// The users by their addresses.
pub type Known = HashMap<String, user::Model>;
