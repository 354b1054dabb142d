//! Migrations lead from nothing to the tables of the entities, back to nothing, and up again.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Schema};

use crate::world::{World, with_empty_database};

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
        membership,
        membership_role,
        organisation,
        organisation_halt,
        organisation_name,
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
