//! The console: `console/`, built by npm in a copy.
//!
//! `TENANTRY_CONSOLE=/folder` takes a console that was built elsewhere, and `TENANTRY_CONSOLE=none` leaves it out. Without
//! npm the build only warns.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use super::{asset, npm};

/// The oldest Node.js on which the console can be built.
const NODE: (u32, u32) = (20, 19);
/// What the console is made of. What npm installs there for developers is not part of it.
const SOURCES: [&str; 8] = [
    "schema.graphql",
    "console/src",
    "console/public",
    "console/generate.mjs",
    "console/index.html",
    "console/package.json",
    "console/package-lock.json",
    "console/vite.config.ts",
];
/// Folders of `console/` that are not copied.
const SKIPPED: [&str; 3] = ["node_modules", "dist", "tests"];

/// The documents that the pages send: a JSON list of texts. Browsers do not need the file.
const DOCUMENTS: &str = "documents.json";

/// A built console.
struct Built {
    folder: PathBuf,
    /// The paths of its files, sorted.
    files: Vec<PathBuf>,
}

/// Writes `console.rs`: the files of the console, or why there is none.
pub fn bring(root: &Path, out: &Path) -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=TENANTRY_CONSOLE");
    // Cargo runs the script each time if a path does not exist.
    for path in SOURCES.iter().filter(|path| root.join(path).exists()) {
        println!("cargo:rerun-if-changed={path}");
    }
    let code = match find(root, &out.join("console")) {
        Ok(built) => {
            let documents = fs::read_to_string(built.folder.join(DOCUMENTS))?;
            format!("Ok(Built {{ documents: {documents:?}, files: &[\n{}] }})", list(&built)?)
        }
        Err(reason) => {
            println!("cargo:warning=there will be no console at /console: {reason}");
            format!("Err({reason:?})")
        }
    };
    fs::write(out.join("console.rs"), code)
}

/// The console that was asked for, or the reason why there is none.
fn find(root: &Path, work: &Path) -> Result<Built, String> {
    let folder = match env::var_os("TENANTRY_CONSOLE") {
        Some(choice) if choice == "none" => return Err("it was left out by TENANTRY_CONSOLE=none".to_owned()),
        Some(folder) => {
            println!("cargo:rerun-if-changed={}", folder.display());
            fs::canonicalize(folder).map_err(|error| format!("TENANTRY_CONSOLE cannot be read: {error}"))?
        }
        None if env::var_os("DOCS_RS").is_some() => return Err("documentation is built without network".to_owned()),
        None => build(root, work)?,
    };
    let mut files = Vec::new();
    collect(&folder, &mut files).map_err(|error| format!("its files cannot be read: {error}"))?;
    files.sort();
    for name in ["index.html", DOCUMENTS] {
        if !files.contains(&folder.join(name)) {
            return Err(format!("its folder has no {name}"));
        }
    }
    Ok(Built { folder, files })
}

/// Builds in a copy. What npm has installed is kept until the lock file changes.
fn build(root: &Path, work: &Path) -> Result<PathBuf, String> {
    let source = root.join("console");
    let fault = |error: io::Error| format!("its sources cannot be copied: {error}");
    let lock = fs::read(source.join("package-lock.json"));
    let lock = lock.map_err(|error| format!("console/package-lock.json cannot be read: {error}"))?;
    check_node()?;
    clear(work).map_err(fault)?;
    copy(&source, work).map_err(fault)?;
    let installed = work.join("node_modules/.installed");
    if !fs::read(&installed).is_ok_and(|before| before == lock) {
        let arguments = [npm::INSTALL.as_slice(), &["--omit=dev"]].concat();
        npm::run(work, &arguments, &[])?;
        fs::write(&installed, lock).map_err(fault)?;
    }
    npm::run(work, &["run", "build"], &[("TENANTRY_SCHEMA", &root.join("schema.graphql"))])?;
    Ok(work.join("dist"))
}

fn check_node() -> Result<(), String> {
    let said = Command::new("node").arg("--version").output().map_err(|error| format!("node does not run: {error}"))?;
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    if found < NODE {
        return Err(format!("it is built with Node.js {}.{} or later, and this is {version}", NODE.0, NODE.1));
    }
    Ok(())
}

/// Removes the last copy, so that files that were deleted since are not built.
fn clear(work: &Path) -> io::Result<()> {
    fs::create_dir_all(work)?;
    for entry in fs::read_dir(work)? {
        let entry = entry?;
        if entry.file_name() == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_file() {
            // The contents only: the copy is cleared again, even if the sources are read-only.
            fs::write(target, fs::read(entry.path())?)?;
        } else if !SKIPPED.iter().any(|name| entry.file_name() == *name) {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// The code of the files, each with the compressed forms that stand beside it.
fn list(built: &Built) -> io::Result<String> {
    let mut code = String::new();
    for path in &built.files {
        let name = path.strip_prefix(&built.folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let is_compressed = path.extension().is_some_and(|ending| ending == "br" || ending == "gz");
        if is_compressed || name == DOCUMENTS {
            continue;
        }
        let beside = |ending: &str| {
            let form = PathBuf::from(format!("{}{ending}", path.display()));
            built.files.contains(&form).then_some(form)
        };
        let (gzip, brotli) = (beside(".gz"), beside(".br"));
        let forms = asset::Forms { plain: path, gzip: gzip.as_deref(), brotli: brotli.as_deref() };
        code += &asset::code(&name, &fs::read(path)?, &forms);
    }
    Ok(code)
}
