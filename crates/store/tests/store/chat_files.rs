//! Files of messages: kept within their limits, taken by a message, and gone with it, whoever takes it away.

use crate::common::{NODE, Recorder, app_row, at, meeting_row, open, person};
use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::file_kind::FileKind;
use sederunt_core::id::{ChatId, FileId, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::words::chat::ChatMessage;
use sederunt_store::{ChatFileRow, FileLimits, FilesOfSession, KeptFile, Store};

const SESSION: u128 = 0x51;
const MEETING: u128 = 0x30;
const LIMITS: FileLimits = FileLimits { session_max_bytes: 100, session_max_files: 3, loose_max_files: 3 };

fn file(id: u128, bytes: u64) -> ChatFileRow {
    ChatFileRow {
        id: FileId::from_u128(id),
        session: SessionId::from_u128(SESSION),
        participant: ParticipantId::from_u128(0xa1),
        name: "Ä.png".to_owned(),
        kind: FileKind::Png,
        bytes,
        sha256: [id as u8; 32],
        at: at(10),
        chat: None,
    }
}

fn message(id: u128, session: u128, ms: i64, files: &[u128]) -> ChatMessage {
    ChatMessage {
        id: ChatId::from_u128(id),
        session: SessionId::from_u128(session),
        peer: PeerId::from_u128(0xb1),
        participant: ParticipantId::from_u128(0xa1),
        display_name: "Ann".to_owned(),
        pinned: false,
        edited: false,
        payload_type: if files.is_empty() { 0 } else { 3 },
        payload: "x".to_owned(),
        files: files.iter().copied().map(FileId::from_u128).collect(),
        targets: Vec::new(),
        at: at(ms),
    }
}

/// A ledger with a LIVE session in which Ann is.
async fn live() -> (tempfile::TempDir, Store, Recorder) {
    let (dir, store) = open();
    store.create_app(app_row("app"), Vec::new()).await.unwrap();
    store.create_meeting(meeting_row("app", MEETING, "M")).await.unwrap();
    let mut recorder = Recorder::new("app", MEETING, SESSION);
    recorder.start(at(0), "M");
    recorder.join(at(0), 0xb1, 0xa1, person("Ann", None));
    recorder.save(&store).await;
    (dir, store, recorder)
}

async fn chat_of(store: &Store, id: u128) -> Option<Option<ChatId>> {
    store.chat_file(FileId::from_u128(id)).await.unwrap().map(|file| file.chat)
}

#[tokio::test]
async fn files_are_kept_while_their_session_is_live_and_has_place() {
    let (_dir, store, mut recorder) = live().await;
    let (meeting, ann) = (MeetingId::from_u128(MEETING), ParticipantId::from_u128(0xa1));
    assert_eq!(store.session_with(meeting, ann).await.unwrap(), Some(SessionId::from_u128(SESSION)));
    assert_eq!(store.session_with(meeting, ParticipantId::from_u128(0xa2)).await.unwrap(), None);
    let keep = async |row: ChatFileRow| store.keep_chat_file(row, LIMITS).await.unwrap();
    assert_eq!(keep(file(1, 60)).await, KeptFile::New);
    assert_eq!(store.chat_file(FileId::from_u128(1)).await.unwrap(), Some(file(1, 60)));
    assert_eq!(keep(file(1, 60)).await, KeptFile::Same);
    assert_eq!(keep(ChatFileRow { sha256: [9; 32], ..file(1, 60) }).await, KeptFile::Taken);
    assert_eq!(keep(file(2, 41)).await, KeptFile::FullOfBytes);
    assert_eq!(keep(file(2, 40)).await, KeptFile::New);
    assert_eq!(keep(file(3, 0)).await, KeptFile::New);
    assert_eq!(keep(file(4, 0)).await, KeptFile::TooManyLoose);
    let said = message(0xc1, SESSION, 11, &[3]);
    store.remember(NODE, vec![Write::Chat(said)]).await.unwrap();
    assert_eq!(store.loose_files(SessionId::from_u128(SESSION), ann).await.unwrap(), 2);
    assert_eq!(keep(file(4, 0)).await, KeptFile::FullOfFiles);
    let all = store.files_of_session(SessionId::from_u128(SESSION)).await.unwrap();
    assert_eq!(all, FilesOfSession { bytes: 100, files: 3 });
    // What is given up makes place.
    assert_eq!(store.give_up_loose_files(at(10), 9).await.unwrap(), 0);
    assert_eq!(store.give_up_loose_files(at(11), 2).await.unwrap(), 2);
    assert_eq!(keep(file(4, 0)).await, KeptFile::New);
    // Whoever is sent away keeps nothing there any more, though the session goes on.
    recorder.join(at(12), 0xb2, 0xa2, person("Ben", None));
    recorder.leave(at(13), 0xb2, LeaveReason::Kicked);
    recorder.save(&store).await;
    for stranger in [0xa2, 0xa3] {
        let row = ChatFileRow { participant: ParticipantId::from_u128(stranger), ..file(5, 0) };
        assert_eq!(keep(row).await, KeptFile::NotInSession);
    }
    recorder.leave(at(20), 0xb1, LeaveReason::Left);
    recorder.end(at(20), EndReason::AllParticipantsLeft);
    recorder.save(&store).await;
    assert_eq!(keep(file(5, 0)).await, KeptFile::SessionOver);
    assert_eq!(store.session_with(meeting, ann).await.unwrap(), None);
}

#[tokio::test]
async fn files_go_with_their_message_whoever_takes_it_away() {
    let (dir, store, _) = live().await;
    let limits = FileLimits { session_max_bytes: 1_000, session_max_files: 100, loose_max_files: 100 };
    for id in 1..=5 {
        store.keep_chat_file(file(id, 1), limits).await.unwrap();
    }
    let said = message(0xc1, SESSION, 11, &[1, 2]);
    let other = message(0xc2, SESSION, 12, &[3]);
    store.remember(NODE, vec![Write::Chat(said.clone()), Write::Chat(other)]).await.unwrap();
    assert_eq!(store.chat(said.session, 9).await.unwrap()[0], said, "read as it was written");
    assert_eq!(chat_of(&store, 2).await, Some(Some(said.id)));
    // A pin changes nothing; another message takes none of them.
    let pinned = ChatMessage { pinned: true, ..said.clone() };
    let thief = message(0xc3, SESSION, 13, &[1]);
    store.remember(NODE, vec![Write::Chat(pinned), Write::Chat(thief)]).await.unwrap();
    assert_eq!(chat_of(&store, 1).await, Some(Some(said.id)));
    // An edit replaces the second.
    let edited = ChatMessage { edited: true, ..message(0xc1, SESSION, 11, &[1, 4]) };
    store.remember(NODE, vec![Write::Chat(edited)]).await.unwrap();
    assert_eq!((chat_of(&store, 2).await, chat_of(&store, 4).await), (None, Some(Some(said.id))));
    let gone = async || store.gone_files(None, 9).await.unwrap();
    assert_eq!(gone().await, [FileId::from_u128(2)]);
    let deleted = Write::ChatDeleted { session: said.session, chat: said.id };
    store.remember(NODE, vec![deleted]).await.unwrap();
    assert_eq!(gone().await, [1, 2, 4].map(FileId::from_u128));
    let behind = store.gone_files(Some(FileId::from_u128(1)), 1).await.unwrap();
    assert_eq!(behind, [FileId::from_u128(2)]);
    // Whatever else deletes messages: here, another program.
    let ledger = rusqlite::Connection::open(dir.path().join("ledger.sqlite")).unwrap();
    ledger.execute("DELETE FROM chat", []).unwrap();
    assert_eq!(gone().await, [1, 2, 3, 4].map(FileId::from_u128));
    let files: Vec<FileId> = [1, 2, 3, 4, 5, 6].map(FileId::from_u128).into();
    assert_eq!(store.known_files(files.clone()).await.unwrap(), files[..5]);
    store.forget_files(files.clone()).await.unwrap();
    assert_eq!(store.known_files(files.clone()).await.unwrap(), [files[4]], "one that is not gone stays");
}

#[tokio::test]
async fn the_chat_of_former_sessions_is_the_newest_of_all() {
    let (_dir, store, mut first) = live().await;
    first.leave(at(20), 0xb1, LeaveReason::Left);
    first.end(at(20), EndReason::AllParticipantsLeft);
    first.save(&store).await;
    for (session, ms) in [(0x52, 100), (0x53, 200)] {
        let mut next = Recorder::new("app", MEETING, session);
        next.start(at(ms), "M");
        next.join(at(ms), session, 0xa1, person("Ann", None));
        if session == 0x52 {
            next.leave(at(ms + 20), session, LeaveReason::Left);
            next.end(at(ms + 20), EndReason::AllParticipantsLeft);
        }
        next.save(&store).await;
    }
    let said =
        [(0xc1, SESSION, 1), (0xc2, SESSION, 2), (0xc3, 0x52, 101), (0xc4, 0x52, 102), (0xc5, 0x53, 201)];
    let said = said.map(|(id, session, ms)| message(id, session, ms, &[]));
    store.remember(NODE, said.iter().cloned().map(Write::Chat).collect()).await.unwrap();
    let former = async |limit| store.former_chat(MeetingId::from_u128(MEETING), limit).await.unwrap();
    assert_eq!(former(9).await, said[..4], "without the LIVE one's");
    assert_eq!(former(3).await, said[1..4]);
    assert_eq!(former(2).await, said[2..4]);
    assert_eq!(store.former_chat(MeetingId::from_u128(0x31), 9).await.unwrap(), []);
}
