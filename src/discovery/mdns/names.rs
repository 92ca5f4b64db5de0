//! Whose announcements are remembered.

use std::{cmp::Reverse, collections::BTreeMap, net::SocketAddr, time::Duration};

use tokio::time::Instant;

use super::super::source::Ad;
use crate::{consensus::codec::MAX_ADDRS, game::PeerId};

/// How many names are remembered; more than a LAN has players. Beyond it, of those at the
/// address that has most of them, the oldest is forgotten.
pub(super) const MAX_NAMES: usize = 256;

/// How many names of one member are remembered: it has two while it changes its own, and
/// anybody can announce others.
const NAMES_OF_ONE: usize = 4;

/// How long a name stays that a library has not heard which started anew.
const UNHEARD: Duration = Duration::from_secs(60);

/// The announcements by their names, the newest last. A member that goes on under
/// another name has two until the old one is removed, or expires.
#[derive(Default)]
pub(super) struct Names(Vec<Named>);

struct Named {
    name: String,
    ad: Ad,
    heard: Instant,
}

impl Names {
    pub fn resolved(&mut self, name: String, ad: Ad) {
        let peer = ad.peer_id;
        let is_same = |known: &Named| known.name == name && known.ad.peer_id == peer;
        let same = self.0.iter().position(is_same);
        let same = same.map(|at| self.0.remove(at));
        let heard = Instant::now();
        self.0.push(Named { name, ad, heard });
        let is_its = |ad: &Ad| ad.peer_id == peer;
        let surplus = self.take_surplus(NAMES_OF_ONE, is_its, |addr| addr);
        // Anybody can announce this member, also under its name: where it was, it may
        // still be, until the name is removed.
        if let Some(newest) = self.0.last_mut() {
            for before in [same, surplus].into_iter().flatten() {
                newest.ad.addrs = addrs_of([&newest.ad, &before.ad]);
            }
        }
        // Whatever the ports: one computer has any number of them.
        self.take_surplus(MAX_NAMES, |_| true, |addr| addr.ip());
    }

    /// Forgets one of these if they are too many: of those at one place, where most of
    /// them are, the oldest.
    fn take_surplus<P: Ord>(
        &mut self,
        max: usize,
        is_one: impl Fn(&Ad) -> bool,
        place: impl Fn(SocketAddr) -> P,
    ) -> Option<Named> {
        let place = |ad: &Ad| ad.addrs.first().copied().map(&place);
        let all = || self.0.iter().map(|known| &known.ad).enumerate();
        let these = || all().filter(|(_, ad)| is_one(ad));
        let mut count: BTreeMap<Option<P>, usize> = BTreeMap::new();
        for (_, ad) in these() {
            *count.entry(place(ad)).or_default() += 1;
        }
        if count.values().sum::<usize>() <= max {
            return None;
        }
        let oldest_of_most = these().min_by_key(|(_, ad)| Reverse(count.get(&place(ad))));
        let at = oldest_of_most.map(|(at, _)| at)?;
        Some(self.0.remove(at))
    }

    pub fn removed(&mut self, name: &str) {
        self.0.retain(|known| known.name != name);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The library that has heard these since then starts anew. Forgets what it has not
    /// heard for long.
    pub fn renew(&mut self, since: Instant) {
        let now = Instant::now();
        self.0.retain_mut(|known| {
            if known.heard > since {
                // It would have said that it is gone.
                known.heard = now;
            }
            now - known.heard < UNHEARD
        });
    }

    /// Of each member the newest, with the addresses of all its names: at one of them it
    /// is, whatever others announce.
    pub fn ads(&self) -> BTreeMap<PeerId, Ad> {
        let mut of_it: BTreeMap<PeerId, Vec<&Ad>> = BTreeMap::new();
        for Named { ad, .. } in self.0.iter().rev() {
            of_it.entry(ad.peer_id).or_default().push(ad);
        }
        let newest = |(peer, of_it): (PeerId, Vec<&Ad>)| {
            let newest = Ad::clone(of_it.first()?);
            let addrs = addrs_of(of_it);
            Some((peer, Ad { addrs, ..newest }))
        };
        of_it.into_iter().filter_map(newest).collect()
    }
}

/// So many of their addresses as there may be, each once: the first of each, the newest
/// first, then the second.
fn addrs_of<'a>(newest_first: impl IntoIterator<Item = &'a Ad>) -> Vec<SocketAddr> {
    let ads = newest_first.into_iter();
    let mut all: Vec<_> = ads.flat_map(|ad| ad.addrs.iter().enumerate()).collect();
    all.sort_by_key(|(nth, _)| *nth);
    let mut addrs = Vec::new();
    for (_, addr) in all {
        if addrs.len() < MAX_ADDRS && !addrs.contains(addr) {
            addrs.push(*addr);
        }
    }
    addrs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::ClusterId,
        game::{Name, Phase},
    };

    fn peer(n: u16) -> PeerId {
        let mut id = [9; 32];
        id[..2].copy_from_slice(&n.to_be_bytes());
        PeerId::new(id)
    }

    fn ad(n: u16, host: u8) -> Ad {
        Ad {
            peer_id: peer(n),
            protocol: 2,
            version: "0.2.0".to_owned(),
            player: Name::placeholder(),
            cluster_id: ClusterId::new([1; 16]),
            room: Name::placeholder(),
            leads: true,
            players: 1,
            phase: Phase::Lobby,
            plays: None,
            ancestors: Vec::new(),
            addrs: vec![SocketAddr::from(([192, 0, 2, host], 4000))],
        }
    }

    #[test]
    fn a_member_is_also_where_its_own_name_says_whatever_others_announce() {
        let at = |names: &Names, host: u8| {
            let ads = names.ads();
            ads.get(&peer(0)).is_some_and(|ad| {
                let addr = SocketAddr::from(([192, 0, 2, host], 4000));
                ad.addrs.len() <= MAX_ADDRS && ad.addrs.contains(&addr)
            })
        };
        let mut names = Names::default();
        names.resolved("real".to_owned(), ad(0, 200));
        // One, also under the same name, and with as many addresses as there may be.
        let mut forged = ad(0, 9);
        let addrs = (10..30).map(|n| SocketAddr::from(([192, 0, 2, n], 4000)));
        forged.addrs.extend(addrs);
        forged.addrs.truncate(MAX_ADDRS);
        names.resolved("forged".to_owned(), forged);
        names.resolved("real".to_owned(), ad(1, 9));
        assert!(at(&names, 200) && at(&names, 9));
        // Its goodbye is its own.
        names.removed("forged");
        assert!(at(&names, 200) && !at(&names, 9));
        // Any number from one address; from many, until it says it again.
        for n in 0..100 {
            names.resolved(format!("forged {n}"), ad(0, 9));
        }
        assert!(at(&names, 200));
        for n in 0..100 {
            names.resolved(format!("forged {n}"), ad(0, n));
        }
        for n in 0..2 {
            names.resolved("real".to_owned(), ad(0, 200));
            names.resolved(format!("forged {n}"), ad(0, n));
            assert!(at(&names, 200));
        }
        assert!(names.0.len() <= 1 + NAMES_OF_ONE);
    }

    #[test]
    fn a_forged_packet_under_its_own_name_does_not_hide_where_a_member_is() {
        let at = |host: u8, port: u16| SocketAddr::from(([192, 0, 2, host], port));
        let addrs = |names: &Names| {
            let ads = names.ads();
            ads.get(&peer(0)).map(|ad| ad.addrs.clone())
        };
        let mut names = Names::default();
        names.resolved("real".to_owned(), ad(0, 200));
        let mut forged = ad(0, 9);
        forged.addrs = (10..).map(|n| at(n, 4000)).take(MAX_ADDRS).collect();
        names.resolved("real".to_owned(), forged);
        let now = addrs(&names).expect("it is announced");
        assert_eq!((now[0], now[1]), (at(10, 4000), at(200, 4000)));
        assert_eq!(now.len(), MAX_ADDRS);
        // Five more where it is, with other ports.
        let mut names = Names::default();
        names.resolved("real".to_owned(), ad(0, 200));
        for n in 0..5 {
            let mut forged = ad(0, 200);
            forged.addrs = vec![at(200, 5000 + n)];
            names.resolved(format!("forged {n}"), forged);
        }
        assert!(addrs(&names).is_some_and(|now| now.contains(&at(200, 4000))));
        // It is elsewhere now: there it is looked for first, and once it is gone nowhere.
        let mut names = Names::default();
        for host in [200, 201, 201] {
            names.resolved("real".to_owned(), ad(0, host));
        }
        assert_eq!(addrs(&names), Some(vec![at(201, 4000), at(200, 4000)]));
        names.removed("real");
        assert_eq!(addrs(&names), None);
    }

    #[test]
    fn made_up_rooms_push_out_each_other_only() {
        let mut names = Names::default();
        // Two windows on one computer, and a third elsewhere, later.
        for n in [0, 1] {
            names.resolved(format!("real {n}"), ad(n, 1));
        }
        for n in 10..700 {
            names.resolved(format!("made up {n}"), ad(n, 2));
        }
        names.resolved("real 2".to_owned(), ad(2, 3));
        for n in 700..1400 {
            names.resolved(format!("made up {n}"), ad(n, 2));
        }
        let ads = names.ads();
        assert_eq!(ads.len(), MAX_NAMES);
        assert!([0, 1, 2].iter().all(|n| ads.contains_key(&peer(*n))));
        assert!(ads.contains_key(&peer(1399)) && !ads.contains_key(&peer(700)));
    }

    #[test]
    fn a_member_under_two_names_stays_when_one_goes() {
        let called = |name: &str| Ad {
            peer_id: PeerId::new([7; 32]),
            protocol: 1,
            version: "0.2.0".to_owned(),
            player: Name::parse(name).expect("a name"),
            cluster_id: ClusterId::new([1; 16]),
            room: Name::parse("den").expect("a name"),
            leads: true,
            players: 1,
            phase: Phase::Lobby,
            plays: None,
            ancestors: Vec::new(),
            addrs: Vec::new(),
        };
        let player = |names: &Names| {
            let ads = names.ads();
            let ad = ads.values().next();
            ad.map(|ad| ad.player.to_string())
        };
        // The old name may be resolved last, and gone first.
        for last in ["Ann", "Bea"] {
            let mut names = Names::default();
            for name in ["Ann", "Bea", last] {
                names.resolved(name.to_owned(), called(name));
            }
            assert_eq!(player(&names).as_deref(), Some(last));
            names.removed("Ann");
            assert_eq!(player(&names).as_deref(), Some("Bea"));
            names.removed("Bea");
            assert_eq!(player(&names), None);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_library_that_starts_anew_forgets_who_is_not_heard_any_more() {
        let (mut names, mut renewed) = (Names::default(), Instant::now());
        let hears = async |names: &mut Names, of: &[u16]| {
            tokio::time::advance(UNHEARD / 60).await;
            for n in of {
                names.resolved(n.to_string(), ad(*n, 1));
            }
        };
        let mut renew = async |names: &mut Names, after| {
            tokio::time::advance(after).await;
            names.renew(renewed);
            renewed = Instant::now();
            names.ads().into_keys().collect::<Vec<_>>()
        };
        hears(&mut names, &[1, 2, 3]).await;
        let all = [1, 2, 3].map(peer);
        // All were known to the first, however long that ran.
        assert_eq!(renew(&mut names, 10 * UNHEARD).await, all);
        // A network that is busy loses what they say.
        hears(&mut names, &[2]).await;
        assert_eq!(renew(&mut names, UNHEARD / 30).await, all);
        hears(&mut names, &[2, 3]).await;
        assert_eq!(renew(&mut names, UNHEARD).await, all[1..]);
    }
}
