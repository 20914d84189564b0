/**
 * A peer that speaks the client's wire protocol by hand, for what the official client would never send. Messages are
 * protobuf; the few that are needed here are small enough to be put together in place.
 */
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { addParticipant } from './api.mjs';
import { until } from './until.mjs';

/** Event numbers that the tests send (room, chat, media) and the error of all services. */
export const EVENT = {
  joinRoom: 3,
  sendMessageToRoom: 65_537,
  searchMessages: 65_543,
  createTransport: 50_331_649,
  produce: 50_331_650,
  consume: 50_331_651,
  mediaJoinRoom: 50_331_664,
  error: 65_535,
  mediaError: 50_331_708,
};

const varint = (n) => {
  const out = [];
  for (; n >= 0x80; n = Math.floor(n / 128)) out.push((n % 128) | 0x80);
  return Buffer.from([...out, n]);
};

/** A length-delimited field: string, bytes or an encoded message. */
export const field = (number, value) => {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
};

/** A number field. */
export const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);

/** One frame: `SocketMessage {event, id, payload}`. */
export function frame(event, id, payload = Buffer.alloc(0)) {
  return Buffer.concat([number(1, event), field(2, id), field(3, payload)]);
}

function readVarint(bytes, at) {
  let value = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return [value, at];
  }
}

/** Reads one message into `{fieldNumber: value}`; nested messages stay bytes. */
export function read(bytes) {
  const out = {};
  for (let at = 0; at < bytes.length; ) {
    let key;
    let value;
    [key, at] = readVarint(bytes, at);
    [value, at] = readVarint(bytes, at);
    if ((key & 7) === 2) {
      out[key >> 3] = bytes.subarray(at, at + value);
      at += value;
    } else out[key >> 3] = value;
  }
  return out;
}

/** All values of one field of a message, which may be there many times. */
export function fieldsOf(bytes, wanted) {
  const out = [];
  for (let at = 0; at < bytes.length; ) {
    let key;
    let value;
    [key, at] = readVarint(bytes, at);
    [value, at] = readVarint(bytes, at);
    const start = at;
    if ((key & 7) === 2) at += value;
    if (key >> 3 === wanted) out.push((key & 7) === 2 ? bytes.subarray(start, at) : value);
  }
  return out;
}

/** Opens a socket as the client does. `peer` and `roomID` may be anything. */
export function openSocket(server, { roomID, token, peer = randomUUID() }) {
  const query = new URLSearchParams({
    roomID,
    peerID: peer,
    authToken: token,
    useMediaV2: 'true',
    ping: 'true',
    capabilities: '2',
    joinWithDetails: 'true',
  });
  const socket = new WebSocket(`${server.http.replace('http', 'ws')}/ws?${query}`);
  const seen = [];
  const state = { peer, socket, seen, closed: undefined, refused: undefined };
  state.opened = new Promise((done) => {
    socket.once('open', () => done(true));
    socket.once('unexpected-response', (_, answer) => {
      state.refused = answer.statusCode;
      answer.resume();
      socket.terminate();
      done(false);
    });
    socket.once('error', () => done(false));
  });
  socket.on('close', (code, reason) => (state.closed = { code, reason: String(reason) }));
  socket.on('message', (data, binary) => {
    if (!binary) return void socket.send('3'); // the server's ping is "2"
    const { 1: event = 0, 2: id = Buffer.alloc(0), 3: payload = Buffer.alloc(0) } = read(data);
    seen.push({ event, id: String(id), payload });
  });
  /** Sends one request and waits for its reply or error; `undefined` if the socket is closed instead. */
  state.ask = async (event, payload, id = randomUUID()) => {
    socket.send(frame(event, id, payload));
    const answer = () => seen.find((f) => f.id === id);
    await until(`a reply to ${event}`, () => answer() ?? state.closed);
    return answer();
  };
  state.close = () => socket.close(1000);
  return state;
}

/** A peer that has joined `room` without any media. */
export async function joinOnWire(server, room, name, preset) {
  const { token, id } = await addParticipant(server, room, name, preset);
  const peer = openSocket(server, { roomID: room, token });
  if (!(await peer.opened)) throw new Error(`no socket: ${peer.refused}`);
  const info = Buffer.concat([field(1, peer.peer), field(2, id), field(3, name)]);
  const reply = await peer.ask(EVENT.joinRoom, field(1, info));
  if (reply?.event !== EVENT.joinRoom) throw new Error(`not joined: ${JSON.stringify(reply ?? peer.closed)}`);
  return Object.assign(peer, { token, participant: id });
}
