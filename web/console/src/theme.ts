/** Light, dark, or as the system has it. */
import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
const KEPT = 'sederunt-theme';
const kept = localStorage.getItem(KEPT);

export const theme = signal<Theme>(kept === 'light' || kept === 'dark' ? kept : 'auto');

export function next(of: Theme): Theme {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  if (of === 'auto') return dark ? 'light' : 'dark';
  return 'auto';
}

export function toggle(): void {
  theme.value = next(theme.value);
}

effect(() => {
  if (theme.value === 'auto') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(KEPT);
  } else {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(KEPT, theme.value);
  }
});
