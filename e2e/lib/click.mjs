/**
 * Clicking as a person does, who has that page before them. Of several pages in one browser those behind may be drawn
 * seldom or not at all, and the UI kit shows its parts with the next frame: what is new on such a page may stay invisible.
 */

/** Brings the page of `person` to the front and clicks `target`, a selector or a locator. What was wrong is part of the error. */
export async function click(person, target) {
  await person.page.bringToFront();
  const locator = typeof target === 'string' ? person.page.locator(target) : target;
  try {
    await locator.click();
  } catch (error) {
    const found = (await locator.count()) ? await locator.first().evaluate(hidden) : 'nothing there';
    throw new Error(`${person.name} cannot click ${target}: ${JSON.stringify(found)}\n  ${error.message}`, { cause: error });
  }
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
    const { display, visibility } = getComputedStyle(node);
    const { width, height } = node.getBoundingClientRect();
    around.push(`${node.localName}.${node.className} ${display} ${visibility} ${Math.round(width)}x${Math.round(height)}`);
  }
  return { page: document.visibilityState, 'frames a second': frames, around };
}
