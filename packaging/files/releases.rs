//! The releases in `docs/CHANGELOG.md`, in the forms that packages want.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};

const MAINTAINER: &str = "The dhangkanna makers <dhangkanna@users.noreply.github.com>";

/// One version, and what changed in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Release<'a> {
    pub version: &'a str,
    pub day: Day,
    pub changes: Vec<String>,
}

/// A day of the proleptic Gregorian calendar, from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    year: u32,
    month: u32,
    day: u32,
}

/// Reads `## VERSION (YYYY-MM-DD)` headings and the list below each, without its markup.
///
/// # Errors
/// If a heading has another form.
pub fn parse(changelog: &str) -> anyhow::Result<Vec<Release<'_>>> {
    let mut releases: Vec<Release<'_>> = Vec::new();
    for line in changelog.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let (version, day) = heading
                .strip_suffix(')')
                .and_then(|heading| heading.split_once(" ("))
                .with_context(|| format!("not `## VERSION (YYYY-MM-DD)`: {line}"))?;
            let day = Day::parse(day)?;
            releases.push(Release {
                version,
                day,
                changes: Vec::new(),
            });
        } else if let Some(release) = releases.last_mut() {
            if let Some(change) = line.strip_prefix("- ") {
                release.changes.push(change.trim().to_owned());
            } else if let Some(change) = release.changes.last_mut()
                && !line.trim().is_empty()
            {
                change.push(' ');
                change.push_str(line.trim());
            }
        }
    }
    for change in releases.iter_mut().flat_map(|release| &mut release.changes) {
        *change = without_links(change).replace(['*', '`'], "");
    }
    Ok(releases)
}

impl Day {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let numbers: Result<Vec<u32>, _> = text.split('-').map(str::parse).collect();
        let numbers = numbers.with_context(|| format!("not a day YYYY-MM-DD: {text}"))?;
        let [year @ 1970..=9999, month @ 1..=12, day @ 1..=31] = numbers[..] else {
            anyhow::bail!("not a day YYYY-MM-DD: {text}");
        };
        let this = Self { year, month, day };
        ensure!(this.to_string() == text, "not a day YYYY-MM-DD: {text}");
        Ok(this)
    }

    /// Sunday is 0. (Sakamoto's method.)
    fn weekday(self) -> usize {
        const SHIFT: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let year = if self.month < 3 {
            self.year - 1
        } else {
            self.year
        };
        let sum =
            year + year / 4 - year / 100 + year / 400 + SHIFT[self.month as usize - 1] + self.day;
        sum as usize % 7
    }

    /// As in mails (RFC 5322), at midnight UTC.
    fn as_in_mails(self) -> String {
        const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        format!(
            "{}, {:02} {} {} 00:00:00 +0000",
            WEEKDAYS[self.weekday()],
            self.day,
            MONTHS[self.month as usize - 1],
            self.year,
        )
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// As Debian's policy manual has it (4.4).
pub fn debian(releases: &[Release<'_>]) -> String {
    const WIDTH: usize = 76;
    let mut text = String::new();
    for release in releases {
        let _ = write!(
            text,
            "dhangkanna ({}) unstable; urgency=medium\n\n",
            release.version
        );
        for change in &release.changes {
            let mut line = "  *".to_owned();
            for word in change.split(' ') {
                if line.len() + 1 + word.len() > WIDTH {
                    let _ = writeln!(text, "{line}");
                    line = "   ".to_owned();
                }
                line.push(' ');
                line.push_str(word);
            }
            let _ = writeln!(text, "{line}");
        }
        let day = release.day.as_in_mails();
        let _ = write!(text, "\n -- {MAINTAINER}  {day}\n\n");
    }
    text
}

/// As AppStream has it: the `releases` of a component.
pub fn appstream(releases: &[Release<'_>]) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let mut text = "  <releases>\n".to_owned();
    for release in releases {
        let Release { version, day, .. } = release;
        let _ = writeln!(text, r#"    <release version="{version}" date="{day}">"#);
        let _ = writeln!(text, "      <description>\n        <ul>");
        for change in &release.changes {
            let _ = writeln!(text, "          <li>{}</li>", escape(change));
        }
        let _ = writeln!(text, "        </ul>\n      </description>\n    </release>");
    }
    text.push_str("  </releases>\n");
    text
}

/// `[text](target)` becomes `text`.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((label, (_, behind))) = after
            .split_once("](")
            .and_then(|(label, target)| Some((label, target.split_once(')')?)))
        else {
            break;
        };
        out.push_str(before);
        out.push_str(label);
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changelog_is_read() {
        let text = "# Changes\n\nIntro.\n\n## 1.2.0 (2026-11-23)\n\n- One\n  line.\n- [Two](x.md) & *three*.\n\n## 1.1.0 (2000-02-29)\n\n- Old.\n";
        let releases = parse(text).expect("a changelog");
        assert_eq!(releases.len(), 2);
        assert_eq!(releases[0].changes, ["One line.", "Two & three."]);
        let debian = debian(&releases);
        assert!(
            debian.starts_with("dhangkanna (1.2.0) unstable; urgency=medium\n\n  * One line.\n")
        );
        assert!(
            debian.contains(">  Mon, 23 Nov 2026 00:00:00 +0000\n"),
            "{debian}"
        );
        assert!(
            debian.contains(">  Tue, 29 Feb 2000 00:00:00 +0000\n"),
            "{debian}"
        );
        let appstream = appstream(&releases);
        assert!(
            appstream.contains("<li>Two &amp; three.</li>"),
            "{appstream}"
        );
        assert!(appstream.contains(r#"<release version="1.1.0" date="2000-02-29">"#));
    }

    #[test]
    fn a_heading_without_a_day_is_refused() {
        for heading in [
            "## 1.0",
            "## 1.0 (soon)",
            "## 1.0 (2026-1-2)",
            "## 1.0 (2026-13-01)",
        ] {
            assert!(parse(heading).is_err(), "{heading}");
        }
    }
}
