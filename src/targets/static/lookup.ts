/** What the system makes of a name. */
export type Answer =
  | {
      /** IP addresses in the system's order of preference (RFC 6724), at least one. */
      readonly addresses: readonly string[];
      /** How long DNS says that they hold; undefined where it does not say. */
      readonly ttlMs: number | undefined;
    }
  /** The system's code, such as ENOTFOUND, EAI_AGAIN or ESERVFAIL. */
  | { readonly code: string };

/** Never rejects. */
export type Lookup = (name: string) => Promise<Answer>;
