/**
 * Clicking as a person does, who has that page before them. Of several pages in one browser those behind may be drawn
 * seldom or not at all, and the UI kit shows its parts with the next frame: what is new on such a page may stay invisible.
 */

/** So long a part may take to be drawn before it is looked at why it is not. */
const DRAWN_MS = 5_000;

/** Brings the page of `person` to the front and clicks `target`, a selector or a locator. What was wrong is part of the error. */
export async function click(person, target) {
  await person.page.bringToFront();
  const locator = typeof target === 'string' ? person.page.locator(target) : target;
  try {
    await drawn(person, locator);
    await locator.click();
  } catch (error) {
    const found = (await locator.count()) ? await locator.first().evaluate(hidden) : 'nothing there';
    throw new Error(`${person.name} cannot click ${target}: ${JSON.stringify(found)}\n  ${error.message}`, { cause: error });
  }
}

/**
 * Chromium can forget to lay out what a script has put into a page that it is drawing all the time: the element is there, its
 * style and everything around it are shown, and it has no box, for as long as one waits. Building the boxes of the same document
 * anew, with nothing changed in it, gives it one. Where that is so the browser is mended, and it is said; what is hidden by the
 * page itself stays so, and cannot be clicked.
 */
async function drawn({ name }, locator) {
  const isShown = await locator.waitFor({ timeout: DRAWN_MS }).then(() => true, () => false);
  if (isShown || (await locator.count()) !== 1) return;
  const mended = await locator.evaluate((element) => {
    const hasBox = () => element.getClientRects().length > 0;
    if (hasBox()) return false;
    const { style } = document.documentElement;
    style.display = 'none';
    hasBox();
    style.display = '';
    return hasBox();
  });
  if (mended) console.log(`the browser of ${name} had no box for ${locator}, and has one now`);
}

/** Why an element is not visible: how the page is drawn, and what it and all around it look like, from the inside out. */
async function hidden(element) {
  const frames = await new Promise((done) => {
    let drawn = 0;
    const next = () => {
      drawn += 1;
      requestAnimationFrame(next);
    };
    next();
    setTimeout(() => done(drawn), 1_000);
  });
  const around = [];
  for (let node = element; node; node = node.assignedSlot ?? node.parentElement ?? node.getRootNode().host) {
    const { display, visibility, position, contentVisibility } = getComputedStyle(node);
    const { width, height } = node.getBoundingClientRect();
    const attributes = [...node.attributes].map(({ name, value }) => `${name}=${value.slice(0, 80)}`).join(' ');
    around.push(`${node.localName} ${display} ${visibility} ${position} ${contentVisibility} ${Math.round(width)}x${Math.round(height)} ${attributes}`);
  }
  const { visibilityState: page } = document;
  return { browser: navigator.userAgent, page, connected: element.isConnected, 'frames a second': frames, around };
}
