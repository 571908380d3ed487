// `npm run build`: makes dist/, what the npm package and the image run: JavaScript, the page ready to be served, and which
// commit it is. Node takes no types out of what lies in node_modules. A clone goes on running src/.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makePage } from "../src/http/page/make-page.ts";
import { writeReadyPage } from "../src/http/page/ready-page.ts";
import { buildInfo } from "./build-info.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;

function compile(project: string): void {
  const { status, error } = spawnSync(`${root}node_modules/.bin/tsc`, ["-p", project], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`tsc -p ${project} failed${error === undefined ? "" : `: ${error.message}`}`);
}

const info = buildInfo(process.env, root);
// What is gone from src/ must not be packed.
rmSync(dist, { recursive: true, force: true });
compile("tsconfig.build.json");
compile("tsconfig.types.json");
await writeReadyPage(`${dist}/page`, await makePage(root));
writeFileSync(`${dist}/build-info.json`, `${JSON.stringify(info)}\n`);
console.log(`pingo: dist/ is commit ${info.commit} of ${info.date}`);
