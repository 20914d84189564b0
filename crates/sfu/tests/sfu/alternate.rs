//! On the receiving transport the roles alternate, and our offers go one at a time.

use std::time::Duration;

use sederunt_sfu::{Answer, Command, Fault, Kind, ProducerKey};

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// A publisher of audio and two videos, and a subscriber.
fn pair() -> (World, usize, [ProducerKey; 3]) {
    let mut w = World::new(7);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let tracks =
        [w.produce(a, Kind::Audio, &[]), w.produce(a, Kind::Video, &[]), w.produce(a, Kind::Video, &[])];
    (w, b, tracks)
}

fn consume(w: &World, client: usize, producer: ProducerKey) -> Command {
    Command::Consume { transport: w.clients[client].receiving.transport, wants: vec![(producer, None)] }
}

#[test]
fn open_consume_close_and_consume_again() {
    let (mut w, b, [audio, video, _]) = pair();
    for round in 0..4 {
        w.consume(b, &[(audio, "f"), (video, "f")]);
        w.run(SECOND);
        assert!(decode(w.clients[b].received(video)).frames > 12, "round {round}");
        assert!(w.clients[b].received(audio).len() > 40, "round {round}");
        let mid = w.clients[b].mids[&video];
        let answer = w.close_consumers(b, &[video]);
        let section = answer.split("m=").find(|s| s.contains(&format!("a=mid:{mid}"))).unwrap();
        assert!(section.starts_with("video 0 "), "{section}");
        let bundle = answer.lines().find(|l| l.starts_with("a=group:BUNDLE")).unwrap();
        assert!(!bundle.split(' ').any(|m| m == &*mid), "{bundle}");
        assert_eq!(w.stats().consumers, 1, "audio flows on");
    }
    assert_eq!(w.ask(b, &[(audio, "f")]), None, "what is consumed already needs no offer");
}

#[test]
fn a_second_consume_waits_for_the_answer() {
    let (mut w, b, [audio, video, _]) = pair();
    let offer = w.ask(b, &[(audio, "f")]).unwrap();
    let command = consume(&w, b, video);
    let waiting = w.send(b, command);
    w.run(SECOND);
    assert_eq!(w.reply(waiting), None);
    w.renegotiate(b, &offer);
    let Some(Ok(Answer::Offer { offer: Some(offer), mids })) = w.reply(waiting) else { panic!("an offer") };
    assert_eq!(mids.len(), 1);
    w.renegotiate(b, &offer);
    assert_eq!(w.stats().consumers, 2);
}

#[test]
fn an_unanswered_offer_is_kept_while_nothing_else_is_asked() {
    let (mut w, b, [_, video, _]) = pair();
    let offer = w.ask(b, &[(video, "f")]).unwrap();
    w.run(15 * SECOND);
    w.renegotiate(b, &offer);
    w.run(SECOND);
    assert!(decode(w.clients[b].received(video)).frames > 12);
}

#[test]
fn calls_behind_an_offer_are_bounded_and_answered_when_the_peer_goes() {
    let (mut w, b, [audio, video, _]) = pair();
    w.ask(b, &[(audio, "f")]).unwrap();
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let command = consume(&w, b, video);
            w.send(b, command)
        })
        .collect();
    w.send(b, Command::ClosePeer);
    let results: Vec<_> = calls.into_iter().map(|call| w.reply(call).expect("a reply")).collect();
    let refused = results.iter().filter(|r| matches!(r, Err(Fault::Limit(_)))).count();
    assert_eq!(refused, 40 - sederunt_sfu::limit::QUEUED_CALLS_MAX);
    assert!(results.iter().all(Result::is_err));
}
