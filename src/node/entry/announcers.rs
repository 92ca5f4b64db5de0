//! Who announces rooms, and what they showed when they were asked: a room is what its
//! members prove that it is, whatever is announced.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures::StreamExt as _;
use tokio::time::Instant;

use super::{
    asking::{Known, Shown, ask},
    rows::{groups, limit, room_of_another_version, sort},
};
use crate::{
    consensus::{ClusterId, NodeId},
    discovery::{Ad, Ads},
    game::PeerId,
    net::Peers,
    node::api::{Met, Room},
};

/// How many are asked at one address in a row, of those who have proven nothing.
const AT_ONE_ADDRESS: usize = 8;

/// How many are asked in a row before the first are due again.
const IN_A_ROW: usize = 128;

/// How many are remembered that were proven and are not announced.
const MAX_UNANNOUNCED: usize = 128;

/// How long members of a room may disagree on who leads it: longer than an election
/// takes.
const DISPUTE: Duration = Duration::from_secs(3);

/// Those who announce, or did, and what they showed.
#[derive(Debug, Default)]
pub struct Announcers {
    known: BTreeMap<PeerId, Known>,
    /// Rooms whose members name different leaders, and since when.
    disputed: BTreeMap<ClusterId, Instant>,
}

impl Announcers {
    /// Whom to ask now: whose announcement is new, or gone; with `again`, also whom we
    /// know. Those first who have proven something, then those whom the player has met,
    /// then those who have waited longest.
    pub fn to_ask(&self, ads: &Ads, met: &Met, again: bool) -> Vec<Ad> {
        let is_new = |ad: &&Ad| self.known.get(&ad.peer_id).is_none_or(|k| k.ad != **ad);
        let is_due = |ad: &&Ad| self.known.get(&ad.peer_id).is_none_or(Known::is_due);
        let announced = ads.values().filter(|ad| again && is_due(ad) || is_new(ad));
        let gone = self.known.values().filter(|known| {
            let is_gone = !ads.contains_key(&known.ad.peer_id);
            is_gone && known.member().is_some() && (again || known.announces)
        });
        let mut asked: Vec<&Ad> = announced.chain(gone.map(|known| &known.ad)).collect();
        asked.sort_by_key(|ad| {
            let known = self.known.get(&ad.peer_id);
            let is_member = known.is_some_and(|known| known.member().is_some());
            let has_met = met.last(&ad.peer_id).is_some();
            (!is_member, !has_met, known.map(|known| known.asked))
        });
        // Anybody can announce any address, also one that is somebody else's.
        let mut at: BTreeMap<Option<IpAddr>, usize> = BTreeMap::new();
        asked.retain(|ad| {
            if self.is_somebody(&ad.peer_id, met) {
                return true;
            }
            let count = at.entry(ad.addrs.first().map(SocketAddr::ip)).or_default();
            *count += 1;
            *count <= AT_ONE_ADDRESS
        });
        // Half of a row is for those who were not asked yet, however much is known of others.
        let (known, new): (Vec<&Ad>, Vec<&Ad>) = asked
            .into_iter()
            .partition(|ad| self.known.contains_key(&ad.peer_id));
        let of_new = new.len().min(IN_A_ROW / 2);
        let row = known.into_iter().take(IN_A_ROW - of_new).chain(new);
        row.take(IN_A_ROW).cloned().collect()
    }

    /// Whether somebody has proven something, or the player has met them.
    fn is_somebody(&self, peer: &PeerId, met: &Met) -> bool {
        let known = self.known.get(peer);
        known.is_some_and(|known| known.member().is_some()) || met.last(peer).is_some()
    }

    /// Notes what somebody showed.
    pub fn note(&mut self, ads: &Ads, (ad, shown): (Ad, Shown)) {
        let peer = ad.peer_id;
        let announces = ads.contains_key(&peer);
        // A member stays as long as it proves what it is: others' announcements may push
        // out its own.
        let stays = matches!(shown, Shown::Member { .. });
        let before = self.known.get(&peer).map_or(0, |known| known.in_vain);
        let in_vain = match shown {
            Shown::Nothing => before.saturating_add(1),
            Shown::Member { .. } | Shown::OtherVersion => 0,
        };
        if !announces && !stays {
            self.known.remove(&peer);
        } else {
            let known = Known {
                ad,
                shown,
                asked: Instant::now(),
                announces,
                in_vain,
            };
            self.known.insert(peer, known);
        }
        self.known
            .retain(|peer, known| known.member().is_some() || ads.contains_key(peer));
        let gone = self.known.iter().filter(|(_, known)| !known.announces);
        let longest_ago = gone.clone().min_by_key(|(_, known)| known.asked);
        if gone.clone().count() > MAX_UNANNOUNCED
            && let Some(peer) = longest_ago.map(|(peer, _)| *peer)
        {
            self.known.remove(&peer);
        }
        self.note_disputes();
    }

    fn note_disputes(&mut self) {
        let mut leaders: BTreeMap<ClusterId, BTreeSet<NodeId>> = BTreeMap::new();
        for (_, room) in self.known.values().filter_map(Known::member) {
            leaders
                .entry(room.cluster_id)
                .or_default()
                .extend(room.leader_id);
        }
        leaders.retain(|_, leaders| leaders.len() > 1);
        self.disputed.retain(|room, _| leaders.contains_key(room));
        for room in leaders.into_keys() {
            self.disputed.entry(room).or_insert_with(Instant::now);
        }
    }

    /// The rooms that were proven, and those that another version plays, by name. Where
    /// the members of one have named different leaders for long, it is one row for each;
    /// with `at_once`, as soon as they do.
    pub fn rooms(&self, met: &Met, at_once: bool) -> Vec<Room> {
        let mut rooms = Vec::new();
        for (cluster, members) in self.by_cluster() {
            let since = self.disputed.get(&cluster);
            let is_disputed = since.is_some_and(|since| at_once || since.elapsed() > DISPUTE);
            let groups = groups(members, is_disputed, met);
            let are_rivals = groups.len() > 1;
            rooms.extend(
                groups
                    .iter()
                    .filter_map(|group| group.room(met, are_rivals)),
            );
        }
        let has_members: BTreeSet<ClusterId> = rooms.iter().map(|room| room.cluster_id).collect();
        let mut others: BTreeMap<ClusterId, &Ad> = BTreeMap::new();
        for known in self.known.values() {
            let cluster = known.ad.cluster_id;
            if known.shown == Shown::OtherVersion && !has_members.contains(&cluster) {
                let best = others.entry(cluster).or_insert(&known.ad);
                if known.ad.leads {
                    *best = &known.ad;
                }
            }
        }
        rooms.extend(others.into_values().filter_map(room_of_another_version));
        limit(&mut rooms);
        sort(&mut rooms);
        rooms
    }

    fn by_cluster(&self) -> BTreeMap<ClusterId, Vec<&Known>> {
        let mut by_cluster: BTreeMap<ClusterId, Vec<&Known>> = BTreeMap::new();
        for known in self.known.values() {
            if let Some((_, room)) = known.member() {
                by_cluster.entry(room.cluster_id).or_default().push(known);
            }
        }
        by_cluster
    }
}

/// The rooms of these announcements: whoever announces is asked.
pub async fn ask_rooms(peers: &Peers, ads: &Ads) -> Vec<Room> {
    let mut announcers = Announcers::default();
    let met = Met::default();
    let asked = announcers.to_ask(ads, &met, true);
    let answers: Vec<_> = ask(peers, asked).collect().await;
    for answer in answers {
        announcers.note(ads, answer);
    }
    announcers.rooms(&met, true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        consensus::{Holder, Ticket, TicketPath},
        game::{Name, Phase},
        net::{Identity, PROTOCOL, RoomInfo},
        node::entry::rows::{ROOMS_OF_ONE, announced},
    };

    /// A room that Ada founded, in which she let in Bob, Cem and Mallory.
    struct Den {
        cluster: ClusterId,
        paths: Vec<TicketPath>,
    }

    fn den() -> Den {
        let identities: Vec<Identity> = (0..4)
            .map(|_| Identity::ephemeral().expect("a key"))
            .collect();
        let holder = |n: usize| Holder {
            seat: n as NodeId + 1,
            key: identities[n].key().public(),
        };
        let (cluster, ada) = TicketPath::found(holder(0));
        let let_in = |n: usize| {
            let statement = Ticket::statement(cluster, holder(n), 5, ada.holder());
            let ticket = Ticket {
                holder: holder(n),
                base: 5,
                signature: identities[0].key().sign(&statement),
            };
            ada.extended_by(ticket).expect("a path")
        };
        let mut paths = vec![ada.clone()];
        paths.extend((1..4).map(let_in));
        Den { cluster, paths }
    }

    impl Den {
        fn peer(&self, n: usize) -> PeerId {
            self.paths[n].holder().key.peer_id()
        }

        fn ad(&self, n: usize) -> Ad {
            Ad {
                peer_id: self.peer(n),
                protocol: PROTOCOL,
                version: "0.2.0".to_owned(),
                player: Name::placeholder(),
                cluster_id: self.cluster,
                room: Name::placeholder(),
                leads: true,
                players: 24,
                phase: Phase::Won,
                plays: None,
                ancestors: Vec::new(),
                addrs: vec![SocketAddr::from(([192, 0, 2, n as u8], 4000))],
            }
        }

        /// What a member shows, that takes somebody for the leader.
        fn member(&self, n: usize, leader: usize) -> (Ad, Shown) {
            let room = RoomInfo {
                cluster_id: self.cluster,
                room: Name::parse("Den").expect("a name"),
                players: 3,
                phase: Phase::Guessing,
                leader_id: Some(leader as NodeId + 1),
                node_id: n as NodeId + 1,
                path: Some(self.paths[n].clone()),
                owner: None,
                takes_pin: false,
            };
            let name = Name::parse(&format!("P{n}")).expect("a name");
            let room = Box::new(room);
            let at = None;
            (self.ad(n), Shown::Member { name, room, at })
        }

        fn ads(&self) -> Ads {
            Arc::new((0..4).map(|n| (self.peer(n), self.ad(n))).collect())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_row_is_what_was_proven() {
        let (den, met) = (den(), Met::default());
        let (ads, mut announcers) = (den.ads(), Announcers::default());
        for n in 0..3 {
            announcers.note(&ads, den.member(n, 1));
        }
        // It announces the same room, leads it, and shows nothing.
        announcers.note(&ads, (den.ad(3), Shown::Nothing));
        let rooms = announcers.rooms(&met, false);
        assert_eq!(rooms.len(), 1);
        let (room, host) = (&rooms[0], den.peer(1));
        assert_eq!((room.name.as_str(), room.host.as_str()), ("Den", "P1"));
        assert_eq!((room.players, room.phase), (3, Phase::Guessing));
        assert_eq!((room.members[0], room.members.len()), (host, 3));
        // Without announcements they are asked, and stay if they still prove it.
        let none = Ads::default();
        assert_eq!(announcers.to_ask(&none, &met, false).len(), 3);
        announcers.note(&none, den.member(0, 1));
        announcers.note(&none, (den.ad(1), Shown::Nothing));
        announcers.note(&none, (den.ad(2), Shown::Nothing));
        assert_eq!(announcers.rooms(&met, false)[0].members, [den.peer(0)]);
        assert!(announcers.to_ask(&none, &met, false).is_empty());
        assert_eq!(announcers.to_ask(&none, &met, true).len(), 1);
    }

    /// So many who announce rooms of their own.
    fn crowd(den: &Den, count: u16, host: u8) -> Vec<Ad> {
        let nth = |n: u16| {
            let mut id = [0; 32];
            id[..2].copy_from_slice(&n.to_be_bytes());
            Ad {
                peer_id: PeerId::new(id),
                cluster_id: ClusterId::random(),
                addrs: vec![SocketAddr::from(([192, 0, 2, host], 4000 + n))],
                ..den.ad(0)
            }
        };
        (0..count).map(nth).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn among_many_announcers_those_are_asked_first_who_are_somebody() {
        let (den, mut met) = (den(), Met::default());
        let mut ads: BTreeMap<PeerId, Ad> = BTreeMap::clone(&den.ads());
        let crowds = (10..85).flat_map(|host| {
            let crowd = crowd(&den, 8, host).into_iter();
            crowd.map(move |mut ad| {
                let mut id = *ad.peer_id.as_bytes();
                id[31] = host;
                ad.peer_id = PeerId::new(id);
                (ad.peer_id, ad)
            })
        });
        ads.extend(crowds);
        let (ads, mut announcers) = (Ads::new(ads), Announcers::default());
        announcers.note(&ads, den.member(0, 1));
        met.note(&den.peer(1), &Name::placeholder(), 1);
        let mut asked: BTreeSet<PeerId> = BTreeSet::new();
        for turn in 0..5 {
            let row = announcers.to_ask(&ads, &met, true);
            assert!(row.len() == IN_A_ROW || turn == 4, "{turn}: {}", row.len());
            assert_eq!(row[0].peer_id, den.peer(0), "it has proven something");
            if turn == 0 {
                assert_eq!(row[1].peer_id, den.peer(1), "the player has met them");
            }
            for ad in row.into_iter().skip(1) {
                asked.insert(ad.peer_id);
                announcers.note(&ads, (ad, Shown::Nothing));
            }
            tokio::time::advance(Duration::from_millis(1)).await;
            // Everybody has a turn.
            let all = asked.len() == 603;
            assert_eq!(all, turn == 4, "{turn}: {}", asked.len());
        }
        // Who showed nothing is left alone, for longer each time.
        assert_eq!(announcers.to_ask(&ads, &met, true).len(), 1);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(announcers.to_ask(&ads, &met, true).len(), IN_A_ROW);
    }

    #[tokio::test(start_paused = true)]
    async fn at_one_address_few_are_asked_who_are_nobody() {
        let (den, met) = (den(), Met::default());
        let mut ads: BTreeMap<PeerId, Ad> = BTreeMap::new();
        ads.extend(crowd(&den, 600, 9).into_iter().map(|ad| (ad.peer_id, ad)));
        ads.insert(den.peer(1), den.ad(1));
        let (ads, announcers) = (Ads::new(ads), Announcers::default());
        let row = announcers.to_ask(&ads, &met, true);
        assert_eq!(row.len(), AT_ONE_ADDRESS + 1);
        assert!(row.iter().any(|ad| ad.peer_id == den.peer(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_proves_much_leaves_room_for_who_is_new() {
        let (den, met) = (den(), Met::default());
        let mut announcers = Announcers::default();
        let mut ads: BTreeMap<PeerId, Ad> = BTreeMap::new();
        for n in 0..200_u8 {
            let (mut ad, shown) = den.member(0, 0);
            ad.peer_id = PeerId::new([n; 32]);
            ads.insert(ad.peer_id, ad.clone());
            announcers.note(&Arc::new(ads.clone()), (ad, shown));
        }
        ads.insert(den.peer(1), den.ad(1));
        let row = announcers.to_ask(&Arc::new(ads), &met, true);
        assert_eq!(row.len(), IN_A_ROW);
        assert!(row.iter().any(|ad| ad.peer_id == den.peer(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_announced_in_a_members_name_takes_nothing_from_it() {
        let (den, met) = (den(), Met::default());
        let mut announcers = Announcers::default();
        let (mut ad, shown) = den.member(0, 0);
        ad.cluster_id = ClusterId::random();
        ad.room = Name::placeholder();
        let ads = Arc::new(BTreeMap::from([(ad.peer_id, ad.clone())]));
        announcers.note(&ads, (ad, shown));
        let rooms = announcers.rooms(&met, false);
        assert_eq!(rooms.len(), 1);
        assert_eq!(
            (rooms[0].cluster_id, rooms[0].name.as_str()),
            (den.cluster, "Den")
        );
    }

    #[test]
    fn of_one_computer_eight_rooms_are_shown_and_all_where_somebody_is_met() {
        let den = den();
        let of = |count, host| {
            let crowd = crowd(&den, count, host);
            crowd.into_iter().filter_map(|ad| announced(&ad, None))
        };
        let mut rooms: Vec<Room> = of(600, 9).chain(of(3, 1)).collect();
        rooms[500].met = true;
        limit(&mut rooms);
        let at = |host: &str| {
            let at_it = |room: &&Room| room.addr.starts_with(host);
            rooms.iter().filter(at_it).count()
        };
        assert_eq!((at("192.0.2.9:"), at("192.0.2.1:")), (ROOMS_OF_ONE + 1, 3));
        assert!(rooms.iter().any(|room| room.met));
    }

    #[tokio::test(start_paused = true)]
    async fn who_names_another_computers_address_takes_none_of_its_rows() {
        let (den, met) = (den(), Met::default());
        let mut announcers = Announcers::default();
        let mallory: SocketAddr = ([192, 0, 2, 9], 4000).into();
        let mut ads = BTreeMap::new();
        for n in 0..=ROOMS_OF_ONE {
            let (mut ad, mut shown) = den.member(0, 0);
            ad.peer_id = PeerId::new([n as u8 + 100; 32]);
            if let Shown::Member { room, at, .. } = &mut shown {
                (room.cluster_id, *at) = (ClusterId::new([n as u8; 16]), Some(mallory));
            }
            ads.insert(ad.peer_id, ad.clone());
            announcers.note(&Arc::new(ads.clone()), (ad, shown));
        }
        // Its own announcement has been pushed out.
        announcers.note(&Arc::new(ads.clone()), den.member(0, 0));
        let rooms = announcers.rooms(&met, false);
        assert_eq!(rooms.len(), ROOMS_OF_ONE + 1);
        assert!(rooms.iter().any(|room| room.addr == "192.0.2.0:4000"));
        // As are those of any number who prove something, and are not announced.
        for n in 0..1000_u16 {
            let (mut ad, shown) = den.member(0, 0);
            let mut id = [7; 32];
            id[..2].copy_from_slice(&n.to_be_bytes());
            ad.peer_id = PeerId::new(id);
            announcers.note(&Arc::new(ads.clone()), (ad, shown));
        }
        assert!(announcers.known.len() <= MAX_UNANNOUNCED + ads.len());
    }

    #[tokio::test(start_paused = true)]
    async fn rivals_are_two_rows_with_the_founder_first() {
        let (den, mut met) = (den(), Met::default());
        let (ads, mut announcers) = (den.ads(), Announcers::default());
        let hosts = |announcers: &Announcers, met: &Met| {
            let rooms = announcers.rooms(met, false);
            let hosts = rooms.iter().map(|room| room.host.to_string());
            hosts.collect::<Vec<_>>()
        };
        // Mallory's leads herself, and Cem's follows.
        announcers.note(&ads, den.member(0, 1));
        announcers.note(&ads, den.member(1, 1));
        announcers.note(&ads, den.member(2, 3));
        announcers.note(&ads, den.member(3, 3));
        assert_eq!(hosts(&announcers, &met), ["P1"], "it may be an election");
        tokio::time::advance(DISPUTE + Duration::from_millis(1)).await;
        assert_eq!(hosts(&announcers, &met), ["P1", "P3"]);
        assert!(
            announcers
                .rooms(&met, false)
                .iter()
                .all(|room| room.is_rival)
        );
        // Without the founder: whom the player has met; then more.
        announcers.note(&Ads::default(), (den.ad(0), Shown::Nothing));
        announcers.note(&ads, den.member(2, 3));
        announcers.note(&ads, den.member(3, 3));
        announcers.note(&ads, den.member(1, 1));
        tokio::time::advance(DISPUTE + Duration::from_millis(1)).await;
        assert_eq!(hosts(&announcers, &met), ["P3", "P1"]);
        met.note(&den.peer(1), &Name::placeholder(), 1);
        assert_eq!(hosts(&announcers, &met), ["P1", "P3"]);
        // They agree again.
        announcers.note(&ads, den.member(2, 1));
        announcers.note(&ads, den.member(3, 1));
        assert_eq!(hosts(&announcers, &met), ["P1"]);
    }
}
