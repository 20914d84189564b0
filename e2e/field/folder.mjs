/**
 * What a program must not forget, in two files of a folder: what it has made at the service, and the events that came.
 * Killed at any moment, it goes on from there when it is started again.
 */
import { appendFileSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export function openFolder(folder) {
  mkdirSync(folder, { recursive: true });
  const madeFile = path.join(folder, 'made.json');
  const eventsFile = path.join(folder, 'events.jsonl');
  const made = existsSync(madeFile) ? JSON.parse(readFileSync(madeFile, 'utf8')) : {};
  const events = readEvents(eventsFile);
  const journal = openSync(eventsFile, 'a');
  return {
    /** What `make` resolves to. It is made once, and remembered by `name`. */
    async once(name, make) {
      if (!(name in made)) {
        made[name] = await make();
        writeFileSync(`${madeFile}.new`, JSON.stringify(made, null, 2), { flush: true });
        renameSync(`${madeFile}.new`, madeFile);
      }
      return made[name];
    },
    /**
     * Keeps an event; `false` if the one with this id is kept already. When this returns, it is on the disk. Should the disk
     * fail, the program ends: the next start cuts off what is broken, and the event comes again.
     */
    keep(id, event) {
      if (events.has(id)) return false;
      appendFileSync(journal, `${JSON.stringify({ id, event })}\n`);
      fsyncSync(journal);
      events.set(id, event);
      return true;
    },
    /** All that is kept, in the order in which it came. */
    events: () => [...events.values()],
  };
}

/** Events by id. The last line may be half an event, which was never answered. */
function readEvents(file) {
  if (!existsSync(file)) return new Map();
  const bytes = readFileSync(file);
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
  if (whole.length < bytes.length) truncateSync(file, whole.length);
  const lines = String(whole).split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line)).map(({ id, event }) => [id, event]));
}
