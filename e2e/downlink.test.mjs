// Somebody whose line is smaller than what the others send goes on hearing all of them, and sees what the line carries.
// In a namespace with a line that has a rate, where the machine allows it; else behind a relay.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NEEDS, startNarrow } from './lib/downlink.mjs';
import { again, canMake, isInside } from './lib/namespace.mjs';
import { until } from './lib/until.mjs';

const MOST_CONCEALED = 0.01;
/** Less than what the senders send together, each. */
const RATES = [1_000, 500];

async function narrow(t) {
  const call = await startNarrow('downlink');
  const say = (what, { fps, moving, concealed, kbps }) =>
    t.diagnostic(`${what}: ${moving} of ${call.senders} pictures move, ${fps.toFixed(0)} a second, ${(concealed * 100).toFixed(2)} % of the sound invented, ${kbps.toFixed(0)} kbit/s`);
  const clean = (what, moving) =>
    until(`${what}: ${moving} pictures and clean sound`, async () => {
      const seen = await call.watch(2);
      say(what, seen);
      return (seen.moving >= moving && seen.concealed < MOST_CONCEALED) || assert.fail(JSON.stringify(seen));
    });
  try {
    await until('more than the line will carry', async () => {
      const seen = await call.watch(2);
      say('free', seen);
      return (seen.moving === call.senders && seen.kbps > RATES[0] * 1.2) || assert.fail(JSON.stringify(seen));
    });
    for (const kbps of RATES) {
      call.rate(kbps);
      await clean(`${kbps} kbit/s`, kbps === RATES[0] ? call.senders : 1);
    }
    assert.ok((await call.metric('media_steps_down_total')) > 0);
    call.rate(0);
    await clean('free again', call.senders);
    assert.deepEqual(call.errors(), []);
  } finally {
    await call.close();
  }
}

if (isInside()) {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // its certificate is its own
  test('a narrow line shows pictures and loses no sound', narrow);
} else {
  test('a narrow line', async (t) => {
    if (canMake(NEEDS)) assert.equal(await again(fileURLToPath(import.meta.url)), 0);
    else await narrow(t);
  });
}
