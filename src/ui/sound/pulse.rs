//! Sound on Linux: PulseAudio's protocol, which PipeWire speaks, too. Without a
//! library of the system's, so there is none to be installed.

use std::time::Duration;

use pulseaudio::{AsPlaybackSource as _, Client, protocol};

/// Samples a second.
const RATE: u32 = 44_100;

/// A server that does not answer is given up: it may be gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Plays samples to their end.
pub(super) fn play(make: impl FnOnce(u32) -> Vec<f32>) -> Result<(), String> {
    let client = Client::from_env(c"dhangkanna").map_err(|e| e.to_string())?;
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
