/** What the series call all targets of a file: their `cluster`. */
export const staticCluster = "static";

/** Which of a name's addresses are probed. */
export const resolveStyles = ["first", "all"] as const;
export type ResolveStyle = (typeof resolveStyles)[number];

/** One host and port of a targets file. A name may become several targets, one for each of its addresses. */
export interface StaticEntry {
  /** An IP address without brackets, in its shortest form, or a DNS name in small letters. */
  readonly host: string;
  readonly port: number;
  /** What the series call it: the `node` and `name` labels. The host, where the file gives it no name. */
  readonly name: string;
  /** Empty where the file says nothing. */
  readonly zone: string;
  readonly region: string;
  readonly instanceType: string;
  readonly os: string;
  readonly resolve: ResolveStyle;
}
