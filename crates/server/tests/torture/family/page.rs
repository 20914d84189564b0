//! A page of a family: a client that keeps what it is told besides its answers.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use prost::Message;
use sederunt_core::limit::BREAKOUT_ASKS_BURST;
use sederunt_proto::event::{self, room};
use sederunt_proto::frame::Frame;
use sederunt_proto::socket::api::ErrorMessage;
use sederunt_proto::socket::room::{self as r, StageType};

use crate::common::DEADLINE;
use crate::common::client::{Client, Gone, Pass};

/// Where a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Waits,
    In,
}

/// A page that was let in or waits; without a connection between two lives of the server.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) peer: String,
    /// The meeting that its token opens.
    pub(super) at: String,
    pub(super) token: String,
    client: Option<Client>,
    pushes: VecDeque<Frame>,
    pub(super) standing: Standing,
    /// Where it may sit.
    pub(super) seats: BTreeSet<StageType>,
    /// It may have been sent away: a page that knows nothing of it would not be let in again.
    pub(super) doubtful: bool,
    /// Its stay.
    pub(super) episode: Option<usize>,
    /// Requests for rooms that a peer may make, by the server's bound.
    opened: Instant,
    asked: f64,
}

/// How a request ended.
#[derive(Debug)]
pub(super) enum Answer {
    Done(Frame),
    Refused(ErrorMessage),
}

impl Page {
    pub(super) async fn open(server: &str, at: &str, token: &str, peer: String) -> Result<Self, Gone> {
        let mut page = Self {
            peer,
            at: at.to_owned(),
            token: token.to_owned(),
            client: None,
            pushes: VecDeque::new(),
            standing: Standing::Waits,
            seats: BTreeSet::new(),
            doubtful: false,
            episode: None,
            opened: Instant::now(),
            asked: 0.0,
        };
        page.connect(server).await?;
        Ok(page)
    }

    /// The same page on a new socket.
    pub(super) async fn connect(&mut self, server: &str) -> Result<(), Gone> {
        self.cut();
        let pass = Pass { meeting: self.at.clone(), token: self.token.clone(), custom_id: String::new() };
        self.client = Some(Client::connect(server, &pass, &self.peer).await?);
        Ok(())
    }

    pub(super) fn is_connected(&self) -> bool {
        self.client.is_some()
    }

    /// Without a word.
    pub(super) fn cut(&mut self) {
        self.client = None;
        self.pushes.clear();
    }

    fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("a connected page")
    }

    pub(super) async fn send(&mut self, number: u32, request: &impl Message) -> Result<(), Gone> {
        self.client().send(number, request.encode_to_vec()).await.map(|_| ())
    }

    /// Sends and waits for what ends the wait.
    pub(super) async fn ask(&mut self, number: u32, request: &impl Message) -> Result<Answer, Gone> {
        let id = self.client().send(number, request.encode_to_vec()).await?;
        loop {
            let frame = self.next(&format!("the answer to {number}")).await?;
            if frame.id != id {
                self.pushes.push_back(frame);
            } else if frame.event == event::ERROR {
                return Ok(Answer::Refused(ErrorMessage::decode(frame.payload).unwrap()));
            } else {
                return Ok(Answer::Done(frame));
            }
        }
    }

    /// The same of what must not be refused.
    pub(super) async fn done<T: Message + Default>(
        &mut self,
        number: u32,
        request: &impl Message,
    ) -> Result<T, Gone> {
        match self.ask(number, request).await? {
            Answer::Done(frame) => Ok(T::decode(frame.payload).unwrap()),
            Answer::Refused(error) => panic!("{number} is refused: {error:?}, {self:?}"),
        }
    }

    async fn next(&mut self, what: &str) -> Result<Frame, Gone> {
        let next = tokio::time::timeout(DEADLINE, self.client().next()).await;
        next.unwrap_or_else(|_| panic!("{what} does not come: {self:?}"))
    }

    /// Waits for a push; those of other numbers are kept.
    pub(super) async fn push<T: Message + Default>(&mut self, number: u32) -> Result<T, Gone> {
        if let Some(told) = self.told(number) {
            return Ok(told);
        }
        loop {
            let frame = self.next(&format!("push {number}")).await?;
            if frame.event == number {
                return Ok(T::decode(frame.payload).unwrap());
            }
            self.pushes.push_back(frame);
        }
    }

    /// A push that has come already.
    pub(super) fn told<T: Message + Default>(&mut self, number: u32) -> Option<T> {
        let at = self.pushes.iter().position(|frame| frame.event == number)?;
        Some(T::decode(self.pushes.remove(at)?.payload).unwrap())
    }

    /// Whether it may ask for something of rooms once more: others ask with it, and the bound is tested elsewhere.
    pub(super) fn may_ask(&mut self) -> bool {
        self.asked += 1.0;
        self.asked < f64::from(BREAKOUT_ASKS_BURST) / 2.0 + self.opened.elapsed().as_secs_f64()
    }

    /// Reads what has come.
    pub(super) async fn breathe(&mut self) -> Result<(), Gone> {
        let asked = r::GetWaitingRoomRequests::default();
        let _: r::GetWaitingRoomRequests = self.done(room::GET_WAITING_ROOM_REQUESTS, &asked).await?;
        self.pushes.clear();
        Ok(())
    }

    /// Reads on until the server closes.
    pub(super) async fn ended(&mut self) -> Result<(u16, Vec<u32>), Gone> {
        let end = tokio::time::timeout(DEADLINE, self.client().ended()).await;
        let end = end.unwrap_or_else(|_| panic!("it is not closed: {self:?}"))?;
        let told = self.pushes.drain(..).map(|frame| frame.event).chain(end.events).collect();
        Ok((end.code, told))
    }
}
