// `npm run page [-- FOLDER]`: makes the page ahead of time and puts it into a folder, web/ready by default, from where a PinGo
// serves it that has neither the page's sources nor esbuild. A clone serves it from there too, also once its sources have
// changed: remove it after use.
import { fileURLToPath } from "node:url";
import { readyFolder } from "../src/http/page/load-page.ts";
import { makePage } from "../src/http/page/make-page.ts";
import { writeReadyPage } from "../src/http/page/ready-page.ts";

const [folder = readyFolder] = process.argv.slice(2);
const page = await makePage(fileURLToPath(new URL("..", import.meta.url)));
await writeReadyPage(folder, page);
for (const { path, bytes, gzip } of page.files) console.log(`${path}: ${bytes.length} bytes, ${gzip.length} with gzip`);
