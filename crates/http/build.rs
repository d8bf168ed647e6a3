//! Packs what is embedded: the built pages of `ui/dist`, or one page that says how to build them.
//!
//! Each file is packed once, here, and lies in the binary packed. The result is a table in Rust, with the addresses
//! that the application itself knows, as its router has them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

const STUB: &[u8] = include_bytes!("stub.html");
/// Kinds that are packed already.
const PACKED: [&str; 4] = ["woff2", "png", "jpg", "gz"];

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map(PathBuf::from).map_err(io::Error::other);
    let dist = variable("CARGO_MANIFEST_DIR")?.join("../../ui/dist");
    let out = variable("OUT_DIR")?;
    // The folder is made so that Cargo can watch it: a later build of the pages is then seen.
    if dist.parent().is_some_and(Path::is_dir) && !dist.exists() {
        fs::create_dir(&dist)?;
    }
    let router = dist.with_file_name("src/router.tsx");
    println!("cargo:rerun-if-changed=../../ui/dist");
    println!("cargo:rerun-if-changed=../../ui/src/router.tsx");
    println!("cargo:rerun-if-changed=stub.html");

    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, &dist, &mut files)?;
    } else {
        files.push((String::from("index.html"), STUB.to_vec()));
    }
    files.sort();
    let routes = routes(&fs::read_to_string(router).unwrap_or_default());
    fs::write(out.join("pages.rs"), table(&out, &files)? + &routes)
}

/// The addresses of the application: `path: "/desk"`.
fn routes(router: &str) -> String {
    let paths = router.split("path: \"").skip(1);
    let paths: Vec<&str> = paths.filter_map(|rest| rest.split('"').next()).collect();
    format!("/// Addresses of the application.\nstatic ROUTES: &[&str] = &{paths:?};\n")
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.push((name.to_string_lossy().replace('\\', "/"), fs::read(&path)?));
        }
    }
    Ok(())
}

fn table(out: &Path, files: &[(String, Vec<u8>)]) -> io::Result<String> {
    let mut text = String::from("/// By name.\nstatic PAGES: &[Page] = &[\n");
    for (number, (name, data)) in files.iter().enumerate() {
        let kind = Path::new(name)
            .extension()
            .and_then(|kind| kind.to_str())
            .unwrap_or("");
        let packed = !PACKED.contains(&kind);
        let stored = if packed { pack(data)? } else { data.clone() };
        let file = out.join(format!("page{number}"));
        fs::write(&file, stored)?;
        let hash: String = Sha256::digest(data)[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let written = writeln!(
            text,
            "    Page {{ name: {name:?}, packed: {packed}, hash: {hash:?}, bytes: include_bytes!({file:?}) }},"
        );
        written.map_err(io::Error::other)?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn pack(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data)?;
    encoder.finish()
}
