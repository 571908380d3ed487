/** What a label has to be, by its name; undefined: anything. */
export type Matchers = Readonly<Record<string, string | undefined>>;

/** `{cluster="a",zone=""}`, and matchers that are written already. Values come from outside: nothing in one can end the text that it stands in. */
export function selector(matchers: Matchers, ...written: readonly string[]): string {
  const parts = Object.entries(matchers).flatMap(([label, value]) =>
    value === undefined ? [] : [`${label}=${literal(value)}`],
  );
  const all = [...parts, ...written];
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

/** `node=~"a|b"`: one of these. */
export function oneOf(label: string, values: readonly string[]): string {
  // What RE2 would take for its own (https://github.com/google/re2/wiki/Syntax).
  const texts = values.map((value) => value.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&"));
  return `${label}=~${literal(texts.join("|"))}`;
}

/** A text in PromQL, whose escapes are Go's; JSON's are among them, but for half a character, which no label has. */
function literal(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
