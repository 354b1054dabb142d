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
