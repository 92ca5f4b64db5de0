//! *Can't find a room?*: what was found out about this computer's network, and
//! what to do about it.

use std::net::SocketAddr;

use eframe::egui::{self, RichText, Stroke, vec2};

use super::{
    parts::{close_button, dialog_height, dialog_scroll, note_place, page},
    theme::{Palette, bold},
    words::tr,
};
use crate::node::{Command, Examination, Firewall, Found, Looking, View};

/// What is wrong, the most likely first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// No interface that could lead to anybody.
    NoNetwork,
    /// Only interfaces that usually lead to no players.
    OnlyVirtual,
    /// What is sent to many does not arrive here.
    NoMulticast,
    /// This computer cannot reach its own port.
    NoPort,
    /// Nobody else is heard.
    Alone,
    /// Nothing, as far as can be seen from here.
    Fine,
}

impl Verdict {
    fn of(found: &Examination) -> Self {
        let used: Vec<&Found> = found.interfaces.iter().filter(|i| i.used).collect();
        if used.is_empty() {
            return if found.interfaces.is_empty() {
                Self::NoNetwork
            } else {
                Self::OnlyVirtual
            };
        }
        if used.iter().all(|found| found.multicast != Some(true)) {
            Self::NoMulticast
        } else if !found.listens {
            Self::NoPort
        } else if found.neighbours == 0 {
            Self::Alone
        } else {
            Self::Fine
        }
    }

    fn in_words(self) -> String {
        match self {
            Self::NoNetwork => tr!("find-no-network"),
            Self::OnlyVirtual => tr!("find-only-virtual"),
            Self::NoMulticast => tr!("find-no-multicast"),
            Self::NoPort => tr!("find-no-port"),
            Self::Alone => tr!("find-alone"),
            Self::Fine => tr!("find-fine"),
        }
    }
}

/// Draws the page, if it is open.
pub(super) fn finding_ui(ui: &egui::Ui, view: &View, open: &mut bool) -> Option<Command> {
    let unknown = *open && view.examination == Looking::Not;
    let mut command = unknown.then_some(Command::Examine);
    let window = ui.ctx().content_rect().size();
    page(ui, "finding", open, |ui, open| {
        ui.set_width((window.x - 60.0).min(560.0));
        ui.heading(tr!("find"));
        dialog_scroll(dialog_height(ui, 190.0)).show(ui, |ui| {
            let Looking::Found(found) = &view.examination else {
                ui.label(tr!("find-looking"));
                return;
            };
            let verdict = Verdict::of(found);
            tracing::debug!("draws what was found: {verdict:?}");
            let p = Palette::of(ui);
            let color = if verdict == Verdict::Fine {
                p.hit
            } else {
                p.error
            };
            ui.label(bold(verdict.in_words()).color(color));
            ui.add_space(4.0);
            checks_ui(ui, found);
            ui.add_space(4.0);
            if let Some(chosen) = interfaces_ui(ui, view, found) {
                command = Some(chosen);
            }
            ui.add_space(4.0);
            ui.label(firewall(found));
            let addr = view.me.addr.as_str();
            if addr
                .parse()
                .is_ok_and(|a: SocketAddr| !a.ip().is_loopback())
            {
                ui.label(tr!("find-address", address = addr));
            }
        });
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            close_button(ui, open);
            let idle = view.examination != Looking::Now;
            let again = ui.add_enabled(idle, egui::Button::new(tr!("find-again")));
            note_place(&again, "Look again");
            if again.clicked() {
                command = Some(Command::Examine);
            }
        });
    });
    command
}

/// What was looked at, one line each.
fn checks_ui(ui: &mut egui::Ui, found: &Examination) {
    let used = || found.interfaces.iter().filter(|found| found.used);
    let names: Vec<&str> = used().map(|found| found.name.as_str()).collect();
    let heard = used().any(|found| found.multicast == Some(true));
    let network = match names.as_slice() {
        [] => tr!("find-check-none"),
        names => tr!("find-check-network", names = names.join(", ")),
    };
    let multicast = if heard {
        tr!("find-check-multicast")
    } else {
        tr!("find-check-no-multicast")
    };
    let (listens, port) = (found.listens && !names.is_empty(), found.port.to_string());
    let listening = if listens {
        tr!("find-check-port", port = port)
    } else {
        tr!("find-check-no-port", port = port)
    };
    let others = tr!("find-check-others", count = found.neighbours);
    check_ui(ui, !names.is_empty(), &network);
    check_ui(ui, heard, &multicast);
    check_ui(ui, listens, &listening);
    check_ui(ui, found.neighbours > 0, &others);
}

/// A line with a tick or a cross before it.
fn check_ui(ui: &mut egui::Ui, good: bool, text: &str) {
    let p = Palette::of(ui);
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(18.0, 18.0), egui::Sense::hover());
        let spoken = if good { tr!("yes") } else { tr!("no") };
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
        let at = |x: f32, y: f32| rect.lerp_inside(vec2(x, y));
        let painter = ui.painter();
        if good {
            let line = vec![at(0.15, 0.55), at(0.42, 0.8), at(0.88, 0.22)];
            painter.line(line, Stroke::new(2.5, p.hit));
        } else {
            let cross = Stroke::new(2.5, p.error);
            painter.line_segment([at(0.2, 0.2), at(0.8, 0.8)], cross);
            painter.line_segment([at(0.2, 0.8), at(0.8, 0.2)], cross);
        }
        ui.add(egui::Label::new(text).wrap());
    });
}

/// Which interfaces are used, to be chosen.
fn interfaces_ui(ui: &mut egui::Ui, view: &View, found: &Examination) -> Option<Command> {
    if found.interfaces.is_empty() {
        return None;
    }
    ui.label(bold(tr!("find-interfaces")));
    let mut chosen: Vec<String> = Vec::new();
    let mut changed = false;
    for interface in &found.interfaces {
        let mut used = interface.used;
        let sort = match interface.is_virtual {
            false => tr!("find-sort-network"),
            true => tr!("find-sort-virtual"),
        };
        let text = tr!(
            "find-interface",
            name = interface.name.as_str(),
            address = interface.addr.to_string(),
            sort = sort
        );
        let choice = ui.checkbox(&mut used, text);
        note_place(&choice, &interface.name);
        changed |= choice.changed();
        if used {
            chosen.push(interface.name.clone());
        }
    }
    let by_itself = view.me.preferences.interfaces.is_empty();
    if !by_itself {
        let button = ui.button(tr!("find-by-itself"));
        note_place(&button, "By itself");
        if button.clicked() {
            (changed, chosen) = (true, Vec::new());
        }
    }
    // It is looked at anew, since what was found is of the old choice.
    changed.then_some(Command::UseInterfaces(chosen))
}

/// What to do about this system's firewall.
fn firewall(found: &Examination) -> String {
    let port = found.port.to_string();
    match found.firewall {
        Some(Firewall::Ufw) => tr!("find-ufw", port = port),
        Some(Firewall::Firewalld) => tr!("find-firewalld", port = port),
        Some(Firewall::Windows) => tr!("find-windows"),
        Some(Firewall::Mac) => tr!("find-mac"),
        None => tr!("find-firewall", port = port),
    }
}

/// A small word under the lobby's rooms, which opens the page.
pub(super) fn open_ui(ui: &mut egui::Ui, open: &mut bool) {
    let p = Palette::of(ui);
    let text = RichText::new(tr!("find")).color(p.accent);
    let button = ui.add(egui::Button::new(text).frame(false));
    note_place(&button, "Can't find a room?");
    *open |= button.clicked();
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn the_first_thing_that_is_wrong_is_told() {
        let mut found = Examination {
            interfaces: Vec::new(),
            listens: true,
            port: 40123,
            neighbours: 0,
            firewall: None,
        };
        assert_eq!(Verdict::of(&found), Verdict::NoNetwork);
        let interface = Found {
            name: "tun0".to_owned(),
            addr: Ipv4Addr::new(10, 8, 0, 2).into(),
            is_virtual: true,
            used: false,
            multicast: None,
        };
        found.interfaces.push(interface);
        assert_eq!(Verdict::of(&found), Verdict::OnlyVirtual);
        let used = &mut found.interfaces[0];
        (used.used, used.multicast) = (true, Some(false));
        assert_eq!(Verdict::of(&found), Verdict::NoMulticast);
        found.interfaces[0].multicast = Some(true);
        found.listens = false;
        assert_eq!(Verdict::of(&found), Verdict::NoPort);
        found.listens = true;
        assert_eq!(Verdict::of(&found), Verdict::Alone);
        found.neighbours = 2;
        assert_eq!(Verdict::of(&found), Verdict::Fine);
    }
}
