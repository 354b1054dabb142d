//! The playground: its own files from `playground/`, two queries of the load test, and GraphiQL with React from npm.
//!
//! Without npm, the page loads the same files from a CDN, and the browser compares them with the hashes in `index.html`.
//! `TENANTRY_PLAYGROUND=cdn` chooses this.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::{Compression, write::GzEncoder};

use super::{asset, npm};

const OWN_FILES: [&str; 6] = ["index.html", "playground.css", "playground.js", "session.js", "examples.js", "links.js"];
/// Examples that are also measured.
const QUERIES: [&str; 2] = ["dashboard.graphql", "partner_tree.graphql"];
const PACKAGE_FILES: [&str; 2] = ["package.json", "package-lock.json"];
/// The prefix of `name@version/file` in `index.html`, for files from npm.
const NPM_URL: &str = "/playground/npm/";
const CDN: &str = "https://cdn.jsdelivr.net";

/// Paths under `/playground/`, with contents.
type Files = Vec<(String, Vec<u8>)>;

/// Writes `playground/assets.rs`: the files of the playground, and the CDN if the page needs one.
pub fn bring(root: &Path, out: &Path) -> io::Result<()> {
    let (source, queries) = (root.join("playground"), root.join("benches/load"));
    for file in OWN_FILES.iter().chain(&PACKAGE_FILES) {
        println!("cargo:rerun-if-changed=playground/{file}");
    }
    for file in QUERIES {
        println!("cargo:rerun-if-changed=benches/load/{file}");
    }
    println!("cargo:rerun-if-env-changed=TENANTRY_PLAYGROUND");

    let out = out.join("playground");
    fs::create_dir_all(&out)?;
    let mut files = Files::new();
    for name in OWN_FILES {
        files.push((name.to_owned(), fs::read(source.join(name))?));
    }
    for name in QUERIES {
        files.push((name.to_owned(), fs::read(queries.join(name))?));
    }
    let page = String::from_utf8_lossy(&files[0].1).into_owned();
    let from_npm = bring_from_npm(&source, &out, &page);
    let cdn = from_npm.is_err().then_some(CDN);
    match from_npm {
        Ok(found) => files.extend(found),
        Err(reason) => {
            println!(
                "cargo:warning=the playground will load GraphiQL from {CDN}: {reason} (with npm at hand, touch \
                 playground/package-lock.json and build again)"
            );
            files[0].1 = page.replace(NPM_URL, &format!("{CDN}/npm/")).into_bytes();
        }
    }
    fs::write(out.join("assets.rs"), compile(&out, cdn, &files)?)
}

/// The files that the page takes from npm, by their path under `/playground/`. They are fetched once, and kept until
/// the lock file changes.
fn bring_from_npm(source: &Path, out: &Path, page: &str) -> Result<Files, String> {
    if env::var_os("TENANTRY_PLAYGROUND").is_some_and(|choice| choice == "cdn") {
        return Err("TENANTRY_PLAYGROUND=cdn".to_owned());
    }
    if env::var_os("DOCS_RS").is_some() {
        return Err("a build for documentation has no network".to_owned());
    }
    let lock = fs::read(source.join("package-lock.json")).map_err(|error| error.to_string())?;
    let kept = out.join("kept");
    if fs::read(kept.join("package-lock.json")).is_ok_and(|before| before == lock)
        && let Ok(files) = read_npm_files(page, |package, file| kept.join(package).join(file))
    {
        return Ok(files);
    }
    run_npm(source, out)?;
    let modules = out.join("node_modules");
    let files = read_npm_files(page, |package, file| {
        let from = modules.join(package).join(file);
        let to = kept.join(package).join(file);
        // If the copy fails, npm runs again next time.
        let _ = to.parent().map(fs::create_dir_all);
        let _ = fs::copy(&from, to);
        from
    })?;
    let _ = fs::write(kept.join("package-lock.json"), lock);
    // The other files from npm are not needed.
    let _ = fs::remove_dir_all(modules);
    Ok(files)
}

fn run_npm(source: &Path, out: &Path) -> Result<(), String> {
    for file in PACKAGE_FILES {
        fs::copy(source.join(file), out.join(file)).map_err(|error| error.to_string())?;
    }
    npm::run(out, &npm::INSTALL, &[])
}

/// Reads each file that the page names under `NPM_URL`. `locate` gives the path of a package's file.
fn read_npm_files(page: &str, locate: impl Fn(&str, &str) -> PathBuf) -> Result<Files, String> {
    let paths = page.split('"').filter_map(|part| part.strip_prefix(NPM_URL));
    paths
        .map(|path| {
            let (package, rest) = path.split_once('@').ok_or("a file from npm has no version")?;
            let (_version, file) = rest.split_once('/').ok_or("a file from npm has no path")?;
            let bytes = fs::read(locate(package, file)).map_err(|error| format!("{path}: {error}"))?;
            Ok((format!("npm/{path}"), bytes))
        })
        .collect()
}

/// The source code that `src/http/playground.rs` includes: each file, plain and compressed.
fn compile(out: &Path, cdn: Option<&str>, files: &[(String, Vec<u8>)]) -> io::Result<String> {
    let mut code = format!("const CDN: Option<&str> = {cdn:?};\nconst ASSETS: &[Asset] = &[\n");
    for (index, (path, bytes)) in files.iter().enumerate() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes)?;
        let (plain, compressed) = (out.join(format!("{index}.plain")), out.join(format!("{index}.gz")));
        fs::write(&plain, bytes)?;
        fs::write(&compressed, gzip.finish()?)?;
        let forms = asset::Forms { plain: &plain, gzip: Some(&compressed), brotli: None };
        code += &asset::code(path, bytes, &forms);
    }
    Ok(code + "];\n")
}
