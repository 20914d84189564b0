/** `/meet`: reads the link, asks to be let in, opens the call, and says in words how it ended. */
import { Misplaced, readConfig, type Config } from './config.ts';
import { admit, readLink } from './entry.ts';
import { showNotice, showWaiting } from './panel.ts';
import { policy } from './policy.ts';
import { installShim } from './shim.ts';
import { endingNotice, endingOf, refusalNotice, type Ending, type Refusal } from './words.ts';
import type { Meeting } from './call.ts';

declare global {
  interface Window {
    /** The running meeting, for whoever wants to look inside from the console. */
    meeting?: Meeting;
  }
}

/** Starting anew is a new page: a client that has left is dead. */
const again = (): void => location.reload();

/** Time that the client gets to say by itself why a closed socket was closed. */
const OWN_WORD_MS = 500;

/** After so long a wait is no longer silent. */
const SLOW_MS = 10_000;
const SLOW =
  'Opening the meeting takes longer than usual, and is still being tried. If a proxy stands in front of the server, it must ' +
  'pass web sockets, below the same path as this page.';

/** The first word on how a stay ended is the right one; what follows is only its echo. */
let over = false;

function end(ending: Ending, detail?: string): void {
  if (over) return;
  over = true;
  showNotice(endingNotice(ending, detail), again);
}

function refuse(refusal: Refusal): void {
  if (over) return;
  over = true;
  showNotice(refusalNotice(refusal), again);
}

function applyPolicy(config: Config): void {
  const meta = document.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = policy(config.baseURI, config.shim);
  document.head.append(meta);
}

async function open(): Promise<void> {
  const slow = setTimeout(() => over || showWaiting(SLOW), SLOW_MS);
  await enter();
  clearTimeout(slow);
}

async function enter(): Promise<void> {
  const link = readLink(location.search);
  if (link.kind === 'missing') return refuse({ cause: 'link' });
  let config: Config;
  try {
    config = await readConfig();
  } catch (error) {
    return refuse(error instanceof Misplaced ? { cause: 'place', detail: error.message } : { cause: 'network' });
  }
  applyPolicy(config);
  const admission = await admit(link, (url, init) => fetch(url, init));
  if ('refusal' in admission) return refuse(admission.refusal);
  installShim({
    mapped: config.shim,
    base: config.baseURI,
    // The client's own word, if it has one, comes from the message before the close and is more exact.
    onNoSocket: () => refuse({ cause: 'socket' }),
    onFinalClose: (reason) => setTimeout(() => end(endingOf(reason), reason || undefined), OWN_WORD_MS),
  });
  try {
    const { connect, follow, showCall, showNext } = await import('./call.ts');
    const meeting = await connect(admission.authToken, config, end);
    window.meeting = meeting;
    follow(meeting, {
      onEnd: end,
      onLost: () => refuse({ cause: 'network' }),
      onChange: (next) => {
        window.meeting = next;
        // Nobody is in a room of which nothing is shown.
        if (over) void next.leave();
        else showNext(next);
      },
    });
    // The server may have closed the door while the client was on its way through it.
    if (!over) await showCall(meeting);
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    refuse({ cause: 'client', code, message });
  }
}

void open();
