//! Who is an OWNER that an organisation can count on, and what must not be done to the last of them.

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::choice::together;
use super::store::Member;
use crate::access::{BuiltinRole, HeldRole};
use crate::base::error::{UserError, UserErrorCode};

/// Whether the roles have a built-in one among them.
pub fn includes(roles: &[HeldRole], role: BuiltinRole) -> bool {
    roles.iter().any(|held| held.role.builtin() == Some(role))
}

/// Whether the member is an OWNER, works or not.
pub fn is_owner(member: &Member) -> bool {
    includes(&member.roles, BuiltinRole::Owner)
}

/// Whether the member can act at the moment.
pub fn is_working(member: &Member, now: DateTimeUtc) -> bool {
    member.is_active && member.expires_at.is_none_or(|end| now < end)
}

/// Whether the member is an OWNER that the organisation can count on: it does not end with a partnership, has not
/// ended, and its user may act.
pub fn is_working_owner(member: &Member, now: DateTimeUtc) -> bool {
    is_owner(member) && member.partnership_id.is_none() && is_working(member, now)
}

/// Whether a change gives the member anything that it did not have: more to hold, the place of an OWNER, or more time.
pub fn gives(old: &Member, new: &Member) -> bool {
    let holds_more = !together(&new.roles).without(together(&old.roles)).is_empty();
    let lasts_longer = old.expires_at.is_some_and(|end| new.expires_at.is_none_or(|later| later > end));
    holds_more || lasts_longer || (is_owner(new) && !is_owner(old))
}

/// Refuses to take the OWNER out of a membership where no other would be left. `leaders` are those of the organisation.
pub fn keeps_an_owner(leaders: &[Member], without: Uuid, now: DateTimeUtc) -> Result<(), UserError> {
    let concerns_an_owner = leaders.iter().any(|member| member.id == without && is_owner(member));
    let has_another = leaders.iter().any(|member| member.id != without && is_working_owner(member, now));
    if has_another || !concerns_an_owner {
        return Ok(());
    }
    let message =
        "This is the last owner. Make somebody else an owner first, or hand the ownership on: offerOwnership.";
    Err(UserError::general(UserErrorCode::LastOwner, message))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::access::{Kind, RoleRef};
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
            locale: Locale::En,
            partnership_id: None,
            custody_reseller_id: None,
        }
    }

    #[test]
    fn who_holds_less_or_ends_sooner_is_given_nothing() {
        let day = |number: i64| Some(DateTimeUtc::UNIX_EPOCH + TimeDelta::days(number));
        let admin = member(1, BuiltinRole::Admin);
        let given = |new: Member| gives(&admin, &new);
        assert!(!given(admin.clone()) && !given(member(1, BuiltinRole::Member)));
        assert!(!given(Member { expires_at: day(1), ..admin.clone() }));
        assert!(given(member(1, BuiltinRole::Owner)));
        let ending = Member { expires_at: day(2), ..admin.clone() };
        let until = |end| gives(&ending, &Member { expires_at: end, ..admin.clone() });
        assert!(until(None) && until(day(3)) && !until(day(2)) && !until(day(1)));
        // A custom role may hold as much as an owner, and is not the place of one.
        let owner = member(1, BuiltinRole::Owner);
        let custom = RoleRef::Custom { id: Uuid::nil(), name: String::new() };
        let like_one = Member { roles: vec![HeldRole { role: custom, sets: owner.roles[0].sets }], ..owner.clone() };
        assert!(gives(&like_one, &owner) && !gives(&owner, &like_one));
    }

    #[test]
    fn only_an_owner_who_lasts_lets_another_go() {
        let now = DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1);
        let first = member(1, BuiltinRole::Owner);
        let goes = |other: Member| keeps_an_owner(&[first.clone(), other], first.id, now).is_ok();
        assert!(goes(member(2, BuiltinRole::Owner)));
        assert!(!goes(member(2, BuiltinRole::Admin)));
        assert!(!goes(Member { is_active: false, ..member(2, BuiltinRole::Owner) }));
        assert!(!goes(Member { expires_at: Some(now), ..member(2, BuiltinRole::Owner) }));
        assert!(!goes(Member { partnership_id: Some(Uuid::nil()), ..member(2, BuiltinRole::Owner) }));
        let disabled = Member { is_active: false, ..first.clone() };
        assert!(keeps_an_owner(&[disabled], first.id, now).is_err(), "one who is disabled counts when it goes");
        assert!(keeps_an_owner(&[first], Uuid::from_u128(2), now).is_ok(), "others may always go");
    }
}
