import type { EntryReader } from "./entry-reader.ts";

/**
 * Reads `as` and its like into headers:
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function readImpersonation(user: EntryReader): Readonly<Record<string, string | readonly string[]>> {
  const name = user.text("as");
  const uid = user.text("as-uid");
  const groups = user.texts("as-groups");
  const extra = [...user.textLists("as-user-extra")].filter(([, values]) => values.length > 0);
  if (name === "" && (uid !== "" || groups.length > 0 || extra.length > 0)) {
    user.trouble("as-uid, as-groups or as-user-extra is given without as, the user to be");
  }
  if (name === "") return {};
  const headers = {
    "Impersonate-User": name,
    ...(uid === "" ? {} : { "Impersonate-Uid": uid }),
    ...(groups.length === 0 ? {} : { "Impersonate-Group": groups }),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, values])),
  };
  // What HTTP cannot carry (RFC 9110, 5.5); Node would throw at every request. It takes latin1, kubectl sends UTF-8.
  if (
    !Object.values(headers)
      .flat()
      .every((value) => /^[\t\x20-\x7e]*$/.test(value))
  ) {
    user.trouble("a name in as, as-uid, as-groups or as-user-extra has a character that no HTTP header carries");
  }
  return headers;
}

/** Percent-encodes what is no letter of a header's name (RFC 9110, 5.6.2), and the percent sign itself. */
function escapeKey(key: string): string {
  return Buffer.from(key)
    .toString("latin1")
    .replace(/[^A-Za-z0-9!#$&'*+.^_`|~-]/g, (letter) => `%${hex(letter.charCodeAt(0))}`);
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
