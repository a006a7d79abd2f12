//! The listening socket, with connections that can be cut.
//!
//! A handler cannot reset its connection from inside an HTTP answer, so the stream below carries a [`Cut`]: the
//! handler says after how many more bytes the connection dies, and the stream does it, with a real TCP reset.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// Tells a connection when to die. Negative: never.
#[derive(Debug, Clone)]
pub(super) struct Cut(Arc<AtomicI64>);

impl Cut {
    /// Let this many more bytes out, then reset the connection.
    pub fn after(&self, bytes: u32) {
        self.0.store(i64::from(bytes), Ordering::SeqCst);
    }
}

pub(super) struct LoopbackListener(pub TcpListener);

impl Listener for LoopbackListener {
    type Io = CuttableStream;
    type Addr = Cut;

    async fn accept(&mut self) -> (CuttableStream, Cut) {
        loop {
            if let Ok((stream, _)) = self.0.accept().await {
                // a small answer must not wait for a full packet
                let _ = stream.set_nodelay(true);
                let cut = Cut(Arc::new(AtomicI64::new(-1)));
                return (CuttableStream { stream, cut: cut.clone() }, cut);
            }
            // out of file descriptors, most likely: give others time to close theirs
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn local_addr(&self) -> io::Result<Cut> {
        Ok(Cut(Arc::new(AtomicI64::new(-1))))
    }
}

impl Connected<IncomingStream<'_, LoopbackListener>> for Cut {
    fn connect_info(stream: IncomingStream<'_, LoopbackListener>) -> Self {
        stream.remote_addr().clone()
    }
}

pub(super) struct CuttableStream {
    stream: TcpStream,
    cut: Cut,
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.cut.0.load(Ordering::SeqCst);
        if left < 0 {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        let allowed = usize::try_from(left).unwrap_or(0).min(bytes.len());
        if allowed == 0 {
            // no lingering: closing sends RST, as a dying middlebox does
            let _ = self.stream.set_zero_linger();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = match Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]) {
            Poll::Ready(Ok(written)) => written,
            other => return other,
        };
        self.cut.0.fetch_sub(i64::try_from(written).unwrap_or(i64::MAX), Ordering::SeqCst);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
