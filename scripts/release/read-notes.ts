/** The texts of the files that name the version. */
export interface ReleaseFiles {
  readonly package: string;
  /** Of Helm: `Chart.yaml`. */
  readonly chart: string;
  readonly changelog: string;
}

/** The changelog's section of the version that the tag (`v1.2.3`) names, or all that keeps it from being released. */
export function readNotes(tag: string, files: ReleaseFiles): string | { readonly problems: string[] } {
  const version = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
  if (version === undefined) return { problems: [`"${tag}" is no tag of a release: it should look like v1.2.3`] };
  const notes = sectionOf(version, files.changelog);
  const problems = [
    differs("package.json", (JSON.parse(files.package) as { version?: string }).version, version),
    differs("the chart's version", field("version", files.chart), version),
    differs("the chart's appVersion", field("appVersion", files.chart), version),
    notes === ""
      ? `CHANGELOG.md says nothing of ${version}: rename "Unreleased" to "${version} - YYYY-MM-DD"`
      : undefined,
  ].filter((problem) => problem !== undefined);
  return problems.length === 0 ? notes : { problems };
}

function differs(where: string, found: string | undefined, version: string): string | undefined {
  return found === version ? undefined : `the tag says ${version} and ${where} says ${found ?? "nothing"}`;
}

function field(name: string, yaml: string): string | undefined {
  return new RegExp(`^${name}:\\s*"?([^"\\s]+)"?\\s*$`, "m").exec(yaml)?.[1];
}

/** Of a file as https://keepachangelog.com has it: `## 1.2.3 - 2026-12-01` to the next heading of that rank. */
function sectionOf(version: string, changelog: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => new RegExp(`^\\[?${RegExp.escape(version)}\\]?(\\s|$)`).test(text));
  return section?.replace(/^.*\n/, "").trim() ?? "";
}
