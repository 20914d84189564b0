/**
 * Watches both lists from outside while a meeting goes on, and checks on every look that they agree with each other
 * and with themselves, through three clients: the npm SDK, the Python SDK, and plain HTTP for the Pagecall list.
 */
import assert from 'node:assert/strict';
import { nodeClient, nodeSessions, pythonBase, stays } from './api.mjs';
import { pythonClient } from './python.mjs';
import { until } from './until.mjs';

/** Minutes are printed with four decimals: 6 ms a step, so at most 3 ms away, and a double holds the rest. */
const ROUNDING_MS = 4;
const PAUSE_MS = 250;

const ms = (text) => new Date(text).getTime();
const minutes = (session) => session.minutes_consumed * 60_000;

/** The stays of `session` among all those of its room. */
function within(all, session) {
  const from = ms(session.started_at);
  const to = session.ended_at ? ms(session.ended_at) : Infinity;
  return all.filter((s) => ms(s.connected_at) >= from && ms(s.connected_at) < to);
}

/**
 * Checks one session against the stays that were there when it was read, between `before` and `after`. `away`: peers
 * whose socket is lost, and since when. Their time stands still until it is known whether they come back.
 */
function checkSession(session, all, before, after, away) {
  const own = within(all, session);
  const open = own.filter((s) => !s.disconnected_at);
  const closed = own.filter((s) => s.disconnected_at);
  const sum = closed.reduce((total, s) => total + ms(s.disconnected_at) - ms(s.connected_at), 0);
  const running = (until) => open.reduce((total, s) => total + until(s) - ms(s.connected_at), 0);
  const say = `session ${JSON.stringify(session)}, stays ${JSON.stringify(own)}`;
  assert.equal(session.live_participants, open.length, `live_participants: ${say}`);
  // A socket that broke while the lists were read was still there when they were asked.
  const least = sum + running((s) => Math.min(before, away.get(s.connection_id) ?? before)) - ROUNDING_MS;
  const most = sum + running(() => after) + ROUNDING_MS;
  assert.ok(minutes(session) >= least, `minutes too few: ${minutes(session)} < ${least} ms; ${say}`);
  assert.ok(minutes(session) <= most, `minutes too many: ${minutes(session)} > ${most} ms; ${say}`);
  assert.ok(session.max_concurrent_participants >= session.live_participants, `peak: ${say}`);
  assert.ok(session.max_concurrent_participants >= peak(own), `peak: ${say}`);
  assert.ok(session.max_concurrent_participants <= peak(own, away), `peak: ${say}`);
  assert.equal(ms(session.started_at), Math.min(...own.map((s) => ms(s.connected_at))), `started_at: ${say}`);
  assert.equal(session.created_at, session.started_at);
  if (session.status === 'ENDED') {
    assert.equal(open.length, 0, `ended with somebody in: ${say}`);
    const last = Math.max(...closed.map((s) => ms(s.disconnected_at)));
    assert.ok(ms(session.ended_at) >= last, `ended before the last left: ${say}`);
  } else {
    assert.equal('ended_at' in session, false, `ended_at of a live session: ${say}`);
  }
}

/**
 * Highest number of stays open at once; of a leave and a join at one moment the leave is first. Those of `away` were
 * seen as live until their grace was over, so they count as open for ever here.
 */
function peak(own, away = new Map()) {
  const steps = own.flatMap((s) => [
    [ms(s.connected_at), 1],
    ...(s.disconnected_at && !away.has(s.connection_id) ? [[ms(s.disconnected_at), -1]] : []),
  ]);
  steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let live = 0;
  return steps.reduce((most, [, step]) => Math.max(most, (live += step)), 0);
}

/** Starts watching `room` of `server`. Call `close()`: it throws what went wrong on the way. */
export function watchLedger(server, room) {
  const node = nodeClient(server);
  const py = pythonClient(pythonBase(server), server);
  const readers = {
    npm: () => nodeSessions(node, server, { associated_id: room }),
    PyPI: () => py.sessions({ associated_id: room }),
  };
  const counts = { npm: 0, PyPI: 0, crossed: 0 };
  const seen = new Map();
  const away = new Map();
  let going = true;

  // One look at a time: minutes may only be compared in the order in which they were read.
  let turn = Promise.resolve();
  function look(name) {
    const mine = turn.then(() => lookNow(name));
    turn = mine.catch(() => {});
    return mine;
  }

  /** One look through one SDK. `undefined` when somebody came or went between the two readings. */
  async function lookNow(name) {
    const first = await stays(server, room);
    const before = Date.now();
    const { sessions, total } = await readers[name]();
    const after = Date.now();
    const second = await stays(server, room);
    if (JSON.stringify(first.map(known)) !== JSON.stringify(second.map(known))) {
      counts.crossed += 1;
      return undefined;
    }
    counts[name] += 1;
    assert.equal(total, sessions.length, 'total_count');
    assert.ok(sessions.filter((s) => s.status === 'LIVE').length <= 1, 'one live session a meeting');
    for (const session of sessions) {
      checkSession(session, second, before, after, away);
      const last = seen.get(session.id) ?? { minutes: 0, at: 0 };
      // A leave is told when it is durable and counts from when it was: between the two, minutes run a little ahead.
      const backdated = within(second, session).some((s) => s.disconnected_at && !last.closed?.has(s.id) && ms(s.disconnected_at) < last.at);
      if (!backdated) assert.ok(session.minutes_consumed >= last.minutes, `minutes went down from ${last.minutes}: ${JSON.stringify(session)}`);
      const closed = new Set(second.filter((s) => s.disconnected_at).map((s) => s.id));
      seen.set(session.id, { minutes: session.minutes_consumed, at: after, closed });
    }
    return { sessions, stays: second };
  }

  const background = (async () => {
    while (going) {
      for (const name of Object.keys(readers)) {
        await look(name);
        await new Promise((wake) => setTimeout(wake, PAUSE_MS));
      }
    }
  })();
  background.catch(() => {});

  return {
    counts,
    /** From now on the stay of `peer` may be without a socket. */
    away: (peer, since = Date.now()) => void away.set(peer, since),
    /** It has one again; a look that is under way may have read before that. */
    back: (peer) => (turn = turn.then(() => void away.delete(peer))),
    /** Waits until both SDKs and the Pagecall list say `check(seen)` together. */
    async sees(what, check) {
      let seen;
      for (const name of Object.keys(readers)) {
        seen = await until(`${what} (${name})`, async () => {
          const found = await look(name);
          if (!found) return undefined;
          await check(found);
          return found;
        });
      }
      return seen;
    },
    async close() {
      going = false;
      await background.finally(() => py.close());
    },
  };
}

/** What may not change between two readings that are compared; the elapsed time may. */
const known = ({ id, connected_at, disconnected_at }) => [id, connected_at, disconnected_at];
