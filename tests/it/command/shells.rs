//! Completions and manual pages are made of the same description as `--help`.

use std::fs;

use super::embedded;

#[test]
fn shells_complete_every_command_and_each_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(folder.path());
    for shell in ["bash", "zsh", "fish"] {
        let (succeeded, said) = program.run(&["completions", shell]);
        assert!(succeeded && said.contains("catalogue") && said.contains("data-dir"), "{shell}: {said}");
    }
    let (succeeded, page) = program.run(&["man"]);
    assert!(succeeded && page.contains(".TH tenantry 1") && page.contains("catalogue"), "{page}");
    let pages = folder.path().join("pages");
    assert!(program.run(&["man", "--folder", pages.to_str().unwrap()]).0);
    for name in ["tenantry.1", "tenantry-serve.1", "tenantry-operator-create.1"] {
        let page = fs::read_to_string(pages.join(name)).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
}
