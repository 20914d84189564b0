/** A number in a card is as large as it fits: digits have one width, so how many there are is enough (`numbers.css`). */
export const fits =
  (text: string) =>
  (element: HTMLElement | null): void =>
    element?.style.setProperty('--chars', String(text.length));
