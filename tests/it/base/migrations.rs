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
        asset,
        audit_chain,
        audit_event,
        billing_contact,
        billing_details,
        client_view,
        invitation,
        invitation_role,
        accounting_batch,
        accounting_entry,
        allocation,
        billing_run,
        commission_line,
        commission_rate,
        commission_statement,
        credit_note,
        credit_note_line,
        credit_note_vat,
        document,
        exchange_rate,
        invoice,
        invoice_line,
        invoice_vat,
        issuer,
        payment,
        pending_charge,
        refund,
        reminder,
        unbilled_subscription,
        vat_check,
        vat_override,
        vat_rate,
        licence_assignment,
        licence_pin,
        licence_pool,
        licence_rule,
        licence_rule_set,
        usage_day,
        link,
        log_in_attempt,
        membership,
        membership_role,
        organisation,
        organisation_halt,
        organisation_name,
        outgoing_mail,
        ownership_transfer,
        access_request,
        delegation_template,
        directory,
        directory_group,
        directory_group_member,
        directory_person,
        directory_sync,
        entitlement,
        event,
        event_end,
        feature,
        idempotency_key,
        number_series,
        order_line,
        partner_of_record,
        plan_assignment,
        price,
        price_plan,
        product,
        product_upgrade,
        sales_order,
        service_task,
        subscription_change,
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
        waiting_event,
        webhook,
        webhook_delivery,
    );
}

/// Table, column, whether it may be NULL, and on PostgreSQL its type (one kind of text is as good as another).
async fn columns(world: &World) -> BTreeSet<String> {
    // No entity has the columns that the database computes by itself. SQLite leaves them out of this list.
    let sql = if world.db().backend() == DbBackend::Postgres {
        "SELECT table_name || '.' || column_name || ' ' || is_nullable || ' ' || \
         CASE data_type WHEN 'text' THEN 'character varying' ELSE data_type END \
         FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER'"
    } else {
        "SELECT m.name || '.' || c.name || ' ' || CASE WHEN c.\"notnull\" OR c.pk THEN 'NO' ELSE 'YES' END \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    };
    // The log of changes has no entity: triggers write it, and one statement reads it.
    let has_entity =
        |column: &String| ![JOURNAL, "change.", "change_log."].iter().any(|table| column.starts_with(table));
    world.texts(sql).await.into_iter().filter(has_entity).collect()
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

/// Rows from before there were sort keys get them, and rows that are written by hand get them later.
#[test]
fn existing_rows_get_their_sort_keys() {
    with_empty_database(async |world| {
        let db = world.db().writer();
        let steps = Migrator::get_pending_migrations(db).await.unwrap();
        let before = steps.iter().position(|step| step.name().ends_with("000028_sorting")).unwrap();
        Migrator::up(db, Some(u32::try_from(before).unwrap())).await.unwrap();
        let organisation = |number: u8, name: &str| {
            format!(
                "INSERT INTO organisation (id, name, kind, state, code, created_at) \
                 VALUES ($1, '{name}', 'RESELLER', 'ACTIVE', 'C-{number}', '2026-01-01 00:00:00+00:00')"
            )
        };
        let id = |number: u8| uuid::Uuid::from_u128(u128::from(number));
        world.db_execute(&organisation(1, "Straße"), [id(1).into()]).await;
        world.db_execute(&organisation(2, "Zoë"), [id(2).into()]).await;
        let partnership = "INSERT INTO partnership (id, reseller_id, client_id, client_name, delegated, client_delegated, \
             includes_upstream, state, starts_at, created_at, reference) VALUES ($1, $2, $3, 'Zoë', 0, 0, FALSE, 'ACTIVE', \
             '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'ÅÄ')";
        world.db_execute(partnership, [id(3).into(), id(1).into(), id(2).into()]).await;
        let role = "INSERT INTO role (id, organisation_id, name, permissions, client_permissions, created_at) \
             VALUES ($1, $2, 'Öl', 0, 0, '2026-01-01 00:00:00+00:00')";
        world.db_execute(role, [id(4).into(), id(1).into()]).await;
        let definition = "INSERT INTO property_definition (id, organisation_id, \"key\", label, kind, position, is_required, \
             created_at) VALUES ($1, $2, 'note', 'Note', 'TEXT', 0, FALSE, '2026-01-01 00:00:00+00:00')";
        world.db_execute(definition, [id(5).into(), id(1).into()]).await;
        let value =
            "UPDATE property_value SET value = 'Maß', folded = 'maß', ascending_key = 'amaß', descending_key = 'amaß'";
        world.db_execute(value, []).await;

        Migrator::up(db, None).await.unwrap();
        let key = collation::sort_key;
        let texts = async |sql: &str| world.texts(sql).await;
        let folded = texts("SELECT folded FROM organisation_name ORDER BY folded").await;
        assert_eq!(folded, ["strasse", "zoë"]);
        let copied = "SELECT client_key || ' ' || client_folded || ' ' || reference_folded FROM partnership";
        assert_eq!(texts(copied).await, [format!("{} zoë åä", key("Zoë"))]);
        assert_eq!(texts("SELECT name_key FROM role").await, [key("Öl")]);
        let values = "SELECT folded || ' ' || ascending_key || ' ' || descending_key FROM property_value";
        let text_key = format!("a{}", key("mass"));
        assert_eq!(texts(values).await, [format!("mass {text_key} {text_key}")]);

        // A new name written by hand loses the old keys, and `fill` writes the new ones.
        world.db_execute("UPDATE organisation SET name = 'Ωmega' WHERE id = $1", [id(2).into()]).await;
        assert_eq!(texts("SELECT folded FROM organisation_name").await, ["strasse"]);
        migration::fill(db).await.unwrap();
        assert_eq!(texts("SELECT client_folded FROM partnership").await, ["ωmega"]);
        migration::fill(db).await.unwrap();

        let undone = steps.len() - before;
        Migrator::down(db, Some(u32::try_from(undone).unwrap())).await.unwrap();
        assert_eq!(texts("SELECT folded || ' ' || ascending_key FROM property_value").await, ["maß amaß"]);
    });
}

/// A session that nobody can use any more is not shown as open.
#[test]
fn sessions_of_the_console_end_when_their_cookies_are_taken_away() {
    with_empty_database(async |world| {
        let db = world.db().writer();
        let before = count_up_to("_cookies") - 1;
        Migrator::up(db, Some(before)).await.unwrap();
        world
            .db_execute(
                "INSERT INTO \"user\" (id, email, mailbox, name, password_hash, state, created_at, locale) \
                 VALUES ($1, 'ada@example.org', 'ada@example.org', 'Ada', '', 'ACTIVE', $2, 'EN')",
                [uuid::Uuid::from_u128(1).into(), now().into()],
            )
            .await;
        for number in [2, 3] {
            let sql =
                "INSERT INTO session (id, user_id, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $3, $3)";
            let values = [uuid::Uuid::from_u128(number).into(), uuid::Uuid::from_u128(1).into(), now().into()];
            world.db_execute(sql, values).await;
        }
        Migrator::up(db, None).await.unwrap();
        let open = async || world.db_count("session WHERE revoked_at IS NULL").await;
        assert_eq!((open().await, world.db_count("session WHERE cookie_hash IS NULL").await), (2, 2));
        let third = uuid::Uuid::from_u128(3);
        world.db_execute("UPDATE session SET cookie_hash = 'x' WHERE id = $1", [third.into()]).await;
        let after = u32::try_from(Migrator::migrations().len()).unwrap() - before;
        Migrator::down(db, Some(after)).await.unwrap();
        assert_eq!(open().await, 1);
        Migrator::up(db, None).await.unwrap();
        assert_eq!((open().await, world.db_count("session").await), (1, 2));
    });
}
