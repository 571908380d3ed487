import { systemClock } from "../src/clock.ts";
import { catalogue, type Family, isOnPage, levels, type MetricsLevel, type Subject } from "../src/metrics/catalogue.ts";
import type { FamilySeries } from "../src/metrics/exposition/family-series.ts";
import { pageChunks } from "../src/metrics/exposition/page-writer.ts";
import { openMetrics, prometheusText, type TextDialect } from "../src/metrics/exposition/text-dialects.ts";
import { TextWriter } from "../src/metrics/exposition/text-writer.ts";
import { BucketBounds, defaultBoundsUs } from "../src/metrics/histogram/bucket-bounds.ts";
import { writesCreated } from "../src/metrics/metrics-page.ts";
import { TargetMetrics } from "../src/metrics/target-metrics.ts";
import type { Target } from "../src/target.ts";

/** What stands in docs/metrics.md around what is written here. */
const begin = (section: string) => `<!-- begin ${section}: npm run docs -->`;
const end = (section: string) => `<!-- end ${section} -->`;

const subjects = ["target", "node", "zone", "cluster", "process"] as const satisfies readonly Subject[];

/** The text of docs/metrics.md with its tables as the catalogue has them. Throws where a table's place is missing. */
export function writeMetricsDoc(text: string): string {
  const sections = new Map<string, string>(subjects.map((subject) => [subject, familyTable(subject)]));
  sections.set("cost", costTable());
  return [...sections].reduce((doc, [section, table]) => replaceSection(doc, section, table), text);
}

function replaceSection(doc: string, section: string, table: string): string {
  const [from, to] = [doc.indexOf(begin(section)), doc.indexOf(end(section))];
  if (from < 0 || to < from) throw new Error(`docs/metrics.md has no place for the section ${section}`);
  return `${doc.slice(0, from)}${begin(section)}\n${table}${doc.slice(to)}`;
}

function familyTable(subject: Subject): string {
  const families = Object.values<Family>(catalogue).filter(({ of }) => of === subject);
  const costs = seriesPerFamily();
  const isCounted = subject === "target" || subject === "zone";
  const rows = families.map(({ name, type, labels, level, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    level,
    ...(isCounted ? [String(costs.get(name) ?? 0)] : []),
    help,
  ]);
  return markdownTable(["name", "type", "labels", "from level", ...(isCounted ? ["series"] : []), "meaning"], rows);
}

/** What one more target or zone costs. */
function costTable(): string {
  const rows = levels.map((level) => [
    `\`${level}\``,
    String(countSeries("target", level, defaultBoundsUs, prometheusText)),
    String(countSeries("target", level, defaultBoundsUs, openMetrics(writesCreated(level)))),
    String(countSeries("target", level, [], prometheusText)),
    String(countSeries("zone", level, defaultBoundsUs, prometheusText)),
  ]);
  const heads = [
    "`--metrics`",
    "a target, text",
    "a target, OpenMetrics",
    "a target, `--rtt-buckets none`",
    "a zone, text",
  ];
  return markdownTable(heads, rows);
}

const target: Target = {
  key: "k",
  cluster: "c",
  node: "n",
  name: "n",
  host: "192.0.2.1",
  port: 10_250,
  portName: "kubelet",
  address: "192.0.2.1:10250",
  addressType: "InternalIP",
  zone: "z",
  region: "r",
  instanceType: "i",
  os: "linux",
};

/** The families of one target in one zone, once it has answered. */
function families(level: MetricsLevel, boundsUs: readonly number[]) {
  const metrics = new TargetMetrics({ level, bounds: new BucketBounds(boundsUs), clock: systemClock });
  metrics.add(target);
  const outcome = { probe: "tcp", path: 0, startedMs: 0, result: "ok", connectUs: 1, rttUs: 1, synSent: 1 } as const;
  metrics.record(target.key, outcome);
  return metrics
    .page()
    .families([])
    .filter(({ family }) => isOnPage(family, level));
}

/** Counted on a page as it is written. */
function countSeries(of: Subject, level: MetricsLevel, boundsUs: readonly number[], dialect: TextDialect): number {
  const wanted = families(level, boundsUs).filter(({ family }) => family.of === of);
  const lines = writtenText(wanted, dialect).trimEnd().split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).length;
}

function writtenText(series: readonly FamilySeries[], dialect: TextDialect): string {
  let text = "";
  for (const chunk of pageChunks(series, new TextWriter(dialect))) text += Buffer.from(chunk).toString();
  return text;
}

function seriesPerFamily(): Map<string, number> {
  return new Map(
    families("full", defaultBoundsUs).map((series) => {
      const text = writtenText([series], prometheusText);
      return [series.family.name, text.split("\n").filter((line) => /^[a-z]/.test(line)).length];
    }),
  );
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(heads) + line(heads.map(() => "---")) + rows.map(line).join("");
}
