//! The catalogue: products and what they entitle to, price plans, and prices with the day from which they count.
//!
//! It belongs to the operator. Prices are only ever added, so the price on any day in the past can be looked up.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{differ, has_length, is_not_negative, is_positive, one_of};
use crate::keys::{by_bytes, composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables, their numbers in the log of changes, and their columns with keys.
const TABLES: [(&str, i16, &[&str]); 7] = [
    ("product", 22, &["id", "organisation_id"]),
    ("product_upgrade", 23, &["from_id", "to_id"]),
    ("feature", 24, &["id", "organisation_id"]),
    ("entitlement", 25, &["product_id", "feature_id"]),
    ("price_plan", 26, &["id", "organisation_id"]),
    ("price", 27, &["id", "plan_id", "product_id"]),
    ("plan_assignment", 28, &["organisation_id", "plan_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        products(manager).await?;
        prices(manager).await?;
        for table in ["product", "feature", "price_plan"] {
            by_bytes(manager, table, "name_key").await?;
        }
        for (table, number, columns) in TABLES {
            log_changes(manager.get_connection(), table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, ..) in TABLES.into_iter().rev() {
            stop_logging(manager.get_connection(), table).await?;
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn products(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let product = Table::create()
        .table("product")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(string_len("code", 40))
        .col(string("name"))
        .col(text("name_key"))
        .col(text("description"))
        .col(string_len("kind", 16))
        .col(string_len("unit_code", 3))
        .col(string_len("tax_class", 16))
        .col(string_len_null("service_kind", 16))
        .col(string_len("bills_from", 16))
        .col(integer("notice_days"))
        .col(integer("return_days"))
        .col(integer("min_quantity"))
        .col(integer_null("max_quantity"))
        .col(string_len("lowers_at", 16))
        .col(string("revenue_key"))
        .col(boolean("is_commissionable"))
        .col(string_len("state", 16))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .check(one_of("kind", &["SERVICE", "LICENCE", "DEVICE", "OTHER"]))
        .check(one_of("tax_class", &["STANDARD", "REDUCED", "EXEMPT"]))
        .check(one_of("service_kind", &["VIRTUAL_SERVER", "WEB_HOSTING", "DOMAIN", "SEATS", "DEVICES", "OTHER"]))
        .check(one_of("bills_from", &["ORDER", "ACTIVATION"]))
        .check(one_of("lowers_at", &["RENEWAL", "ANY"]))
        .check(one_of("state", &["DRAFT", "OFFERED", "RETIRED"]))
        .check(is_not_negative("notice_days"))
        .check(is_not_negative("return_days"))
        .check(is_positive("min_quantity"))
        .check(Expr::col("max_quantity").gte(Expr::col("min_quantity")))
        .to_owned();
    manager.create_table(product).await?;
    manager.create_index(of_organisation("product")).await?;
    manager.create_index(unique("product", &["organisation_id", "code"])).await?;
    manager.create_index(index("product", &["organisation_id", "name_key", "id"])).await?;

    let upgrade = Table::create()
        .table("product_upgrade")
        .col(uuid("from_id"))
        .col(uuid("to_id"))
        .primary_key(Index::create().col("from_id").col("to_id"))
        .foreign_key(&mut restrict("from_id", "product"))
        .foreign_key(&mut restrict("to_id", "product"))
        .check(differ("from_id", "to_id"))
        .to_owned();
    manager.create_table(upgrade).await?;
    manager.create_index(index("product_upgrade", &["to_id"])).await?;

    let feature = Table::create()
        .table("feature")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        // `key` is a reserved word of SQL, so handwritten statements quote it.
        .col(string_len("key", 40))
        .col(string("name"))
        .col(text("name_key"))
        .col(string_len("kind", 16))
        .col(string_len_null("family", 40))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .check(one_of("kind", &["SEAT", "QUOTA"]))
        .to_owned();
    manager.create_table(feature).await?;
    manager.create_index(of_organisation("feature")).await?;
    manager.create_index(unique("feature", &["organisation_id", "key"])).await?;
    manager.create_index(index("feature", &["organisation_id", "name_key", "id"])).await?;

    let entitlement = Table::create()
        .table("entitlement")
        .col(uuid("product_id"))
        .col(uuid("feature_id"))
        .col(integer("quantity"))
        .primary_key(Index::create().col("product_id").col("feature_id"))
        .foreign_key(&mut restrict("product_id", "product"))
        .foreign_key(&mut restrict("feature_id", "feature"))
        .check(is_positive("quantity"))
        .to_owned();
    manager.create_table(entitlement).await?;
    manager.create_index(index("entitlement", &["feature_id"])).await
}

async fn prices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let plan = Table::create()
        .table("price_plan")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(string("name"))
        .col(text("name_key"))
        .col(boolean("is_default"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .to_owned();
    manager.create_table(plan).await?;
    manager.create_index(of_organisation("price_plan")).await?;
    manager.create_index(index("price_plan", &["organisation_id", "name_key", "id"])).await?;
    // At most one plan is the default.
    let sql = "CREATE UNIQUE INDEX price_plan_default_key ON price_plan (organisation_id) WHERE is_default";
    manager.get_connection().execute_unprepared(sql).await?;

    let price = Table::create()
        .table("price")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("plan_id"))
        .col(uuid("product_id"))
        .col(string_len("currency", 3))
        .col(string_len("term", 16))
        .col(string_len("interval", 16))
        .col(integer("from_quantity"))
        .col(big_integer("unit_minor"))
        .col(big_integer("setup_minor"))
        .col(date("valid_from"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut composite_fk("plan_id", "price_plan", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("product_id", "product", ForeignKeyAction::Restrict))
        .check(has_length("currency", 3))
        .check(one_of("term", &["MONTHLY", "ANNUAL", "TRIENNIAL"]))
        .check(one_of("interval", &["MONTH", "YEAR"]))
        .check(is_positive("from_quantity"))
        .check(is_not_negative("unit_minor"))
        .check(is_not_negative("setup_minor"))
        .to_owned();
    manager.create_table(price).await?;
    let what = ["product_id", "plan_id", "currency", "term", "interval", "from_quantity", "valid_from"];
    manager.create_index(unique("price", &what)).await?;
    manager.create_index(index("price", &["plan_id", "valid_from", "id"])).await?;

    let assignment = Table::create()
        .table("plan_assignment")
        .col(uuid("organisation_id"))
        .col(date("starts_on"))
        .col(uuid("plan_id"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("organisation_id").col("starts_on"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("plan_id", "price_plan"))
        .to_owned();
    manager.create_table(assignment).await?;
    manager.create_index(index("plan_assignment", &["plan_id"])).await
}
