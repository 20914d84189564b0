/** A button with something that opens below it: the platform's popover, put into its place. */
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';

interface Props {
  readonly label: ComponentChildren;
  readonly title?: string;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
  /** Ends below the end of the button. */
  readonly end?: boolean;
  /** Of the button: -1 where the keyboard has another way. */
  readonly tabIndex?: number | undefined;
  /** Of a button without words. */
  readonly name?: string;
}

const EDGE = 8;

export function Menu({ label, title, class: name = 'button', children, end = false, tabIndex, name: spoken }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  /** What is in it is made when it opens: some of it is long. */
  const [open, setOpen] = useState(false);
  const close = (): void => panel.current?.hidePopover();
  const place = (event: ToggleEvent): void => {
    // What is in it goes when it is closed, not before: the browser gives the focus back only to whoever had it when it was in there.
    if (event.newState === 'closed') setOpen(false);
    const [box, own] = [button.current?.getBoundingClientRect(), panel.current];
    if (event.newState !== 'open' || !box || !own) return;
    const size = own.getBoundingClientRect();
    const left = end ? box.right - size.width : box.left;
    const below = box.bottom + 4 + size.height <= innerHeight - EDGE;
    own.style.insetInlineStart = `${Math.max(EDGE, Math.min(left, innerWidth - size.width - EDGE))}px`;
    own.style.insetBlockStart = `${below ? box.bottom + 4 : Math.max(EDGE, box.top - 4 - size.height)}px`;
    own.querySelector<HTMLElement>('input,button,a')?.focus();
  };
  return (
    <>
      <button ref={button} type="button" class={name} popovertarget={id} title={title} aria-label={spoken} tabIndex={tabIndex}>
        {label}
      </button>
      <div ref={panel} id={id} popover="auto" onBeforeToggle={((event: ToggleEvent) => event.newState === 'open' && setOpen(true)) as never} onToggle={place as never}>
        {open && children(close)}
      </div>
    </>
  );
}
