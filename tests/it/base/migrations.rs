//! Migrations lead from nothing to the tables of the entities, back to nothing, and up again.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Schema};

use tenantry::people::user::Address;

use crate::world::{World, now, with_empty_database};

/// The tables of the migrations themselves.
const JOURNAL: &str = "seaql_migrations";

/// Makes the table of each entity; a table without one here fails the test.
async fn db_make_tables(world: &World) {
    async fn make(world: &World, entity: impl EntityTrait) {
        let table = Schema::new(world.db().backend()).create_table_from_entity(entity);
        world.db().writer().execute(&table).await.unwrap();
    }
    macro_rules! each {
        ($($name:ident),* $(,)?) => { $(make(world, entity::$name::Entity).await;)* };
    }
    each!(
        api_key,
        audit_chain,
        audit_event,
        billing_contact,
        billing_details,
        client_view,
        invitation,
        invitation_role,
        invoice,
        invoice_line,
        link,
        log_in_attempt,
        membership,
        membership_role,
        organisation,
        organisation_halt,
        outgoing_mail,
        ownership_transfer,
        delegation_template,
        partnership,
        partnership_proposal,
        reseller_programme,
        reseller_request,
        payer,
        property_definition,
        property_value,
        recovery_code,
        refresh_token,
        role,
        second_factor,
        service,
        session,
        sign_in_policy,
        subscription,
        throttle,
        user,
    );
}

/// Table, column, whether it may be NULL, and on PostgreSQL its type (one kind of text is as good as another).
async fn columns(world: &World) -> BTreeSet<String> {
    let sql = if world.db().backend() == DbBackend::Postgres {
        "SELECT table_name || '.' || column_name || ' ' || is_nullable || ' ' || \
         CASE data_type WHEN 'text' THEN 'character varying' ELSE data_type END \
         FROM information_schema.columns WHERE table_schema = 'public'"
    } else {
        "SELECT m.name || '.' || c.name || ' ' || CASE WHEN c.\"notnull\" OR c.pk THEN 'NO' ELSE 'YES' END \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    };
    world.texts(sql).await.into_iter().filter(|column| !column.starts_with(JOURNAL)).collect()
}

async fn tables(world: &World) -> Vec<String> {
    world.db_tables().await.into_iter().filter(|table| table != JOURNAL).collect()
}

#[test]
fn migrations_run_up_and_down_and_up_again() {
    with_empty_database(async |world| {
        let db = world.db().writer();
        assert_eq!(tables(&world).await, Vec::<String>::new());
        Migrator::up(db, None).await.unwrap();
        let first = columns(&world).await;
        assert!(first.len() > 100, "{first:?}");
        Migrator::down(db, None).await.unwrap();
        assert_eq!(tables(&world).await, Vec::<String>::new());
        Migrator::up(db, None).await.unwrap();
        assert_eq!(columns(&world).await, first);
        // Each step can be undone by itself.
        for _ in 0..Migrator::migrations().len() {
            Migrator::down(db, Some(1)).await.unwrap();
        }
        assert_eq!(tables(&world).await, Vec::<String>::new());
    });
}

#[test]
fn the_tables_have_the_columns_of_the_entities() {
    with_empty_database(async |world| {
        let db = world.db().writer();
        Migrator::up(db, None).await.unwrap();
        let migrated = columns(&world).await;
        Migrator::down(db, None).await.unwrap();
        db_make_tables(&world).await;
        let described = columns(&world).await;
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
        assert_eq!(only(&migrated, &described), Vec::<String>::new(), "in the migrations only");
        assert_eq!(only(&described, &migrated), Vec::<String>::new(), "in the entities only");
    });
}

/// The number of migrations up to and including the one whose name ends like this.
fn count_up_to(name: &str) -> u32 {
    let place = Migrator::migrations().iter().position(|migration| migration.name().ends_with(name)).unwrap();
    u32::try_from(place + 1).unwrap()
}

/// A user from before mailboxes had one form.
async fn db_old_user(world: &World, number: u128, email: &str) {
    let sql = "INSERT INTO \"user\" (id, email, name, password_hash, state, created_at, locale) \
               VALUES ($1, $2, 'Old', '', 'ACTIVE', $3, 'EN')";
    world.db_execute(sql, [uuid::Uuid::from_u128(number).into(), email.into(), now().into()]).await;
}

#[test]
fn old_addresses_get_their_mailboxes() {
    with_empty_database(async |world| {
        let db = world.db().writer();
        Migrator::up(db, Some(count_up_to("_mailboxes") - 1)).await.unwrap();
        for (number, email) in [
            (1, "ada@example.org"),
            (2, "straße@xn--exmple-cua.org"),
            (3, "erased-1@erased.invalid"),
            (4, "no address"),
        ] {
            db_old_user(&world, number, email).await;
        }
        let (organisation, inviter) = (uuid::Uuid::from_u128(9), uuid::Uuid::from_u128(1));
        let sql = "INSERT INTO organisation (id, name, kind, state, code, created_at) \
                   VALUES ($1, 'Old', 'COMPANY', 'ACTIVE', 'OLD', $2)";
        world.db_execute(sql, [organisation.into(), now().into()]).await;
        for (number, email) in [(11, "strasse@exämple.org"), (12, "straße@exämple.org")] {
            let sql = "INSERT INTO invitation (id, organisation_id, email, locale, state, token_hash, inviter_user_id, \
                       times_sent, sent_at, expires_at, created_at) \
                       VALUES ($1, $2, $3, 'EN', 'PENDING', $3, $4, 1, $5, $5, $5)";
            let id = uuid::Uuid::from_u128(number);
            world.db_execute(sql, [id.into(), organisation.into(), email.into(), inviter.into(), now().into()]).await;
        }
        Migrator::up(db, None).await.unwrap();
        let users = world.texts("SELECT email || ' ' || mailbox FROM \"user\" ORDER BY id").await;
        let expected = [
            "ada@example.org ada@example.org",
            "straße@exämple.org strasse@exämple.org",
            "erased-1@erased.invalid erased-1@erased.invalid",
            "no address no address",
        ];
        assert_eq!(users, expected);
        let invitations = world.texts("SELECT mailbox || ' ' || state FROM invitation ORDER BY id").await;
        assert_eq!(invitations, ["strasse@exämple.org EXPIRED", "strasse@exämple.org PENDING"]);
    });
}

#[test]
fn accounts_with_one_mailbox_are_reported_and_nothing_is_migrated() {
    with_empty_database(async |world| {
        let db = world.db().writer();
        Migrator::up(db, Some(count_up_to("_mailboxes") - 1)).await.unwrap();
        db_old_user(&world, 1, "ada@exämple.org").await;
        db_old_user(&world, 2, "ada@xn--exmple-cua.org").await;
        db_old_user(&world, 3, "bob@xn--exmple-cua.org").await;
        let before = columns(&world).await;
        let told = Migrator::up(db, None).await.unwrap_err().to_string();
        assert!(told.contains("ada@exämple.org (2 accounts)") && told.contains("changeAddress"), "{told}");
        assert!(!told.contains("bob"), "{told}");
        assert_eq!(columns(&world).await, before);
        let left = world.texts("SELECT email FROM \"user\" ORDER BY id").await;
        assert_eq!(left, ["ada@exämple.org", "ada@xn--exmple-cua.org", "bob@xn--exmple-cua.org"]);
        world.db_execute("UPDATE \"user\" SET email = 'eva@exämple.org' WHERE email = 'ada@exämple.org'", []).await;
        Migrator::up(db, None).await.unwrap();
    });
}

#[test]
fn the_migration_writes_the_forms_of_the_server() {
    for typed in [
        "Ada@Example.org",
        "straße@xn--exmple-cua.org",
        "ΝΊΚΟΣ@ｅxample。org",
        "nobody",
        "a@b..example",
        "\u{345}α@x.example",
    ] {
        let address = Address::parse(typed).map(|one| (one.as_str().to_owned(), one.mailbox().to_owned()));
        assert_eq!(migration::address_forms(typed), address, "{typed}");
    }
}
