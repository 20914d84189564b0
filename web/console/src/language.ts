/** The language of the page: that of the browser, or the one that somebody chose. A change takes the page anew. */

export type Language = 'en' | 'de';

/** Each by its own name. */
export const languages: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const KEPT = 'sederunt-language';

/** The first language of `wanted` (BCP 47, the dearest first) that the console speaks. English, if none. */
export function spokenOf(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => Object.hasOwn(languages, tag));
  return (known as Language | undefined) ?? 'en';
}

// Words are also read where there is no page: in the tests of pure parts.
const isPage = typeof document !== 'undefined';

export const language: Language = isPage ? spokenOf([localStorage.getItem(KEPT) ?? '', ...navigator.languages]) : 'en';
if (isPage) document.documentElement.lang = language;

export function choose(next: Language): void {
  localStorage.setItem(KEPT, next);
  location.reload();
}

/** Of the same words in every language those of the page. */
export function inLanguage<Words>(all: Record<Language, Words>): Words {
  return all[language];
}
