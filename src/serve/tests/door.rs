//! Guards what a client may cost.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ErrorKind, duplex};

use crate::serve::Limits;
use crate::serve::door::{Seats, Visitor};

const SOON: Duration = Duration::from_millis(30);
const NEVER: Duration = Duration::from_hours(1);

fn limits(request: Duration, idle: Duration) -> Limits {
    Limits { connections: 3, request, idle, head: 100, ..Limits::default() }
}

fn visit(seats: &Arc<Seats>, limits: &Limits) -> (DuplexStream, Visitor<DuplexStream>) {
    let (client, server) = duplex(64);
    (client, Visitor::new(server, seats, limits))
}

async fn read_error(visitor: &mut Visitor<DuplexStream>) -> ErrorKind {
    let mut buffer = [0; 1000];
    loop {
        match visitor.read(&mut buffer).await {
            Ok(0) => panic!("the client left"),
            Ok(_) => {}
            Err(error) => return error.kind(),
        }
    }
}

#[tokio::test]
async fn s58_who_says_nothing_is_shown_out() {
    let seats = Arc::new(Seats::new(3));
    let (_client, mut visitor) = visit(&seats, &limits(SOON, NEVER));
    assert_eq!(read_error(&mut visitor).await, ErrorKind::TimedOut);
}

#[tokio::test]
async fn s58_who_never_ends_a_request_is_shown_out() {
    let seats = Arc::new(Seats::new(3));
    let (mut client, mut visitor) = visit(&seats, &limits(SOON, NEVER));
    client.write_all(b"GET / HT").await.unwrap();
    assert_eq!(read_error(&mut visitor).await, ErrorKind::TimedOut);
}

#[tokio::test]
async fn who_got_an_answer_may_rest_but_not_for_ever() {
    let seats = Arc::new(Seats::new(3));
    let (mut client, mut visitor) = visit(&seats, &limits(NEVER, SOON));
    client.write_all(b"GET").await.unwrap();
    visitor.read_exact(&mut [0; 3]).await.unwrap();
    visitor.write_all(b"200").await.unwrap();
    assert_eq!(read_error(&mut visitor).await, ErrorKind::TimedOut);
}

#[tokio::test]
async fn who_does_not_listen_is_shown_out() {
    let seats = Arc::new(Seats::new(3));
    let (_client, mut visitor) = visit(&seats, &limits(NEVER, SOON));
    let error = visitor.write_all(&[b'x'; 100]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn s34_who_talks_without_end_is_shown_out() {
    let seats = Arc::new(Seats::new(3));
    let (mut client, mut visitor) = visit(&seats, &limits(NEVER, NEVER));
    let babble = vec![b'x'; 401];
    let (_, error) = tokio::join!(client.write_all(&babble), read_error(&mut visitor));
    assert_eq!(error, ErrorKind::InvalidData);
}

#[tokio::test]
async fn an_answer_makes_room_for_more_words() {
    let seats = Arc::new(Seats::new(3));
    let (mut client, mut visitor) = visit(&seats, &limits(NEVER, NEVER));
    for _ in 0..100 {
        client.write_all(&[b'x'; 64]).await.unwrap();
        visitor.read_exact(&mut [0; 64]).await.unwrap();
        visitor.write_all(b"ok").await.unwrap();
        client.read_exact(&mut [0; 2]).await.unwrap();
    }
}

#[tokio::test]
async fn a_crowd_costs_the_quietest_their_seats() {
    let seats = Arc::new(Seats::new(3));
    let limits = limits(NEVER, NEVER);
    let mut crowd: Vec<_> = (0..5).map(|_| visit(&seats, &limits)).collect();
    for (at, (client, visitor)) in crowd.iter_mut().enumerate() {
        if at < 2 {
            assert_eq!(read_error(visitor).await, ErrorKind::ConnectionAborted);
            let again = visitor.write(b"x").await.unwrap_err();
            assert_eq!(again.kind(), ErrorKind::ConnectionAborted);
        } else {
            client.write_all(b"x").await.unwrap();
            visitor.read_exact(&mut [0]).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_seat_that_was_left_is_free() {
    let seats = Arc::new(Seats::new(3));
    let limits = limits(NEVER, NEVER);
    let (mut client, mut visitor) = visit(&seats, &limits);
    for _ in 0..10 {
        drop(visit(&seats, &limits));
    }
    client.write_all(b"x").await.unwrap();
    visitor.read_exact(&mut [0]).await.unwrap();
}

#[tokio::test]
async fn everybody_can_be_sent_away_while_they_wait() {
    let seats = Arc::new(Seats::new(3));
    let (_client, mut visitor) = visit(&seats, &limits(NEVER, NEVER));
    let (error, ()) = tokio::join!(read_error(&mut visitor), async { seats.clear() });
    assert_eq!(error, ErrorKind::ConnectionAborted);
}
