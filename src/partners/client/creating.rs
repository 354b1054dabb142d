//! Creating one client or many. Each row is checked on its own, and the valid rows are written together. The number of
//! statements does not depend on the number of rows.

use std::collections::{HashMap, HashSet};

use entity::organisation::Kind;
use entity::user;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::recipient::Recipient;
use super::rows::{Made, Writing};
use super::store;
use crate::access::Authorised;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::locale::Locale;
use crate::base::text;
use crate::billing::payer;
use crate::graphql::request::Work;
use crate::organisation::require_active;
use crate::partners::custody::{self, Custodian};
use crate::partners::partnership::agreement::require_fit;
use crate::partners::partnership::{Delegation, Parties, Terms, store as partnerships, terms};
use crate::partners::template;
use crate::people::outreach::Allowance;
use crate::people::user::Address;

/// How many clients one mutation creates.
pub const MOST_AT_ONCE: usize = 500;
/// How many organisations are offered to one address in a day.
const MOST_TO_ONE_ADDRESS: i64 = 100;

/// The new client, which is `None` in a dry run; or the mistake in the row.
pub type Outcome = Result<Option<Made>, UserError>;

/// The users by their mailboxes.
pub type Known = HashMap<String, user::Model>;

/// A client to create, not checked yet.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: Kind,
    /// What it delegates; if nothing is given, what its template asks for.
    pub delegation: Option<Delegation>,
    /// Its delegation template, or the error for an id that names none.
    pub template: Option<Result<Uuid, UserError>>,
    /// When the partnership ends.
    pub ends_at: Option<DateTimeUtc>,
    /// The address of the future owner.
    pub owner_email: Option<String>,
    /// The language of mail to that address.
    pub locale: Locale,
    /// Where its invoices go, if not to itself.
    pub recipient: Option<Recipient>,
    /// The reseller's reference number for it.
    pub reference: Option<String>,
}

/// A row that is valid on its own.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: Kind,
    /// The terms of the partnership. A client of the operator has none.
    pub terms: Option<Terms>,
    /// The address of the future owner, and the language of mail to it.
    pub owner: Option<(Address, Locale)>,
    /// The reseller's reference number for it.
    pub reference: Option<String>,
    /// Its delegation template.
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

/// Checks the rows and creates the valid ones, unless it is a dry run. Outcomes are in the order of the rows. The
/// caller has locked the graph of partnerships and the reseller. The operator creates clients like a reseller, but without
/// partnerships.
pub async fn create_all(
    work: &Work<'_>,
    at: &Authorised,
    action: &str,
    rows: &[NewClient],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    let custodian = find_custodian(work, at).await?;
    let templates = load_templates(work, at, rows).await?;
    let checked: Vec<Result<Wanted, UserError>> = rows.iter().map(|row| check(work, row, &templates, at)).collect();
    let checked = check_together(work, at, checked).await?;
    let known = store::users(work.tx, &mailboxes(&checked)).await?;
    let valid: Vec<Wanted> = checked.iter().filter_map(|row| row.as_ref().ok().cloned()).collect();
    let mut made = Vec::new();
    if !dry_run && !valid.is_empty() {
        made = Writing { work, reseller: at, custodian: &custodian, action }.write(&valid, &known).await?;
    }
    let mut made = made.into_iter();
    Ok(checked.into_iter().map(|row| row.map(|_| made.next())).collect())
}

/// The person who holds ownership of the new clients. Refuses an organisation that cannot create clients.
async fn find_custodian(work: &Work<'_>, at: &Authorised) -> Result<Custodian> {
    require_active(at.row())?;
    match at.row().kind {
        // A new client has no clients of its own, so one check is enough for all rows.
        Kind::Reseller => require_fit(work, Parties { reseller: at.id(), client: Uuid::nil() }).await?,
        // The operator's implicit partnership fits everybody.
        Kind::Operator => {}
        Kind::Person | Kind::Company | Kind::Project => {
            let message = [
                "Only a reseller can have clients. Ask to become one with requestReseller.",
                "Nur ein Reseller kann Kunden haben. Beantragen Sie mit requestReseller, einer zu werden.",
                "Bara en återförsäljare kan ha kunder. Ansök med requestReseller om att bli det.",
            ];
            return Err(UserError::at("organisationId", UserErrorCode::NotAReseller, message).into());
        }
    }
    let custodian = custody::custodian(work.tx, at.id(), work.request.actor(), work.now).await?;
    custodian.ok_or_else(|| {
        let message = [
            "It has no owner who can act, so nobody could hold ownership of its clients.",
            "Sie hat keinen Inhaber, der handeln kann. Daher könnte niemand die Inhaberschaft ihrer Kunden halten.",
            "Den har ingen ägare som kan agera, så ingen skulle kunna hålla ägarskapet för dess kunder.",
        ];
        UserError::at("organisationId", UserErrorCode::StaleState, message).into()
    })
}

/// The terms of the reseller's delegation templates that the rows use.
async fn load_templates(work: &Work<'_>, at: &Authorised, rows: &[NewClient]) -> Result<HashMap<Uuid, Terms>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.template.as_ref()?.as_ref().ok().copied()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = template::store::load_all(work.tx, at.id(), &ids).await?;
    Ok(found.into_iter().map(|row| (row.id, template::terms(&row))).collect())
}

/// Checks a row on its own.
fn check(
    work: &Work<'_>,
    row: &NewClient,
    templates: &HashMap<Uuid, Terms>,
    at: &Authorised,
) -> Result<Wanted, UserError> {
    let name = text::name("name", &row.name)?;
    let (terms, template) = if at.row().kind == Kind::Operator {
        refuse_terms(row)?;
        (None, None)
    } else {
        let (terms, template) = check_terms(work, row, templates)?;
        (Some(terms), template)
    };
    let owner = match &row.owner_email {
        None => None,
        Some(typed) => Some((Address::read("ownerEmail", typed)?, row.locale)),
    };
    let reference = row.reference.as_deref().map(|typed| text::reference("reference", typed)).transpose()?;
    let recipient = row.recipient.as_ref().map(|recipient| recipient.check(at)).transpose()?;
    Ok(Wanted { name, kind: row.kind, terms, owner, reference, template, recipient })
}

/// Refuses what only a partnership has, because the operator needs none.
fn refuse_terms(row: &NewClient) -> Result<(), UserError> {
    for (field, is_given) in [
        ("delegation", row.delegation.is_some()),
        ("delegationTemplateId", row.template.is_some()),
        ("endsAt", row.ends_at.is_some()),
        ("reference", row.reference.is_some()),
    ] {
        if is_given {
            let message = [
                "The operator reaches its clients without a partnership. Leave this out.",
                "Der Betreiber erreicht seine Kunden ohne Partnerschaft. Lassen Sie das weg.",
                "Operatören når sina kunder utan partnerskap. Utelämna detta.",
            ];
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
    }
    Ok(())
}

/// The terms of the partnership of a new client with a reseller, and its template.
fn check_terms(
    work: &Work<'_>,
    row: &NewClient,
    templates: &HashMap<Uuid, Terms>,
) -> Result<(Terms, Option<Uuid>), UserError> {
    let template = match row.template.clone().transpose()? {
        Some(key) if !templates.contains_key(&key) => return Err(unknown_template()),
        template => template,
    };
    let terms = match (&row.delegation, template.and_then(|key| templates.get(&key))) {
        (Some(delegation), _) => Terms::default().with(delegation, "delegation")?,
        (None, Some(terms)) => *terms,
        (None, None) => {
            let message = [
                "Say what the client delegates: give a delegation or a template.",
                "Sagen Sie, was der Kunde überträgt: Geben Sie delegation oder eine Vorlage an.",
                "Säg vad kunden delegerar: ange delegation eller en mall.",
            ];
            return Err(UserError::at("delegation", UserErrorCode::InvalidInput, message));
        }
    };
    let ends_at = terms::end(row.ends_at, work.now, work.request.config.partnerships)?;
    Ok((Terms { ends_at, ..terms }, template))
}

/// Checks the rows against each other and against the database.
async fn check_together(
    work: &Work<'_>,
    at: &Authorised,
    mut rows: Vec<Result<Wanted, UserError>>,
) -> Result<Vec<Result<Wanted, UserError>>> {
    let references: Vec<&str> = rows.iter().flatten().filter_map(|wanted| wanted.reference.as_deref()).collect();
    let taken = partnerships::taken_references(work.tx, at.id(), &references).await?;
    let mut offered = store::offered_lately(work.tx, &mailboxes(&rows), work.now).await?;
    let is_to_pay = rows.iter().flatten().any(Wanted::is_paid_for);
    let unpayable = if is_to_pay { payer::new_client_obstacle(work.tx, work.request, at.id()).await? } else { None };
    let mut used = HashSet::new();
    let allowance = Allowance::load(work).await?;
    let mut mails = 0;
    for row in &mut rows {
        let Ok(wanted) = row else { continue };
        let duplicate = wanted.reference.as_ref().and_then(|reference| match taken.get(reference) {
            Some(name) => Some(taken_by(name)),
            None if used.insert(reference.clone()) => None,
            None => {
                let message = [
                    "Another client in this list has the same reference.",
                    "Ein anderer Kunde in dieser Liste hat dieselbe Nummer.",
                    "En annan kund i listan har samma referens.",
                ];
                Some(UserError::at("reference", UserErrorCode::Duplicate, message))
            }
        });
        let unpaid = unpayable.as_ref().filter(|_| wanted.is_paid_for());
        if let Some(error) = duplicate.or_else(|| unpaid.cloned()) {
            *row = Err(error);
            continue;
        }
        if let Some((address, _)) = &wanted.owner {
            let count = offered.entry(address.mailbox().to_owned()).or_default();
            *count += 1;
            if *count > MOST_TO_ONE_ADDRESS {
                let message = [
                    format!(
                        "{MOST_TO_ONE_ADDRESS} organisations were offered to this address in a day. Try again tomorrow."
                    ),
                    format!(
                        "Dieser Adresse wurden an einem Tag {MOST_TO_ONE_ADDRESS} Organisationen angeboten. Versuchen \
                         Sie es morgen wieder."
                    ),
                    format!(
                        "Den här adressen har erbjudits {MOST_TO_ONE_ADDRESS} organisationer på ett dygn. Försök igen \
                         i morgon."
                    ),
                ];
                *row = Err(UserError::at("ownerEmail", UserErrorCode::TooMany, message));
            } else if let Err(error) = allowance.require(mails + 1) {
                *row = Err(error);
            } else {
                mails += 1;
            }
        }
    }
    Ok(rows)
}

fn mailboxes(rows: &[Result<Wanted, UserError>]) -> Vec<String> {
    let owners = rows.iter().flatten().filter_map(|wanted| wanted.owner.as_ref());
    let mut mailboxes: Vec<String> = owners.map(|(address, _)| address.mailbox().to_owned()).collect();
    mailboxes.sort_unstable();
    mailboxes.dedup();
    mailboxes
}

/// The error for a delegation template that is not the reseller's.
pub fn unknown_template() -> UserError {
    UserError::at(
        "delegationTemplateId",
        UserErrorCode::Unknown,
        [
            "The reseller has no such template.",
            "Der Reseller hat keine solche Vorlage.",
            "Återförsäljaren har ingen sådan mall.",
        ],
    )
}

/// The error for a reference number that the client with this name has.
pub fn taken_by(name: &str) -> UserError {
    UserError::at(
        "reference",
        UserErrorCode::Duplicate,
        [
            format!("{name} already has this reference. Choose another."),
            format!("{name} hat diese Nummer schon. Wählen Sie eine andere."),
            format!("{name} har redan den här referensen. Välj en annan."),
        ],
    )
}
