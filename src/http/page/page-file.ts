/** A file of the page as it is sent. */
export interface PageFile {
  /** Of the address: `/` or below `/assets/`. */
  readonly path: string;
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same, encoded once and for all, as small as it gets. */
  readonly gzip: Uint8Array<ArrayBuffer>;
  /** Its address changes with its content, so that it may be kept for ever. */
  readonly isForever: boolean;
}

/** The whole page. */
export interface Page {
  /** A digest of all of it. */
  readonly version: string;
  readonly files: readonly PageFile[];
}
