//! Orders, and subscriptions as a history of changes. A subscription names its product, and tells the commitment (`term`)
//! from the time between two invoices (`interval`). Services get what a provisioning program needs.
//!
//! SQLite cannot change a CHECK or add a foreign key, so both tables are made anew, on both databases alike.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{has_length, is_not_before, is_not_negative, is_positive, one_of};
use crate::keys::{by_bytes, composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The new tables, their numbers in the log of changes, and their columns with keys.
const TABLES: [(&str, i16, &[&str]); 4] = [
    ("sales_order", 29, &["id", "organisation_id"]),
    ("order_line", 30, &["id", "order_id", "subscription_id"]),
    ("subscription_change", 31, &["id", "subscription_id"]),
    ("partner_of_record", 32, &["subscription_id"]),
];
const TERMS: [&str; 3] = ["MONTHLY", "ANNUAL", "TRIENNIAL"];
const INTERVALS: [&str; 2] = ["MONTH", "YEAR"];
const KINDS: [&str; 10] = ["START", "RENEW", "RAISE", "LOWER", "PRODUCT", "PRICE", "CANCEL", "KEEP", "RETURN", "END"];
const SERVICE_KINDS: [&str; 6] = ["VIRTUAL_SERVER", "WEB_HOSTING", "DOMAIN", "SEATS", "DEVICES", "OTHER"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        add_products_of_subscriptions(db).await?;
        create_orders(manager).await?;
        stop_logging(db, "subscription").await?;
        stop_logging(db, "service").await?;
        manager.create_table(subscriptions()).await?;
        manager.create_index(of_organisation("subscription_new").name("subscription_organisation_key").take()).await?;
        // A subscription from before there was a catalogue renews at its own price, from its first day on.
        let copy = "INSERT INTO subscription_new (id, organisation_id, product_id, product_code, product_name, quantity, \
                    term, \"interval\", unit_price_minor, currency, state, starts_on, anchor_on, committed_until) \
                    SELECT s.id, s.organisation_id, p.id, s.product_code, s.product_name, s.quantity, s.term, \
                    CASE s.term WHEN 'ANNUAL' THEN 'YEAR' ELSE 'MONTH' END, s.unit_price_minor, s.currency, s.state, \
                    s.starts_on, s.starts_on, COALESCE(s.renews_on, s.starts_on) \
                    FROM subscription s JOIN product p ON p.code = s.product_code";
        db.execute_unprepared(copy).await?;
        manager.create_table(services()).await?;
        let copy = "INSERT INTO service_new (id, organisation_id, subscription_id, kind, name, name_key, state, \
                    created_at, attributes, desired_state, generation) \
                    SELECT id, organisation_id, subscription_id, kind, name, name_key, state, created_at, '{}', \
                    CASE state WHEN 'PENDING' THEN 'ACTIVE' ELSE state END, 1 FROM service";
        db.execute_unprepared(copy).await?;
        replace(manager).await?;
        for index in [
            index("subscription", &["organisation_id", "starts_on", "id"]),
            // For the renewal job.
            index("subscription", &["state", "committed_until", "id"]),
            index("subscription", &["product_id"]),
            index(
                "subscription",
                &["organisation_id", "state", "currency", "interval", "quantity", "unit_price_minor"],
            )
            .name("subscription_sums_idx")
            .take(),
            of_organisation("service"),
            unique("service", &["kind", "external_id"]),
            index("service", &["organisation_id", "name_key", "id"]),
            index("service", &["subscription_id", "name_key", "id"]),
        ] {
            manager.create_index(index).await?;
        }
        by_bytes(manager, "service", "name_key").await?;
        create_changes(manager).await?;
        // The first change of a subscription has the id of the subscription.
        let start = "INSERT INTO subscription_change (id, organisation_id, subscription_id, position, kind, effective_on, \
                     product_id, quantity, unit_minor, state, created_at) \
                     SELECT id, organisation_id, id, 1, 'START', starts_on, product_id, quantity, unit_price_minor, \
                     'DONE', CURRENT_TIMESTAMP FROM subscription";
        db.execute_unprepared(start).await?;
        log_changes(db, "subscription", 11, &["id", "organisation_id"]).await?;
        log_changes(db, "service", 10, &["id", "organisation_id", "subscription_id"]).await?;
        for (table, number, columns) in TABLES {
            log_changes(db, table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (table, ..) in TABLES {
            stop_logging(db, table).await?;
        }
        stop_logging(db, "subscription").await?;
        stop_logging(db, "service").await?;
        for table in ["partner_of_record", "subscription_change", "order_line", "sales_order", "number_series"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.create_table(old_subscriptions()).await?;
        let key = "subscription_id_organisation_id_key";
        manager.create_index(of_organisation("subscription_new").name(key).take()).await?;
        let copy = "INSERT INTO subscription_new (id, organisation_id, product_code, product_name, quantity, term, \
                    unit_price_minor, currency, state, starts_on, renews_on) \
                    SELECT id, organisation_id, product_code, product_name, quantity, \
                    CASE term WHEN 'TRIENNIAL' THEN 'ANNUAL' ELSE term END, unit_price_minor, currency, \
                    CASE state WHEN 'PENDING' THEN 'ACTIVE' ELSE state END, starts_on, \
                    CASE state WHEN 'ENDED' THEN NULL ELSE committed_until END FROM subscription";
        db.execute_unprepared(copy).await?;
        manager.create_table(old_services()).await?;
        let copy = "INSERT INTO service_new (id, organisation_id, subscription_id, kind, name, name_key, state, created_at) \
                    SELECT id, organisation_id, subscription_id, kind, name, name_key, state, created_at FROM service";
        db.execute_unprepared(copy).await?;
        replace(manager).await?;
        for index in [
            index("subscription", &["organisation_id", "starts_on", "id"]),
            index("subscription", &["organisation_id", "state", "currency", "term", "quantity", "unit_price_minor"])
                .name("subscription_sums_idx")
                .take(),
            index("service", &["organisation_id", "name_key", "id"]),
            index("service", &["subscription_id"]),
        ] {
            manager.create_index(index).await?;
        }
        by_bytes(manager, "service", "name_key").await?;
        log_changes(db, "subscription", 11, &["id", "organisation_id"]).await?;
        log_changes(db, "service", 10, &["id", "organisation_id"]).await
    }
}

/// The new tables take the places of the old ones.
async fn replace(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in ["service", "subscription"] {
        manager.drop_table(Table::drop().table(table).to_owned()).await?;
    }
    for (new, table) in [("subscription_new", "subscription"), ("service_new", "service")] {
        manager.rename_table(Table::rename().table(new, table).to_owned()).await?;
    }
    Ok(())
}

/// A retired product for each code that a subscription has.
async fn add_products_of_subscriptions(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let sql = "SELECT s.id, s.product_code, s.product_name, o.id, o.created_at FROM \
               (SELECT id, product_code, product_name, \
               row_number() OVER (PARTITION BY product_code ORDER BY id DESC) AS place FROM subscription) s \
               LEFT JOIN organisation o ON o.kind = 'OPERATOR' WHERE s.place = 1";
    for row in db.query_all_raw(Statement::from_string(backend, sql)).await? {
        let (id, code, name): (Uuid, String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let Some(operator) = row.try_get_by_index::<Option<Uuid>>(3)? else {
            let message = "There are subscriptions, but no operator whose products they could be. Create the operator \
                           first: tenantry operator create.";
            return Err(DbErr::Migration(message.to_owned()));
        };
        let insert = "INSERT INTO product (id, organisation_id, code, name, name_key, description, kind, unit_code, \
                      tax_class, bills_from, notice_days, return_days, min_quantity, lowers_at, revenue_key, \
                      is_commissionable, state, created_at) \
                      VALUES ($1, $2, $3, $4, $5, '', 'OTHER', 'C62', 'STANDARD', 'ORDER', 0, 0, 1, 'RENEWAL', '', TRUE, \
                      'RETIRED', CURRENT_TIMESTAMP)";
        let key = collation::sort_key(&name);
        let values = [id.into(), operator.into(), code.into(), name.into(), key.into()];
        db.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
    }
    Ok(())
}

async fn create_orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let series = Table::create()
        .table("number_series")
        .col(string_len("name", 40).primary_key())
        .col(big_integer("next"))
        .check(is_positive("next"))
        .to_owned();
    manager.create_table(series).await?;

    let order = Table::create()
        .table("sales_order")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(string_len("number", 40))
        .col(string_len("state", 16))
        .col(string_len("currency", 3))
        .col(big_integer("total_minor"))
        .col(string_null("purchase_order"))
        .col(uuid_null("placed_by_id"))
        .col(uuid_null("placed_by_key_id"))
        .col(uuid_null("partnership_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("placed_by_id", "user"))
        .foreign_key(&mut restrict("placed_by_key_id", "api_key"))
        .foreign_key(&mut restrict("partnership_id", "partnership"))
        .check(one_of("state", &["PLACED", "COMPLETED", "CANCELLED"]))
        .check(has_length("currency", 3))
        .to_owned();
    manager.create_table(order).await?;
    manager.create_index(of_organisation("sales_order")).await?;
    manager.create_index(unique("sales_order", &["number"])).await?;
    manager.create_index(index("sales_order", &["organisation_id", "created_at", "id"])).await
}

async fn create_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let line = Table::create()
        .table("order_line")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("order_id"))
        .col(uuid("subscription_id"))
        .col(uuid("product_id"))
        .col(integer("position"))
        .col(integer("quantity"))
        .col(string_len("term", 16))
        .col(string_len("interval", 16))
        .col(big_integer("unit_minor"))
        .col(big_integer("setup_minor"))
        .col(text("attributes"))
        .foreign_key(&mut composite_fk("order_id", "sales_order", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
        .foreign_key(&mut restrict("product_id", "product"))
        .check(is_positive("position"))
        .check(is_positive("quantity"))
        .check(one_of("term", &TERMS))
        .check(one_of("interval", &INTERVALS))
        .check(is_not_negative("unit_minor"))
        .check(is_not_negative("setup_minor"))
        .to_owned();
    manager.create_table(line).await?;
    manager.create_index(unique("order_line", &["order_id", "position"])).await?;
    manager.create_index(index("order_line", &["subscription_id"])).await?;

    // Rows are only ever added; of a row, only the state changes. `quantity` and `unit_minor` are those from that day on.
    let change = Table::create()
        .table("subscription_change")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("subscription_id"))
        .col(integer("position"))
        .col(string_len("kind", 16))
        .col(date("effective_on"))
        .col(uuid("product_id"))
        .col(integer("quantity"))
        .col(big_integer("unit_minor"))
        .col(string_len("state", 16))
        .col(uuid_null("order_id"))
        .col(uuid_null("user_id"))
        .col(uuid_null("api_key_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("order_id", "sales_order", ForeignKeyAction::Restrict))
        .foreign_key(&mut restrict("product_id", "product"))
        .foreign_key(&mut restrict("user_id", "user"))
        .foreign_key(&mut restrict("api_key_id", "api_key"))
        .check(one_of("kind", &KINDS))
        .check(one_of("state", &["SCHEDULED", "DONE", "WITHDRAWN"]))
        .check(is_positive("position"))
        .check(is_not_negative("quantity"))
        .check(is_not_negative("unit_minor"))
        .to_owned();
    manager.create_table(change).await?;
    manager.create_index(unique("subscription_change", &["subscription_id", "position"])).await?;

    let of_record = Table::create()
        .table("partner_of_record")
        .col(uuid("subscription_id"))
        .col(date("starts_on"))
        .col(uuid("organisation_id"))
        .col(uuid_null("partnership_id"))
        .primary_key(Index::create().col("subscription_id").col("starts_on"))
        .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
        .foreign_key(&mut restrict("partnership_id", "partnership"))
        .to_owned();
    manager.create_table(of_record).await?;
    manager.create_index(index("partner_of_record", &["partnership_id"])).await
}

fn subscriptions() -> TableCreateStatement {
    Table::create()
        .table("subscription_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("product_id"))
        .col(string("product_code"))
        .col(string("product_name"))
        .col(integer("quantity"))
        .col(string_len("term", 16))
        .col(string_len("interval", 16))
        .col(big_integer("unit_price_minor"))
        .col(string_len("currency", 3))
        .col(string_len("state", 16))
        .col(date("starts_on"))
        .col(date("anchor_on"))
        .col(date("committed_until"))
        .col(date_null("price_locked_until"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("product_id", "product"))
        .check(is_positive("quantity"))
        .check(one_of("term", &TERMS))
        .check(one_of("interval", &INTERVALS))
        .check(is_not_negative("unit_price_minor"))
        .check(has_length("currency", 3))
        .check(one_of("state", &["PENDING", "ACTIVE", "CANCELLED", "ENDED"]))
        .check(is_not_before("committed_until", "starts_on"))
        .to_owned()
}

fn services() -> TableCreateStatement {
    Table::create()
        .table("service_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid_null("subscription_id"))
        .col(string_len("kind", 16))
        .col(string("name"))
        .col(text("name_key").default(""))
        .col(string_len("state", 16))
        .col(timestamp_with_time_zone("created_at"))
        .col(text("attributes").default("{}"))
        .col(string_null("external_id"))
        .col(string_len("desired_state", 16).default("ACTIVE"))
        .col(integer("generation").default(1))
        .col(string_null("problem"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut of_subscription())
        .check(one_of("kind", &SERVICE_KINDS))
        .check(one_of("state", &["PENDING", "ACTIVE", "SUSPENDED", "ENDED"]))
        .check(one_of("desired_state", &["ACTIVE", "SUSPENDED", "ENDED"]))
        .check(is_positive("generation"))
        .to_owned()
}

fn of_subscription() -> ForeignKeyCreateStatement {
    composite_fk("subscription_id", "subscription_new", ForeignKeyAction::Restrict)
}

fn old_subscriptions() -> TableCreateStatement {
    Table::create()
        .table("subscription_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(string("product_code"))
        .col(string("product_name"))
        .col(integer("quantity"))
        .col(string_len("term", 16))
        .col(big_integer("unit_price_minor"))
        .col(string_len("currency", 3))
        .col(string_len("state", 16))
        .col(date("starts_on"))
        .col(date_null("renews_on"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .check(is_positive("quantity"))
        .check(one_of("term", &["MONTHLY", "ANNUAL"]))
        .check(is_not_negative("unit_price_minor"))
        .check(has_length("currency", 3))
        .check(one_of("state", &["ACTIVE", "CANCELLED", "ENDED"]))
        .to_owned()
}

fn old_services() -> TableCreateStatement {
    Table::create()
        .table("service_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid_null("subscription_id"))
        .col(string_len("kind", 16))
        .col(string("name"))
        .col(string_len("state", 16))
        .col(timestamp_with_time_zone("created_at"))
        .col(text("name_key").default(""))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut of_subscription())
        .check(one_of("kind", &SERVICE_KINDS))
        .check(one_of("state", &["PENDING", "ACTIVE", "SUSPENDED", "ENDED"]))
        .to_owned()
}
