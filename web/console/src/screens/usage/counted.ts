/** Numbers that come first, and people who are counted meanwhile. Pure. */
import type { components } from '../../api/sederunt.d.ts';

export type Usage = components['schemas']['Usage'];
type UsageRow = components['schemas']['UsageRow'];
/** `people`: `null` = too many to count, `undefined` = not counted yet. */
export type Row = Omit<UsageRow, 'people'> & { readonly people: number | null | undefined };
export type Told = Omit<Usage, 'rows' | 'sum'> & { readonly rows: readonly Row[]; readonly sum: Row };

/** Whether both are of the same stretches by the same rule: people of a minute ago are good enough, those of another range are not. */
function isOf(told: Usage, people: Usage): boolean {
  const { by, split, tz, sum, rows } = told;
  return by === people.by && split === people.split && tz === people.tz && sum.from === people.sum.from && sum.to === people.sum.to && rows.length === people.rows.length;
}

export function counted(told: Usage, people: Usage | undefined): Told;
export function counted(told: Usage | undefined, people: Usage | undefined): Told | undefined;
export function counted(told: Usage | undefined, people: Usage | undefined): Told | undefined {
  if (!told) return undefined;
  const by = people && isOf(told, people) ? people : undefined;
  const row = (one: UsageRow, other: UsageRow | undefined): Row => ({ ...one, people: by ? (other?.people ?? null) : undefined });
  return { ...told, rows: told.rows.map((one, i) => row(one, by?.rows[i])), sum: row(told.sum, by?.sum) };
}
