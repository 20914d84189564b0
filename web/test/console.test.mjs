// The parts of the console that need no browser. `npm test` compiles them into out/pure first.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { types } from '../console/types.mjs';
import { ENDED_KEPT, EMPTY, begin, fold, liveCount, minutesAt } from '../out/pure/console/src/feed/state.js';
import { passes } from '../out/pure/console/src/list/match.js';
import { Scroller, TALLEST } from '../out/pure/console/src/list/scroller.js';
import { count, frozen, query, readView, writeView } from '../out/pure/console/src/list/url.js';
import { asText, story } from '../out/pure/console/src/screens/session/story.js';
import { goOn } from '../out/pure/console/src/screens/session/goes-on.js';
import { choose, inRoom, lanes, there, ticks } from '../out/pure/console/src/screens/session/model.js';
import { dateTime, exactTime, length, minutes, offset, share, spoken } from '../out/pure/console/src/time/format.js';
import { instantOf, range, wallAt } from '../out/pure/console/src/time/ranges.js';

/** The same numbers every time. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const VIEW = 613;

/** A browser's element of that height: it moves by what it is told, as far as it goes. */
class Element {
  at = 0;
  constructor(scroller) {
    this.scroller = scroller;
  }
  set(at) {
    if (at === undefined) return;
    this.at = Math.round(Math.max(0, Math.min(at, Math.max(0, this.scroller.height - VIEW))));
    // A browser tells of its own moves, too.
    this.set(this.scroller.moved(this.at));
  }
  by(px) {
    const before = this.at;
    this.at = Math.max(0, Math.min(this.at + px, Math.max(0, this.scroller.height - VIEW)));
    if (this.at !== before) this.set(this.scroller.moved(this.at));
  }
}

for (const rows of [0, 1, 17, 447_000, 838_861, 10_000_000]) {
  test(`a list of ${rows} rows is scrolled to every row, and wheel and keys are exact`, () => {
    const scroller = new Scroller();
    const element = new Element(scroller);
    element.set(scroller.resize({ rows, row: 40, view: VIEW }));
    assert.ok(scroller.height <= TALLEST);
    const last = Math.max(0, rows * 40 - VIEW);
    const random = dice(rows + 1);
    for (let move = 0; move < 2_000; move += 1) {
      const kind = random();
      const before = scroller.top;
      if (kind < 0.3) {
        const row = Math.floor(random() * rows);
        element.set(scroller.go(row));
        assert.equal(scroller.top, Math.min(row * 40, last));
      } else if (kind < 0.6) {
        const px = Math.round((random() - 0.5) * 1_000);
        element.set(scroller.by(px));
        assert.equal(scroller.top, Math.max(0, Math.min(before + px, last)));
      } else if (kind < 0.8) {
        // A finger, or a smooth wheel: the element moves, and the list by as much.
        const [at, px] = [element.at, Math.round((random() - 0.5) * 400)];
        element.by(px);
        const moved = Math.max(0, Math.min(at + px, Math.max(0, scroller.height - VIEW))) - at;
        assert.ok(Math.abs(scroller.top - Math.max(0, Math.min(before + moved, last))) <= 1, `${before} ${moved} ${scroller.top}`);
      } else {
        element.set(scroller.settle());
        assert.ok(Math.abs(scroller.top - before) <= 1, 'nothing moves when scrolling rests');
      }
      // What is drawn covers what is seen, where it is seen.
      const { first, end } = scroller.window();
      if (rows) {
        assert.ok(first * 40 <= scroller.top && (end === rows || end * 40 >= scroller.top + VIEW));
        const seen = scroller.seen();
        assert.ok(seen.first >= first && seen.last < end);
        assert.ok(Math.abs(scroller.place(first) - (element.at + first * 40 - scroller.top)) <= 1);
      }
      assert.ok(element.at > 0 || scroller.top === 0 || scroller.top < 1, 'there is always a way up');
    }
    element.set(scroller.go(rows));
    assert.equal(scroller.top, last, 'the last row is reached');
    assert.equal(element.at, Math.max(0, scroller.height - VIEW));
  });
}

test('the thumb goes in proportion, and forty turns of the wheel are as many rows', () => {
  const scroller = new Scroller();
  scroller.resize({ rows: 10_000_000, row: 40, view: VIEW });
  scroller.moved((TALLEST - VIEW) / 4);
  assert.ok(Math.abs(scroller.top / 40 - 2_500_000) < 15_000, `${scroller.top / 40}`);
  const before = scroller.top;
  for (let turn = 0; turn < 40; turn += 1) scroller.by(120);
  assert.equal(scroller.top - before, 4_800);
});

test('near both ends the element and the list are one, so that a finger gets there', () => {
  const scroller = new Scroller();
  const element = new Element(scroller);
  element.set(scroller.resize({ rows: 10_000_000, row: 40, view: VIEW }));
  assert.equal(element.at, 0);
  const last = 400_000_000 - VIEW;
  for (const [row, px, end, at] of [[400, -100, 0, 0], [10_000_000 - 300, 100, last, TALLEST - VIEW]]) {
    element.set(scroller.go(row));
    while (scroller.top !== end) {
      const before = scroller.top;
      element.by(px);
      assert.equal(scroller.top, Math.max(0, Math.min(before + px, last)));
    }
    assert.equal(element.at, at);
  }
});

test('rows of another height keep the first row', () => {
  const scroller = new Scroller();
  scroller.resize({ rows: 10_000_000, row: 40, view: VIEW });
  scroller.go(7_654_321);
  scroller.resize({ rows: 10_000_000, row: 56, view: 700 });
  assert.equal(scroller.seen().first, 7_654_321);
});

test('an address is read as it was written', () => {
  const views = [
    { filters: {} },
    { filters: { search: 'a & b=c+d', status: 'LIVE' }, row: 12 },
    { filters: {}, row: 101, paged: true },
    { filters: { start_time: '2026-11-01T00:00:00.000Z', end_time: '2026-11-02', participants: '2:', associated_id: 'x', sort_by: 'minutesConsumed', sort_order: 'ASC' }, cols: ['title', 'minutes'], tz: 'Asia/Seoul' },
  ];
  for (const view of views) assert.deepEqual(readView(writeView(view)), view);
  assert.equal(writeView({ filters: {} }), '');
  assert.deepEqual(readView('?status=live&participants=x&sort_by=title&sort_order=up&row=-1&row=2&unknown=1'), { filters: {} });
  assert.deepEqual(query({ search: '', status: 'ENDED' }), { status: 'ENDED' });
  assert.equal(count({ search: 'a', status: 'LIVE', sort_by: 'createdAt' }), 2);
});

test('a list is frozen unless its filter ends earlier', () => {
  const now = Date.parse('2026-11-30T12:00:00.000Z');
  assert.equal(frozen({}, now).end_time, '2026-11-30T12:00:00.000Z');
  assert.equal(frozen({ end_time: '2026-11-29' }, now).end_time, '2026-11-29');
  assert.equal(frozen({ end_time: '2026-11-30' }, now).end_time, '2026-11-30T12:00:00.000Z', 'a day ends later');
});

const numbers = (live, more = {}) => ({
  status: 'LIVE',
  title: 'Algebra',
  started_at: '2026-11-30T10:00:00.000Z',
  live_participants: live,
  max_concurrent_participants: 3,
  counting_participants: live,
  minutes_consumed: 5,
  as_of: '2026-11-30T10:10:00.000Z',
  ...more,
});
const change = (seq, session_id, live, more) => ({ seq, type: 'peer.joined', session_id, meeting_id: 'm', session: numbers(live, more) });

test('a snapshot and the changes after it are folded once, in whatever pieces they come', () => {
  const part = (ids, complete) => ({ seq: 10, complete, sessions: ids.map((id) => ({ session_id: id, meeting_id: 'm', session: numbers(1) })) });
  assert.equal(begin([part(['a'], false)]), undefined);
  const start = begin([part(['a'], false), part(['b'], true)]);
  assert.equal(liveCount(start), 2);
  const changes = [change(11, 'a', 2), change(12, 'c', 1), change(13, 'a', 0, { status: 'ENDED' }), change(14, 'b', 5)];
  const whole = fold(start, changes);
  const pieces = changes.reduce((state, one) => fold(state, [one]), start);
  assert.deepEqual(pieces, whole);
  assert.deepEqual(fold(whole, changes), whole, 'told twice');
  assert.equal(fold(whole, changes), whole, 'nothing new is nothing to paint');
  assert.deepEqual([liveCount(whole), whole.seq, whole.sessions.get('b').numbers.live_participants], [2, 14, 5]);
  assert.equal(whole.sessions.get('a').numbers.status, 'ENDED', 'its row still wants to know');
});

test('ended sessions are forgotten one day', () => {
  let state = EMPTY;
  for (let n = 1; n <= ENDED_KEPT + 50; n += 1) state = fold(state, [change(n, `s${n}`, 0, { status: 'ENDED' })]);
  assert.deepEqual([state.sessions.size, liveCount(state), state.sessions.has('s1'), state.sessions.has('s51')], [ENDED_KEPT, 0, false, true]);
});

test('minutes grow by those who count', () => {
  const at = Date.parse('2026-11-30T10:12:00.000Z');
  assert.equal(minutesAt(numbers(3), at), 5 + 3 * 2);
  assert.equal(minutesAt(numbers(3), at - 3_600_000), 5, 'and never shrink');
});

test('what is new is counted behind the same filters', () => {
  const known = { id: 'aaaa-1', meeting: 'bbbb-2', seq: 1, numbers: numbers(1) };
  const yes = [{}, { status: 'LIVE' }, { search: 'alg' }, { search: 'BBBB' }, { participants: '3:' }, { participants: ':3' }, { associated_id: 'BBBB-2' }, { start_time: '2026-11-30' }];
  const no = [{ status: 'ENDED' }, { search: 'x' }, { participants: '4:' }, { participants: ':2' }, { associated_id: 'c' }, { start_time: '2026-12-01' }, { end_time: '2026-11-29T00:00:00Z' }];
  for (const filters of yes) assert.ok(passes(known, filters), JSON.stringify(filters));
  for (const filters of no) assert.ok(!passes(known, filters), JSON.stringify(filters));
});

const iso = (at) => new Date(at).toISOString();

test('days begin when the clocks of the zone say so', () => {
  const cases = [
    ['Asia/Seoul', [2026, 11, 30], '2026-11-29T15:00:00.000Z'],
    ['America/Sao_Paulo', [2018, 11, 4], '2018-11-04T03:00:00.000Z'], // there was no midnight
    ['Pacific/Apia', [2011, 12, 30], '2011-12-30T10:00:00.000Z'], // there was no such day
    ['Europe/Berlin', [2026, 10, 25], '2026-10-24T22:00:00.000Z'],
    ['Europe/Berlin', [2026, 10, 26], '2026-10-25T23:00:00.000Z'],
    ['UTC', [2026, 13, 0], '2026-12-31T00:00:00.000Z'], // fields overflow
  ];
  for (const [zone, [year, month, day], wanted] of cases) assert.equal(iso(instantOf(zone, year, month, day)), wanted, zone);
  // The hour that Berlin has twice is the first one, and the one that it has not is the change.
  assert.equal(iso(instantOf('Europe/Berlin', 2026, 10, 25, 2, 30)), '2026-10-25T00:30:00.000Z');
  assert.equal(iso(instantOf('Europe/Berlin', 2026, 3, 29, 2, 30)), '2026-03-29T01:00:00.000Z');
});

test('an instant is found again by what the clocks show', () => {
  const random = dice(3);
  for (const zone of ['Asia/Seoul', 'America/Sao_Paulo', 'Pacific/Apia', 'Europe/Berlin', 'Asia/Kolkata', 'UTC', 'America/St_Johns']) {
    for (let n = 0; n < 300; n += 1) {
      const at = Math.floor(random() * 2 ** 31) * 60_000;
      const wall = wallAt(zone, at);
      const back = instantOf(zone, wall.year, wall.month, wall.day, wall.hour, wall.minute);
      assert.deepEqual(wallAt(zone, back), { ...wall, second: 0 }, `${zone} ${iso(at)}`);
    }
  }
});

test('named ranges', () => {
  const now = Date.parse('2026-10-25T12:00:00.000Z');
  const of = (name) => Object.values(range(name, 'Europe/Berlin', now)).map(iso);
  assert.deepEqual(of('today'), ['2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'], 'a day of 25 hours');
  assert.deepEqual(of('yesterday'), ['2026-10-23T22:00:00.000Z', '2026-10-24T21:59:59.999Z']);
  assert.deepEqual(of('7')[0], '2026-10-18T22:00:00.000Z');
  assert.deepEqual(of('month'), ['2026-09-30T22:00:00.000Z', '2026-10-31T22:59:59.999Z']);
  assert.deepEqual(of('last-month'), ['2026-08-31T22:00:00.000Z', '2026-09-30T21:59:59.999Z']);
});

test('times and numbers as they are written', () => {
  const at = Date.parse('2026-11-28T14:03:12.407Z');
  assert.equal(dateTime(at, 'Europe/Berlin'), '28 Nov 2026 15:03:12');
  assert.equal(exactTime(at, 'Asia/Kolkata'), '19:33:12.407');
  assert.deepEqual(['Europe/Berlin', 'UTC', 'Asia/Kolkata', 'America/St_Johns'].map((zone) => offset(zone, at)), ['UTC+1', 'UTC', 'UTC+5:30', 'UTC−3:30']);
  assert.deepEqual([0, 267_999, 93_600_000].map(length), ['0:00:00', '0:04:27', '26:00:00']);
  assert.deepEqual([5_618, 59_400, 1_914_000, 4_740_000, 200_000_000].map(spoken), ['5.6 s', '59 s', '31 m 54 s', '1 h 19 m', '2 d 7 h']);
  assert.deepEqual([1.499, 0.3, 75_877.96].map(minutes), ['1.4', '0.3', '75,877.9']);
  assert.deepEqual([share(999, 1000), share(1, 1), share(1, 0)], ['99 %', '100 %', '–']);
});

const stay = (person, joined_at, left_at, reason, away = []) => ({ peer: `p${joined_at}`, person, joined_at, joined_seq: joined_at + 1, left_at, left_seq: left_at + 1, reason, away });
const GRACE = 20_000;

test('the story of somebody who was dropped', () => {
  const people = [{ id: 'g', display_name: 'Grace', preset_name: 'webinar_viewer', role: 'member' }];
  const stays = [
    stay('g', 0, 100_000, 'connection_lost', [{ from: 40_000, seq: 41, to: 45_600, back_seq: 46 }, { from: 100_000, seq: 101 }]),
    stay('g', 169_000, 400_000, 'kicked'),
  ];
  const [lane] = lanes(people, stays);
  const steps = story(lane, GRACE);
  assert.deepEqual(
    steps.map(({ at, seq, sign, title, more }) => [at, seq, sign, title, more]),
    [
      [0, 1, 'in', 'Joined', 'webinar_viewer'],
      [40_000, 41, 'lost', 'Connection lost', 'the socket closed without a goodbye'],
      [45_600, 46, 'in', 'Back after 5.6 s', 'within the 20 s grace: the same stay goes on, no gap'],
      [100_000, 100_001, 'lost', 'Connection lost for good', 'not back within 20 s: the stay ends at the moment of the loss'],
      [169_000, 169_001, 'in', 'Joined again', 'a new stay, 1 m 09 s after the last one'],
      [400_000, 400_001, 'removed', 'Removed', 'by a host or by the API'],
    ],
  );
  assert.equal(inRoom(lane, 500_000), 100_000 + 231_000);
  assert.match(asText('Grace', 'In the room.', steps, String), /^Grace\nIn the room\.\n\n0 {2}Joined: webinar_viewer {2}\(fact 1\)\n/);
  // Every reason of the ledger has words.
  for (const reason of ['left', 'connection_lost', 'kicked', 'host_ended', 'participant_deleted', 'blocked', 'room_terminated', 'server_stopped', 'node_lost', 'imported']) {
    const [one] = lanes(people, [stay('g', 0, 10, reason)]);
    assert.notEqual(story(one, GRACE).at(-1).title, reason);
  }
});

test('somebody who is away counts up to the loss', () => {
  const open = { ...stay('g', 0, 0, undefined, [{ from: 30_000, seq: 3 }]), left_at: undefined, left_seq: undefined, reason: undefined };
  const [lane] = lanes([{ id: 'g', role: 'member' }], [open]);
  assert.equal(inRoom(lane, 90_000), 30_000);
  assert.equal(story(lane, GRACE).at(-1).more, 'it may come back within 20 s and go on');
});

test('people are found, filtered and sorted', () => {
  const people = ['Zoë', 'Ada', 'Bo'].map((display_name, n) => ({ id: `id-${n}`, display_name, custom_participant_id: `own-${n}`, role: 'member' }));
  const all = lanes(people, [stay('id-0', 0, 100, 'left'), stay('id-1', 10, 30, 'connection_lost'), stay('id-2', 50, 60, 'kicked')]);
  const of = (choice) => choose(all, { find: '', only: 'all', order: 'first', ...choice }, 1_000).map(({ person }) => person.display_name);
  assert.deepEqual(of({}), ['Zoë', 'Ada', 'Bo']);
  assert.deepEqual(of({ order: 'name' }), ['Ada', 'Bo', 'Zoë']);
  assert.deepEqual(of({ order: 'longest' }), ['Zoë', 'Ada', 'Bo']);
  assert.deepEqual([of({ only: 'loss' }), of({ only: 'removed' }), of({ find: 'own-1' }), of({ at: 55 })], [['Ada'], ['Bo'], ['Ada'], ['Zoë', 'Bo']]);
});

test('how many were there, and round instants on an axis', () => {
  const curve = [[0, 1], [10, 2], [20, 1]];
  assert.deepEqual([-1, 0, 9, 10, 25].map((at) => there(curve, at)), [0, 1, 1, 2, 1]);
  const day = Date.parse('2026-11-28T00:00:00Z');
  const { step, at } = ticks(day + 1, day + 95 * 60_000, 8, 3_600_000);
  assert.equal(step, 900_000);
  assert.deepEqual(at.map((tick) => (tick - day) / 60_000), [15, 30, 45, 60, 75, 90]);
  assert.ok(ticks(0, 86_400_000 * 400, 8, 0).at.length <= 9);
});

test('the types are those of the documents', async () => {
  for (const [path, text] of await types()) assert.equal(readFileSync(path, 'utf8'), text, `${path} is stale: npm run types`);
});

/** Relative luminance and contrast (WCAG 2.2). */
function contrast(a, b) {
  const [light, dark] = [a, b].map((hex) => {
    const [r, g, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  }).sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test('every pair of colours can be read', () => {
  const css = readFileSync(new URL('../console/src/tokens.css', import.meta.url), 'utf8');
  const colours = Object.fromEntries([...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)].map(([, name, light, dark]) => [name, [light, dark]]));
  const grounds = ['ground', 'raised', 'sunken', 'hover', 'selected'];
  const pairs = [
    ...['ink', 'soft', 'faint'].flatMap((text) => grounds.map((ground) => [text, ground, 4.5])),
    ...['accent', 'live', 'away', 'bad', 'note'].flatMap((text) => ['ground', 'raised'].map((ground) => [text, ground, 4.5])),
    ['live', 'live-soft', 4.5],
    ['on-accent', 'accent-fill', 4.5],
    ['on-stay', 'stay', 4.5],
    ['on-stay', 'stay-host', 4.5],
    ['line-strong', 'raised', 3],
    ['stay', 'raised', 3],
    ['stay-host', 'raised', 3],
  ];
  for (const [text, ground, least] of pairs) {
    for (const theme of [0, 1]) {
      const found = contrast(colours[text][theme], colours[ground][theme]);
      assert.ok(found >= least, `${text} on ${ground}, ${theme ? 'dark' : 'light'}: ${found.toFixed(2)}`);
    }
  }
});

test('a session goes on as it would be told whole', () => {
  const at = (second) => Date.parse('2026-11-30T10:00:00Z') + second * 1000;
  const told = {
    session: { id: 's', meeting_id: 'm', title: 'Algebra', status: 'LIVE', started_at: at(0), people: 1, stays: 1, live_participants: 1, max_concurrent_participants: 1, peak_at: at(0), with_a_loss: 0, removed: 0, minutes_consumed: 0, as_of: at(5) },
    people: [{ id: 'ada', display_name: 'Ada', custom_participant_id: 'a', preset_name: 'host', role: 'member', user_id: 'u' }],
    stays: [{ peer: 'p1', person: 'ada', joined_at: at(0), joined_seq: 2, away: [] }],
    events: [{ seq: 1, at: at(0), type: 'session.started', title: 'Algebra', keep_alive_ms: 60_000 }],
    curve: [[at(0), 1]],
    seq: 2,
  };
  const change = (seq, second, type, session, more = {}) => ({
    seq, type, at: iso(at(second)), session_id: 's', meeting_id: 'm', app_id: 'x', ...more,
    session: { status: 'LIVE', title: seq < 7 ? 'Algebra' : 'Algebra II', started_at: iso(at(0)), counting_participants: 0, minutes_consumed: seq, as_of: iso(at(second)), live_participants: 1, max_concurrent_participants: 2, ...session },
  });
  const peer = (id, who, second) => ({ peer: { id, stay_id: id, participant_id: who, role: 'member', joined_at: iso(at(second)), display_name: who.toUpperCase(), preset_name: 'guest', custom_participant_id: who[0] } });
  const bob = peer('p2', 'bob', 10);
  const changes = [
    change(5, 10, 'peer.joined', { live_participants: 2 }, bob),
    change(7, 20, 'session.retitled'),
    change(8, 30, 'peer.away', {}, bob),
    change(9, 33, 'peer.back', {}, bob),
    change(11, 40, 'peer.away', {}, bob),
    // He is back with another connection before the loss is recorded.
    change(12, 50, 'peer.joined', { live_participants: 3, max_concurrent_participants: 3 }, peer('p3', 'bob', 50)),
    change(13, 40, 'peer.left', { as_of: iso(at(50)) }, { ...bob, reason: 'connection_lost' }),
    change(14, 55, 'peer.left', {}, { ...peer('p3', 'bob', 50), reason: 'kicked' }),
  ];
  const on = goOn(told, changes);
  assert.deepEqual(on.session, { ...told.session, title: 'Algebra II', people: 2, stays: 3, live_participants: 1, max_concurrent_participants: 2, peak_at: at(10), with_a_loss: 1, removed: 1, minutes_consumed: 14, as_of: at(55) });
  assert.deepEqual(on.people, [told.people[0], { id: 'bob', display_name: 'BOB', custom_participant_id: 'b', preset_name: 'guest', role: 'member' }]);
  assert.deepEqual(on.stays.slice(1), [
    { peer: 'p2', person: 'bob', joined_at: at(10), joined_seq: 5, away: [{ from: at(30), seq: 8, to: at(33), back_seq: 9 }, { from: at(40), seq: 11 }], left_at: at(40), left_seq: 13, reason: 'connection_lost' },
    { peer: 'p3', person: 'bob', joined_at: at(50), joined_seq: 12, away: [], left_at: at(55), left_seq: 14, reason: 'kicked' },
  ]);
  assert.deepEqual(on.curve, [[at(0), 1], [at(10), 2], [at(40), 1], [at(50), 2], [at(55), 1]]);
  assert.deepEqual([on.seq, on.events.at(-1)], [14, { seq: 7, at: at(20), type: 'session.retitled', title: 'Algebra II' }]);
  // One by one it is the same, and what was told is left as it was.
  assert.deepEqual(changes.reduce((one, next) => goOn(one, [next]), told), { ...on, session: { ...on.session, peak_at: at(10) } });
  assert.deepEqual([told.curve, told.stays.length, goOn(told, [])], [[[at(0), 1]], 1, told]);
  const end = change(20, 100, 'session.ended', { status: 'ENDED', ended_at: iso(at(100)), live_participants: 0 }, { reason: 'host_ended_meeting' });
  const { status, ended_at, end_reason, as_of } = goOn(on, [end]).session;
  assert.deepEqual([status, ended_at, end_reason, as_of], ['ENDED', at(100), 'host_ended_meeting', at(100)]);
  // Somebody new may have a user, of whom changes say nothing; a stay that is not known was told to somebody else.
  const { custom_participant_id: _own, ...nameless } = peer('p9', 'eve', 60).peer;
  assert.equal(goOn(on, [change(15, 60, 'peer.joined', {}, { peer: nameless })]), undefined);
  assert.equal(goOn(on, [change(15, 60, 'peer.left', {}, peer('p9', 'eve', 60))]), undefined);
});
