/** The feed of the app that is looked at, for whoever shows something of it. */
import { computed, effect, signal } from '@preact/signals';
import { app, look, who } from '../session.ts';
import { clock } from '../time/zone.ts';
import { type Health, follow } from './leader.ts';
import { type Change, EMPTY, type State, liveCount } from './state.ts';

export const state = signal<State>(EMPTY);
export const health = signal<Health>({ at: 'opening' });
/** Whether the map is there. */
export const isKnown = signal(false);
export const live = computed(() => liveCount(state.value));
/** The clock of what is LIVE: it stands still while nobody tells us whether it still is. */
export const liveClock = computed(() => (health.value.at === 'lost' ? health.value.since : clock.value));

/** Four pictures a second, however many changes there are. */
const PAINT_MS = 250;

const listeners = new Set<(changes: readonly Change[]) => void>();

/** Calls with every change until the answer is called. */
export function listen(to: (changes: readonly Change[]) => void): () => void {
  listeners.add(to);
  return () => listeners.delete(to);
}

const appId = computed(() => (who.value ? app.value?.id : undefined));

effect(() => {
  const id = appId.value;
  state.value = EMPTY;
  isKnown.value = false;
  health.value = { at: 'opening' };
  if (!id) return undefined;
  let timer = 0;
  let latest: State = EMPTY;
  let waiting: Change[] = [];
  const paint = (): void => {
    timer = 0;
    state.value = latest;
    isKnown.value = true;
    const changes = waiting;
    waiting = [];
    if (changes.length) for (const listener of listeners) listener(changes);
  };
  const feed = follow(id, {
    state: (next, changes) => {
      latest = next;
      waiting.push(...changes);
      if (changes.length) timer ||= window.setTimeout(paint, PAINT_MS);
      else paint();
    },
    health: (next) => {
      health.value = next;
    },
    refused: () => void look(),
  });
  return () => {
    clearTimeout(timer);
    feed.stop();
  };
});
