//! The catalogue as a file: what was exported can be imported anywhere, and a second import changes nothing.

use std::fs;

use tenantry::catalogue::exchange::{export, import};

use super::*;

async fn imported(world: &World, text: &str) -> Result<Vec<String>, String> {
    let imported = import(world.db(), &world.app.random, (now(), now().date_naive()), text, false).await;
    imported.map_err(|error| error.to_string())
}

/// Deletes the operator's catalogue.
async fn db_empty(world: &World) {
    for table in ["price", "plan_assignment", "price_plan", "entitlement", "product_upgrade"] {
        world.db_execute(&format!("DELETE FROM {table}"), []).await;
    }
    for table in ["feature", "product"] {
        let sql = format!("DELETE FROM {table} WHERE organisation_id = $1");
        world.db_execute(&sql, [OPERATOR.id.into()]).await;
    }
}

#[test]
fn an_export_comes_back_and_a_second_import_changes_nothing() {
    with_database(async |world| {
        let text = export(world.db()).await.unwrap();
        assert_eq!(imported(&world, &text).await, Ok(Vec::new()));
        db_empty(&world).await;
        let changes = imported(&world, &text).await.unwrap();
        // 3 features, 4 products, 3 plans, the default, 9 prices, and the links of one product.
        assert_eq!(changes.len(), 3 + 4 + 3 + 1 + 9 + 2, "{changes:#?}");
        assert_eq!(export(world.db()).await.unwrap(), text);
        assert_eq!(imported(&world, &text).await, Ok(Vec::new()));
        let events = world.texts("SELECT action || ' ' || actor_kind FROM audit_event WHERE at >= '2026-03-15'").await;
        assert!(events.contains(&"catalogue import SYSTEM".to_owned()), "{events:?}");
        assert_eq!(offers(&catalogue(&world, OWNER_OF_ACME, ACME, "2026-03-15").await).len(), 3);
    });
}

#[test]
fn what_differs_is_changed_and_what_is_missing_stays() {
    with_database(async |world| {
        let text = "[[product]]\ncode = 'MAIL'\nname = 'Post'\nkind = 'LICENCE'\n\
             upgrades = ['DRAFT']\nentitlements = { mail-seat = 2 }\n\
             [[price]]\nplan = 'list PRICES'\nproduct = 'MAIL'\ncurrency = 'SEK'\nterm = 'MONTHLY'\n\
             interval = 'MONTH'\nunitMinor = 11000\nvalidFrom = '2026-04-01'\n";
        let expected = [
            "change product MAIL: kind, name",
            "change product MAIL: upgrades",
            "change product MAIL: entitlements",
            "add price of MAIL in \"list PRICES\" (SEK, MONTHLY, MONTH) from 2026-04-01: 11000 + 0 from 1 units",
        ];
        let before = world.db_dump().await;
        let dry = import(world.db(), &world.app.random, (now(), now().date_naive()), text, true).await.unwrap();
        assert_eq!(dry, expected);
        assert_eq!(before, world.db_dump().await);
        assert_eq!(imported(&world, text).await.unwrap(), expected);
        assert_eq!(imported(&world, text).await, Ok(Vec::new()));
        let answer = catalogue(&world, OWNER_OF_ACME, ACME, "2026-04-01").await;
        assert!(offers(&answer).contains(&"MAIL: 1+ 110.00 SEK".to_owned()), "{}", answer.text);
        // A price that has not begun is replaced.
        let changed = imported(&world, &text.replace("11000", "12000")).await.unwrap();
        assert!(matches!(&changed[..], [line] if line.starts_with("replace price of MAIL")), "{changed:?}");
    });
}

#[test]
fn a_wrong_file_is_refused_with_its_line_and_changes_nothing() {
    with_database(async |world| {
        let before = world.db_dump().await;
        let product = "[[product]]\ncode = 'NEW'\nname = 'New'\nkind = 'OTHER'\n";
        let price = "[[price]]\nplan = 'List prices'\nproduct = 'MAIL'\ncurrency = 'SEK'\nterm = 'MONTHLY'\n\
             interval = 'MONTH'\nunitMinor = 100\nvalidFrom = '2026-04-01'\n";
        for (text, line, reason) in [
            ("[[product]]\ncode =".to_owned(), 2, ""),
            (format!("{product}colour = 'red'\n"), 5, "unknown field"),
            (product.replace("OTHER", "THING"), 1, "\"THING\" is not one of SERVICE, LICENCE, DEVICE, OTHER."),
            (format!("{product}{product}"), 1, "product NEW is in the file 2 times."),
            (format!("{product}state = 'DRAFT'\n").replace("NEW", "MAIL"), 1, "it was offered"),
            (format!("{product}minQuantity = 0\n"), 1, "product NEW, minQuantity: "),
            (format!("{product}upgrades = ['GONE']\n"), 1, "there is no product \"GONE\""),
            (format!("{product}upgrades = ['NEW']\n"), 1, "each once"),
            (format!("{product}entitlements = {{ gone = 1 }}\n"), 1, "there is no feature \"gone\""),
            (format!("{product}entitlements = {{ mail-seat = 0 }}\n"), 1, "1 to 1,000,000"),
            (format!("{product}{}", price.replace("MAIL", "GONE")), 5, "there is no such product"),
            (format!("{product}{}", price.replace("List", "No")), 5, "there is no such plan"),
            (format!("{product}{}", price.replace("SEK", "XYZ")), 5, "currency"),
            (format!("{product}{price}{price}"), 13, "twice"),
            (format!("{product}{}", price.replace("2026-04-01", "2026-03-14")), 5, "days that have passed"),
            (format!("{product}{}", price.replace("2026-04-01", "2025-12-15")), 5, "it has begun"),
            (format!("{product}{}", price.replace("'2026-04-01'", "'2026-02-30'")), 12, ""),
            (
                "[[plan]]\nname = 'A'\nisDefault = true\n[[plan]]\nname = 'B'\nisDefault = true\n".to_owned(),
                4,
                "second",
            ),
        ] {
            let error = imported(&world, &text).await.unwrap_err();
            assert!(
                error.starts_with(&format!("Line {line}: ")) && error.contains(reason),
                "{reason}: {error}\n{text}"
            );
        }
        assert_eq!(before, world.db_dump().await);
    });
}

#[test]
fn the_program_writes_the_file_and_reads_it() {
    with_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let output = program.command(&["catalogue", "export"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains("code = \"MAIL\""), "{text}");
        let file = folder.path().join("catalogue.toml");
        let path = file.to_str().unwrap();
        fs::write(&file, text.replace("name = \"Mail\"", "name = \"Post\"")).unwrap();
        let (succeeded, said) = program.run(&["catalogue", "import", path, "--dry-run"]);
        assert!(succeeded && said.contains("change product MAIL: name"), "{said}");
        assert!(said.contains("Changes that an import would make: 1."), "{said}");
        let (succeeded, said) = program.run(&["catalogue", "import", path]);
        assert!(succeeded && said.contains("Changes made: 1."), "{said}");
        let (succeeded, said) = program.run(&["catalogue", "import", path]);
        assert!(succeeded && said.contains("Changes made: 0."), "{said}");
        fs::write(&file, "[[plan]]\n").unwrap();
        let (succeeded, said) = program.run(&["catalogue", "import", path]);
        assert!(!succeeded && said.contains("catalogue.toml: Line 1: "), "{said}");
    });
}
