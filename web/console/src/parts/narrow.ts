/** Whether the window is a phone's: what is elsewhere then, and not only smaller. */
import { signal } from '@preact/signals';

/** As in the style sheets. */
const query = matchMedia('(max-width: 760px)');

export const narrow = signal(query.matches);

query.addEventListener('change', ({ matches }) => {
  narrow.value = matches;
});
