//! Which members can act, which owners an organisation can rely on, and how the last owner is protected. Pure
//! functions.

use async_graphql::Enum;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::store::Member;
use crate::access::{BuiltinRole, Counting, Lapsed};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::id::Type;
use crate::people::role::rules::{grants_of, names};

/// Whether a membership gives anything at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum MembershipState {
    /// It gives what its roles hold.
    Active,
    /// It has reached its own end, and gives nothing.
    Expired,
    /// What it depends on is over, and so it gives nothing. `endedBecause` says what that is.
    Ended,
}

/// What a membership depended on that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum MembershipEnd {
    /// The partnership through which it was given is over.
    PartnershipOver,
    /// It was given through a partnership, and the person is no longer with the reseller: their own membership there has
    /// expired or ended.
    ResellerMembershipLost,
    /// It held ownership for a reseller, and the person may no longer create clients there, or it is no active reseller.
    CustodyLost,
}

impl From<Lapsed> for MembershipEnd {
    fn from(lapsed: Lapsed) -> Self {
        match lapsed {
            Lapsed::Partnership(_) => Self::PartnershipOver,
            Lapsed::Reseller => Self::ResellerMembershipLost,
            Lapsed::Custody => Self::CustodyLost,
        }
    }
}

/// The state of a membership at the moment; `lapsed` says whether what it depends on is over.
pub fn state_at(member: &Member, lapsed: Option<MembershipEnd>, now: DateTimeUtc) -> MembershipState {
    match member.expires_at {
        Some(end) if end <= now => MembershipState::Expired,
        _ if lapsed.is_some() => MembershipState::Ended,
        _ => MembershipState::Active,
    }
}

/// Whether the member is an OWNER, even one who cannot act.
pub fn is_owner(member: &Member) -> bool {
    crate::people::role::rules::includes(&member.roles, BuiltinRole::Owner)
}

/// Whether the member can act at the moment.
pub fn is_working(member: &Member, now: DateTimeUtc) -> bool {
    let has_lapsed = Counting::new(&member.places, now).lapsed_at(member.organisation_id).is_some();
    is_standing(member, now) && !has_lapsed
}

/// The same without regard to what the membership depends on: who is offered the ownership that somebody holds in custody
/// can accept it, also after that custody has lapsed.
pub fn is_standing(member: &Member, now: DateTimeUtc) -> bool {
    member.is_active && member.expires_at.is_none_or(|end| now < end)
}

/// Whether the organisation can rely on the member as an OWNER. The member can act, and the membership does not end
/// with a partnership.
pub fn is_working_owner(member: &Member, now: DateTimeUtc) -> bool {
    is_owner(member) && member.partnership_id.is_none() && is_working(member, now)
}

/// Whether a change gives the member something new: a permission, the role OWNER, or more time.
pub fn gives(old: &Member, new: &Member) -> bool {
    let holds_more = !grants_of(&new.roles).without(grants_of(&old.roles)).is_empty();
    let lasts_longer = old.expires_at.is_some_and(|end| new.expires_at.is_none_or(|later| later > end));
    holds_more || lasts_longer || (is_owner(new) && !is_owner(old))
}

/// Refuses to end the membership `ending` if it is that of the last OWNER. `admins` are the owners and admins of the
/// organisation.
pub fn require_another_owner(admins: &[Member], ending: Uuid, now: DateTimeUtc) -> Result<(), UserError> {
    let concerns_an_owner = admins.iter().any(|member| member.id == ending && is_owner(member));
    let has_another = admins.iter().any(|member| member.id != ending && is_working_owner(member, now));
    if has_another || !concerns_an_owner {
        return Ok(());
    }
    let message = [
        "This is the last owner. Make somebody else an owner first, or hand the organisation over with offerOwnership.",
        "Das ist die letzte Inhaberschaft. Machen Sie zuerst jemand anderen zum OWNER, oder übergeben Sie die Organisation mit offerOwnership.",
        "Det är den sista ägaren. Gör först någon annan till OWNER, eller lämna över organisationen med offerOwnership.",
    ];
    Err(UserError::general(UserErrorCode::LastOwner, message))
}

/// A membership as the audit log records it.
pub fn audit_snapshot(member: &Member) -> Json {
    json!({
        "user": Type::User.id(member.user_id).0,
        "name": member.name,
        "roles": names(&member.roles),
        "expiresAt": member.expires_at,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::access::{HeldRole, Holdings, Kind, RoleRef};
    use crate::base::locale::Locale;

    fn member(number: u128, role: BuiltinRole) -> Member {
        Member {
            id: Uuid::from_u128(number),
            organisation_id: Uuid::nil(),
            user_id: Uuid::from_u128(number + 100),
            name: String::new(),
            email: String::new(),
            created_at: DateTimeUtc::UNIX_EPOCH,
            expires_at: None,
            roles: vec![HeldRole::builtin(role, Kind::Company)],
            is_active: true,
            has_second_factor: false,
            locale: Locale::En,
            partnership_id: None,
            custody_reseller_id: None,
            places: Holdings::default(),
        }
    }

    #[test]
    fn fewer_rights_or_an_earlier_end_give_nothing() {
        let day = |number: i64| Some(DateTimeUtc::UNIX_EPOCH + TimeDelta::days(number));
        let admin = member(1, BuiltinRole::Admin);
        let given = |new: Member| gives(&admin, &new);
        assert!(!given(admin.clone()) && !given(member(1, BuiltinRole::Member)));
        assert!(!given(Member { expires_at: day(1), ..admin.clone() }));
        assert!(given(member(1, BuiltinRole::Owner)));
        let ending = Member { expires_at: day(2), ..admin.clone() };
        let until = |end| gives(&ending, &Member { expires_at: end, ..admin.clone() });
        assert!(until(None) && until(day(3)) && !until(day(2)) && !until(day(1)));
        // A custom role may hold as much as OWNER, and does not make an owner.
        let owner = member(1, BuiltinRole::Owner);
        let custom = RoleRef::Custom { id: Uuid::nil(), name: String::new() };
        let like_one = Member { roles: vec![HeldRole { role: custom, sets: owner.roles[0].sets }], ..owner.clone() };
        assert!(gives(&like_one, &owner) && !gives(&owner, &like_one));
    }

    #[test]
    fn an_owner_can_go_only_if_another_lasting_one_stays() {
        let now = DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1);
        let first = member(1, BuiltinRole::Owner);
        let goes = |other: Member| require_another_owner(&[first.clone(), other], first.id, now).is_ok();
        assert!(goes(member(2, BuiltinRole::Owner)));
        assert!(!goes(member(2, BuiltinRole::Admin)));
        assert!(!goes(Member { is_active: false, ..member(2, BuiltinRole::Owner) }));
        assert!(!goes(Member { expires_at: Some(now), ..member(2, BuiltinRole::Owner) }));
        assert!(!goes(Member { partnership_id: Some(Uuid::nil()), ..member(2, BuiltinRole::Owner) }));
        let disabled = Member { is_active: false, ..first.clone() };
        assert!(require_another_owner(&[disabled], first.id, now).is_err(), "a disabled owner is protected too");
        assert!(
            require_another_owner(&[first], Uuid::from_u128(2), now).is_ok(),
            "members who are not owners can always go"
        );
    }
}
