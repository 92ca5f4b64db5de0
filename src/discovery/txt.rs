//! An announcement as `key=value` texts: a TXT record (RFC 6763 §6), and the
//! lines of the file for seats on the same computer. Untrusted when read.

use super::source::{Ad, MAX_LANGUAGE, Plays};
use crate::{
    consensus::{ClusterId, MAX_ANCESTORS},
    game::{Mode, Name, Phase, shown_version},
};

/// The texts of an announcement. No address: each source has its own way.
pub(super) fn encode(ad: &Ad) -> Vec<(&'static str, String)> {
    let mut texts = vec![
        ("v", ad.protocol.to_string()),
        ("ver", ad.version.clone()),
        ("p", ad.peer_id.to_string()),
        ("n", ad.player.to_string()),
        ("c", ad.cluster_id.to_string()),
        ("r", ad.room.to_string()),
        ("l", u8::from(ad.leads).to_string()),
        ("m", ad.players.to_string()),
        ("s", ad.phase.code().to_owned()),
        ("a", ad.ancestors.iter().map(ToString::to_string).collect()),
    ];
    if let Some(plays) = &ad.plays {
        let Plays {
            mode,
            language,
            locked,
        } = plays;
        let locked = u8::from(*locked);
        texts.push(("o", format!("{},{language},{locked}", mode.code())));
    }
    texts
}

/// The value of a key, where the texts stand one a line.
pub(super) fn line<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let mut found = pairs.filter(|(k, _)| *k == key);
    found.next().map(|(_, value)| value)
}

/// Reads an announcement; `None` if anything in it is not as it should be.
pub(super) fn decode<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<Ad> {
    Some(Ad {
        protocol: get("v")?.parse().ok()?,
        version: shown_version(get("ver")?),
        peer_id: get("p")?.parse().ok()?,
        player: Name::parse(get("n")?).ok()?,
        cluster_id: get("c")?.parse().ok()?,
        room: Name::parse(get("r")?).ok()?,
        leads: get("l")? == "1",
        players: get("m")?.parse().ok()?,
        phase: Phase::from_code(get("s")?)?,
        // From a newer program it may say what is not known here.
        plays: get("o").and_then(plays),
        ancestors: ancestors(get("a").unwrap_or(""))?,
        addrs: Vec::new(),
    })
}

fn plays(text: &str) -> Option<Plays> {
    let mut parts = text.split(',');
    let (mode, language, locked) = (parts.next()?, parts.next()?, parts.next()?);
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let fits = language.len() <= MAX_LANGUAGE && language.chars().all(is_tag);
    Some(Plays {
        mode: Mode::from_code(mode)?,
        language: fits.then(|| language.to_owned())?,
        locked: locked == "1",
    })
}

/// Ids of a fixed length, one after the other.
fn ancestors(text: &str) -> Option<Vec<ClusterId>> {
    text.as_bytes()
        .chunks(32)
        .take(MAX_ANCESTORS)
        .map(|id| str::from_utf8(id).ok()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::PeerId;

    #[test]
    fn survives_and_refuses() {
        let ad = Ad {
            peer_id: PeerId::new([7; 32]),
            protocol: 1,
            version: "0.1.0".to_owned(),
            player: Name::parse("Ada 🐉").expect("a name"),
            cluster_id: ClusterId::random(),
            room: Name::parse("k=v").expect("a name"),
            leads: true,
            players: 3,
            phase: Phase::Guessing,
            plays: Some(Plays {
                mode: Mode::Turns,
                language: "pt-BR".to_owned(),
                locked: true,
            }),
            ancestors: (0..MAX_ANCESTORS).map(|_| ClusterId::random()).collect(),
            addrs: Vec::new(),
        };
        let texts = encode(&ad);
        for (key, value) in &texts {
            assert!(key.len() + 1 + value.len() <= 255, "{key}");
        }
        let read = |texts: &[(&str, String)], key: &str| {
            let found = texts.iter().find(|(k, _)| *k == key);
            found.map(|(_, v)| v.clone().leak() as &str)
        };
        assert_eq!(decode(|key| read(&texts, key)), Some(ad));

        let bad: [(&str, &str); 9] = [
            ("a", "0123"),
            ("v", "one"),
            ("p", "12"),
            ("p", &"é".repeat(32)),
            ("n", "a\nb"),
            ("c", "+0000000000000000000000000000000"),
            ("r", ""),
            ("m", "-1"),
            ("s", "flying"),
        ];
        for (key, value) in bad {
            let mut texts = texts.clone();
            for text in texts.iter_mut().filter(|(k, _)| *k == key) {
                value.clone_into(&mut text.1);
            }
            assert_eq!(decode(|key| read(&texts, key)), None, "{key}={value:?}");
        }
        assert_eq!(decode(|_| None), None);
        // What an older or a newer program does not say as we do is no reason
        // not to see the room.
        for other in [
            "",
            "dance,en,0",
            "turns,e n,0",
            "turns",
            "turns,x234567890123,1",
        ] {
            let mut texts = texts.clone();
            for text in texts.iter_mut().filter(|(k, _)| *k == "o") {
                other.clone_into(&mut text.1);
            }
            let ad = decode(|key| read(&texts, key)).expect("a room");
            assert_eq!(ad.plays, None, "{other:?}");
        }
    }
}
