// `node scripts/release/notes.ts v1.2.3`: prints what the changelog says of that version, for its release. Fails where
// the tag, package.json, the chart and the changelog are not of one mind. Needs nothing that has to be installed.
import { readFileSync } from "node:fs";
import { readNotes } from "./read-notes.ts";

const tag = process.argv[2] ?? "";
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const notes = readNotes(tag, {
  package: read("package.json"),
  chart: read("deploy/helm/pingo/Chart.yaml"),
  changelog: read("CHANGELOG.md"),
});
if (typeof notes === "string") {
  process.stdout.write(`${notes}\n`);
} else {
  for (const problem of notes.problems) process.stderr.write(`pingo: ${problem}\n`);
  process.exitCode = 1;
}
