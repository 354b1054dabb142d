//! The code of one compiled-in file, as `src/http/assets.rs` declares it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Where the forms of a file are. The server sends the plain form to clients that accept no other.
pub struct Forms<'a> {
    pub plain: &'a Path,
    pub gzip: Option<&'a Path>,
    pub brotli: Option<&'a Path>,
}

/// One element of a list of assets: a file with these contents under this path.
pub fn code(path: &str, contents: &[u8], forms: &Forms<'_>) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    let etag = format!("W/\"{:016x}\"", hasher.finish());
    let include = |path: &Path| format!("include_bytes!({:?})", path.to_string_lossy());
    let form = |path: Option<&Path>| path.map_or_else(|| "None".to_owned(), |path| format!("Some({})", include(path)));
    let (plain, gzip, brotli) = (include(forms.plain), form(forms.gzip), form(forms.brotli));
    format!("    Asset {{ path: {path:?}, etag: {etag:?}, plain: {plain}, gzip: {gzip}, brotli: {brotli} }},\n")
}
