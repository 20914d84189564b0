/** The one zone of the page, and its clock. */
import { computed, signal } from '@preact/signals';
import { serverNow } from '../session.ts';
import { offset } from './format.ts';

const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;
const KEPT = 'sederunt-zone';

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const asked = new URLSearchParams(location.search).get('tz') ?? localStorage.getItem(KEPT) ?? '';
export const zone = signal(isZone(asked) && asked ? asked : OWN);
export const ownZone = OWN;

export function setZone(name: string): boolean {
  if (!isZone(name)) return false;
  zone.value = name;
  localStorage.setItem(KEPT, name);
  return true;
}

/** Every zone that the browser knows. */
export function allZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

/** The server's clock, once a second; it stands still while nobody looks. */
export const clock = signal(serverNow());
setInterval(() => {
  if (document.visibilityState === 'visible') clock.value = serverNow();
}, 1000);

/** `UTC+1`, now. */
export const zoneOffset = computed(() => offset(zone.value, clock.value));
