//! The first account of an installation: an owner of the organisation that runs the platform.

use entity::{membership, membership_role, organisation, user};
use serde_json::{Value as Json, json};

use super::rows::Rows;
use super::store;
use crate::access::BuiltinRole;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::oversight::audit::{self, Event};
use crate::people::user::{Address, Passwords};

/// Creates an owner of the operator, and the operator itself if there is none yet. Returns the password, which is not
/// stored.
pub async fn operator(
    db: &Db,
    passwords: &Passwords,
    clock: &Clock,
    random: &Random,
    email: &str,
    name: &str,
) -> Result<String> {
    let Some(address) = Address::parse(email) else {
        return Err(Error::InvalidInput(format!("{email:?} is not an e-mail address.")));
    };
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::InvalidInput("Give the name of the person.".to_owned()));
    }
    let password = random.secret();
    let password_hash = passwords.hash(password.clone()).await?;
    let now = clock.now();
    let owner = user::Model {
        id: random.id(now),
        email: address.as_str().to_owned(),
        mailbox: address.mailbox().to_owned(),
        name: name.to_owned(),
        name_folded: collation::fold(name),
        password_hash,
        email_verified_at: Some(now),
        state: user::State::Active,
        created_at: now,
        locale: user::Locale::En,
        erased_at: None,
    };
    db.write(async |transaction| {
        if store::is_taken(transaction, &owner.email).await? {
            let message = format!("{} already has an account. Choose another address.", owner.email);
            return Err(Error::Conflict(message));
        }
        let mut rows = Rows::default();
        let operator = if let Some(id) = store::find_operator(transaction).await? {
            id
        } else {
            let row = organisation::Model {
                id: random.id(now),
                name: "Operator".to_owned(),
                kind: organisation::Kind::Operator,
                state: organisation::State::Active,
                code: random.code(),
                created_at: now,
            };
            let id = row.id;
            rows.organisations.push(row);
            id
        };
        let membership = membership::Model {
            id: random.id(now),
            organisation_id: operator,
            user_id: owner.id,
            partnership_id: None,
            expires_at: None,
            created_at: now,
            custody_reseller_id: None,
        };
        rows.membership_roles.push(membership_role::Model {
            id: random.id(now),
            organisation_id: operator,
            membership_id: membership.id,
            builtin: Some(BuiltinRole::Owner.name().to_owned()),
            role_id: None,
        });
        rows.memberships.push(membership);
        rows.users.push(owner.clone());
        rows.write(transaction).await?;
        let act = Event::done("operator create", operator, None).to(Type::User.id(owner.id));
        let act = act.changing(Json::Null, json!({ "name": owner.name, "roles": [BuiltinRole::Owner.name()] }));
        audit::record_by_system(transaction, random, now, act).await?;
        Ok(())
    })
    .await?;
    Ok(password)
}

#[cfg(test)]
mod tests {
    use sea_orm::prelude::Uuid;

    use super::super::test_db::TestDb;
    use super::*;
    use crate::access::{Access, Actor, Permission};

    #[tokio::test]
    async fn the_first_owner_creates_the_operator_and_the_second_joins_it() {
        let test = TestDb::open().await;
        let (clock, random) = (Clock::System, Random::seeded(1));
        let make = async |email: &str| operator(&test.db, &test.passwords, &clock, &random, email, "Pia Rask").await;
        let first = make(" Pia@Operator.example ").await.unwrap();
        let second = make("sam@operator.example").await.unwrap();
        assert!(first.len() >= 40 && first != second);
        let taken = make("pia@operator.example").await.unwrap_err();
        assert!(matches!(taken, Error::Conflict(_)), "{taken:?}");
        assert!(matches!(make("pia").await.unwrap_err(), Error::InvalidInput(_)));

        let by_system = "SELECT COUNT(*) FROM audit_event WHERE actor_kind = 'SYSTEM' AND action = 'operator create'";
        assert_eq!(test.count(by_system).await, 2);

        let sql = "SELECT m.organisation_id, m.user_id FROM membership m";
        let rows = test.db.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let (organisation, user): (Uuid, Uuid) = row.try_get_many_by_index().unwrap();
            let access = Access::new(test.db.clone(), TestDb::actor(user), clock.now());
            assert!(matches!(access.actor(), Actor::User(_)));
            let decision = access.look(organisation).await.unwrap().unwrap();
            assert!(decision.grants.has(Permission::OrganisationSuspend));
        }
        test.close().await;
    }
}
