/** Waiting on conditions. A wait that runs out says what was missing, not just that it did. */

/**
 * Time that anything in these tests may take before it counts as not happening. More than twice what a client waits for an answer
 * that was lost with its socket, on a machine with other work.
 */
export const DEADLINE_MS = 45_000;
const STEP_MS = 100;

/**
 * Calls `look` until it returns something other than `undefined`/`false`, and returns that. `look` may throw
 * (an assertion, say): the last error is part of the message when time runs out.
 */
export async function until(what, look, deadline = DEADLINE_MS) {
  const end = Date.now() + deadline;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const seen = last ? `\n  last seen: ${last.message}` : '';
      throw new Error(`waited ${deadline} ms for: ${what}${seen}`, { cause: last });
    }
    await new Promise((wake) => setTimeout(wake, STEP_MS));
  }
}
