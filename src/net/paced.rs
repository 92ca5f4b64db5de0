//! Connections that are read no faster than they may send, and that end when nothing of
//! what is said to them is taken.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

use crate::budget::Budget;

/// What whoever we dialled may send at once, and a second after that, in bytes on the
/// wire: three times as many as the answers to as many calls as are made.
const BURST: u32 = 512 * 1024;
const BYTES: u32 = 128 * 1024;

/// How long somebody may take nothing of what is said to them. HTTP/2 reads nothing, and
/// does not end, while it has something to write.
const MAX_BLOCKED: Duration = Duration::from_secs(10);

/// How long to wait after so many bytes from whoever we dialled, who may be anybody.
pub(super) fn dialled() -> impl FnMut(usize) -> Duration {
    let budget = Budget::new(BURST, BYTES);
    move |bytes| budget.spend(&(), bytes)
}

/// How many bytes came on a connection, below its encryption: there are records of TLS in
/// which nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<AtomicUsize>);

impl Wire {
    /// Counts them.
    pub(super) fn count(&self) -> impl FnMut(usize) -> Duration + use<> {
        let all = Arc::clone(&self.0);
        move |bytes| {
            all.fetch_add(bytes, Relaxed);
            Duration::ZERO
        }
    }

    /// Those since that was asked last.
    pub(super) fn take(&self) -> usize {
        self.0.swap(0, Relaxed)
    }
}

/// Who is at the other end, and how much of them is heard.
pub(super) trait Hear: Unpin {
    /// Whether they are heard no more; the task is woken when that is so.
    fn is_closed(&mut self, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// How long to wait after a read of so many bytes, or of none.
    fn hear(&mut self, bytes: usize) -> Duration;
}

impl<F: FnMut(usize) -> Duration + Unpin> Hear for F {
    fn hear(&mut self, bytes: usize) -> Duration {
        self(bytes)
    }
}

/// A connection that is read no faster than that.
pub(super) struct Paced<S, H> {
    stream: S,
    pub(super) by: H,
    /// Until more may be heard.
    pause: Option<Pin<Box<Sleep>>>,
    /// Until it is given up, since nothing more can be written.
    blocked: Option<Pin<Box<Sleep>>>,
}

impl<S, H> Paced<S, H> {
    pub(super) fn new(stream: S, by: H) -> Self {
        Self {
            stream,
            by,
            pause: None,
            blocked: None,
        }
    }
}

impl<S: Unpin, H: Hear> Paced<S, H> {
    fn ensure_open(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.by.is_closed(cx) {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }

    /// Does what writes, unless nothing could be written for too long.
    fn write<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.ensure_open(cx)?;
        let written = write(Pin::new(&mut self.stream), cx);
        if written.is_ready() {
            self.blocked = None;
            return written;
        }
        let until = || Box::pin(tokio::time::sleep(MAX_BLOCKED));
        let blocked = self.blocked.get_or_insert_with(until);
        ready!(blocked.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin, H: Hear> AsyncRead for Paced<S, H> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.ensure_open(cx)?;
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        let pause = this.by.hear(buf.filled().len() - before);
        if !pause.is_zero() {
            this.pause = Some(Box::pin(tokio::time::sleep(pause)));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin, H: Hear> AsyncWrite for Paced<S, H> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(cx, S::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(cx, S::poll_shutdown)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::Instant,
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up() {
        let (theirs, ours) = duplex(1024);
        let mut ours = Paced::new(ours, dialled());
        let began = Instant::now();
        let error = ours.write_all(&[0; 4096]).await.expect_err("a blocked one");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed(), MAX_BLOCKED);
        drop(theirs);
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_dialled_is_read_slowly() {
        let (mut theirs, ours) = duplex(64 * 1024);
        let mut ours = Paced::new(ours, dialled());
        tokio::spawn(async move { while theirs.write_all(&[0; 8 * 1024]).await.is_ok() {} });
        let mut read = async |bytes: u32| {
            let began = Instant::now();
            let mut heard = vec![0; bytes as usize];
            ours.read_exact(&mut heard).await.expect("read");
            began.elapsed()
        };
        assert_eq!(read(BURST).await, Duration::ZERO);
        let took = read(10 * BYTES).await;
        assert!(took >= Duration::from_secs(9), "{took:?}");
    }
}
