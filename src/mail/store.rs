//! The outbox in the database.

use entity::outgoing_mail;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, Set};
use uuid::Uuid;

use super::letter::Letter;
use crate::locale::Locale;
use crate::random::Random;

/// Who a letter goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The user, if it is one.
    pub user: Option<Uuid>,
    /// The address.
    pub address: String,
    /// The language.
    pub locale: Locale,
}

/// Puts letters into the outbox, in the transaction of the act that they are about: one statement, or none.
pub async fn queue(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    letters: impl IntoIterator<Item = (Recipient, Letter)>,
) -> Result<(), DbErr> {
    let rows: Vec<outgoing_mail::ActiveModel> = letters
        .into_iter()
        .map(|(to, letter)| outgoing_mail::ActiveModel {
            id: Set(random.id(now)),
            user_id: Set(to.user),
            recipient: Set(to.address),
            body_text: Set(letter.text()),
            body_html: Set(letter.html(to.locale)),
            subject: Set(letter.subject),
            attempts: Set(0),
            next_attempt_at: Set(now),
            sent_at: Set(None),
            failed_at: Set(None),
            last_error: Set(None),
            created_at: Set(now),
        })
        .collect();
    if !rows.is_empty() {
        outgoing_mail::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}
