// What the console's settings compute without a browser. `npm test` compiles it into out/pure first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, left, milliseconds } from '../out/pure/console/src/screens/system/figures.js';
import { ofField } from '../out/pure/console/src/time/field.js';

test('sizes have three digits at most and are never more than there is', () => {
  const shown = [0, 1, 1023, 1024, 1535, 1024 ** 2 - 1, 1.5 * 1024 ** 2, 250e9, 2 ** 60].map(bytes);
  assert.deepEqual(shown, ['0 bytes', '1 bytes', '1,023 bytes', '1.0 KiB', '1.4 KiB', '1,023 KiB', '1.5 MiB', '232 GiB', '1,024 PiB']);
});

test('times of writes are read at a glance', () => {
  assert.deepEqual([0.04, 0.25, 9.94, 12.4, 999, 1234].map(milliseconds), ['0.0 ms', '0.3 ms', '9.9 ms', '12 ms', '999 ms', '1.2 s']);
});

test('days that are left are whole ones', () => {
  const day = 86_400_000;
  assert.deepEqual([left(3 * day, 0), left(3 * day - 1, 0), left(0, day)], [3, 2, 0]);
});

test('a field of a date and a time is an instant of the zone of the page', () => {
  assert.equal(ofField('2026-11-30T19:05', 'UTC'), Date.UTC(2026, 10, 30, 19, 5));
  assert.equal(ofField('2026-11-30T19:05', 'Asia/Seoul'), Date.UTC(2026, 10, 30, 10, 5));
  // In summer, and at an hour that the clocks show twice: the first of both.
  assert.equal(ofField('2026-07-01T00:00', 'Europe/Berlin'), Date.UTC(2026, 5, 30, 22));
  assert.equal(ofField('2026-10-25T02:30', 'Europe/Berlin'), Date.UTC(2026, 9, 25, 0, 30));
});
