//! Chat of a session, a page at a time.

use crate::common::{NODE, at, open};
use sederunt_core::effect::Write;
use sederunt_core::id::{ChatId, ParticipantId, PeerId, SessionId};
use sederunt_core::words::chat::ChatMessage;
use sederunt_dice::Dice;
use sederunt_store::Store;

fn message(n: u64, session: u128, len: usize) -> ChatMessage {
    ChatMessage {
        id: ChatId::from_u128(u128::from(n) ^ (session << 64)),
        session: SessionId::from_u128(session),
        peer: PeerId::from_u128(1),
        participant: ParticipantId::from_u128(2),
        display_name: "Ann".to_owned(),
        pinned: false,
        edited: false,
        payload_type: 0,
        payload: "ä".repeat(len),
        files: Vec::new(),
        targets: Vec::new(),
        // Several of an instant.
        at: at((n / 3).cast_signed()),
    }
}

/// All pages; how large each of them is.
async fn read(store: &Store, session: u128) -> (Vec<ChatMessage>, Vec<usize>) {
    let (mut all, mut sizes, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.public_chat(SessionId::from_u128(session), after).await.unwrap();
        let bytes = page.messages.iter().map(|m| m.payload.len()).sum::<usize>();
        let last = page.messages.last().map_or(0, |m| m.payload.len());
        assert!(bytes - last < 256 * 1024 && page.messages.len() <= 1_000, "a page has an end");
        sizes.push(page.messages.len());
        all.extend(page.messages);
        match page.next {
            Some(next) => after = Some(next),
            None => return (all, sizes),
        }
    }
}

#[tokio::test]
async fn pages_together_are_the_whole() {
    let (_dir, store) = open();
    assert_eq!(read(&store, 7).await, (Vec::new(), vec![0]), "nobody wrote");
    let mut dice = Dice::new(20_260_112);
    let mut wanted = Vec::new();
    let mut writes = Vec::new();
    for n in 0..5_000 {
        let mut said = message(n, 8, *dice.pick(&[0, 1, 10, 10, 10, 8_000]));
        if dice.chance(20) {
            said.targets = vec![ParticipantId::from_u128(2), ParticipantId::from_u128(3)];
        } else if dice.chance(90) {
            wanted.push(said.clone());
        } else {
            let (session, chat) = (said.session, said.id);
            writes.push(Write::Chat(said));
            writes.push(Write::ChatDeleted { session, chat });
            continue;
        }
        writes.push(Write::Chat(said));
        writes.push(Write::Chat(message(n, 9, 1)));
    }
    store.remember(NODE, writes).await.unwrap();
    wanted.sort_by_key(|m| (m.at, m.id));
    let (all, sizes) = read(&store, 8).await;
    assert_eq!(all, wanted);
    assert!(sizes.len() > 5, "{sizes:?}");
    let (others, sizes) = read(&store, 9).await;
    assert_eq!(others.len(), sizes.iter().sum::<usize>());
    assert!(sizes.len() > 4, "short ones end a page by their number: {sizes:?}");
}
