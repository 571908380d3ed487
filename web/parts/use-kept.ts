import type { ComponentChild } from "preact";
import { useRef } from "preact/hooks";

/**
 * An element for each item of a list: the same as before where the item is, and all that `depends` names. Preact passes over an
 * element that is the same, so that of five hundred rows of which one has changed, one is drawn.
 */
export function useKept<Item extends object>(
  items: readonly Item[],
  depends: readonly unknown[],
  make: (item: Item) => ComponentChild,
): ComponentChild[] {
  const kept = useRef<{ depends: readonly unknown[]; elements: ReadonlyMap<Item, ComponentChild> }>(undefined);
  const before = kept.current;
  const old = before?.depends.every((one, index) => one === depends[index]) ? before.elements : undefined;
  const elements = new Map(items.map((item) => [item, old?.get(item) ?? make(item)]));
  kept.current = { depends, elements };
  return [...elements.values()];
}
