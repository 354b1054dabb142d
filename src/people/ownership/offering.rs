//! Making a transfer: the steps that an offer of an owner and a recovery by the operator share.

use chrono::TimeDelta;
use entity::ownership_transfer::Model;
use entity::user;
use sea_orm::DatabaseTransaction;

use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::locale::Locale;
use crate::mail::Recipient;
use crate::people::membership;

/// Writes a transfer. Refuses if the receiver is an owner already, if its maker has made too many, or if one is
/// pending. The caller has locked the organisation.
pub async fn make(tx: &DatabaseTransaction, row: &Model, receiver: Option<&user::Model>) -> Result<()> {
    if let Some(receiver) = receiver
        && let Some(member) = membership::store::find_of_user(tx, row.organisation_id, receiver.id).await?
        && membership::rules::is_owner(&member)
        && membership::rules::is_working(&member, row.created_at)
    {
        let message = [
            "This address already belongs to an owner.",
            "Diese Adresse gehört schon einem Inhaber.",
            "Den här adressen tillhör redan en ägare.",
        ];
        return Err(UserError::at("email", UserErrorCode::AlreadyMember, message).into());
    }
    if store::count_made_since(tx, row.offered_by_id, row.created_at - TimeDelta::days(1)).await? >= rules::A_DAY {
        let message = [
            format!("You have made {} transfers in a day. Wait before you make another.", rules::A_DAY),
            format!("Sie haben an einem Tag {} Übergaben begonnen. Warten Sie mit einer weiteren.", rules::A_DAY),
            format!("Du har gjort {} överlåtelser på ett dygn. Vänta innan du gör en till.", rules::A_DAY),
        ];
        return Err(UserError::general(UserErrorCode::TooMany, message).into());
    }
    if !store::create(tx, row.clone()).await? {
        let message = [
            "There is already a pending transfer. Withdraw it first.",
            "Eine Übergabe ist schon offen. Ziehen Sie sie zuerst zurück.",
            "En överlåtelse väntar redan på svar. Återta den först.",
        ];
        return Err(UserError::at("organisationId", UserErrorCode::Duplicate, message).into());
    }
    Ok(())
}

/// The recipient of the letter with the link. It is in the language of the receiver. If the address has no account, it
/// is in `otherwise`.
pub fn recipient(row: &Model, receiver: Option<&user::Model>, otherwise: Locale) -> Recipient {
    let locale = receiver.map_or(otherwise, |user| user.locale.into());
    Recipient { user: receiver.map(|user| user.id), address: row.email.clone(), locale }
}
