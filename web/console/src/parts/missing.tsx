/** The page of something that is not there, or not any more: says so, and where to go from here. */
import type { ComponentChildren } from 'preact';
import { Empty } from './page.tsx';
import { Top } from './top.tsx';

interface Props {
  /** Where one is. */
  readonly crumb: ComponentChildren;
  readonly title: string;
  readonly href: string;
  readonly back: string;
}

export function Missing({ crumb, title, href, back }: Props) {
  return (
    <>
      <Top>{crumb}</Top>
      <Empty main title={title}>
        <a class="button" href={href}>
          {back}
        </a>
      </Empty>
    </>
  );
}
