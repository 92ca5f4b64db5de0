//! Sound on Linux: PulseAudio's protocol, which PipeWire speaks, too. Without a
//! library of the system's, so there is none to be installed.

use std::{os::unix::net::UnixStream, time::Duration};

use pulseaudio::{AsPlaybackSource as _, Client, protocol};

use crate::files::read_bounded;

/// Samples a second.
const RATE: u32 = 44_100;

/// A server that does not answer is given up: it may be gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// The length of what proves to a server that we are its user, in bytes.
const COOKIE: usize = 256;

fn connect() -> Result<Client, String> {
    let path = pulseaudio::socket_path_from_env().ok_or("no sound server")?;
    let socket = UnixStream::connect(path).map_err(|e| e.to_string())?;
    let cookie = pulseaudio::cookie_path_from_env();
    let cookie = cookie.and_then(|path| read_bounded(&path, COOKIE as u64).ok());
    // Servers that ask for none want one of the right length all the same.
    let cookie = cookie.unwrap_or_else(|| vec![0; COOKIE]);
    Client::new_unix(c"dhangkanna", socket, Some(cookie)).map_err(|e| e.to_string())
}

/// Plays samples to their end.
pub(super) fn play(make: impl FnOnce(u32) -> Vec<f32>) -> Result<(), String> {
    let client = connect()?;
    let bytes: Vec<u8> = make(RATE)
        .into_iter()
        .flat_map(|sample| ((sample * f32::from(i16::MAX)) as i16).to_le_bytes())
        .collect();
    let length = Duration::from_secs_f64(bytes.len() as f64 / 2.0 / f64::from(RATE));
    let mut left = std::collections::VecDeque::from(bytes);
    let source = move |buffer: &mut [u8]| {
        let count = buffer.len().min(left.len());
        for (to, from) in buffer.iter_mut().zip(left.drain(..count)) {
            *to = from;
        }
        count
    };
    let params = protocol::PlaybackStreamParams {
        sample_spec: protocol::SampleSpec {
            format: protocol::SampleFormat::S16Le,
            channels: 1,
            sample_rate: RATE,
        },
        channel_map: protocol::ChannelMap::mono(),
        cvolume: Some(protocol::ChannelVolume::norm(1)),
        sink_name: Some(protocol::DEFAULT_SINK.to_owned()),
        // Soon, not after the two seconds that suit music.
        flags: protocol::stream::StreamFlags {
            adjust_latency: true,
            ..protocol::stream::StreamFlags::default()
        },
        buffer_attr: protocol::stream::BufferAttr {
            target_length: RATE / 10 * 2,
            ..protocol::stream::BufferAttr::default()
        },
        ..protocol::PlaybackStreamParams::default()
    };
    let playing = async {
        let stream = client.create_playback_stream(params, source.as_playback_source());
        let stream = stream.await.map_err(|e| e.to_string())?;
        stream.play_all().await.map_err(|e| e.to_string())
    };
    let waiting = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|e| e.to_string())?;
    waiting.block_on(async {
        match tokio::time::timeout(length + PATIENCE, playing).await {
            Ok(played) => played,
            Err(_) => Err("the sound server does not answer".to_owned()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "needs a sound server"]
    fn a_sound_is_played_to_its_end() {
        let started = std::time::Instant::now();
        let tone = |rate: u32| {
            (0..rate / 2)
                .map(|n| (n as f32 * 0.06).sin() * 0.2)
                .collect()
        };
        play(tone).expect("played");
        assert!(started.elapsed() > Duration::from_millis(300));
    }
}
