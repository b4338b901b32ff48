import type { en } from './en';

/** The same texts in another language: one that lacks a text does not compile. */
export type Strings<T> = { [K in keyof T]: T[K] extends string ? string : Strings<T[K]> };

/** Every text of the console. */
export type Texts = Strings<typeof en>;
