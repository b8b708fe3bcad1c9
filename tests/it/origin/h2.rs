//! The same script in HTTP/2.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;

use super::{Record, Stage, Stream};

/// One connection; its streams are answered one after the other.
pub(super) async fn converse(stream: impl Stream, stage: Arc<Stage>) -> io::Result<()> {
    let mut connection = h2::server::handshake(stream).await.map_err(io::Error::other)?;
    while let Some(next) = connection.accept().await {
        let (request, respond) = next.map_err(io::Error::other)?;
        let record = Record {
            method: request.method().to_string(),
            target: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                .collect(),
            body: Vec::new(),
            at: Instant::now(),
        };
        let (head, body, broken) = stage.next(&record).parts();
        stage.note(record);
        answer(respond, head, body, broken).map_err(io::Error::other)?;
    }
    Ok(())
}

fn answer(
    mut respond: SendResponse<Bytes>,
    head: http::Response<()>,
    body: Vec<u8>,
    broken: bool,
) -> Result<(), h2::Error> {
    let mut stream = respond.send_response(head, body.is_empty() && !broken)?;
    if !body.is_empty() {
        stream.send_data(body.into(), !broken)?;
    }
    if broken {
        stream.send_reset(Reason::INTERNAL_ERROR);
    }
    Ok(())
}
