//! Who announces rooms, and what they showed when they were asked: a room is what its
//! members prove that it is, whatever is announced.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    time::Duration,
};

use futures::StreamExt as _;
use tokio::time::Instant;

use super::{
    asking::{Known, Shown, ask},
    rows::{groups, limit, room_of_another_version, sort},
};
use crate::{
    budget::Budget,
    consensus::{ClusterId, NodeId},
    discovery::{Ad, Ads},
    game::PeerId,
    net::Peers,
    node::api::{Met, Room},
    random,
};

/// How often a room in the lobby is asked whether it is still there: a host
/// that crashed said no goodbye.
pub const CHECK: Duration = Duration::from_secs(3);

/// How many are asked in a row before the first are due again.
const IN_A_ROW: usize = 128;

/// How many who have proven nothing are asked at one address: at once, and a second. An
/// announcement may name anybody's.
const ASKED_AT_ONE: (u32, u32) = (8, 2);

/// The same for somebody who joins, once in a while: those of the room have to be among
/// them, however many name their address.
const ASKED_WHEN_JOINING: (u32, u32) = (128, 64);

/// The longest time until somebody is asked again who shows nothing.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// How many are remembered that were proven and are not announced.
const MAX_UNANNOUNCED: usize = 128;

/// How long members of a room may disagree on who leads it: longer than an election
/// takes.
pub const DISPUTE: Duration = Duration::from_secs(3);

/// Those who announce, or did, and what they showed.
#[derive(Debug)]
pub struct Announcers {
    known: BTreeMap<PeerId, Known>,
    asked_at: Budget<IpAddr>,
    /// Rooms whose members name different leaders, and since when.
    disputed: BTreeMap<ClusterId, Instant>,
}

impl Default for Announcers {
    fn default() -> Self {
        Self::asked_at_one(ASKED_AT_ONE)
    }
}

impl Announcers {
    /// For somebody who joins now, and does not wait long.
    pub fn of_joining() -> Self {
        Self::asked_at_one(ASKED_WHEN_JOINING)
    }

    fn asked_at_one((burst, per_second): (u32, u32)) -> Self {
        Self {
            known: BTreeMap::new(),
            asked_at: Budget::new(burst, per_second),
            disputed: BTreeMap::new(),
        }
    }
}

/// Whether somebody who may have shown nothing is to be asked again: after one check,
/// after two, after four.
fn is_due(known: &Known) -> bool {
    let pause = CHECK * known.failed.checked_sub(1).map_or(0, |n| 1 << n.min(16));
    // A check may come a little early.
    known.asked.elapsed() + CHECK / 2 >= pause.min(MAX_PAUSE)
}

impl Announcers {
    /// Whom to ask now: whose announcement is new, or gone; with `again`, also whom we
    /// know. Those first who have proven something, then those whom the player has met,
    /// then those who were never asked or have waited longest. Half of them have proven
    /// nothing, if there are so many.
    pub fn to_ask(&self, ads: &Ads, met: &Met, again: bool) -> Vec<Ad> {
        let is_new = |ad: &&Ad| self.known.get(&ad.peer_id).is_none_or(|k| k.ad != **ad);
        let is_asked = |ad: &&Ad| {
            let is_due = || self.known.get(&ad.peer_id).is_some_and(is_due);
            is_new(ad) || (again && is_due())
        };
        let announced = ads.values().filter(is_asked);
        let gone = self.known.values().filter(|known| {
            let is_gone = !ads.contains_key(&known.ad.peer_id);
            is_gone && known.member().is_some() && (again || known.announces)
        });
        let mut asked: Vec<&Ad> = announced.chain(gone.map(|known| &known.ad)).collect();
        // Nobody can choose a key that is asked before others.
        asked.sort_by_cached_key(|ad| {
            let has_met = met.last(&ad.peer_id).is_some();
            let known = self.known.get(&ad.peer_id);
            (!has_met, known.map(|known| known.asked), random::u64())
        });
        let is_member = |ad: &&Ad| {
            let known = self.known.get(&ad.peer_id);
            known.is_some_and(|known| known.member().is_some())
        };
        let (mut asked, others): (Vec<&Ad>, Vec<&Ad>) = asked.into_iter().partition(is_member);
        asked.truncate(IN_A_ROW - others.len().min(IN_A_ROW / 2));
        let may_be_dialled = |ad: &&Ad| ad.addrs.iter().all(|addr| self.asked_at.take(&addr.ip()));
        let left = IN_A_ROW - asked.len();
        asked.extend(others.into_iter().filter(may_be_dialled).take(left));
        asked.into_iter().cloned().collect()
    }

    /// What those announced who have proven that they are in a room.
    pub fn proven(&self) -> Vec<Ad> {
        let known = self.known.values();
        let proven = known.filter(|known| known.member().is_some());
        proven
            .map(|known| known.ad.clone())
            .take(IN_A_ROW)
            .collect()
    }

    /// Notes what somebody showed.
    pub fn note(&mut self, ads: &Ads, (ad, shown): (Ad, Shown)) {
        let peer = ad.peer_id;
        let announces = ads.contains_key(&peer);
        // A member stays as long as it proves what it is: others' announcements may push
        // out its own.
        let stays = matches!(shown, Shown::Member { .. });
        if !announces && !stays {
            self.known.remove(&peer);
        } else {
            let before = self.known.get(&peer).map_or(0, |known| known.failed);
            let known = Known {
                failed: match shown {
                    Shown::Nothing => before.saturating_add(1),
                    _ => 0,
                },
                ad,
                shown,
                asked: Instant::now(),
                announces,
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
    use std::{net::SocketAddr, sync::Arc};

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
        for (n, mut ad) in (0_u16..).zip(crowd(&den, 600, 9)) {
            let [high, low] = n.to_be_bytes();
            ad.addrs = vec![SocketAddr::from(([10, 0, high, low], 4000))];
            ads.insert(ad.peer_id, ad);
        }
        let (ads, mut announcers) = (Ads::new(ads), Announcers::default());
        announcers.note(&ads, den.member(0, 1));
        met.note(&den.peer(1), &Name::placeholder(), 1);
        let mut asked: BTreeSet<PeerId> = BTreeSet::new();
        for turn in 0..5 {
            let row = announcers.to_ask(&ads, &met, true);
            assert_eq!(row.len(), IN_A_ROW);
            assert_eq!(row[0].peer_id, den.peer(0), "it has proven something");
            assert_eq!(row[1].peer_id, den.peer(1), "the player has met them");
            for ad in row.into_iter().skip(1) {
                asked.insert(ad.peer_id);
                announcers.note(&ads, (ad, Shown::Nothing));
            }
            tokio::time::advance(MAX_PAUSE).await;
            // Everybody has a turn.
            let all = asked.len() == 603;
            assert_eq!(all, turn == 4, "{turn}: {}", asked.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_those_asked_have_proven_nothing() {
        let (den, met) = (den(), Met::default());
        let (mut ads, mut announcers) = (BTreeMap::new(), Announcers::default());
        // Any number of programs can be in rooms of their own.
        for ad in crowd(&den, 2 * IN_A_ROW as u16, 9) {
            ads.insert(ad.peer_id, ad.clone());
            let (_, shown) = den.member(0, 1);
            announcers.note(&Arc::new(ads.clone()), (ad, shown));
        }
        let one = Ad {
            peer_id: PeerId::new([0xff; 32]),
            ..den.ad(1)
        };
        ads.insert(one.peer_id, one.clone());
        for n in 0..IN_A_ROW as u8 {
            let ad = Ad {
                peer_id: PeerId::new([n; 32]),
                addrs: vec![SocketAddr::from(([10, 0, 0, n], 4000))],
                ..den.ad(1)
            };
            ads.insert(ad.peer_id, ad);
        }
        let ads = Arc::new(ads);
        let mut row = announcers.to_ask(&ads, &met, true);
        assert_eq!(row.len(), IN_A_ROW);
        row.retain(|ad| announcers.known.contains_key(&ad.peer_id));
        assert_eq!(row.len(), IN_A_ROW / 2);
        // Whoever waits has a turn, whatever its key.
        for _ in 0..3 {
            for ad in announcers.to_ask(&ads, &met, true) {
                let shown = match announcers.known.get(&ad.peer_id) {
                    Some(known) => known.shown.clone(),
                    None => Shown::Nothing,
                };
                announcers.note(&ads, (ad, shown));
            }
            tokio::time::advance(CHECK).await;
        }
        assert!(announcers.known.contains_key(&one.peer_id));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_dialled_often_because_others_name_the_address() {
        let (den, met) = (den(), Met::default());
        let ads = crowd(&den, 128, 9).into_iter();
        let ads = Arc::new(ads.map(|ad| (ad.peer_id, ad)).collect::<BTreeMap<_, _>>());
        let mut announcers = Announcers::default();
        let mut dialled = Vec::new();
        let mut of_one: BTreeMap<PeerId, Vec<Duration>> = BTreeMap::new();
        let begun = Instant::now();
        for _ in 0..400 {
            let row = announcers.to_ask(&ads, &met, true);
            dialled.push(row.len());
            for ad in row {
                of_one.entry(ad.peer_id).or_default().push(begun.elapsed());
                announcers.note(&ads, (ad, Shown::Nothing));
            }
            tokio::time::advance(CHECK).await;
        }
        assert!(dialled.iter().all(|n| (1..=8).contains(n)), "{dialled:?}");
        assert_eq!(of_one.len(), ads.len(), "everybody has a turn");
        // One that is alone at its address: less and less often.
        let alone = Ads::new(
            ads.iter()
                .take(1)
                .map(|(peer, ad)| (*peer, ad.clone()))
                .collect(),
        );
        let (mut announcers, begun) = (Announcers::default(), Instant::now());
        let mut asked = Vec::new();
        for _ in 0..60 {
            for ad in announcers.to_ask(&alone, &met, true) {
                asked.push(begun.elapsed().as_secs());
                announcers.note(&alone, (ad, Shown::Nothing));
            }
            tokio::time::advance(CHECK).await;
        }
        assert_eq!(asked, [0, 3, 9, 21, 45, 93, 153]);
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
        // One who was sent away, and met, calls the room as it likes.
        let mut met_one = Met::default();
        met_one.note(&den.peer(3), &Name::placeholder(), 1);
        let (ad, mut shown) = den.member(3, 3);
        if let Shown::Member { room, .. } = &mut shown {
            room.room = Name::parse("Ant").expect("a name");
        }
        announcers.note(&ads, (ad, shown));
        assert_eq!(hosts(&announcers, &met_one), ["P1", "P3"]);
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
