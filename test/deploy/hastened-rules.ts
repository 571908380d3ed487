import { parse, stringify } from "yaml";

/** A file of rules for Prometheus, as far as time is in it. */
export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
}

/** An expression in pieces; only in the last two can there be time: `rate3m` is a name, and "5m" a string. */
const pieces =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[a-zA-Z_:][\w:]*|\d+(?:ms|[smhdwy])\w*|[\d.]+(?:e[+-]?\d+)?/gi;
const duration = /^(?:\d+(?:ms|[smhdwy]))+$/;

/** Numbers that are seconds, in the only two places where Prometheus 2 has no other way to write a length of time. */
const rangeInSeconds = /\[(\w+)\]\) \* (\d+)/g;
const ageInSeconds = /(time\(\) - \w+ > )(\d+)/g;

const msPerUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/**
 * The same rules for a network in which everything happens so many times as fast: each range, offset, `for` and
 * `keep_firing_for` is as much shorter, and each number of seconds as much smaller. Nothing else changes, the names of
 * recordings neither, nor a length of time that is the machine's or the wire's and not the rules' own (the lag of a
 * handshake, a round trip).
 */
export function hastenRules(yaml: string, factor: number): string {
  const { groups } = parse(yaml) as RuleFile;
  const hastened = groups.map((group) => ({ ...group, rules: group.rules.map((rule) => hastenRule(rule, factor)) }));
  return stringify({ groups: hastened }, { lineWidth: 0 });
}

function hastenRule(rule: Rule, factor: number): Rule {
  return {
    ...rule,
    expr: hastenExpression(rule.expr, factor),
    ...(rule.for !== undefined && { for: hastenDuration(rule.for, factor) }),
    ...(rule.keep_firing_for !== undefined && { keep_firing_for: hastenDuration(rule.keep_firing_for, factor) }),
  };
}

export function hastenExpression(expression: string, factor: number): string {
  return expression
    .replace(rangeInSeconds, (whole, range: string, seconds: string) =>
      msOf(range) === 1_000 * Number(seconds) ? `[${range}]) * ${Number(seconds) / factor}` : whole,
    )
    .replace(ageInSeconds, (_whole, before: string, seconds: string) => `${before}${Number(seconds) / factor}`)
    .replace(pieces, (piece) => (duration.test(piece) ? hastenDuration(piece, factor) : piece));
}

/** Numbers of an expression that are no durations: what a new rule may bring, and somebody has to look at. */
export function numbersOf(expression: string): number[] {
  return (expression.match(pieces) ?? []).filter((piece) => /^[\d.]+(e[+-]?\d+)?$/i.test(piece)).map(Number);
}

function hastenDuration(text: string, factor: number): string {
  const ms = msOf(text) / factor;
  if (!Number.isInteger(ms)) throw new Error(`${text} / ${factor} is ${ms} ms, and Prometheus knows whole ones only`);
  return `${ms}ms`;
}

function msOf(text: string): number {
  const parts = text.matchAll(/(\d+)(ms|[smhdwy])/g);
  return [...parts].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (msPerUnit[unit] ?? Number.NaN), 0);
}
