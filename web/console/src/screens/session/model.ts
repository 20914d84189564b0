/** A session as the timeline shows it: people with their stays, in numbers. Pure. */
import { byName } from '../../time/format.ts';

export interface Away {
  readonly from: number;
  readonly seq: number;
  readonly to?: number;
  readonly back_seq?: number;
}
export interface Stay {
  readonly peer: string;
  readonly person: string;
  readonly joined_at: number;
  readonly joined_seq: number;
  readonly left_at?: number;
  readonly left_seq?: number;
  readonly reason?: string;
  readonly away: readonly Away[];
}
export interface Person {
  readonly id: string;
  readonly display_name?: string;
  readonly custom_participant_id?: string;
  readonly user_id?: string;
  readonly preset_name?: string;
  readonly role: string;
}

/** A person of a session. */
export interface Lane {
  readonly person: Person;
  readonly stays: readonly Stay[];
  readonly isHost: boolean;
  readonly hasLoss: boolean;
  readonly isRemoved: boolean;
}

const REMOVALS = new Set(['kicked', 'blocked', 'participant_deleted']);

export function isRemoval(reason: string | undefined): boolean {
  return reason !== undefined && REMOVALS.has(reason);
}

export function lanes(people: readonly Person[], stays: readonly Stay[]): Lane[] {
  const of = new Map<string, Stay[]>();
  for (const stay of stays) {
    const known = of.get(stay.person);
    if (known) known.push(stay);
    else of.set(stay.person, [stay]);
  }
  return people.map((person) => {
    const own = of.get(person.id) ?? [];
    return {
      person,
      stays: own,
      isHost: /host/.test(person.preset_name ?? ''),
      hasLoss: own.some(({ away, reason }) => away.length > 0 || reason === 'connection_lost'),
      isRemoved: own.some(({ reason }) => isRemoval(reason)),
    };
  });
}

/** When a stay ends as far as is certain at `now`: it counts up to a loss that nobody has come back from. */
export function until({ left_at, away }: Stay, now: number): number {
  const last = away.at(-1);
  return left_at ?? (last && last.to === undefined ? last.from : now);
}

/** Milliseconds in the room: the sum of the stays, as the minutes of a session count them. */
export function inRoom({ stays }: Lane, now: number): number {
  return stays.reduce((sum, stay) => sum + Math.max(0, until(stay, now) - stay.joined_at), 0);
}

/** How many were there at an instant. */
export function there(curve: readonly (readonly number[])[], at: number): number {
  let [low, high] = [0, curve.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((curve[middle]?.[0] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return curve[low - 1]?.[1] ?? 0;
}

/** Whether somebody was there at an instant. */
export function wasThere({ stays }: Lane, at: number): boolean {
  return stays.some((stay) => stay.joined_at <= at && (stay.left_at ?? Number.POSITIVE_INFINITY) > at);
}

export function nameOf({ display_name, id }: Person): string {
  return display_name || `erased · ${id.slice(0, 8)}`;
}

export type Order = 'first' | 'longest' | 'name';
export type Only = 'all' | 'loss' | 'removed';

export interface Choice {
  readonly find: string;
  readonly only: Only;
  readonly order: Order;
  readonly at?: number;
}

/** The lanes that are shown, in their order. */
export function choose(all: readonly Lane[], { find, only, order, at }: Choice, now: number): Lane[] {
  const needle = find.trim().toLowerCase();
  const found = all.filter((lane) => {
    if (only === 'loss' && !lane.hasLoss) return false;
    if (only === 'removed' && !lane.isRemoved) return false;
    if (at !== undefined && !wasThere(lane, at)) return false;
    const { id, display_name, custom_participant_id, user_id } = lane.person;
    return !needle || [id, display_name, custom_participant_id, user_id].some((text) => text?.toLowerCase().includes(needle));
  });
  if (order === 'name') found.sort((a, b) => byName(nameOf(a.person), nameOf(b.person)));
  if (order === 'longest') found.sort((a, b) => inRoom(b, now) - inRoom(a, now));
  return found;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000];

/** Labels of an axis side by side, each with room for hours, minutes and seconds. */
export function most(width: number): number {
  return Math.max(2, Math.floor(width / 72));
}

/** Instants of an axis: round ones in the clocks that are `offset` ms ahead, so many at most. */
export function ticks(from: number, to: number, most: number, offset: number): { step: number; at: number[] } {
  const step = STEPS.find((ms) => (to - from) / ms <= most) ?? 86_400_000 * Math.ceil((to - from) / 86_400_000 / most);
  const at: number[] = [];
  for (let next = Math.ceil((from + offset) / step) * step - offset; next <= to; next += step) at.push(next);
  return { step, at };
}
