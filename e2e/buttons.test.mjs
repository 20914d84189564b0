// No dead button: on the meeting page, in the four roles of the default presets that differ, every control that somebody can see
// is clicked, and every one that this shows, and something happens each time; no page complains. What a click shows of the page
// itself, say a tab of its settings, is clicked once, not in every role.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, openMeet } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const pictures = fileURLToPath(new URL('./out/buttons/', import.meta.url));
/** They end the call for everybody or for the one who stays, which other files look at. */
const ENDS = /end meeting|end for all|kick/i;
const LEAVE = /rtk-leave-button: /;
/** A sign of the kit that has the shape of a button; and what is heard, not seen. */
const SIGN = /Your network condition|rtk-speaker-selector: Test/;
/** What a control opens that is of the page alone, whoever somebody is: clicked for the first role that has it. */
const OF_THE_PAGE = /fullscreen|rtk-settings|rtk-sidebar-ui: button|rtk-sidebar: button|Close dialog|Cancel|emoji|Expand|rtk-pip-toggle|rtk-debugger/;
const opened = new Set();
const SETTLE_MS = 10_000;

let server;
let chromium;

before(async () => {
  await mkdir(pictures, { recursive: true });
  [server, chromium] = await Promise.all([startServer('buttons'), startBrowser()]);
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** What the page looks like once it stays so. */
async function settled({ page, name }) {
  let last;
  return until(`the page of ${name} is still`, async () => {
    const now = await page.evaluate(() => window.looks());
    const is = now === last;
    last = now;
    return is && now;
  }, SETTLE_MS);
}

const controls = ({ page }) => page.evaluate(() => window.controls());

async function click(person, key) {
  const found = (await controls(person)).find((control) => control.key === key);
  if (!found) return false;
  await person.page.mouse.click(found.x, found.y);
  return true;
}

/** Somebody on the page, in the room, and back to that from anywhere. */
async function visitor(room, name, preset, letIn) {
  const person = await chromium.person(name);
  await person.page.setViewportSize({ width: 1440, height: 900 });
  await person.context.addInitScript({ path: fileURLToPath(new URL('./page/controls.js', import.meta.url)) });
  const { token } = await addParticipant(server, room, name, preset);
  person.enter = async () => {
    await openMeet(person, link(server, token));
    await person.page.getByRole('button', { name: 'Join', exact: true }).click();
    await letIn?.();
    await until(`${name} is in`, () => person.page.evaluate(() => window.meeting.self.roomJoined));
    // The kit shows the room some time after the client is in it; who is there can leave.
    await until(`${name} sees the room`, async () => (await controls(person)).some(({ key }) => LEAVE.test(key)));
    await person.page.mouse.move(720, 300);
    return settled(person);
  };
  return person;
}

/**
 * Of the kit itself: its list of messages (`rtk-paginated-list`) scrolls smoothly to its end, and measures it when that is over, also when
 * the chat was closed meanwhile and its parts are null, or not there yet. Nothing of the page itself measures.
 */
const KIT_OWN = /of (null|undefined) \(reading 'getBoundingClientRect'\)/;

/** Clicks what is there, and what comes of it, two deep. Returns what was clicked. */
async function clickAll(person) {
  let home = await person.enter();
  const clicked = [];
  const failed = [];
  const back = async (key) => {
    await person.page.keyboard.press('Escape');
    for (const close of [undefined, key]) {
      if (close) await click(person, close);
      if ((await settled(person).catch(() => undefined)) === home) return;
    }
    home = await person.enter();
  };
  /** Clicks along the path; true when the last click changed the page. */
  const along = async (path) => {
    for (const key of path.slice(0, -1)) {
      if (!(await click(person, key))) return undefined;
      await settled(person);
    }
    const before = await settled(person);
    const last = path.at(-1);
    if (!(await click(person, last))) return undefined;
    clicked.push(path.join(' → '));
    await until(`"${path.join(' → ')}" does something`, async () => (await person.page.evaluate(() => window.looks())) !== before, SETTLE_MS).catch(
      async (error) => {
        failed.push(error.message);
        await person.page.screenshot({ path: `${pictures}${person.name}-${failed.length}.png` });
      },
    );
    return true;
  };
  const shown = () => controls(person).then((all) => all.length > 0 && all);
  const first = (await until('the controls are there', shown)).map(({ key }) => key).filter((key) => !ENDS.test(key));
  await person.page.screenshot({ path: `${pictures}${person.name}.png` });
  for (const key of first) {
    if (!(await along([key]))) continue;
    await settled(person).catch(() => {});
    const shown = (await controls(person).catch(() => [])).map((control) => control.key);
    const inner = shown.filter((one) => !first.includes(one) && !ENDS.test(one) && !SIGN.test(one));
    await back(key);
    for (const one of inner) {
      const isKnown = OF_THE_PAGE.test(one) && opened.has(`${key} → ${one}`);
      opened.add(`${key} → ${one}`);
      if (!isKnown && (await along([key, one]))) await back(key);
    }
  }
  console.log(`${person.name}: ${clicked.length} clicked\n  ${clicked.join('\n  ')}`);
  assert.deepEqual(failed, []);
  assert.deepEqual(person.errors.filter((error) => !KIT_OWN.test(error)), []);
  return clicked;
}

for (const [name, preset, matePreset] of [
  ['host', 'group_call_host', 'group_call_participant'],
  ['guest', 'group_call_guest', 'group_call_host'],
  ['presenter', 'webinar_presenter', 'webinar_viewer'],
  ['viewer', 'webinar_viewer', 'webinar_presenter'],
]) {
  test(`no button is dead for ${preset}`, async () => {
    const room = await makeMeeting(server, `Buttons of a ${name}`);
    const mate = await chromium.person(`mate of ${name}`);
    await openBare(mate, server.page, (await addParticipant(server, room, 'mate', matePreset)).token);
    const letIn = () =>
      until('the guest is let in', () =>
        mate.page.evaluate(async (name) => {
          const waits = window.meeting.participants.waitlisted.toArray().find((one) => one.name === name);
          if (waits) await window.meeting.participants.acceptWaitingRoomRequest(waits.id);
          return Boolean(waits) || window.meeting.participants.joined.toArray().some((one) => one.name === name);
        }, name),
      );
    const person = await visitor(room, name, preset, name === 'guest' ? letIn : undefined);
    const clicked = await clickAll(person);
    assert.ok(clicked.length >= 8, `only ${clicked.length} controls`);
    await person.context.close();
    await mate.context.close();
  });
}
