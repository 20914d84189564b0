/** What whoever is signed in may do; the server decides it once more. */
import { computed } from '@preact/signals';
import { app, who } from './session.ts';

/** Everything that the account may. */
export const mayChange = computed(() => who.value?.mode === 'full');
/** Add participants and make links: that needs no more than Realtime, but no sign-in that only looks. */
export const mayInvite = computed(() => mayChange.value || (who.value?.look_only === false && who.value.token.permission === 'realtime'));
/** Whether this server has it, for this token. */
export const has = (feature: string): boolean => who.value?.features.includes(feature) ?? false;

/** The path of the app that is looked at, in the RealtimeKit API. */
export const here = (): { account_id: string; app_id: string } => ({ account_id: who.value?.account_id ?? '', app_id: app.value?.id ?? '' });
