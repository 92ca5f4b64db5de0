//! An announcement in the few bytes that `memberlist` carries for each node:
//! the lines of [`txt`], and the addresses. Untrusted when read.

use std::net::SocketAddr;

use memberlist::proto::Meta;

use crate::{
    consensus::codec::MAX_ADDRS,
    discovery::{Ad, txt},
};

/// The key of the addresses, which a TXT record does not have.
const ADDRS: &str = "at";

/// An announcement within [`Meta::MAX_SIZE`] bytes. The longest names leave
/// room for an address; the other addresses and the ancestors, the oldest
/// first, stay out if they do not fit.
pub(super) fn encode(ad: &Ad) -> Meta {
    let mut ad = ad.clone();
    ad.addrs.truncate(MAX_ADDRS);
    loop {
        let mut text = String::new();
        for (key, value) in txt::encode(&ad) {
            text.push_str(&format!("{key}={value}\n"));
        }
        let addrs: Vec<String> = ad.addrs.iter().map(ToString::to_string).collect();
        text.push_str(&format!("{ADDRS}={}", addrs.join(",")));
        if let Ok(meta) = Meta::try_from(text) {
            return meta;
        }
        if ad.addrs.len() > 2 || (ad.ancestors.is_empty() && ad.addrs.len() > 1) {
            ad.addrs.pop();
        } else if ad.ancestors.pop().is_none() {
            // Names and versions are bounded, so that this does not happen.
            return Meta::empty();
        }
    }
}

/// Reads an announcement; `None` if anything in it is not as it should be.
pub(super) fn decode(bytes: &[u8]) -> Option<Ad> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut ad = txt::decode(|key| txt::line(text, key))?;
    let addrs = txt::line(text, ADDRS)?.split(',').take(MAX_ADDRS);
    ad.addrs = addrs
        .map(|addr| addr.parse().ok())
        .collect::<Option<Vec<SocketAddr>>>()?;
    ad.addrs.iter().all(super::check::is_host).then_some(ad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::{ClusterId, MAX_ANCESTORS},
        game::{MAX_NAME_BYTES, Name, PeerId, Phase},
    };

    fn ad(name: &str, ancestors: usize, addrs: &[&str]) -> Ad {
        Ad {
            peer_id: PeerId::new([7; 32]),
            protocol: 1,
            version: "0.1.0".to_owned(),
            player: Name::parse(name).expect("a name"),
            cluster_id: ClusterId::random(),
            room: Name::parse(name).expect("a name"),
            leads: true,
            players: 24,
            phase: Phase::Guessing,
            plays: None,
            ancestors: (0..ancestors).map(|_| ClusterId::random()).collect(),
            addrs: addrs.iter().map(|a| a.parse().expect("addr")).collect(),
        }
    }

    #[test]
    fn what_fits_arrives() {
        let v6 = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535";
        let usual = ad("Ada 🐉", 2, &["10.0.0.5:40123", v6]);
        assert_eq!(decode(&encode(&usual)), Some(usual));

        let longest = "🐉".repeat(24) + "";
        assert!(longest.len() <= MAX_NAME_BYTES);
        let family = "👩‍👩‍👧".repeat(6);
        for name in [longest, family] {
            let much = ad(&name, MAX_ANCESTORS, &[v6; 8]);
            let read = decode(&encode(&much)).expect("an ad");
            assert_eq!(read.addrs[0], much.addrs[0]);
            assert!(much.ancestors.starts_with(&read.ancestors));
            assert_eq!(read.room, much.room);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let good = encode(&ad("Ada", 1, &["10.0.0.5:40123"]));
        let good = std::str::from_utf8(&good).expect("text");
        let table = [
            String::new(),
            "at=10.0.0.5:1".to_owned(),
            good.replace("at=10", "at=no"),
            good.replace("at=", "ta="),
            good.replace("40123", "0"),
            good.replace("10.0.0.5", "224.0.0.251"),
            good.replace("n=Ada", "n="),
            good.replace("p=07", "p=zz"),
        ];
        assert!(decode(good.as_bytes()).is_some());
        for bad in table {
            assert_eq!(decode(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(decode(&[0xff; 512]), None);
    }
}
