// What the console's numbers are decided by, without a browser. `npm test` compiles it into out/pure first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES, largest, look, lookAtServer } from '../out/pure/console/src/screens/overview/look.js';
import { weeks } from '../out/pure/console/src/screens/people/calendar.js';
import { whatComes } from '../out/pure/console/src/screens/people/coming.js';
import { counted } from '../out/pure/console/src/screens/usage/counted.js';
import { PRESETS, ceiling, change, preset, previous, readUsage, writeUsage } from '../out/pure/console/src/screens/usage/view.js';
import { beginOf, dayAt, daysFrom, isDay, plusDays, wholeDays } from '../out/pure/console/src/time/days.js';

const at = (text) => Date.parse(text);

test('how far an index is stays in sight until there is an answer, or something else fails', () => {
  const later = (percent) => Object.assign(new Error(`${percent} %`), { status: 503, retryAfter: 2 });
  const [first, second] = [later(10), later(20)];
  let shown = whatComes(undefined, null, false);
  assert.equal(shown, undefined, 'nothing was said yet');
  for (const [error, isAnswered, wanted] of [[first, false, first], [null, false, first], [second, false, second], [null, false, second], [null, true, undefined]]) {
    shown = whatComes(shown, error, isAnswered);
    assert.equal(shown, wanted);
  }
  const gone = Object.assign(new Error('stopping'), { status: 503, retryAfter: 0 });
  for (const error of [gone, new Error('no network')]) assert.equal(whatComes(first, error, false), undefined);
});

test('days are those of the zone, and whole days are known as such', () => {
  assert.equal(dayAt('Asia/Seoul', at('2026-11-30T15:00:00Z')), '2026-12-01');
  assert.equal(dayAt('America/Sao_Paulo', at('2026-11-30T02:59:59Z')), '2026-11-29');
  assert.equal(plusDays('2026-03-01', -1), '2026-02-28');
  assert.equal(plusDays('2026-12-31', 1), '2027-01-01');
  assert.equal(daysFrom('2025-10-25', '2025-10-27'), 3);
  assert.deepEqual(['2026-02-28', '2026-02-30', '26-2-2', '', '2026-13-01'].map(isDay), [true, false, false, false, false]);
  // A day of 25 hours, one of 23, a midnight that there was not, and a day that there was not.
  for (const [zone, from, to, start, end] of [
    ['Europe/Berlin', '2025-10-26', '2025-10-26', '2025-10-25T22:00:00.000Z', '2025-10-26T22:59:59.999Z'],
    ['Europe/Berlin', '2025-03-30', '2025-03-31', '2025-03-29T23:00:00.000Z', '2025-03-31T21:59:59.999Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T01:59:59.999Z'],
    ['Pacific/Apia', '2011-12-29', '2011-12-31', '2011-12-29T10:00:00.000Z', '2011-12-31T09:59:59.999Z'],
  ]) {
    assert.deepEqual(wholeDays(zone, start, end), { from, to }, zone);
    assert.equal(beginOf(zone, from), at(start));
    assert.equal(wholeDays(zone, start, new Date(at(end) - 1).toISOString()), undefined);
    assert.equal(wholeDays('UTC', start, end), undefined);
  }
  assert.equal(wholeDays('UTC', undefined, '2026-01-01'), undefined);
});

test('the address of the usage is the request, and goes there and back', () => {
  const now = at('2026-11-30T18:00:00Z');
  assert.deepEqual(readUsage('', 'Asia/Seoul', now), { from: '2026-11-02', to: '2026-12-01', by: 'day', split: 'start', show: 'minutes' });
  const typed = '?from=2026-02-31&to=2026-01-10&by=year&split=noon&show=x';
  assert.deepEqual(readUsage(typed, 'UTC', now), { from: '2025-12-12', to: '2026-01-10', by: 'day', split: 'start', show: 'minutes' });
  const view = { from: '2026-01-01', to: '2026-03-31', by: 'month', split: 'midnight', show: 'peak' };
  assert.deepEqual(readUsage(writeUsage(view, 'Europe/Berlin'), 'UTC', now), view);
  assert.match(writeUsage(view, 'Europe/Berlin'), /tz=Europe%2FBerlin/);
  assert.equal(readUsage('?from=2026-05-05&to=2026-05-01', 'UTC', now).from, '2026-05-01');
});

test('ranges by name, the one before, and what a change is', () => {
  const today = '2026-03-31';
  assert.deepEqual(PRESETS.map((name) => preset(name, today)).map(({ from, to, by }) => `${from} ${to} ${by}`), [
    '2026-03-25 2026-03-31 day',
    '2026-03-02 2026-03-31 day',
    '2026-03-01 2026-03-31 day',
    '2026-02-01 2026-02-28 day',
    '2025-03-01 2026-03-31 month',
  ]);
  assert.deepEqual(previous({ from: '2026-03-01', to: '2026-03-31' }), { from: '2026-01-29', to: '2026-02-28' });
  assert.deepEqual([change(112, 100), change(88, 100), change(100, 100), change(5, 0), change(999, 100), change(374_967_908, 32_092)], ['+12 %', '−12 %', '±0 %', '', '+899 %', '× 11,684']);
  assert.deepEqual([0, 1, 7, 21, 99, 113, 240, 1001].map(ceiling), [1, 1, 8, 25, 100, 120, 250, 1200]);
});

const known = (id, live, numbers = {}) => ({
  id,
  meeting: id,
  seq: 1,
  numbers: { status: 'LIVE', title: id, started_at: '2026-11-30T12:00:00Z', live_participants: live, as_of: '2026-11-30T12:00:00Z', minutes_consumed: 0, ...numbers },
});

test('what needs a look is what the rules say, to the unit', () => {
  const now = at('2026-11-30T12:00:00Z');
  const back = (ms) => new Date(now - ms).toISOString();
  const sessions = [
    known('just-long', 1, { started_at: back(RULES.longMs + 1) }),
    known('long', 1, { started_at: back(RULES.longMs) }),
    // At once; but not before the first one has come, and not while its people are in a breakout room of it.
    known('empty', 0, { as_of: back(1_000), ends_at: back(-59_000), max_concurrent_participants: 1 }),
    known('stuck', 0, { as_of: back(120_000), ends_at: back(60_000), max_concurrent_participants: 1 }),
    known('begins', 0, { ends_at: back(-60_000), max_concurrent_participants: 0 }),
    known('parent', 0, { ends_at: back(-1_000), max_concurrent_participants: 1 }),
    known('breakout', 1, { breakout_of: 'parent' }),
    known('ended', 0, { as_of: back(RULES.longMs * 2), status: 'ENDED', max_concurrent_participants: 1 }),
  ];
  const loss = (id, lost, live) => ({ session_id: id, title: id, lost, live_participants: live });
  const losses = [loss('many', 2, 17), loss('few', 2, 18), loss('one', 1, 1)];
  const hook = (id, state, seconds, delivered, failed) => ({ id, name: id, state, behind: seconds === null ? null : { seconds }, last_hour: { delivered, failed } });
  const hooks = [
    hook('well', 'up', RULES.behindSeconds, 90, 10),
    hook('behind', 'up', RULES.behindSeconds + 1, 0, 0),
    hook('failing', 'up', 0, 89, 10),
    hook('down', 'down', 0, 0, 0),
    hook('off', 'disabled', null, 0, 100),
  ];
  const refused = [{ kind: 'MEMBER_BLOCKED', count: RULES.refusedOfApp }, { kind: 'NOT_INVITED', count: RULES.refusedOfApp - 1 }];
  const all = look({ sessions, losses, refused, hooks, now });
  const expected = ['lost many', 'hook_behind behind', 'hook_failing failing', 'hook_down down', 'refused_of_app MEMBER_BLOCKED', 'empty stuck', 'empty empty', 'long just-long'];
  assert.deepEqual(all.map(({ kind, id }) => `${kind} ${id}`), expected);
  assert.deepEqual(all.filter(({ kind }) => kind === 'empty').map(({ ms, left }) => [ms, left]), [[120_000, undefined], [1_000, 59_000]]);
  assert.deepEqual(look({ sessions: [], losses: [], refused: [], hooks: [], now }), []);
  const many = Array.from({ length: RULES.emptyNamed + 2 }, (_, n) => known(`s${n}`, 0, { ends_at: back(-n), max_concurrent_participants: 1 }));
  const named = look({ sessions: many, losses: [], refused: [], hooks: [], now });
  assert.deepEqual([named.length, named[0].id, named.at(-1).kind, named.at(-1).n], [RULES.emptyNamed + 1, 's0', 'more_empty', 2]);
});
test('what of the server needs a look is what the rules say, to the unit', () => {
  const day = 86_400_000;
  const now = at('2026-11-30T12:00:00Z');
  const iso = (ms) => new Date(ms).toISOString();
  const well = {
    now: iso(now),
    started_at: iso(now - RULES.verifiedDays * day),
    certificate_until: iso(now + RULES.certificateDays * day),
    disk: { free_bytes: 10, total_bytes: 100, days_left: RULES.diskDays },
    ledger: { behind: false, trouble: null },
    index: { set_aside: 0 },
    refused: [{ kind: 'BAD_TOKEN', count: RULES.refusedLeast - 1 }],
    verified: null,
  };
  const found = (more) => lookAtServer({ ...well, ...more }).map(({ kind, id, n }) => [kind, id, n].filter((part) => part !== undefined && part !== '').join(' '));
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ certificate_until: null, disk: null }), []);
  assert.deepEqual(found({ disk: { free_bytes: 9, total_bytes: 100, days_left: 1 } }), ['disk_full 9']);
  assert.deepEqual(found({ disk: { free_bytes: 50, total_bytes: 100, days_left: RULES.diskDays - 1 } }), ['disk_days 13']);
  assert.deepEqual(found({ disk: { free_bytes: 50, total_bytes: 100, days_left: null } }), []);
  assert.deepEqual(found({ ledger: { behind: true, trouble: null } }), ['behind']);
  assert.deepEqual(found({ ledger: { behind: true, trouble: 'full' } }), ['trouble']);
  assert.deepEqual(found({ index: { set_aside: 2 } }), ['set_aside 2']);
  assert.deepEqual(found({ certificate_until: iso(now + RULES.certificateDays * day - 1) }), ['certificate 13']);
  assert.deepEqual(found({ certificate_until: iso(now - day) }), ['certificate 0']);
  assert.deepEqual(found({ refused: [{ kind: 'BAD_TOKEN', count: RULES.refusedLeast }] }), [`refused BAD_TOKEN ${RULES.refusedLeast}`]);
  const told = (n) => lookAtServer({ ...well, refused: [{ kind: 'NOT_INVITED', count: 10 }] }, [{ kind: 'refused_of_app', id: 'NOT_INVITED', n }]).length;
  assert.deepEqual([told(9), told(10)], [1, 0], 'all of them are of the app, and told there');
  const checked = (days, difference_count = 0) => found({ verified: { at: iso(now - days * day), difference_count } });
  assert.deepEqual([checked(RULES.verifiedDays), checked(RULES.verifiedDays + 1), checked(1, 3)], [[], ['verified 31'], ['differs 3']]);
  assert.deepEqual(found({ started_at: iso(now - 31 * day) }), ['never_verified']);
});

test('the largest are the largest, the oldest first of two', () => {
  const sessions = [known('b', 2), known('a', 2, { started_at: '2026-11-30T11:00:00Z' }), known('c', 9), known('d', 50, { status: 'ENDED' })];
  assert.deepEqual(largest(sessions, 2).map(({ id }) => id), ['c', 'a']);
});

test('a calendar has whole weeks up to the last day', () => {
  const days = [{ day: '2026-11-23', stays: 1, minutes: 10 }, { day: '2026-11-30', stays: 2, minutes: 100 }];
  const grid = weeks(days, '2026-12-01', 53);
  assert.equal(grid.length, 53);
  assert.deepEqual(grid.at(-1).map(({ day }) => day), ['2026-11-30', '2026-12-01']);
  assert.deepEqual([grid.at(-1)[0].level, grid.at(-2)[0].level, grid.at(-2)[1].level], [4, 1, 0]);
  assert.ok(grid.slice(0, -1).every((week) => week.length === 7 && new Date(week[0].day).getUTCDay() === 1));
});

test('numbers are shown before people are counted, and people of another range never', () => {
  const row = (from, to, people) => ({ from, to, hours: 24, sessions: 5, stays: 9, people, minutes: 70, peak: 3 });
  const [a, b, c] = ['2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z', '2026-11-03T00:00:00.000Z'];
  const usage = (people, of = {}) => ({ tz: 'UTC', by: 'day', split: 'start', rows: [row(a, b, people), row(b, c, people)], sum: row(a, c, people), ...of });
  const told = (found) => [...found.rows, found.sum].map((one) => one.people);
  assert.equal(counted(undefined, usage(4)), undefined);
  assert.deepEqual(told(counted(usage(null), undefined)), [undefined, undefined, undefined], 'not yet');
  assert.deepEqual(told(counted(usage(null), usage(4))), [4, 4, 4]);
  assert.deepEqual(told(counted(usage(null), usage(null))), [null, null, null], 'too many');
  for (const of of [{ by: 'week' }, { split: 'midnight' }, { tz: 'Asia/Seoul' }, { sum: row(a, b, 4) }, { sum: row(b, c, 4) }, { rows: [row(a, c, 4)] }]) {
    assert.deepEqual(told(counted(usage(null), usage(4, of))), [undefined, undefined, undefined], JSON.stringify(of));
  }
  assert.equal(counted(usage(null), usage(4)).rows[1].minutes, 70);
});
