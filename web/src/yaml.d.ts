/** What is used of js-yaml, which comes without types. */
declare module 'js-yaml' {
  export interface Schema {
    readonly compiledImplicit: unknown;
  }
  export const CORE_SCHEMA: Schema;
  export class YAMLException extends Error {
    readonly reason: string;
    readonly mark?: { readonly line: number };
  }
  export function load(text: string, options?: { schema?: Schema }): unknown;
  export function dump(value: unknown, options?: { schema?: Schema; lineWidth?: number; noRefs?: boolean; flowLevel?: number }): string;
}
