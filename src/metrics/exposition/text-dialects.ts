import type { Family } from "../catalogue.ts";
import { formatGoFloat } from "./go-float.ts";
import { escapeCharacter } from "./labels.ts";

/** How a family looks in a text format. */
export interface TextFamily {
  /** The lines that tell what it is. */
  readonly head: string;
  /** The name of the samples that say since when it counts; undefined where there are none. */
  readonly created: string | undefined;
}

/** What the two text formats differ in. */
export interface TextDialect {
  family(family: Family): TextFamily;
  /** A bucket's bound in seconds, as `le` has it. */
  bound(seconds: number): string;
  /** The last line. */
  readonly end: string;
}

/** Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const prometheusText: TextDialect = {
  family: ({ name, type, help }) => {
    const escaped = help.replace(/[\\\n]/g, escapeCharacter);
    const shown = type === "info" ? "gauge" : type;
    return { head: `# HELP ${name} ${escaped}\n# TYPE ${name} ${shown}\n`, created: undefined };
  },
  bound: formatGoFloat,
  end: "",
};

/**
 * OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/). Since when something counts is a sample of
 * its own there, which Prometheus stores as a series; `writesCreated` says for which families that is worth it.
 */
export function openMetrics(writesCreated: (family: Family) => boolean): TextDialect {
  return {
    family: (family) => {
      const { base, type } = metricFamily(family);
      const unit = /_(seconds|bytes)$/.exec(base)?.[1];
      const help = family.help.replace(/[\\"\n]/g, escapeCharacter);
      const unitLine = unit === undefined ? "" : `# UNIT ${base} ${unit}\n`;
      const counts = type === "counter" || type === "histogram" || type === "summary";
      return {
        head: `# TYPE ${base} ${type}\n${unitLine}# HELP ${base} ${help}\n`,
        created: counts && writesCreated(family) ? `${base}_created` : undefined,
      };
    },
    bound: (seconds) => {
      const text = formatGoFloat(seconds);
      return /^-?\d+$/.test(text) ? `${text}.0` : text;
    },
    end: "# EOF\n",
  };
}

/** There the name of a counter's family is without the suffix that its samples have. */
function metricFamily({ name, type }: Family): { readonly base: string; readonly type: string } {
  if (type === "info") return { base: name.replace(/_info$/, ""), type };
  if (type === "untyped") return { base: name, type: "unknown" };
  if (type !== "counter") return { base: name, type };
  return name.endsWith("_total") ? { base: name.replace(/_total$/, ""), type } : { base: name, type: "unknown" };
}
