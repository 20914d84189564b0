/** What is wrong with where things are on a page: checked on boxes, so that fonts and versions of a browser make no difference. */

/** Runs in the page. Each finding says what, and of which element. */
function look() {
  const found = [];
  const box = (of) => of.getBoundingClientRect();
  const name = (of) => {
    const label = (of.getAttribute?.('aria-label') ?? of.textContent ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 40);
    return `${of.tagName.toLowerCase()}${of.classList?.length ? `.${[...of.classList].join('.')}` : ''} “${label}”`;
  };
  // A story is a sheet on a phone, which covers what is below it; so does what a button opens.
  const sheet = document.querySelector('.story');
  const open = document.querySelector('dialog[open]') ?? document.querySelector('[popover]:popover-open') ?? (sheet && getComputedStyle(sheet).position === 'fixed' ? sheet : null);
  const root = open ?? document.body;
  const clips = /auto|scroll|hidden|clip/;
  /** The part of a box that is to be seen: cut by the window and by all that scrolls or hides. */
  const seen = (of, rect = box(of)) => {
    let { left, top, right, bottom } = rect;
    const cut = (by) => ([left, top, right, bottom] = [Math.max(left, by.left), Math.max(top, by.top), Math.min(right, by.right), Math.min(bottom, by.bottom)]);
    cut({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (let up = of; up && up !== document.documentElement; up = up.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(up);
      if (clips.test(overflowX) || clips.test(overflowY)) cut(box(up));
      if (position === 'fixed') break;
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : undefined;
  };
  /** For readers alone, or for nobody. */
  const isHidden = (of) => !of.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || of.closest('.sr, .skip, [popover]:not(:popover-open)') !== null || getComputedStyle(of).clipPath !== 'none';

  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);

  // Whatever is wider than its place, and neither scrolls nor ends in dots.
  const all = [...root.querySelectorAll('*')].filter((one) => !(one instanceof SVGElement) && !isHidden(one));
  for (const one of all) {
    const { overflowX, textOverflow, display } = getComputedStyle(one);
    if (display === 'inline' || one.clientWidth === 0) continue;
    // What is drawn along an axis of time ends where the axis ends.
    if (one.closest('.lane-time')) continue;
    if (innerWidth > 1200 && one.tagName !== 'PRE' && /auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth + 1) found.push(`wider than its place by ${one.scrollWidth - one.clientWidth} px: ${name(one)}`);
    if (/hidden|clip/.test(overflowX) && textOverflow !== 'ellipsis' && one.scrollWidth > one.clientWidth + 1) found.push(`cut off by ${one.scrollWidth - one.clientWidth} px: ${name(one)}`);
    if (/auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth + 1 && one.tabIndex < 0 && !one.querySelector('a, button, input')) found.push(`scrolls, but not by keys: ${name(one)}`);
  }

  // Each line of text, as it is seen.
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const of = node.parentElement;
    if (!node.data.trim() || /^(STYLE|SCRIPT|OPTION|TITLE|TEXTAREA)$/i.test(of.tagName) || isHidden(of)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const part = seen(of, rect);
      if (!part || of.closest('.lane-time')) continue;
      texts.push({ of, ...part });
      // Cut in the height of a line: its foot or its head is missing, though nothing scrolls there.
      const scrolls = of.closest('.table, .lanes, [tabindex="0"], .page, .content, .scrolls, pre, dialog, .menu');
      if (!scrolls && part.bottom - part.top < rect.height - 3) found.push(`half a line: ${name(of)}`);
    }
  }
  /** What floats above the rest, or stands still while it scrolls. */
  const layer = (of) => of.closest('.story, .nav, .rail, thead, .thead, .foot, .actions, .tools, dialog, [popover], .c-name');
  for (const [at, a] of texts.entries()) {
    for (const b of texts.slice(at + 1)) {
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) < 3 || Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) < 5) continue;
      // A text that ends in dots has a box for what is left of it, and one for all of it.
      if (a.of === b.of) continue;
      // A sheet or a bar with a ground of its own lies over what is below it.
      if (layer(a.of) !== layer(b.of)) continue;
      found.push(`two texts on one place: ${name(a.of)} and ${name(b.of)}`);
    }
  }

  // What can be clicked is to be hit in its middle.
  for (const one of root.querySelectorAll('a[href], button, input, select, summary')) {
    if (isHidden(one)) continue;
    const rect = box(one);
    const part = seen(one.parentElement, rect);
    if (!part || part.bottom - part.top < rect.height - 1 || part.right - part.left < rect.width - 1) continue;
    const hit = document.elementFromPoint((part.left + part.right) / 2, (part.top + part.bottom) / 2);
    if (hit && !one.contains(hit) && !hit.contains(one) && !hit.closest('label')?.contains(one)) found.push(`${name(one)} lies under ${name(hit)}`);
  }

  // A column of which every cell is empty says nothing.
  for (const table of root.querySelectorAll('table')) {
    const rows = [...table.tBodies].flatMap(({ rows: own }) => [...own]).filter((row) => row.cells.length > 1);
    for (const head of table.tHead?.rows[0]?.cells ?? []) {
      if (!rows.length || !head.innerText.trim() || head.querySelector('.sr') || isHidden(head)) continue;
      if (rows.every((row) => !row.cells[head.cellIndex]?.textContent.trim() && !row.cells[head.cellIndex]?.querySelector('svg, [style]'))) found.push(`an empty column: ${name(head)}`);
    }
  }

  // The frame: rail or bar, and the content beside or above it.
  const rail = document.querySelector('.rail');
  const content = document.querySelector('.content');
  if (rail && content && !open) {
    const [r, c] = [box(rail), box(content)];
    if (innerWidth > 760) {
      if (r.left !== 0 || Math.abs(r.width - 220) > 1 || Math.abs(r.height - innerHeight) > 1) found.push(`the rail is at ${r.left}, ${r.width} × ${r.height}`);
      if (Math.abs(c.left - r.right) > 1) found.push(`the content begins at ${c.left}`);
    } else {
      const bar = box(rail.querySelector('.nav'));
      if (Math.abs(bar.bottom - innerHeight) > 1 || Math.abs(bar.height - 56) > 2) found.push(`the bar is at ${bar.top}–${bar.bottom} of ${innerHeight}`);
      if (c.bottom > bar.top + 1) found.push(`the content ends at ${c.bottom}, the bar begins at ${bar.top}`);
    }
    if (Math.abs(c.right - innerWidth) > 1) found.push(`the content ends at ${c.right} of ${innerWidth}`);
    const title = document.querySelector('h1');
    if (!title) found.push('no heading');
  }
  return [...new Set(found)];
}

/** Findings of the page as it is. */
export const layout = (page) => page.evaluate(look);
