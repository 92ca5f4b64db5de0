//! Compiles `proto/` in pure Rust, so that nobody needs a `protoc`; and gives
//! the program for Windows its icon, version and manifest.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["dhangkanna/v1/peer.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .btree_map(".")
        .compile_fds(files)?;

    println!("cargo:rerun-if-changed=packaging/windows");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_some()
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
