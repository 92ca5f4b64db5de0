//! Makes what packages hold beside the program: man pages, shell completions,
//! icons and the list of releases.
//!
//! `cargo run --example packaging-files -- DIR` writes into DIR:
//!
//! ```text
//! share/…                what lies below /usr/share or ~/.local/share
//! debian/changelog       docs/CHANGELOG.md as Debian writes it
//! dhangkanna.icns        the icon for macOS
//! dhangkanna.ico         the icon for Windows; kept in packaging/windows, for build.rs
//! ```

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};
use dhangkanna::cli::Cli;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg,
};

mod releases;

const PROGRAM: &str = env!("CARGO_PKG_NAME");
/// The name by which desktops know the program.
const APP_ID: &str = "io.github.dhangkanna.dhangkanna";
const ICON: &str = include_str!("../../assets/kanna/icon.svg");
const METAINFO: &str = include_str!("../linux/io.github.dhangkanna.dhangkanna.metainfo.xml");
const CHANGELOG: &str = include_str!("../../docs/CHANGELOG.md");

/// The sizes that desktops look for, in pixels.
const HICOLOR: [u32; 8] = [16, 24, 32, 48, 64, 128, 256, 512];
/// The sizes that Windows looks for.
const ICO: [u32; 7] = [16, 20, 24, 32, 48, 64, 256];
/// The sizes that macOS looks for.
const ICNS: [u32; 6] = [16, 32, 128, 256, 512, 1024];

fn main() -> anyhow::Result<()> {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        bail!("say where to: packaging-files DIR");
    };
    let share = dir.join("share");
    man_pages(&folder(&share, "man/man1")?)?;
    completions(&share)?;
    icons(&dir, &share)?;

    let releases = releases::parse(CHANGELOG)?;
    let newest = releases.first().map(|release| release.version);
    ensure!(
        newest == Some(env!("CARGO_PKG_VERSION")),
        "docs/CHANGELOG.md begins with {newest:?}, Cargo.toml says {}",
        env!("CARGO_PKG_VERSION"),
    );
    let links = links(
        env!("CARGO_PKG_REPOSITORY"),
        concat!("v", env!("CARGO_PKG_VERSION")),
    );
    let metainfo = METAINFO
        .replace("    <!-- links -->\n", &links)
        .replace("    <!-- releases -->\n", &releases::appstream(&releases));
    let path = folder(&share, "metainfo")?.join(format!("{APP_ID}.metainfo.xml"));
    write(&path, metainfo.as_bytes())?;
    let debian = releases::debian(&releases);
    write(
        &folder(&dir, "debian")?.join("changelog"),
        debian.as_bytes(),
    )
}

/// The project's pages and pictures as AppStream has them; nothing while the
/// project has no page. The paths are GitHub's.
fn links(repository: &str, tag: &str) -> String {
    if repository.is_empty() {
        return String::new();
    }
    format!(
        r#"  <url type="homepage">{repository}</url>
  <url type="bugtracker">{repository}/issues</url>
  <url type="vcs-browser">{repository}</url>
  <screenshots>
    <screenshot type="default">
      <image>{repository}/raw/{tag}/docs/room.png</image>
      <caption>Three players, one game</caption>
    </screenshot>
    <screenshot>
      <image>{repository}/raw/{tag}/docs/lobby.png</image>
      <caption>Rooms on the network show up by themselves</caption>
    </screenshot>
  </screenshots>
"#
    )
}

fn folder(base: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = base.join(name);
    fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(path)
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    fs::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}

/// One page for the program, and one for each of its commands.
fn man_pages(dir: &Path) -> anyhow::Result<()> {
    // A page's first line is short; `help` has no page.
    let command = Cli::command()
        .about("hangman for the people on one network")
        .long_about(env!("CARGO_PKG_DESCRIPTION"))
        .disable_help_subcommand(true);
    clap_mangen::generate_to(command.clone(), dir)?;
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    let mut more = Roff::new();
    more.control("SH", ["FILES"]);
    let files = [
        (
            "~/.local/share/dhangkanna/profiles/",
            "Who you are, the rooms you are in or left by a crash, and logs: a folder for each profile.",
        ),
        ("~/.local/share/dhangkanna/packs/", "Your own word packs."),
    ];
    for (path, what) in files {
        more.control("TP", []);
        more.text([bold(path)]);
        more.text([roman(what)]);
    }
    more.control("SH", ["SEE ALSO"]);
    more.text([roman(
        "/usr/share/doc/dhangkanna/HEADLESS.md: the commands and events of the seat without a window.",
    )]);
    more.to_writer(&mut page)?;
    write(&dir.join(format!("{PROGRAM}.1")), &page)
}

fn completions(share: &Path) -> anyhow::Result<()> {
    let places = [
        (Shell::Bash, "bash-completion/completions", "dhangkanna"),
        (Shell::Zsh, "zsh/site-functions", "_dhangkanna"),
        (Shell::Fish, "fish/vendor_completions.d", "dhangkanna.fish"),
    ];
    for (shell, place, name) in places {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut script);
        write(&folder(share, place)?.join(name), &script)?;
    }
    Ok(())
}

fn icons(dir: &Path, share: &Path) -> anyhow::Result<()> {
    let tree = usvg::Tree::from_str(ICON, &usvg::Options::default())?;
    let hicolor = share.join("icons/hicolor");
    let scalable = folder(&hicolor, "scalable/apps")?.join(format!("{APP_ID}.svg"));
    write(&scalable, ICON.as_bytes())?;
    for size in HICOLOR {
        let path = folder(&hicolor, &format!("{size}x{size}/apps"))?.join(format!("{APP_ID}.png"));
        image::save_buffer(
            &path,
            &draw(&tree, size)?,
            size,
            size,
            image::ColorType::Rgba8,
        )?;
    }

    let mut ico = ico::IconDir::new(ico::ResourceType::Icon);
    for size in ICO {
        let image = ico::IconImage::from_rgba_data(size, size, draw(&tree, size)?);
        ico.add_entry(ico::IconDirEntry::encode(&image)?);
    }
    ico.write(File::create(dir.join(format!("{PROGRAM}.ico")))?)?;

    let mut icns = icns::IconFamily::new();
    for size in ICNS {
        let pixels = draw(&tree, size)?;
        icns.add_icon(&icns::Image::from_data(
            icns::PixelFormat::RGBA,
            size,
            size,
            pixels,
        )?)?;
    }
    let mut file = File::create(dir.join(format!("{PROGRAM}.icns")))?;
    icns.write(&mut file)?;
    Ok(file.flush()?)
}

/// The icon so many pixels wide and high, as RGBA with straight alpha.
fn draw(tree: &usvg::Tree, size: u32) -> anyhow::Result<Vec<u8>> {
    let mut pixmap = Pixmap::new(size, size).context("an icon of no size")?;
    // At most 1024, so the conversion is exact.
    let (x, y) = (
        size as f32 / tree.size().width(),
        size as f32 / tree.size().height(),
    );
    resvg::render(tree, Transform::from_scale(x, y), &mut pixmap.as_mut());
    Ok(pixmap.take_demultiplied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_need_a_page() {
        assert_eq!(links("", "v1.2.3"), "");
        let links = links("https://example.org/game", "v1.2.3");
        for line in [
            r#"  <url type="homepage">https://example.org/game</url>"#,
            "      <image>https://example.org/game/raw/v1.2.3/docs/room.png</image>",
        ] {
            assert!(links.lines().any(|each| each == line), "{line}: {links}");
        }
    }
}
