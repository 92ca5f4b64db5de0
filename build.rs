//! Compiles `proto/` in pure Rust, so that nobody needs a `protoc`; compresses the
//! longest texts; and gives the program for Windows its icon, version and manifest.

use std::{env, error::Error, fs, path::Path};

/// What `src/ui/packed.rs` reads.
const PACKED: [&str; 5] = [
    "kanna/kanna.svg",
    "words/de.ftl",
    "words/en.ftl",
    "words/es.ftl",
    "words/fr.ftl",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["dhangkanna/v1/peer.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .btree_map(".")
        .compile_fds(files)?;

    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    for text in PACKED {
        println!("cargo:rerun-if-changed=assets/{text}");
        let packed = Path::new(&out).join(text).with_added_extension("z");
        fs::create_dir_all(packed.parent().ok_or("no folder")?)?;
        let text = fs::read(Path::new("assets").join(text))?;
        fs::write(
            packed,
            miniz_oxide::deflate::compress_to_vec_zlib(&text, 10),
        )?;
    }

    println!("cargo:rerun-if-changed=packaging/windows");
    if env::var_os("CARGO_CFG_WINDOWS").is_some()
        && let Err(e) = windows_resources()
    {
        // It plays without, too.
        println!("cargo:warning=no resource compiler, so no icon: {e}");
    }
    Ok(())
}

fn windows_resources() -> Result<(), Box<dyn Error>> {
    winresource::WindowsResource::new()
        .set_icon("packaging/windows/dhangkanna.ico")
        .set_manifest_file("packaging/windows/dhangkanna.manifest")
        .set("FileDescription", "dhangkanna")
        .set(
            "LegalCopyright",
            "The dhangkanna authors; MIT or Apache-2.0",
        )
        .set("OriginalFilename", "dhangkanna.exe")
        .compile_for("dhangkanna")?;
    Ok(())
}
