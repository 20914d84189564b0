// The rule of attendance against the vectors that the server is tested with as well, and what the page does with it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { asTold, attended, chosen, counted, dayOf, part, percent, twice, verdicts } from '../out/pure/console/src/screens/attendance/count.js';
import { line, register } from '../out/pure/console/src/screens/attendance/rule.js';
import { query, readView, writeView } from '../out/pure/console/src/screens/attendance/url.js';

const vectors = JSON.parse(readFileSync(new URL('attendance.json', import.meta.url), 'utf8'));
const at = Date.parse;
const stay = ({ from, to, open, away = [] }) => ({ from: at(from), to: at(to), ...(open ? { open } : {}), away: away.map((pair) => pair.map(at)) });
const window = ([from, to]) => ({ from: at(from), to: at(to) });

for (const { name, rule, window: of, stays, line: wanted } of vectors.lines) {
  test(`a line: ${name}`, () => {
    const instants = Object.fromEntries(['first', 'last'].filter((key) => wanted[key]).map((key) => [key, at(wanted[key])]));
    assert.deepEqual(line(stays.map(stay), window(of), rule), { ...wanted, ...instants });
  });
}

for (const { name, rule, without, sittings, invited = [], rows, left_out } of vectors.registers) {
  test(`a register: ${name}`, () => {
    const people = (list) => list.map((one) => ({ ...one, stays: one.stays.map(stay) }));
    const found = register(sittings.map((one) => ({ window: window(one.window), people: people(one.people) })), people(invited.map((one) => ({ stays: [], ...one }))), rule, without);
    const short = ({ cells, total, ...person }) => ({ ...person, cells: cells.map(({ ms, share, verdict }) => [ms, share, verdict]), total: [total.ms, total.share, total.verdict, total.stays] });
    assert.deepEqual(found.rows.map(short), rows);
    assert.equal(found.left_out, left_out);
  });
}

test('days are those of the zone', () => {
  for (const { zone, at: instant, day } of vectors.days) assert.equal(dayOf(at(instant), zone), day, `${zone} ${instant}`);
});

test('an address is a request, and comes back as it was', () => {
  const id = '00000000-0000-4000-8000-000000000001';
  for (const text of [
    `?session_id=${id}`,
    `?session_id=${id}&from=2026-11-27T10%3A00%3A00.000Z&to=2026-11-27T11%3A30%3A00.000Z&share=75&gap=0&late=86400&away=false&absent=true&without_presets=a%2Cb`,
    `?meeting_id=${id}&verdict=late&find=Ada+L&sort=time&page=3&tz=Asia%2FSeoul`,
  ]) {
    assert.equal(writeView(readView(text)), text);
  }
  const view = readView(`?session_id=${id}&meeting_id=${id}&share=101&gap=-1&late=x&verdict=none&sort=name&from=yesterday&page=0`);
  assert.deepEqual(view, { session_id: id, share: 80, gap: 120, late: 600, away: true, absent: false, without: [] });
  assert.deepEqual(query(readView(`?meeting_id=${id}&share=60&find=x`)), { meeting_id: id, share: '60' });
});

const raw = (own_id, name, stays) => ({ participant: `p-${own_id}`, own_id, name, preset: 'guest', stays });
const report = {
  rows: [],
  left_out: 0,
  sessions: [
    { status: 'ENDED', started_at: 0, from: 0, to: 1_000, as_of: 1_060, people: [raw('2', 'Ada', [{ from: 0, to: 1_000, open: false, away: [[10, 20]] }]), raw('1', 'Ada', [{ from: 5, to: 500, open: false, away: [] }])] },
    { status: 'LIVE', started_at: 2_000, from: 2_000, to: 2_400, as_of: 2_400, people: [raw('1', 'Ada', [{ from: 2_000, open: true, away: [] }]), raw('3', 'Grace', [{ from: 2_100, to: 2_200, open: true, away: [] }])] },
  ],
};

test('what goes on is counted up to now, and what is lost is not', () => {
  const view = readView('?meeting_id=00000000-0000-4000-8000-000000000001&gap=0&late=0');
  const { rows } = counted(report, view, 3_000);
  const of = (own) => rows.find(({ own_id }) => own_id === own);
  assert.deepEqual(of('1').cells.map(({ ms, window_ms, verdict, last }) => [ms, window_ms, verdict, last]), [[495, 1_000, 'below', 500], [1_000, 1_000, 'present', undefined]]);
  assert.deepEqual(of('3').cells.map(({ ms, window_ms }) => [ms, window_ms]), [[0, 1_000], [100, 1_000]]);
  assert.deepEqual([attended(of('1')), attended(of('2')), verdicts(rows)], [1, 1, { present: 0, late: 0, below: 3, absent: 0 }]);
  // Planned until later: up to now.
  const planned = readView(`?session_id=00000000-0000-4000-8000-000000000001&to=${encodeURIComponent(new Date(2_900).toISOString())}`);
  const lesson = { ...report, sessions: [report.sessions[1]] };
  assert.deepEqual([2_500, 9_000].map((now) => counted(lesson, planned, now).rows[0].total.window_ms), [500, 900]);
});

test('whoever was invited and never came is there when that is asked for', () => {
  const asked = '?meeting_id=00000000-0000-4000-8000-000000000001&absent=true';
  const more = { ...report, invited: [raw('1', 'Ada', []), raw('4', 'Max', []), { ...raw('5', 'Host', []), preset: 'host' }] };
  const keys = (view) => counted(more, readView(view), 3_000).rows.map(({ key, total }) => `${key} ${total.verdict}`);
  assert.deepEqual(keys(`${asked}&without_presets=host`), ['2 below', '1 below', '3 below', '4 absent']);
  assert.deepEqual(keys(asked.replace('&absent=true', '')), ['2 below', '1 below', '3 below']);
  assert.deepEqual(readView(`${asked}&verdict=absent`).verdict, 'absent');
});

test('names that are there twice, filters and orders', () => {
  const { rows } = counted(report, readView('?meeting_id=00000000-0000-4000-8000-000000000001'), 3_000);
  assert.deepEqual(twice(rows), new Set(['Ada']));
  const keys = (view) => chosen(rows, view).map(({ key }) => key);
  assert.deepEqual(keys({}), ['1', '2', '3']);
  assert.deepEqual([keys({ sort: 'time' }), keys({ sort: 'first' })], [['1', '2', '3'], ['2', '1', '3']]);
  assert.deepEqual([keys({ find: ' GRA' }), keys({ find: '2' }), keys({ verdict: 'late' })], [['3'], ['2'], []]);
  assert.deepEqual([percent(8_999), percent(10_000), percent(9_999), part(1, 3), part(0, 0)], ['89.9 %', '100.0 %', '99.9 %', '33.3 %', '0.0 %']);
});

test('a report as the server counted it', () => {
  const told = { stays: 1, stays_ms: 5, gaps_ms: 0, away_ms: 0, ms: 5, window_ms: 9, share: 55.55, verdict: 'below' };
  const found = asTold({ left_out: 2, rows: [{ key: 'k', participants: ['p'], cells: [told], total: told }] });
  assert.deepEqual([found.rows[0].total.share, found.left_out], [5_555, 2]);
});

test('days that do not exist are left out of an address; a range that ends before it begins stays, for the server to refuse', () => {
  const range = (from, to) => {
    const view = readView(`?meeting_id=00000000-0000-4000-8000-000000000001&from=${from}&to=${to}`);
    return [view.from, view.to];
  };
  assert.deepEqual(range('2026-11-01', '2026-11-30'), ['2026-11-01', '2026-11-30']);
  assert.deepEqual(range('2026-02-31', '2026-11-30'), [undefined, '2026-11-30']);
  assert.deepEqual(range('2026-13-01', '2026-11-30T25:00:00Z'), [undefined, undefined]);
  assert.deepEqual(range('2026-11-30', '2026-11-01'), ['2026-11-30', '2026-11-01']);
});
