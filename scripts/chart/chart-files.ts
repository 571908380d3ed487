import { readdirSync, readFileSync } from "node:fs";
import { readValues, valuesTable } from "./values-doc.ts";
import { valuesSchema } from "./values-schema.ts";

const deploy = new URL("../../deploy/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, deploy), "utf8");

const begin = "<!-- begin values: npm run chart -->\n";
const end = "<!-- end values -->";

/** A label is one value, though its default is not empty. */
export const whole: ReadonlySet<string> = new Set([
  "dashboards.labels",
  "nodeSelector",
  "resources.requests",
  "resources.limits",
  "resources",
]);

/**
 * What of deploy/ is written from something else, by its path there. Helm reads no file outside its chart, and kustomize
 * cannot put a file of rules into an object: of both there are copies, and a test holds them against this.
 */
export function chartFiles(): Map<string, string> {
  const rules = read("prometheus/pingo.rules.yaml");
  const boards = readdirSync(new URL("grafana/", deploy)).filter((file) => file.endsWith(".json"));
  return new Map([
    ["helm/pingo/values.schema.json", `${JSON.stringify(valuesSchema(), null, 2)}\n`],
    ["helm/pingo/README.md", withValues(read("helm/pingo/README.md"), read("helm/pingo/values.yaml"))],
    ["helm/pingo/files/pingo.rules.yaml", rules],
    ...boards.map((file): [string, string] => [`helm/pingo/files/dashboards/${file}`, read(`grafana/${file}`)]),
    ["kustomize/components/prometheus-rule/prometheus-rule.yaml", ruleObject(rules)],
  ]);
}

/** A chart's README with its table as values.yaml has it. Throws where the table has no place. */
export function withValues(readme: string, values: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error("the chart's README.md has no place for the values");
  return `${readme.slice(0, from)}${begin}${valuesTable(readValues(values, whole))}${readme.slice(to)}`;
}

/** The rules as an object of the Prometheus operator, with their comments. */
function ruleObject(rules: string): string {
  const indented = rules.replace(/^(?=.)/gm, "  ");
  return `# Written from deploy/prometheus/pingo.rules.yaml: npm run chart.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: pingo
  labels: { app.kubernetes.io/name: pingo }
spec:
${indented}`;
}
