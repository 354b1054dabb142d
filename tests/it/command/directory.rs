//! `tenantry directory import`.

use crate::world::*;

#[test]
fn a_file_is_imported_by_the_command_line_after_a_dry_run() {
    with_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let (csv, json) = (folder.path().join("people.csv"), folder.path().join("groups.ndjson"));
        let rows = (0..1_200).map(|number| format!("p{number},p{number}@acme.example,P {number}\n"));
        let rows = rows.collect::<Vec<_>>().concat();
        std::fs::write(&csv, format!("externalId,email,name\n{rows}p3,again@acme.example,P 3\nbad,nonsense,Bad\n"))
            .unwrap();
        std::fs::write(&json, "{\"externalId\":\"team\",\"name\":\"Team\",\"personExternalId\":\"p1\"}\n").unwrap();
        let organisation = id_of(ACME);
        let import = |file: &std::path::Path, kind: &str, more: &[&str]| {
            let fixed =
                ["directory", "import", file.to_str().unwrap(), "--organisation", &organisation, "--kind", kind];
            program.run(&[&fixed[..], more].concat())
        };
        let before = world.db_dump().await;
        let (succeeded, said) = import(&csv, "people", &["--mode", "full", "--dry-run"]);
        assert!(succeeded, "{said}");
        assert!(
            said.contains(
                "An import would do this: 1202 lines, 1200 created, 1 updated, 0 unchanged, 0 deleted, 1 lines refused."
            ),
            "{said}"
        );
        assert!(said.contains("Line 1203 (bad): "), "{said}");
        assert_eq!(before, world.db_dump().await);
        let (succeeded, said) = import(&csv, "people", &["--mode", "full"]);
        assert!(succeeded && said.contains("Done: 1202 lines, 1200 created"), "{said}");
        let (succeeded, said) = import(&json, "groups", &[]);
        assert!(succeeded && said.contains("1 created"), "{said}");
        let by = "SELECT DISTINCT actor_kind FROM audit_event WHERE action = 'syncDirectory'";
        assert_eq!(world.texts(by).await, ["SYSTEM"]);
        // A file that lacks most people is stopped, also in a dry run, with the number that confirms it.
        std::fs::write(&csv, "externalId,name\np1,P 1\n").unwrap();
        for more in [&["--mode", "full", "--dry-run"][..], &["--mode", "full"]] {
            let (succeeded, said) = import(&csv, "people", more);
            assert!(!succeeded && said.contains("confirmRemovals: 1199"), "{said}");
        }
        let (succeeded, said) = import(&csv, "people", &["--mode", "full", "--confirm-removals", "1199"]);
        assert!(succeeded && said.contains("1199 deleted"), "{said}");
        std::fs::write(&csv, "externalId;name\np1;P 1\n").unwrap();
        let (succeeded, said) = import(&csv, "people", &[]);
        assert!(!succeeded && said.contains("people.csv: Line 1: There is no column"), "{said}");
        let (succeeded, said) = import(&folder.path().join("nothing.csv"), "people", &[]);
        assert!(!succeeded && said.contains("cannot be read"), "{said}");
        let nobody = tenantry::base::id::Type::Organisation.id(key(NORDIC, 999_999)).0;
        let arguments = ["directory", "import", json.to_str().unwrap(), "--organisation", &nobody, "--kind", "groups"];
        assert!(!program.run(&arguments).0);
    });
}
