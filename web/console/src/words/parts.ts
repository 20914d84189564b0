/** Words of what several screens are made of. */
export const words = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  done: 'Done',
  loading: 'Loading',
  pages: 'Pages',
  previous: 'Previous',
  next: 'Next',
  to: 'to',
  of: 'of',
  never: 'never',
  none: '–',
};
