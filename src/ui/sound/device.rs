//! Sound on Windows and macOS: the system's own default device.

use std::{sync::mpsc, time::Duration};

use cpal::{
    FromSample, SampleFormat, SizedSample, StreamConfig,
    traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _},
};

/// What a device keeps back, at most.
const TAIL: Duration = Duration::from_millis(300);

/// Plays samples to their end.
pub(super) fn play(make: impl FnOnce(u32) -> Vec<f32>) -> Result<(), String> {
    let host = cpal::default_host();
    let device = host.default_output_device().ok_or("no device")?;
    let config = device.default_output_config().map_err(|e| e.to_string())?;
    let format = config.sample_format();
    let config = StreamConfig::from(config);
    let samples = make(config.sample_rate);
    match format {
        SampleFormat::F32 => run::<f32>(&device, config, samples),
        SampleFormat::I16 => run::<i16>(&device, config, samples),
        SampleFormat::I32 => run::<i32>(&device, config, samples),
        SampleFormat::U8 => run::<u8>(&device, config, samples),
        other => Err(format!("the device wants {other} samples")),
    }
}

fn run<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    samples: Vec<f32>,
) -> Result<(), String> {
    let channels = usize::from(config.channels).max(1);
    let length = Duration::from_secs_f64(samples.len() as f64 / f64::from(config.sample_rate));
    let mut left = samples.into_iter();
    let (failed, failure) = mpsc::channel();
    let stream = device.build_output_stream(
        config,
        move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            for frame in data.chunks_mut(channels) {
                let sample = left.next().unwrap_or(0.0);
                frame.fill(T::from_sample(sample));
            }
        },
        move |e| {
            let _ = failed.send(e.to_string());
        },
        None,
    );
    let stream = stream.map_err(|e| e.to_string())?;
    stream.play().map_err(|e| e.to_string())?;
    // It plays on a thread of the system's, until it is dropped.
    match failure.recv_timeout(length + TAIL) {
        Ok(e) => Err(e),
        Err(_) => Ok(()),
    }
}
