import type { en } from './en';

type Strings<T> = { [K in keyof T]: T[K] extends string ? string : Strings<T[K]> };

/** Every text of the console: a language that lacks one does not compile. */
export type Texts = Strings<typeof en>;
