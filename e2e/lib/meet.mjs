/** The meeting page itself, used as a person would. */
import { until } from './until.mjs';

/** The link that lets the bearer of `token` in. */
export const link = (server, token) => `${server.page}/meet?authToken=${token}`;

/** Opens the page and waits for the set-up screen. */
export async function openMeet(person, url) {
  await person.page.goto(url);
  await person.page.getByRole('button', { name: 'Join', exact: true }).waitFor();
}

/** Presses "Join" and waits until the client says that it is in. */
export async function pressJoin(person) {
  await person.page.getByRole('button', { name: 'Join', exact: true }).click();
  await until(`${person.name} is in`, () => person.page.evaluate(() => window.meeting.self.roomJoined));
}

/** The text of the page's own screen: waits for its heading and returns heading and all text. */
export async function notice(person) {
  const heading = person.page.locator('.panel[role=alert] h1');
  await heading.waitFor();
  return { title: await heading.innerText(), text: await person.page.locator('.panel').innerText() };
}
