// Sound survives loss. Of 5 % of lost packets hardly any is heard: down, compared with who hears through the same line and is
// not offered redundancy; up, what is repeated comes to who listens. How much is measured by `loss.mjs`; the bounds are wide.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from './lib/browser.mjs';
import { startLossy } from './lib/loss.mjs';

const LOSS = 0.05;
/** Some 50 packets of each sound are lost in it. */
const SECONDS = 20;
/** Without redundancy nearly all losses are heard. */
const WITHOUT_LEAST = 0.02;
const RATIO_MOST = 0.6;
const FRAMES_LEAST = 0.6;

let chromium;
let call;

before(async () => {
  chromium = await startBrowser();
  call = await startLossy(chromium, 'loss');
});

after(async () => {
  await call?.close();
  await chromium?.close();
});

const say = (share) => `${(share * 100).toFixed(2)} %`;

test('of what is lost little is heard, in both directions', async (t) => {
  const { fps: clean } = await call.clean(5);
  const up = await call.up(LOSS, SECONDS);
  t.diagnostic(`${say(LOSS)} lost up: ${say(up.concealed)} of the sound invented, ${say(up.missing)} of its packets never came, ${up.fps.toFixed(1)} of ${clean.toFixed(1)} pictures a second`);
  assert.ok(up.missing < LOSS * RATIO_MOST, JSON.stringify(up));
  assert.ok((await call.metric('media_packets_late_total')) > 0, 'what was lost came again');

  const down = await call.down(LOSS, SECONDS);
  t.diagnostic(`${say(LOSS)} lost down: ${say(down.concealed)} of the sound invented, without redundancy ${say(down.without)}, ${down.fps.toFixed(1)} pictures a second`);
  assert.ok(down.without > WITHOUT_LEAST, 'the line does lose packets');
  assert.ok(down.concealed < down.without * RATIO_MOST, JSON.stringify(down));
  assert.ok((await call.metric('media_packets_redundant_total')) > 0);

  for (const { fps } of [up, down]) assert.ok(fps > clean * FRAMES_LEAST, `${fps} of ${clean} pictures a second`);
  assert.deepEqual(call.errors(), []);
});
