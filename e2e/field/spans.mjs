/** Spans of time, `{from, to}` in milliseconds. */

/** When at least `count` of `lists` were there; the spans of each list do not overlap. */
export function together(lists, count) {
  const edges = lists.flat().flatMap(({ from, to }) => [[from, 1], [to, -1]]);
  // Who comes in the moment in which another goes leaves no gap.
  edges.sort(([at, step], [otherAt, otherStep]) => at - otherAt || otherStep - step);
  const found = [];
  let here = 0;
  for (const [at, step] of edges) {
    const before = here;
    here += step;
    if (before < count && here >= count) found.push({ from: at });
    if (before >= count && here < count) found.at(-1).to = at;
  }
  return found.filter(({ from, to }) => from < to);
}

/** The same time without overlaps, in order: whoever is in with two tabs is there once. */
export const union = (spans) => together([spans], 1);

export const length = (spans) => spans.reduce((sum, { from, to }) => sum + to - from, 0);

/** Whole seconds. */
export const seconds = (spans) => Math.floor(length(spans) / 1000);

/** 754 → `12:34`, minutes and seconds. */
export const clock = (secs) => `${Math.floor(secs / 60)}:${String(secs % 60).padStart(2, '0')}`;
