import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readNotes } from "../../scripts/release/read-notes.ts";

const files = (version: string) => ({
  package: JSON.stringify({ name: "pingo", version }),
  chart: `apiVersion: v2\nname: pingo\nversion: ${version}\nappVersion: "${version}"\n`,
  changelog: `# Changelog\n\n## Unreleased\n\n## ${version} - 2026-12-01\n\n### Added\n\n- A thing.\n\n## 0.9.0 - 2026-01-01\n\n- Another.\n`,
});

suite("the notes of a release", () => {
  test("are the changelog's section of its version, and no more", () => {
    assert.equal(readNotes("v1.2.3", files("1.2.3")), "### Added\n\n- A thing.");
    assert.equal(readNotes("v1.2.3-rc.1", files("1.2.3-rc.1")), "### Added\n\n- A thing.");
    const linked = files("1.2.3");
    assert.equal(
      readNotes("v1.2.3", { ...linked, changelog: linked.changelog.replace("## 1.2.3", "## [1.2.3]") }),
      "### Added\n\n- A thing.",
    );
  });

  test("tell every place that is of another version", () => {
    const older = files("1.2.2");
    assert.deepEqual(readNotes("v1.2.3", older), {
      problems: [
        "the tag says 1.2.3 and package.json says 1.2.2",
        "the tag says 1.2.3 and the chart's version says 1.2.2",
        "the tag says 1.2.3 and the chart's appVersion says 1.2.2",
        'CHANGELOG.md says nothing of 1.2.3: rename "Unreleased" to "1.2.3 - YYYY-MM-DD"',
      ],
    });
  });

  test("want a section that says something, and of no version that begins alike", () => {
    const empty = { ...files("1.2.3"), changelog: "# Changelog\n\n## 1.2.3 - 2026-12-01\n\n## 1.2.30\n\n- More.\n" };
    assert.equal((readNotes("v1.2.3", empty) as { problems: string[] }).problems.length, 1);
    const similar = { ...files("1.2.3"), changelog: "# Changelog\n\n## 1.2.30\n\n- More.\n\n## 1x2x3\n\n- Less.\n" };
    assert.equal((readNotes("v1.2.3", similar) as { problems: string[] }).problems.length, 1);
  });

  test("are of a tag that is a version", () => {
    for (const tag of ["", "1.2.3", "v1.2", "v1.2.3 ", "main"]) {
      assert.equal(typeof readNotes(tag, files("1.2.3")), "object", tag);
    }
  });
});
