/** A field to search with: what was typed is asked for when no key has come for a moment, not for every key. */
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** After the last key. */
const TYPED_MS = 150;

interface Props {
  /** What is searched for: of the address, which may change by itself. */
  readonly text: string;
  readonly hint: string;
  readonly label: string;
  /** Searches for another text. `replace` = it goes on with what was typed before, so it is no step of the history. */
  readonly send: (text: string, replace: boolean) => void;
  /** The whole text after Enter; `true` = it went somewhere, and is not searched for. */
  readonly enter?: (text: string) => boolean;
  /** `/` leads to it. */
  readonly slash?: boolean;
  /** Is written in from the start. */
  readonly focus?: boolean;
  readonly wide?: boolean;
}

export function Search(props: Props) {
  const { text, hint, label, slash = false, focus = false, wide = false } = props;
  const field = useRef<HTMLInputElement>(null);
  // The moment ends after pictures that were drawn meanwhile: what is asked then goes by the newest of them.
  const newest = useRef(props);
  newest.current = props;
  const timer = useRef<number | undefined>(undefined);
  const typed = useRef(false);
  const sent = useRef(text);
  useEffect(() => {
    // A step back, or a button that clears: not what was typed here.
    if (field.current && text !== sent.current) field.current.value = text;
    sent.current = text;
  }, [text]);
  useEffect(() => {
    if (focus) field.current?.focus();
    const press = (event: KeyboardEvent): void => {
      if (event.key !== '/' || /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName)) return;
      event.preventDefault();
      field.current?.focus();
    };
    if (slash) addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
      // Whoever has left is not taken back.
      clearTimeout(timer.current);
    };
  }, []);
  const send = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const value = field.current?.value.trim();
    if (value === undefined || value === newest.current.text) return;
    sent.current = value;
    newest.current.send(value, typed.current);
    typed.current = true;
  };
  return (
    <label class={wide ? 'field wide' : 'field search'}>
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        defaultValue={text}
        placeholder={hint}
        aria-label={label}
        onInput={() => {
          clearTimeout(timer.current);
          timer.current = window.setTimeout(send, TYPED_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
          if (event.key !== 'Enter') return;
          if (!newest.current.enter?.(event.currentTarget.value.trim())) send();
          typed.current = false;
        }}
        onBlur={() => {
          // What is clicked next goes by all that was typed.
          if (timer.current !== undefined) send();
          typed.current = false;
        }}
      />
      {slash && <kbd aria-hidden="true">/</kbd>}
    </label>
  );
}
